"""What rendered rules do to real packets: translate, refuse, mark, list, and stay when reloaded."""

from itertools import count

import pytest

from tests.sim.netns.crossing import crossing, key_of, why_not
from tests.sim.netns.rendering import PATHS, ruleset
from tests.sim.small_world import V7, SmallRouter, put
from wanwatch.sim.netns.numbers import Numbers
from wanwatch.sim.packet import Packet

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())

_PORTS = count(30000)


def sent(source: str = "192.168.88.10", to: str = "1.1.1.1", **more: int | str) -> Packet:
    protocol = str(more.get("protocol", "tcp"))
    port = int(more.get("dst_port", 443))
    dscp = int(more.get("dscp", 0))
    return Packet.of(
        source,
        to,
        protocol,
        src_port=next(_PORTS),
        dst_port=port,
        in_interface="bridge",
        dscp=dscp,
    )


def router_with_rules(*rows: dict[str, str]) -> SmallRouter:
    """Rows with their menu's last word as ``menu``."""
    router = SmallRouter(V7, 1)
    for row in rows:
        router.row(PATHS[row["menu"]], **{name: row[name] for name in row if name != "menu"})
    return router


def test_sources_and_destinations_are_translated() -> None:
    router = router_with_rules(
        {"menu": "nat", "chain": "srcnat", "action": "src-nat", "src_address": "192.168.88.11",
         "to_addresses": "203.0.113.77"},
        {"menu": "nat", "chain": "srcnat", "action": "masquerade", "out_interface": "ether1"},
        {"menu": "nat", "chain": "dstnat", "action": "dst-nat", "protocol": "tcp",
         "dst_address": "9.9.9.9", "to_addresses": "1.1.1.1", "to_ports": "443"},
    )  # fmt: skip
    plain, fixed = sent(), sent("192.168.88.11")
    bent = sent(to="9.9.9.9", dst_port=8080)
    seen = crossing([ruleset(router).text], [plain, fixed, bent])
    assert seen.translated[key_of(plain)] == "203.0.113.2"
    assert seen.translated[key_of(fixed)] == "203.0.113.77"
    assert seen.counters == {"nat_1": 1, "nat_2": 2, "nat_3": 1}


def test_the_filter_sees_what_mangle_marked_and_drop_is_final() -> None:
    router = router_with_rules(
        {"menu": "mangle", "chain": "forward", "action": "mark-packet", "new_packet_mark": "bad",
         "dst_port": "80", "protocol": "tcp"},
        {"menu": "filter", "chain": "forward", "action": "drop", "packet_mark": "bad"},
        {"menu": "filter", "chain": "forward", "action": "passthrough", "protocol": "tcp",
         "connection_state": "new"},
    )  # fmt: skip
    seen = crossing([ruleset(router).text], [sent(), sent(dst_port=80)])
    assert seen.counters["filter_2"] == 1
    assert seen.counters["filter_1"] >= 1
    assert seen.counters["mangle_1"] == seen.counters["filter_1"]


def test_what_is_not_tracked_is_not_in_the_table() -> None:
    router = router_with_rules(
        {"menu": "raw", "chain": "prerouting", "action": "notrack", "dst_port": "53",
         "protocol": "udp"},
        {"menu": "filter", "chain": "forward", "action": "passthrough",
         "connection_state": "untracked"},
    )  # fmt: skip
    free, tracked = sent(protocol="udp", dst_port=53), sent(protocol="udp", dst_port=54)
    seen = crossing([ruleset(router).text], [free, tracked])
    assert seen.counters["filter_1"] == 1
    assert key_of(tracked) in seen.marks
    assert key_of(free) not in seen.marks


def test_a_class_steers_and_may_be_changed() -> None:
    router = router_with_rules(
        {"menu": "mangle", "chain": "prerouting", "action": "mark-connection", "dscp": "11",
         "new_connection_mark": "probe"},
        {"menu": "mangle", "chain": "forward", "action": "change-dscp", "dscp": "11",
         "new_dscp": "46"},
        {"menu": "mangle", "chain": "postrouting", "action": "passthrough", "dscp": "46"},
    )  # fmt: skip
    numbers = Numbers()
    probe, other = sent(protocol="udp", dscp=11), sent(protocol="udp", dscp=12)
    seen = crossing([ruleset(router, numbers).text], [probe, other])
    assert seen.marks == {key_of(probe): numbers.connection.number("probe"), key_of(other): 0}
    assert seen.counters["mangle_3"] == 1


def test_addresses_that_a_rule_put_on_a_list_count_for_the_next_packet() -> None:
    router = router_with_rules(
        {"menu": "mangle", "chain": "prerouting", "action": "passthrough",
         "src_address_list": "knocked"},
        {"menu": "mangle", "chain": "prerouting", "action": "add-src-to-address-list",
         "address_list": "knocked", "address_list_timeout": "1m", "dst_port": "1000",
         "protocol": "udp"},
    )  # fmt: skip
    knock = [sent(protocol="udp", dst_port=1000), sent(protocol="udp")]
    seen = crossing([ruleset(router).text], [sent(protocol="udp"), *knock])
    assert seen.counters == {"mangle_1": 1, "mangle_2": 1}


def test_two_negated_ports_are_both_asked() -> None:
    router = router_with_rules(
        {"menu": "mangle", "chain": "prerouting", "action": "passthrough", "protocol": "udp",
         "src_port": "!1", "dst_port": "!53"},
    )  # fmt: skip
    packets = [sent(protocol="udp", dst_port=53), sent(protocol="udp", dst_port=54)]
    assert crossing([ruleset(router).text], packets).counters == {"mangle_1": 1}


def test_a_reload_replaces_the_rules_and_refills_the_lists() -> None:
    router, numbers = SmallRouter(V7, 1), Numbers()
    listed = "/ip/firewall/address-list"
    entry = put(router.store, listed, list="some", address="192.168.88.10")
    rule = router.mangle("passthrough", src_address_list="some")
    texts = [ruleset(router, numbers).text]
    router.store.remove(listed, entry.id)
    put(router.store, listed, list="some", address="192.168.88.0-192.168.88.9")
    put(router.store, listed, list="some", address="192.168.88.11-192.168.88.20")
    router.mangle("jump", jump_target="more", protocol="udp")
    router.mangle("passthrough", "more")
    texts.append(ruleset(router, numbers).text)
    router.store.remove("/ip/firewall/mangle", rule.id)
    late = router.mangle("passthrough", src_address_list="some")
    texts.append(ruleset(router, numbers).text)
    packets = [sent(f"192.168.88.{last}", protocol="udp") for last in (10, 11, 12)]
    seen = crossing(texts, packets)
    assert seen.counters["mangle_1"] == 0
    assert seen.counters[f"mangle_{late.id.removeprefix('*')}"] == 2
    assert seen.ruleset.count("jump mangle_prerouting_more") == 1
