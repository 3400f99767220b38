"""Where a marked packet goes: its table, the fall through to main, rules and stops."""

import pytest

from tests.sim.small_world import ROUTE, V6, V7, SmallRouter, packet, packet_over
from wanwatch.core.snapshot import Version
from wanwatch.sim.forwarding import Fate
from wanwatch.sim.packet import Packet, to_number


def marking_router(version: Version, table: str = "wan2") -> SmallRouter:
    """Everything of the LAN is marked for a table; main leads out by ether1."""
    router = SmallRouter(version)
    router.table(table)
    router.route("203.0.113.1")
    router.mangle(
        "mark-routing", in_interface="bridge", dst_address_type="!local", new_routing_mark=table
    )
    return router


@pytest.mark.parametrize("version", [V6, V7])
def test_a_mark_leads_into_its_table(version: Version) -> None:
    router = marking_router(version)
    router.route("198.51.100.1", "wan2")
    trace = router.world().trace(packet())
    assert (trace.table, trace.out_interface) == ("wan2", "ether2")


@pytest.mark.parametrize("version", [V6, V7])
def test_a_table_without_an_active_route_falls_through_to_main(version: Version) -> None:
    router = marking_router(version)
    item = router.route("198.51.100.1", "wan2")
    world = router.world()
    world.store.update(ROUTE, item.id, {"disabled": "true"})
    trace = world.trace(packet())
    assert (trace.table, trace.out_interface) == ("main", "ether1")
    assert trace.routing_mark == "wan2"


@pytest.mark.parametrize("version", [V6, V7])
def test_a_blackhole_in_the_table_stops_the_fall(version: Version) -> None:
    router = marking_router(version)
    stop = {"blackhole": "true"} if version is V7 else {"type": "blackhole"}
    router.route("", "wan2", distance="254", **stop)
    own = router.route("198.51.100.1", "wan2")
    world = router.world()
    assert world.trace(packet()).out_interface == "ether2"
    world.store.update(ROUTE, own.id, {"disabled": "true"})
    assert world.trace(packet()).fate is Fate.STOPPED
    assert world.ask(packet()).delay is None


@pytest.mark.parametrize("version", [V6, V7])
def test_lookup_only_in_table_stops_the_fall_too(version: Version) -> None:
    router = marking_router(version)
    menu = "/routing/rule" if version is V7 else "/ip/route/rule"
    rule = router.row(menu, routing_mark="wan2", action="lookup-only-in-table", table="wan2")
    world = router.world()
    assert world.trace(packet()).fate is Fate.NO_ROUTE
    world.store.update(menu, rule.id, {"action": "lookup"})
    assert world.trace(packet()).out_interface == "ether1"


def test_a_rule_sends_a_source_into_a_table() -> None:
    router = SmallRouter(V7)
    router.table("wan2")
    router.route("203.0.113.1")
    router.route("198.51.100.1", "wan2")
    router.row("/routing/rule", src_address="192.168.88.11", action="lookup", table="wan2")
    world = router.world()
    assert world.trace(packet(0)).out_interface == "ether1"
    assert world.trace(packet(1)).out_interface == "ether2"


def test_a_rule_for_another_interface_does_not_apply() -> None:
    router = SmallRouter(V7)
    router.table("wan2")
    router.route("203.0.113.1")
    router.route("198.51.100.1", "wan2")
    router.row("/routing/rule", interface="ether1", action="lookup", table="wan2")
    assert router.world().trace(packet()).out_interface == "ether1"


def test_a_rule_may_refuse() -> None:
    router = SmallRouter(V7)
    router.route("203.0.113.1")
    router.row("/routing/rule", dst_address="1.0.0.0/8", action="unreachable")
    assert router.world().trace(packet()).fate is Fate.NO_ROUTE


def to_router(version: Version) -> Fate:
    router = SmallRouter(version)
    router.table("wan2")
    router.route("198.51.100.1", "wan2")
    router.mangle("mark-routing", in_interface="bridge", new_routing_mark="wan2")
    return router.world().trace(packet(dst="192.168.88.1")).fate


def test_only_v7_looks_at_the_mark_before_its_own_addresses() -> None:
    assert to_router(V6) is Fate.LOCAL
    assert to_router(V7) is Fate.SENT


def test_a_table_without_fib_means_main() -> None:
    router = SmallRouter(V7)
    router.row("/routing/table", name="nofib")
    router.route("203.0.113.1")
    router.route("198.51.100.1", "nofib")
    router.mangle("mark-routing", in_interface="bridge", new_routing_mark="nofib")
    assert router.world().trace(packet()).out_interface == "ether1"


def test_a_longer_prefix_wins_over_the_default() -> None:
    router = SmallRouter(V7)
    router.route("203.0.113.1")
    router.route("198.51.100.1", dst_address="1.1.1.0/24", distance="50")
    world = router.world()
    assert world.trace(packet(dst="1.1.1.1")).out_interface == "ether2"
    assert world.trace(packet(dst="1.1.2.1")).out_interface == "ether1"


@pytest.mark.parametrize("version", [V6, V7])
def test_ecmp_spreads_pairs_of_addresses_and_keeps_each_on_its_line(version: Version) -> None:
    router = SmallRouter(version)
    if version is V6:
        router.route("203.0.113.1,198.51.100.1")
    else:
        router.route("203.0.113.1")
        router.route("198.51.100.1")
    world = router.world()
    used = [world.trace(packet(dst=f"1.1.{n}.1")).out_interface for n in range(200)]
    assert min(used.count("ether1"), used.count("ether2")) > 60
    assert used == [world.trace(packet(dst=f"1.1.{n}.1")).out_interface for n in range(200)]


def test_v6_ecmp_leaves_out_an_unreachable_gateway() -> None:
    router = SmallRouter(V6)
    router.route("203.0.113.1,198.51.100.1")
    world = router.world()
    world.line("ether1").cut(interface_down=True)
    used = {world.trace(packet(dst=f"1.1.{n}.1")).out_interface for n in range(50)}
    assert used == {"ether2"}


def test_without_any_route_there_is_no_way() -> None:
    trace = SmallRouter(V7).world().trace(packet())
    assert (trace.fate, trace.out_interface) == (Fate.NO_ROUTE, "")


def test_the_router_itself_needs_a_route_in_main_even_when_output_is_marked() -> None:
    router = SmallRouter(V7)
    router.table("wan2")
    router.route("198.51.100.1", "wan2")
    router.mangle("mark-routing", chain="output", new_routing_mark="wan2")
    main = router.route("203.0.113.1")
    world = router.world()
    own = Packet(0, to_number("1.1.1.1"), "icmp", icmp_id=7)
    assert world.trace(own).out_interface == "ether2"
    world.store.update(ROUTE, main.id, {"disabled": "true"})
    assert world.trace(own).fate is Fate.NO_ROUTE


def test_the_helper_finds_a_connection_for_each_line() -> None:
    router = SmallRouter(V7)
    router.balance()
    world = router.world()
    for name in ("ether1", "ether2"):
        assert world.trace(packet_over(world, name)).out_interface == name
