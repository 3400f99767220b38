"""The rendered firewall as a whole: what is in it, what is not, and that it stays the same."""

import pytest

from tests.sim.netns.rendering import PATHS, rules_of, ruleset
from tests.sim.small_world import MANGLE, V6, V7, SmallRouter, balanced, put
from wanwatch.sim.netns.numbers import Numbers


def marking(router: SmallRouter, chain: str = "prerouting", **row: str) -> str:
    return router.mangle("mark-connection", chain, new_connection_mark="m", **row).id


def test_the_same_rows_give_the_same_text() -> None:
    router, numbers = balanced(V7, 3), Numbers()
    assert ruleset(router, numbers) == ruleset(router, numbers)


def test_a_mark_keeps_its_number_when_rules_come_before_it() -> None:
    router, numbers = SmallRouter(V7, 1), Numbers()
    marking(router)
    before = numbers.connection.number("m") or ruleset(router, numbers)
    first = router.mangle("mark-connection", new_connection_mark="other")
    router.store.move(MANGLE, first.id, router.store.items(MANGLE)[0].id)
    ruleset(router, numbers)
    assert numbers.connection.number("m") == before


def test_disabled_rows_are_left_out() -> None:
    router = SmallRouter(V7, 1)
    marking(router, disabled="true")
    assert rules_of(ruleset(router), "mangle_prerouting") == []


@pytest.mark.parametrize(
    "row",
    [
        {"in_interface": "ether77"},
        {"in_interface_list": "NOBODY"},
        {"src_address": "300.1.1.1"},
        {"connection_state": "fresh"},
        {"per_connection_classifier": "both-addresses:2/0,1"},
        {"protocol": "quic"},
        {"dst_port": "1-"},
        {"dscp": "64"},
        {"routing_mark": "undeclared"},
        {"invalid": "true"},
    ],
)
def test_invalid_rows_match_nothing_and_are_no_want_of_support(row: dict[str, str]) -> None:
    router = SmallRouter(V7, 1)
    marking(router, **row)
    router.row(PATHS["filter"], chain="forward", action="drop", **row)
    result = ruleset(router)
    assert rules_of(result, "mangle_prerouting") == []
    assert rules_of(result, "filter_forward") == []
    assert result.unsupported == ()


def test_what_cannot_be_rendered_is_told_once_and_left_out() -> None:
    router = SmallRouter(V7, 1)
    layer = marking(router, layer7_protocol="video")
    sniff = router.mangle("sniff-tzsp").id
    router.mangle("sniff-tzsp", disabled="true")
    pit = router.row(PATHS["filter"], chain="input", action="tarpit", protocol="tcp").id
    result = ruleset(router)
    assert result.unsupported == (
        (MANGLE, layer, "layer7-protocol"),
        (MANGLE, sniff, "action=sniff-tzsp"),
        (PATHS["filter"], pit, "action=tarpit"),
    )
    assert "add rule" not in result.text


def test_marks_share_the_packets_one_mark() -> None:
    router = SmallRouter(V7, 1)
    router.table("t")
    router.mangle("mark-routing", new_routing_mark="t", passthrough="false")
    router.mangle("mark-packet", new_packet_mark="p")
    router.mangle("mark-routing", new_routing_mark="main")
    router.mangle("passthrough", routing_mark="t", packet_mark="!p")
    assert rules_of(ruleset(router), "mangle_prerouting") == [
        "meta mark set meta mark & 0xffff0000 | 0x1 accept",
        "meta mark set meta mark & 0x0000ffff | 0x10000",
        "meta mark set meta mark & 0xffff0000 | 0x0",
        "meta mark & 0x0000ffff == 0x1 meta mark & 0xffff0000 != 0x10000",
    ]


def test_routing_marks_need_a_table_in_version_7_only() -> None:
    for version, count in ((V6, 1), (V7, 0)):
        router = SmallRouter(version, 1)
        router.mangle("mark-routing", new_routing_mark="free")
        assert len(rules_of(ruleset(router), "mangle_prerouting")) == count


def test_a_chain_is_rendered_for_each_hook_it_is_reached_from() -> None:
    router = SmallRouter(V7, 1)
    router.mangle("jump", "prerouting", jump_target="a chain")
    router.mangle("jump", "forward", jump_target="a chain")
    router.mangle("change-mss", "a chain", new_mss="clamp-to-pmtu", protocol="tcp")
    unreached = marking(router, "nobody jumps here")
    result = ruleset(router)
    chains = {line.split()[4] for line in result.text.splitlines() if "set rt mtu" in line}
    assert len(chains) == 1
    assert next(iter(chains)).startswith("mangle_forward_a-chain.")
    assert [what for _, _, what in result.unsupported] == ["new-mss"]
    assert f"mangle_{unreached.removeprefix('*')}" not in result.text


