"""Connection tracking entries: how they arise, read, age and go."""

import pytest

from tests.sim.small_world import (
    CONNECTION,
    NAT,
    V6,
    V7,
    SmallRouter,
    balanced,
    packet,
    packet_over,
    put,
    rows,
)
from wanwatch.core.snapshot import Version
from wanwatch.sim.packet import Packet, to_text
from wanwatch.sim.world import World

OWN = {"ether1": "203.0.113.2", "ether2": "198.51.100.2"}


def timeout_of(world: World) -> str:
    (row,) = rows(world, CONNECTION)
    return row["timeout"]


@pytest.mark.parametrize("name", ["ether1", "ether2"])
def test_a_connection_bears_the_mark_and_the_address_of_its_line(name: str) -> None:
    world = balanced().world()
    asked = packet_over(world, name)
    assert world.ask(asked).delay == 0.0
    (row,) = rows(world, CONNECTION)
    assert row["connection-mark"] == f"{name}_conn"
    assert row["reply-dst-address"] == OWN[name]
    assert row["reply-src-address"] == row["dst-address"] == "1.1.1.1"
    assert row["src-address"] == to_text(asked.src)
    assert (row["tcp-state"], row["seen-reply"], row["assured"]) == ("established", "true", "true")
    assert row["srcnat"] == "true"


def test_ports_are_properties_of_their_own_on_newer_versions() -> None:
    world = balanced(V7).world()
    world.ask(packet())
    (row,) = rows(world, CONNECTION)
    assert (row["src-port"], row["dst-port"]) == ("20000", "443")
    assert (row["reply-src-port"], row["reply-dst-port"]) == ("443", "20000")


@pytest.mark.parametrize("version", [V6, Version(7, 15)])
def test_ports_follow_the_address_on_older_versions(version: Version) -> None:
    world = balanced(version).world()
    asked = packet_over(world, "ether1")
    world.ask(asked)
    (row,) = rows(world, CONNECTION)
    assert row["src-address"] == f"{to_text(asked.src)}:{asked.src_port}"
    assert row["reply-dst-address"] == f"203.0.113.2:{asked.src_port}"
    assert "src-port" not in row


@pytest.mark.parametrize("version", [V6, V7])
def test_a_ping_has_an_id_and_no_ports(version: Version) -> None:
    world = balanced(version).world()
    world.ask(Packet.of("192.168.88.9", "1.1.1.1", "icmp", in_interface="bridge", icmp_id=77))
    (row,) = rows(world, CONNECTION)
    assert (row["icmp-id"], row["icmp-type"]) == ("77", "8")
    assert row["src-address"] == "192.168.88.9"
    assert "src-port" not in row


def test_an_unmarked_connection_shows_no_mark() -> None:
    router = SmallRouter()
    router.route("203.0.113.1")
    router.row(NAT, chain="srcnat", action="masquerade", out_interface="ether1")
    world = router.world()
    world.ask(packet())
    (row,) = rows(world, CONNECTION)
    assert "connection-mark" not in row


def test_src_nat_gives_the_address_it_names() -> None:
    router = SmallRouter()
    router.route("203.0.113.1")
    put(router.store, "/interface/list", name="WAN")
    put(router.store, "/interface/list/member", list="WAN", interface="ether1")
    router.row(NAT, chain="srcnat", action="accept", dst_address="2.2.2.2")
    router.row(
        NAT,
        chain="srcnat",
        action="src-nat",
        to_addresses="203.0.113.2",
        out_interface_list="WAN",
        src_address="192.168.88.0/24",
    )
    world = router.world()
    assert world.ask(packet()).passage.source == world.trace(packet()).source
    assert rows(world, CONNECTION)[0]["reply-dst-address"] == "203.0.113.2"
    assert to_text(world.trace(packet(dst="2.2.2.2")).source) == "192.168.88.10"


def test_without_nat_nobody_answers_a_private_address() -> None:
    router = SmallRouter()
    router.route("203.0.113.1")
    world = router.world()
    assert world.ask(packet()).delay is None
    (row,) = rows(world, CONNECTION)
    assert (row["srcnat"], row["seen-reply"]) == ("false", "false")


