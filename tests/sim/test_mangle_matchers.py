"""What each matcher asks of a packet, PCC with all its fields included."""

import dataclasses

import pytest

from tests.sim.small_world import MANGLE, V7, SmallRouter, packet, put
from wanwatch.sim.classifier import classifier_hash
from wanwatch.sim.packet import Packet

LAN_PACKET = Packet.of(
    "192.168.88.10", "1.1.1.1", "tcp", src_port=20000, dst_port=443, in_interface="bridge"
)
FIELDS = (
    *("src-address", "dst-address", "both-addresses", "src-port", "dst-port", "both-ports"),
    *("src-address-and-port", "dst-address-and-port", "both-addresses-and-ports"),
)


def router_with_lists() -> SmallRouter:
    router = SmallRouter(V7)
    router.route("203.0.113.1")
    router.table("t")
    put(router.store, "/interface/list", name="LAN")
    put(router.store, "/interface/list", name="WAN")
    put(router.store, "/interface/list/member", list="LAN", interface="bridge")
    put(router.store, "/interface/list/member", list="WAN", interface="ether1")
    put(router.store, "/ip/firewall/address-list", list="staff", address="192.168.88.0/28")
    put(router.store, "/ip/firewall/address-list", list="hosts", address="1.1.1.1")
    put(router.store, "/ip/firewall/address-list", list="away", address="9.9.9.9", disabled="true")
    return router


def matches(asked: Packet, **matcher: str) -> bool:
    router = router_with_lists()
    chain = "forward" if any(name.startswith("out_") for name in matcher) else "prerouting"
    rule = router.mangle("mark-connection", chain, new_connection_mark="hit", **matcher)
    world = router.world()
    assert world.computed(MANGLE, rule)["invalid"] == "false"
    assert world.unsupported == []
    return world.trace(asked).connection_mark == "hit"


@pytest.mark.parametrize(
    ("name", "yes", "no"),
    [
        ("in_interface", "bridge", "ether1"),
        ("in_interface", "!ether1", "!bridge"),
        ("in_interface_list", "LAN", "WAN"),
        ("in_interface_list", "!WAN", "!LAN"),
        ("in_interface_list", "all", "none"),
        ("out_interface", "ether1", "ether2"),
        ("out_interface_list", "WAN", "!WAN"),
        ("src_address", "192.168.88.0/24", "192.168.89.0/24"),
        ("src_address", "192.168.88.5-192.168.88.10", "192.168.88.11-192.168.88.20"),
        ("src_address", "!10.0.0.0/8", "!192.168.88.10"),
        ("dst_address", "1.1.1.1", "1.1.1.2"),
        ("src_address_list", "staff", "hosts"),
        ("src_address_list", "!hosts", "!staff"),
        ("dst_address_list", "hosts", "away"),
        ("dst_address_type", "!local", "local"),
        ("dst_address_type", "unicast", "broadcast"),
        ("dst_address_type", "local,unicast", "multicast"),
        ("src_address_type", "unicast", "local"),
        ("connection_mark", "no-mark", "!no-mark"),
        ("connection_mark", "!other", "other"),
        ("packet_mark", "no-mark", "p"),
        ("routing_mark", "!t", "t"),
        ("connection_state", "new", "established,related"),
        ("connection_state", "!established", "!new"),
        ("protocol", "tcp", "udp"),
        ("protocol", "6", "!tcp"),
        ("dst_port", "80,443", "80,8080"),
        ("dst_port", "400-500", "!443"),
        ("src_port", "20000", "1-1024"),
        ("dscp", "0", "10"),
        ("dscp", "!10", "!0"),
    ],
)
def test_a_matcher_tells_packets_apart(name: str, yes: str, no: str) -> None:
    assert matches(LAN_PACKET, **{name: yes})
    assert not matches(LAN_PACKET, **{name: no})


def test_all_matchers_of_a_rule_have_to_match() -> None:
    assert matches(LAN_PACKET, protocol="tcp", dst_port="443")
    assert not matches(LAN_PACKET, protocol="udp", dst_port="443")


def test_ports_never_match_a_protocol_without_ports() -> None:
    echo = Packet.of("192.168.88.10", "1.1.1.1", "icmp", in_interface="bridge", icmp_id=443)
    assert not matches(echo, dst_port="0-65535")