def test_rows_at_a_hook_that_is_not_rendered_are_told() -> None:
    router = SmallRouter(V7, 1)
    row = router.row(PATHS["nat"], chain="output", action="accept").id
    router.row(PATHS["nat"], chain="unused", action="accept")
    assert ruleset(router).unsupported == ((PATHS["nat"], row, "chain=output"),)


def test_jumps_in_a_circle_are_left_out() -> None:
    router = SmallRouter(V7, 1)
    filters = PATHS["filter"]
    router.row(filters, chain="forward", action="jump", jump_target="one")
    router.row(filters, chain="one", action="jump", jump_target="two")
    router.row(filters, chain="two", action="jump", jump_target="one")
    router.row(filters, chain="two", action="drop")
    result = ruleset(router)
    assert rules_of(result, "filter_forward") == ["jump filter_forward_one"]
    jumps = [line for line in result.text.splitlines() if " jump " in line]
    assert len(jumps) == 1


def test_jumps_deeper_than_the_kernel_takes_are_told() -> None:
    router = SmallRouter(V7, 1)
    deep = [
        router.mangle("jump", f"c{depth}" if depth else "prerouting", jump_target=f"c{depth + 1}")
        for depth in range(20)
    ]
    result = ruleset(router)
    assert result.unsupported == ((MANGLE, deep[15].id, "jump-target"),)


def test_only_lists_that_rules_name_become_sets_and_overlaps_are_joined() -> None:
    router = SmallRouter(V7, 1)
    lists = "/ip/firewall/address-list"
    for address in ("10.0.0.0/8", "10.1.0.0/16", "11.0.0.0-11.0.0.9", "example.net", "1.1.1.1"):
        put(router.store, lists, list="used", address=address)
    put(router.store, lists, list="used", address="9.9.9.9", disabled="true")
    put(router.store, lists, list="lease", address="10.254.0.1")
    marking(router, src_address_list="used")
    text = ruleset(router).text
    assert "add element ip wanwatch-sim list_used { 1.1.1.1, 10.0.0.0-11.0.0.9 }" in text
    assert "lease" not in text


def test_a_change_of_an_unused_list_leaves_the_text_alone() -> None:
    router, numbers = balanced(), Numbers()
    before = ruleset(router, numbers)
    put(router.store, "/ip/firewall/address-list", list="lease", address="10.254.0.1")
    assert ruleset(router, numbers) == before


def test_a_list_that_rules_add_to_has_a_second_set() -> None:
    router = SmallRouter(V7, 1)
    router.mangle(
        "add-src-to-address-list",
        address_list="seen",
        address_list_timeout="1m",
        protocol="icmp",
    )
    marking(router, src_address_list="seen")
    marking(router, src_address_list="!seen")
    assert rules_of(ruleset(router), "mangle_prerouting") == [
        "meta l4proto 1 update @added_seen { ip saddr timeout 60s }",
        "ip saddr @list_seen ct mark set 0x1",
        "ip saddr != @list_seen ip saddr @added_seen ct mark set 0x1",
        "ip saddr != @list_seen ip saddr != @added_seen ct mark set 0x1",
    ]


def test_ipv6_rules_are_rendered_into_their_own_table() -> None:
    router = SmallRouter(V7, 1)
    router.table("t")
    router.row(
        "/ipv6/firewall/mangle",
        chain="prerouting",
        action="mark-routing",
        new_routing_mark="t",
        src_address="2001:db8::/64",
        per_connection_classifier="src-address:3/2",
    )
    router.row("/ipv6/firewall/nat", chain="srcnat", action="src-nat", to_address="2001:db8::1")
    router.row("/ipv6/firewall/filter", chain="input", action="reject")
    result = ruleset(router)
    assert result.unsupported == ()
    (rule,) = rules_of(result, "mangle_prerouting", "ip6")
    assert rule.startswith("ip6 saddr 2001:db8::-2001:db8::ffff:ffff:ffff:ffff jhash ip6 saddr")
    assert rules_of(result, "nat_srcnat", "ip6") == ["snat to 2001:db8::1"]
    assert rules_of(result, "filter_input", "ip6") == ["reject with icmpv6 no-route"]
    assert rules_of(result, "mangle_prerouting", "ip") == []