def test_two_clients_with_the_same_port_get_different_ports_outside() -> None:
    router = SmallRouter()
    router.route("203.0.113.1")
    router.row(NAT, chain="srcnat", action="masquerade", out_interface="ether1")
    world = router.world()
    for host in ("192.168.88.10", "192.168.88.11"):
        world.ask(Packet.of(host, "1.1.1.1", src_port=5000, dst_port=443, in_interface="bridge"))
    ports = [row["reply-dst-port"] for row in rows(world, CONNECTION)]
    assert ports[0] == "5000"
    assert ports[1] != "5000"


def test_packets_of_one_connection_make_one_entry() -> None:
    world = balanced().world()
    for _ in range(3):
        world.ask(packet())
    (row,) = rows(world, CONNECTION)
    assert (row["orig-packets"], row["repl-packets"]) == ("3", "3")


@pytest.mark.parametrize(("protocol", "first"), [("tcp", "1d"), ("udp", "10s"), ("icmp", "10s")])
def test_a_timeout_follows_the_protocol(protocol: str, first: str) -> None:
    world = balanced().world()
    world.ask(packet(protocol=protocol))
    assert timeout_of(world) == first


def test_a_udp_stream_lives_longer_than_one_question() -> None:
    world = balanced().world()
    world.ask(packet(protocol="udp"))
    world.ask(packet(protocol="udp"))
    assert timeout_of(world) == "3m"


def test_a_timeout_runs_down_and_traffic_restores_it() -> None:
    router = balanced()
    world = router.world()
    world.ask(packet(protocol="udp"))
    router.clock.now = 4.0
    assert timeout_of(world) == "6s"
    world.ask(packet(protocol="udp"))
    assert timeout_of(world) == "3m"


def test_an_entry_is_gone_when_its_time_is_over() -> None:
    router = balanced()
    world = router.world()
    world.ask(packet(protocol="udp"))
    router.clock.now = 10.0
    assert rows(world, CONNECTION) == []
    assert world.entries() == []


def test_an_unanswered_first_packet_is_forgotten_soon() -> None:
    router = balanced()
    world = router.world()
    for name in world.uplinks():
        world.line(name).cut(beyond=True)
    world.ask(packet())
    (row,) = rows(world, CONNECTION)
    assert (row["tcp-state"], row["timeout"], row["assured"]) == ("syn-sent", "5s", "false")


def test_data_without_an_answer_shortens_the_life_of_a_connection() -> None:
    world = balanced().world()
    asked = packet_over(world, "ether1")
    world.ask(asked)
    world.line("ether1").cut(beyond=True)
    world.ask(asked)
    assert timeout_of(world) == "5m"


def test_timeouts_can_be_set_on_the_router() -> None:
    router = balanced()
    router.row(f"{CONNECTION}/tracking", udp_timeout="30s")
    world = router.world()
    world.ask(packet(protocol="udp"))
    assert timeout_of(world) == "30s"


def test_an_entry_can_be_removed_once() -> None:
    world = balanced().world()
    world.ask(packet())
    (item,) = world.rows(CONNECTION)
    assert world.remove_connection(item.id)
    assert not world.remove_connection(item.id)
    assert not world.remove_connection("nonsense")
    assert list(world.rows(CONNECTION)) == []


def test_ids_are_upper_hexadecimal() -> None:
    world = balanced().world()
    for number in range(27):
        world.ask(packet(number))
    assert [item.id for item in world.rows(CONNECTION)][-1] == "*1B"


def test_tracking_counts_its_entries() -> None:
    router = balanced()
    tracking = router.row(f"{CONNECTION}/tracking", enabled="auto")
    world = router.world()
    for number in range(5):
        world.ask(packet(number))
    assert world.computed(f"{CONNECTION}/tracking", tracking)["total-entries"] == "5"


def test_tracing_makes_no_entry_and_changes_none() -> None:
    world = balanced().world()
    world.ask(packet())
    (before,) = rows(world, CONNECTION)
    world.trace(packet())
    world.trace(packet(5))
    assert rows(world, CONNECTION) == [before]


def test_the_router_itself_has_one_entry_for_one_ping_id() -> None:
    world = balanced().world()
    own = Packet(0, packet().dst, "icmp", icmp_id=5)
    assert world.ask(own).delay == 0.0
    assert world.ask(own).delay == 0.0
    (row,) = rows(world, CONNECTION)
    assert (row["src-address"], row["orig-packets"]) == ("203.0.113.2", "2")
    assert row["srcnat"] == "false"
