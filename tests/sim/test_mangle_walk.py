"""How rules are walked: chains, jumps, passthrough, marks, and what makes a rule invalid."""

import pytest

from tests.sim.small_world import MANGLE, NAT, V6, V7, SmallRouter, balanced, packet
from wanwatch.core.snapshot import Version
from wanwatch.sim.packet import Packet, to_number


def router_with_main() -> SmallRouter:
    router = SmallRouter(V7)
    router.route("203.0.113.1")
    return router


def mark_of(router: SmallRouter, asked: Packet | None = None) -> str:
    return router.world().trace(asked or packet()).connection_mark


def test_marks_pass_through_unless_told_otherwise() -> None:
    router = router_with_main()
    router.mangle("mark-connection", new_connection_mark="one")
    router.mangle("mark-connection", new_connection_mark="two", passthrough="false")
    router.mangle("mark-connection", new_connection_mark="three")
    assert mark_of(router) == "two"


def test_accept_ends_the_walk() -> None:
    router = router_with_main()
    router.mangle("accept", dst_address="1.1.1.1")
    router.mangle("mark-connection", new_connection_mark="late")
    assert mark_of(router) == ""
    assert mark_of(router, packet(dst="2.2.2.2")) == "late"


def test_a_jump_walks_the_chain_and_comes_back() -> None:
    router = router_with_main()
    router.mangle("jump", jump_target="lan", in_interface="bridge")
    router.mangle("mark-packet", new_packet_mark="after")
    router.mangle("mark-connection", chain="lan", new_connection_mark="inside")
    trace = router.world().trace(packet())
    assert trace.connection_mark == "inside"
    assert len(trace.rules) == 3


def test_return_leaves_the_chain_early() -> None:
    router = router_with_main()
    router.mangle("jump", jump_target="lan")
    router.mangle("return", chain="lan", dst_address="1.1.1.1")
    router.mangle("mark-connection", chain="lan", new_connection_mark="inside")
    assert mark_of(router) == ""
    assert mark_of(router, packet(dst="2.2.2.2")) == "inside"


def test_a_rule_that_ends_the_walk_inside_a_jump_ends_it_outside_too() -> None:
    router = router_with_main()
    router.mangle("jump", jump_target="lan")
    router.mangle("mark-connection", new_connection_mark="late")
    router.mangle("accept", chain="lan")
    assert mark_of(router) == ""


def test_a_jump_loop_is_invalid_and_harmless() -> None:
    router = router_with_main()
    router.mangle("jump", jump_target="one")
    loop = router.mangle("jump", chain="one", jump_target="one")
    world = router.world()
    world.trace(packet())
    assert world.computed(MANGLE, loop)["invalid"] == "true"


def test_disabled_rules_are_passed_over() -> None:
    router = router_with_main()
    router.mangle("mark-connection", new_connection_mark="no", disabled="true")
    assert mark_of(router) == ""


def test_every_hook_is_walked_in_its_place() -> None:
    router = router_with_main()
    hooks = ("prerouting", "forward", "postrouting", "input", "output")
    ids = {hook: router.mangle("passthrough", chain=hook).id for hook in hooks}
    world = router.world()
    forwarded = [ids[hook] for hook in ("prerouting", "forward", "postrouting")]
    assert list(world.trace(packet()).rules) == forwarded
    own = Packet(0, to_number("1.1.1.1"), "icmp", icmp_id=1)
    assert list(world.trace(own).rules) == [ids["output"], ids["postrouting"]]
    local = packet(dst="192.168.88.1")
    assert list(world.trace(local).rules) == [ids["prerouting"], ids["input"]]


def test_a_change_of_a_rule_counts_at_once() -> None:
    router = router_with_main()
    rule = router.mangle("mark-connection", new_connection_mark="one")
    world = router.world()
    assert world.trace(packet()).connection_mark == "one"
    world.store.update(MANGLE, rule.id, {"new-connection-mark": "two"})
    assert world.trace(packet()).connection_mark == "two"


