"""What happens to connections when a line dies and the rules change: the reason for a flush."""

import pytest

from tests.sim.small_world import (
    CONNECTION,
    MANGLE,
    ROUTE,
    V6,
    V7,
    SmallRouter,
    balanced,
    packet_over,
    rows,
)
from wanwatch.core.snapshot import Version
from wanwatch.sim.packet import Packet, to_text
from wanwatch.sim.world import World


def rewrite_rules(world: World, dead: str, alive: str) -> None:
    """Give the dead line's buckets to another one."""
    for rule in list(world.store.items(MANGLE)):
        if rule.properties.get("new-connection-mark") == f"{dead}_conn":
            world.store.update(MANGLE, rule.id, {"new-connection-mark": f"{alive}_conn"})


def disable_routes(world: World, gateway: str) -> None:
    for route in list(world.store.items(ROUTE)):
        if route.properties.get("gateway") == gateway:
            world.store.update(ROUTE, route.id, {"disabled": "true"})


def established(version: Version = V7) -> tuple[World, Packet]:
    """A connection over ether1, which is then cut beyond its first hop."""
    world = balanced(version).world()
    asked = packet_over(world, "ether1")
    assert world.ask(asked).delay == 0.0
    world.line("ether1").cut(beyond=True)
    return world, asked


def test_a_connection_hangs_when_its_line_is_cut() -> None:
    world, asked = established()
    assert world.ask(asked).delay is None


@pytest.mark.parametrize("version", [V6, V7])
def test_rewritten_rules_do_not_help_an_established_connection(version: Version) -> None:
    world, asked = established(version)
    rewrite_rules(world, "ether1", "ether2")
    answer = world.ask(asked)
    assert (answer.delay, answer.passage.out_interface) == (None, "ether1")


@pytest.mark.parametrize("version", [V6, V7])
def test_disabled_routes_send_it_out_elsewhere_as_somebody_unknown(version: Version) -> None:
    world, asked = established(version)
    disable_routes(world, "203.0.113.1")
    answer = world.ask(asked)
    assert answer.passage.out_interface == "ether2"
    assert to_text(answer.passage.source) == "203.0.113.2"
    assert answer.delay is None


def test_a_removed_connection_arises_anew_on_the_living_line() -> None:
    world, asked = established()
    before = world.trace(asked).outside
    rewrite_rules(world, "ether1", "ether2")
    (item,) = world.rows(CONNECTION)
    world.remove_connection(item.id)
    answer = world.ask(asked)
    assert answer.delay == 0.0
    assert answer.passage.out_interface == "ether2"
    assert answer.passage.outside != before
    (row,) = rows(world, CONNECTION)
    assert row["connection-mark"] == "ether2_conn"


def test_a_connection_removed_before_the_rewrite_arises_on_the_dead_line_again() -> None:
    world, asked = established()
    (item,) = world.rows(CONNECTION)
    world.remove_connection(item.id)
    assert world.ask(asked).passage.out_interface == "ether1"
    rewrite_rules(world, "ether1", "ether2")
    assert world.ask(asked).passage.out_interface == "ether1"


def half_open(guard: str) -> tuple[World, Packet]:
    """A first packet sent into the dead line, the rules rewritten, the packet sent again."""
    world = balanced(guard=guard).world()
    asked = packet_over(world, "ether1")
    world.line("ether1").cut(beyond=True)
    world.ask(asked)
    rewrite_rules(world, "ether1", "ether2")
    world.ask(asked)
    return world, asked


def test_a_retransmitted_syn_is_marked_anew_but_keeps_its_translation() -> None:
    world, asked = half_open("new")
    (row,) = rows(world, CONNECTION)
    assert row["connection-mark"] == "ether2_conn"
    assert row["reply-dst-address"] == "203.0.113.2"
    answer = world.ask(asked)
    assert (answer.passage.out_interface, answer.delay) == ("ether2", None)


def test_a_guard_of_no_mark_keeps_the_mark_of_the_first_packet() -> None:
    world, _ = half_open("no-mark")
    (row,) = rows(world, CONNECTION)
    assert row["connection-mark"] == "ether1_conn"


def test_an_answered_connection_is_not_new_any_more() -> None:
    world = balanced(guard="new").world()
    asked = packet_over(world, "ether1")
    world.ask(asked)
    rewrite_rules(world, "ether1", "ether2")
    world.ask(asked)
    (row,) = rows(world, CONNECTION)
    assert row["connection-mark"] == "ether1_conn"


def test_masquerade_forgets_its_connections_when_the_interface_goes_down() -> None:
    world = balanced().world()
    world.ask(packet_over(world, "ether1"))
    world.ask(packet_over(world, "ether2"))
    world.line("ether1").cut(interface_down=True)
    assert [row["connection-mark"] for row in rows(world, CONNECTION)] == ["ether2_conn"]


def test_even_a_short_unplugging_is_noticed() -> None:
    world = balanced().world()
    world.ask(packet_over(world, "ether1"))
    world.line("ether1").cut(interface_down=True)
    world.line("ether1").mend()
    assert rows(world, CONNECTION) == []


def test_src_nat_forgets_nothing() -> None:
    router = SmallRouter()
    router.route("203.0.113.1")
    router.row(
        "/ip/firewall/nat",
        chain="srcnat",
        action="src-nat",
        to_addresses="203.0.113.2",
        out_interface="ether1",
    )
    world = router.world()
    world.ask(packet_over(world, "ether1"))
    world.line("ether1").cut(interface_down=True)
    assert len(rows(world, CONNECTION)) == 1


def test_a_cut_beyond_the_first_hop_purges_nothing() -> None:
    world, _ = established()
    assert len(rows(world, CONNECTION)) == 1


def test_an_answer_that_is_marked_on_its_way_in_is_routed_back_out() -> None:
    router = SmallRouter(V7)
    router.balance()
    world = router.world()
    asked = packet_over(world, "ether1")
    assert world.ask(asked).delay == 0.0
    for rule in list(world.store.items(MANGLE)):
        if rule.properties["action"] == "mark-routing":
            world.store.update(MANGLE, rule.id, {"in-interface": None})
    assert world.ask(asked).delay is None


def test_direct_routing_marks_move_every_packet_and_keep_the_translation() -> None:
    router = SmallRouter(V7)
    router.table("wan1")
    router.table("wan2")
    router.route("203.0.113.1", "wan1")
    router.route("198.51.100.1", "wan2")
    rule = router.mangle("mark-routing", in_interface="bridge", new_routing_mark="wan1")
    for name in ("ether1", "ether2"):
        router.row("/ip/firewall/nat", chain="srcnat", action="masquerade", out_interface=name)
    world = router.world()
    asked = packet_over(world, "ether1")
    assert world.ask(asked).delay == 0.0
    world.store.update(MANGLE, rule.id, {"new-routing-mark": "wan2"})
    answer = world.ask(asked)
    assert (answer.passage.out_interface, answer.delay) == ("ether2", None)