def test_probes_can_be_told_apart_by_their_class() -> None:
    assert matches(LAN_PACKET.with_dscp(11), dscp="11")
    assert not matches(LAN_PACKET.with_dscp(11), dscp="12")


@pytest.mark.parametrize(
    ("dst", "kind"),
    [
        ("192.168.88.1", "local"),
        ("192.168.88.255", "broadcast"),
        ("255.255.255.255", "broadcast"),
        ("224.0.0.5", "multicast"),
        ("8.8.8.8", "unicast"),
    ],
)
def test_destinations_have_types(dst: str, kind: str) -> None:
    assert matches(packet(dst=dst), dst_address_type=kind)


def test_an_entry_of_an_address_list_counts_while_it_is_there() -> None:
    router = router_with_lists()
    router.mangle("mark-connection", new_connection_mark="hit", dst_address_list="hosts")
    world = router.world()
    entry = world.store.find("/ip/firewall/address-list", list="hosts")
    assert entry is not None
    world.store.remove("/ip/firewall/address-list", entry.id)
    assert world.trace(LAN_PACKET).connection_mark == ""


@pytest.mark.parametrize("fields", FIELDS)
def test_exactly_one_remainder_of_a_classifier_matches(fields: str) -> None:
    router = router_with_lists()
    for number in range(5):
        router.mangle(
            "mark-connection",
            new_connection_mark=str(number),
            connection_mark="no-mark",
            per_connection_classifier=f"{fields}:5/{number}",
        )
    world = router.world()
    for number in range(30):
        asked = packet(number, dst=f"1.2.3.{number}")
        wanted = world.hash_of(fields, asked) % 5
        assert world.trace(asked).connection_mark == str(wanted)


def test_a_negated_classifier_matches_the_other_buckets() -> None:
    router = router_with_lists()
    router.mangle(
        "mark-connection",
        new_connection_mark="hit",
        per_connection_classifier="!src-address:3/0",
    )
    world = router.world()
    for number in range(30):
        asked = packet(number)
        is_zero = world.hash_of("src-address", asked) % 3 == 0
        assert (world.trace(asked).connection_mark == "hit") != is_zero


def test_a_remainder_beyond_the_denominator_never_matches() -> None:
    for number in range(20):
        assert not matches(packet(number), per_connection_classifier="src-port:2/3")


def _with(asked: Packet, name: str) -> Packet:
    return dataclasses.replace(asked, **{name: 7})  # type: ignore[arg-type]  # names of numbers only


@pytest.mark.parametrize(
    ("fields", "same"),
    [
        ("src-address", {"dst": 7, "src_port": 7, "dst_port": 7}),
        ("dst-address", {"src": 7, "src_port": 7, "dst_port": 7}),
        ("both-addresses", {"src_port": 7, "dst_port": 7}),
        ("src-port", {"src": 7, "dst": 7, "dst_port": 7}),
        ("dst-port", {"src": 7, "dst": 7, "src_port": 7}),
        ("both-ports", {"src": 7, "dst": 7}),
        ("src-address-and-port", {"dst": 7, "dst_port": 7}),
        ("dst-address-and-port", {"src": 7, "src_port": 7}),
        ("both-addresses-and-ports", {}),
    ],
)
def test_a_classifier_looks_at_its_fields_only(fields: str, same: dict[str, int]) -> None:
    packet_of_numbers = Packet(1, 2, "tcp", 3, 4)
    reference = classifier_hash(fields, packet_of_numbers, 5)
    for name in ("src", "dst", "src_port", "dst_port"):
        changed = classifier_hash(fields, _with(packet_of_numbers, name), 5)
        assert (changed == reference) == (name in same)


def test_pings_share_one_bucket_of_both_ports_and_keep_their_addresses_elsewhere() -> None:
    pings = [Packet(number, 2, "icmp", icmp_id=number) for number in range(50)]
    assert len({classifier_hash("both-ports", ping, 5) for ping in pings}) == 1
    both = [classifier_hash("both-addresses-and-ports", ping, 5) for ping in pings]
    assert both == [classifier_hash("both-addresses", ping, 5) for ping in pings]
    assert len(set(both)) == 50


def test_the_way_back_hashes_otherwise() -> None:
    there, back = Packet(1, 2, "tcp", 3, 4), Packet(2, 1, "tcp", 4, 3)
    assert classifier_hash("both-addresses", there, 5) != classifier_hash("both-addresses", back, 5)