def test_the_order_of_rules_can_be_changed() -> None:
    router = router_with_main()
    first = router.mangle("mark-connection", new_connection_mark="one", passthrough="false")
    second = router.mangle("mark-connection", new_connection_mark="two", passthrough="false")
    world = router.world()
    assert world.trace(packet()).connection_mark == "one"
    world.store.move(MANGLE, second.id, first.id)
    assert world.trace(packet()).connection_mark == "two"


@pytest.mark.parametrize(
    "properties",
    [
        {"in_interface": "ether77"},
        {"in_interface_list": "NOBODY"},
        {"per_connection_classifier": "both-addresses:10/0,1,2"},
        {"per_connection_classifier": "both-adresses:2/0"},
        {"per_connection_classifier": "both-addresses:0/0"},
        {"per_connection_classifier": "both-addresses"},
        {"new_routing_mark": "no-such-table"},
        {"src_address": "300.1.1.1"},
        {"dscp": "64"},
        {"connection_state": "fresh"},
        {"invalid": "true"},
    ],
)
def test_a_rule_that_cannot_be_is_invalid_and_matches_nothing(properties: dict[str, str]) -> None:
    router = router_with_main()
    rule = router.mangle("mark-connection", new_connection_mark="hit", **properties)
    world = router.world()
    assert world.computed(MANGLE, rule)["invalid"] == "true"
    assert world.trace(packet()).connection_mark == ""


def test_a_changed_class_is_what_later_rules_see() -> None:
    router = router_with_main()
    router.mangle("change-dscp", new_dscp="46", dscp="10")
    router.mangle("mark-connection", new_connection_mark="ten", dscp="10")
    router.mangle("mark-connection", new_connection_mark="many", dscp="46")
    assert mark_of(router, packet().with_dscp(10)) == "many"
    assert mark_of(router, packet().with_dscp(12)) == ""


def test_a_class_that_no_packet_can_have_is_invalid() -> None:
    router = router_with_main()
    rule = router.mangle("change-dscp", new_dscp="64")
    assert router.world().computed(MANGLE, rule)["invalid"] == "true"


def test_v6_marks_need_no_table() -> None:
    router = SmallRouter(V6)
    router.route("203.0.113.1")
    rule = router.mangle("mark-routing", new_routing_mark="anything at all")
    world = router.world()
    assert world.computed(MANGLE, rule)["invalid"] == "false"
    assert world.trace(packet()).routing_mark == "anything at all"


def test_a_rule_becomes_valid_when_its_table_appears() -> None:
    router = router_with_main()
    rule = router.mangle("mark-routing", new_routing_mark="later")
    world = router.world()
    assert world.computed(MANGLE, rule)["invalid"] == "true"
    router.table("later")
    assert world.computed(MANGLE, rule)["invalid"] == "false"


def test_what_the_world_cannot_match_matches_nothing_and_is_reported() -> None:
    router = router_with_main()
    rule = router.mangle("mark-connection", new_connection_mark="hit", nth="2,1")
    listing = router.mangle("add-src-to-address-list", address_list="seen")
    nat = router.row(NAT, chain="srcnat", action="masquerade", layer7_protocol="x")
    world = router.world()
    assert world.trace(packet()).connection_mark == ""
    assert world.unsupported == [
        (MANGLE, rule.id, "nth"),
        (MANGLE, listing.id, "action=add-src-to-address-list"),
        (NAT, nat.id, "layer7-protocol"),
    ]
    assert world.computed(MANGLE, rule)["invalid"] == "false"


@pytest.mark.parametrize("version", [V6, V7])
def test_the_trace_tells_the_whole_way(version: Version) -> None:
    router = balanced(version)
    world = router.world()
    trace = world.trace(packet())
    number = "1" if trace.out_interface == "ether1" else "2"
    assert trace.connection_mark == f"ether{number}_conn"
    assert trace.routing_mark == trace.table == f"to_ether{number}"
    assert trace.source_port == 20000
    assert len(trace.rules) == 2
    assert world.entries() == []
