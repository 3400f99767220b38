"""check-gateway, and the dynamic routes of DHCP and PPPoE clients."""

import pytest

from tests.sim.small_world import ROUTE, V6, V7, SmallRouter, put, rows
from wanwatch.core.snapshot import Version
from wanwatch.sim.store import Item
from wanwatch.sim.world import World


def is_active(world: World, item: Item) -> bool:
    return world.computed(ROUTE, item).get("active") == "true"


def checked_router(check: str = "ping") -> tuple[SmallRouter, Item, Item]:
    router = SmallRouter(V7)
    first = router.route("203.0.113.1", check_gateway=check)
    second = router.route("198.51.100.1", distance="2")
    return router, first, second


def test_a_silent_first_hop_is_given_up_after_twenty_seconds() -> None:
    router, first, second = checked_router()
    world = router.world()
    router.clock.now = 100.0
    world.line("ether1").cut()
    router.clock.now = 119.9
    assert is_active(world, first)
    router.clock.now = 120.0
    assert not is_active(world, first)
    assert is_active(world, second)
    assert world.computed(ROUTE, first)["immediate-gw"] == "203.0.113.1%ether1"


def test_a_mended_line_is_taken_back_at_once() -> None:
    router, first, _ = checked_router("arp")
    world = router.world()
    world.line("ether1").cut()
    router.clock.now = 30.0
    assert not is_active(world, first)
    world.line("ether1").mend()
    assert is_active(world, first)


def test_a_cut_beyond_the_first_hop_is_not_seen() -> None:
    router, first, _ = checked_router()
    world = router.world()
    world.line("ether1").cut(beyond=True)
    router.clock.now = 1000.0
    assert is_active(world, first)


def test_a_recursive_gateway_sees_beyond_the_first_hop() -> None:
    router = SmallRouter(V6)
    router.route("203.0.113.1", dst_address="8.8.8.8/32", scope="10")
    item = router.route("8.8.8.8", check_gateway="ping")
    world = router.world()
    world.line("ether1").cut(beyond=True)
    router.clock.now = 25.0
    assert not is_active(world, item)
    assert world.computed(ROUTE, item)["gateway-status"] == "8.8.8.8 unreachable"


def test_the_check_of_one_route_counts_for_all_with_that_gateway() -> None:
    router = SmallRouter(V7)
    router.table("other")
    router.route("203.0.113.1", check_gateway="ping")
    unchecked = router.route("203.0.113.1", "other")
    world = router.world()
    world.line("ether1").cut()
    router.clock.now = 25.0
    assert not is_active(world, unchecked)


def test_without_a_check_a_silent_gateway_stays_active() -> None:
    router = SmallRouter(V7)
    item = router.route("203.0.113.1", check_gateway="none")
    world = router.world()
    world.line("ether1").cut()
    router.clock.now = 1000.0
    assert is_active(world, item)


def test_the_delay_can_be_chosen() -> None:
    router, first, _ = checked_router()
    world = World(router.store, V7, clock=router.clock, seed=1, check_gateway_after=0.0)
    world.line("ether1").cut()
    assert not is_active(world, first)


def dhcp_router(version: Version = V7, **properties: str) -> SmallRouter:
    router = SmallRouter(version, lines=1)
    put(router.store, "/interface/ethernet", name="ether8", default_name="ether8")
    put(router.store, "/ip/dhcp-client", interface="ether8", **properties)
    return router


def defaults(world: World) -> list[tuple[str, str, str, str]]:
    return [
        (item.id, row["gateway"], row["distance"], row.get("routing-table", "-"))
        for item in world.rows(ROUTE)
        if (row := {**item.properties, **world.computed(ROUTE, item)})["dst-address"] == "0.0.0.0/0"
    ]


def test_a_dhcp_client_brings_an_address_and_a_default_route() -> None:
    world = dhcp_router(default_route_distance="5").world()
    (client,) = rows(world, "/ip/dhcp-client")
    assert client["status"] == "bound"
    (default,) = defaults(world)
    assert default[1:] == (client["gateway"], "5", "main")
    assert client["address"] in [row["address"] for row in rows(world, "/ip/address")]
    dynamic = [row for row in rows(world, ROUTE) if row["dst-address"] == "0.0.0.0/0"]
    assert (dynamic[0]["dhcp"], dynamic[0]["static"]) == ("true", "false")


def test_a_dhcp_client_may_fill_several_tables() -> None:
    router = dhcp_router(default_route_tables="main:2,probe:3")
    router.table("probe")
    found = [(distance, table) for _, _, distance, table in defaults(router.world())]
    assert found == [("2", "main"), ("3", "probe")]


def test_a_client_that_wants_no_default_route_gets_none() -> None:
    world = dhcp_router(add_default_route="no").world()
    assert defaults(world) == []
    assert world.uplinks() == ()


def test_a_disabled_client_holds_nothing() -> None:
    world = dhcp_router(disabled="true").world()
    assert defaults(world) == []
    assert rows(world, "/ip/dhcp-client")[0]["status"] == "stopped"


def test_a_renewal_brings_new_ids_and_may_bring_a_new_gateway() -> None:
    world = dhcp_router().world()
    before = defaults(world)
    assert defaults(world) == before
    world.renew("ether8", "198.18.0.9", "198.18.0.1")
    after = defaults(world)
    assert after[0][0] != before[0][0]
    assert after[0][1] == "198.18.0.1"
    assert rows(world, "/ip/dhcp-client")[0]["address"] == "198.18.0.9/24"


@pytest.mark.parametrize("version", [V6, V7])
def test_a_pppoe_client_that_falls_loses_its_route_and_dials_again(version: Version) -> None:
    router = SmallRouter(version, lines=1)
    put(
        router.store,
        "/interface/pppoe-client",
        name="pppoe-out1",
        interface="ether1",
        add_default_route="true",
        default_route_distance="100",
    )
    world = router.world()
    (before,) = defaults(world)
    assert before[1:3] == ("pppoe-out1", "100")
    world.line("pppoe-out1").cut(interface_down=True)
    assert defaults(world) == []
    (client,) = rows(world, "/interface/pppoe-client")
    assert client["running"] == "false"
    world.line("pppoe-out1").mend()
    (after,) = defaults(world)
    assert after[0] != before[0]


def test_an_unplugged_port_takes_the_pppoe_client_on_it_along() -> None:
    router = SmallRouter(V7, lines=1)
    put(router.store, "/interface/pppoe-client", name="pppoe-out1", interface="ether1")
    item = router.route("pppoe-out1")
    world = router.world()
    assert is_active(world, item)
    port = world.store.find("/interface/ethernet", name="ether1")
    assert port is not None
    world.store.update("/interface/ethernet", port.id, {"disabled": "true"})
    assert not is_active(world, item)


def test_a_lease_brings_the_gateway_that_static_routes_expect() -> None:
    router = SmallRouter(V7, lines=1)
    for name in ("ether7", "ether8"):
        put(router.store, "/interface/ethernet", name=name, default_name=name)
        put(router.store, "/ip/dhcp-client", interface=name, add_default_route="no")
    items = [
        router.route("192.168.100.1%ether8"),
        router.route("192.168.7.1", distance="2"),
        router.route("203.0.113.1", distance="3"),
    ]
    world = router.world()
    immediate = [world.computed(ROUTE, item)["immediate-gw"] for item in items]
    assert immediate == ["192.168.100.1%ether8", "192.168.7.1%ether7", "203.0.113.1%ether1"]


def test_two_modems_with_the_same_gateway_are_told_apart() -> None:
    router = SmallRouter(V7, lines=1)
    for name in ("ether7", "ether8"):
        put(router.store, "/interface/ethernet", name=name, default_name=name)
        put(router.store, "/ip/dhcp-client", interface=name, add_default_route="no")
        router.route(f"192.168.100.1%{name}")
    clients = rows(router.world(), "/ip/dhcp-client")
    assert {row["gateway"] for row in clients} == {"192.168.100.1"}
    assert len({row["address"] for row in clients}) == 2
