"""Which routes are active, and how RouterOS words it."""

import pytest

from tests.sim.small_world import ROUTE, V6, V7, SmallRouter, put, rows, shown
from wanwatch.core.snapshot import Version
from wanwatch.sim.store import Item
from wanwatch.sim.world import World


def is_active(world: World, item: Item) -> bool:
    return world.computed(ROUTE, item).get("active") == "true"


@pytest.mark.parametrize("version", [V6, V7])
def test_the_smallest_distance_of_a_table_is_active(version: Version) -> None:
    router = SmallRouter(version)
    router.table("other")
    far = router.route("203.0.113.1", distance="2")
    near = router.route("198.51.100.1", distance="1")
    alone = router.route("203.0.113.1", "other", distance="9")
    world = router.world()
    assert [is_active(world, item) for item in (far, near, alone)] == [False, True, True]


@pytest.mark.parametrize("version", [V6, V7])
def test_disabling_the_best_route_lets_the_next_one_in(version: Version) -> None:
    router = SmallRouter(version)
    best, next_best = router.route("203.0.113.1"), router.route("198.51.100.1", distance="2")
    world = router.world()
    world.store.update(ROUTE, best.id, {"disabled": "true"})
    assert not is_active(world, best)
    assert is_active(world, next_best)
    world.store.update(ROUTE, best.id, {"disabled": "false"})
    assert [is_active(world, best), is_active(world, next_best)] == [True, False]


@pytest.mark.parametrize(
    ("gateway", "status"),
    [
        ("203.0.113.1", "203.0.113.1 reachable via  ether1"),
        ("203.0.113.1%ether1", "203.0.113.1%ether1 reachable via  ether1"),
        ("ether1", "ether1 reachable"),
        ("10.9.9.9", "10.9.9.9 unreachable"),
        ("nowhere1", "nowhere1 unreachable"),
        (
            "10.9.9.9,203.0.113.1",
            "10.9.9.9 unreachable,203.0.113.1 reachable via  ether1",
        ),
    ],
)
def test_v6_words_the_gateway_status(gateway: str, status: str) -> None:
    router = SmallRouter(V6)
    item = router.route(gateway)
    assert router.world().computed(ROUTE, item)["gateway-status"] == status


def test_v6_calls_the_gateway_of_a_disabled_route_inactive() -> None:
    router = SmallRouter(V6)
    item = router.route("ether2", disabled="true")
    computed = router.world().computed(ROUTE, item)
    assert computed["gateway-status"] == "ether2 inactive"
    assert "active" not in computed


@pytest.mark.parametrize(
    ("gateway", "immediate"),
    [
        ("203.0.113.1", "203.0.113.1%ether1"),
        ("203.0.113.1%ether1", "203.0.113.1%ether1"),
        ("ether1", "ether1"),
        ("10.9.9.9", ""),
    ],
)
def test_v7_names_the_immediate_gateway(gateway: str, immediate: str) -> None:
    router = SmallRouter(V7)
    item = router.route(gateway)
    computed = router.world().computed(ROUTE, item)
    assert computed["immediate-gw"] == immediate
    assert (computed["active"] == "true") == bool(immediate)
    assert computed["inactive"] == ("false" if immediate else "true")


def test_v6_shows_a_recursive_next_hop() -> None:
    router = SmallRouter(V6)
    router.route("203.0.113.1", dst_address="8.8.8.8/32", scope="10")
    item = router.route("8.8.8.8")
    computed = router.world().computed(ROUTE, item)
    assert computed["gateway-status"] == "8.8.8.8 recursive via 203.0.113.1 ether1"
    assert computed["active"] == "true"


@pytest.mark.parametrize(("target_scope", "immediate"), [("10", ""), ("11", "203.0.113.1%ether1")])
def test_v7_recursion_needs_a_larger_target_scope(target_scope: str, immediate: str) -> None:
    router = SmallRouter(V7)
    router.route("203.0.113.1", dst_address="8.8.8.8/32", scope="10")
    item = router.route("8.8.8.8", target_scope=target_scope)
    world = router.world()
    assert is_active(world, item) == bool(immediate)
    assert world.computed(ROUTE, item)["immediate-gw"] == immediate


def test_a_route_of_scope_30_never_carries_a_recursive_gateway() -> None:
    router = SmallRouter(V6)
    router.route("203.0.113.1", dst_address="8.8.8.8/32")
    item = router.route("8.8.8.8")
    assert not is_active(router.world(), item)


def test_v6_does_not_recurse_through_an_address_with_an_interface() -> None:
    router = SmallRouter(V6)
    router.route("203.0.113.1%ether1", dst_address="8.8.8.8/32", scope="10")
    item = router.route("8.8.8.8")
    assert not is_active(router.world(), item)


def test_two_routes_that_carry_each_other_carry_nothing() -> None:
    router = SmallRouter(V7)
    one = router.route("9.9.9.9", dst_address="8.8.8.8/32", scope="10", target_scope="20")
    two = router.route("8.8.8.8", dst_address="9.9.9.9/32", scope="10", target_scope="20")
    world = router.world()
    assert [is_active(world, one), is_active(world, two)] == [False, False]


def test_v7_marks_routes_of_the_same_distance_as_ecmp() -> None:
    router = SmallRouter(V7)
    items = [router.route("203.0.113.1"), router.route("198.51.100.1")]
    world = router.world()
    assert [world.computed(ROUTE, item)["ecmp"] for item in items] == ["true", "true"]
    assert all(is_active(world, item) for item in items)


def test_v6_takes_one_of_two_routes_of_the_same_distance() -> None:
    router = SmallRouter(V6)
    items = [router.route("203.0.113.1"), router.route("198.51.100.1")]
    world = router.world()
    assert [is_active(world, item) for item in items] == [True, False]


def test_a_route_into_a_table_that_does_not_exist_is_inactive() -> None:
    router = SmallRouter(V7)
    item = router.route("203.0.113.1", "nobody")
    computed = router.world().computed(ROUTE, item)
    assert (computed["active"], computed["inactive"]) == ("false", "true")


def test_a_blackhole_is_active_without_a_gateway() -> None:
    v7, v6 = SmallRouter(V7), SmallRouter(V6)
    seven = v7.row(ROUTE, dst_address="10.0.0.0/8", blackhole="true")
    six = v6.row(ROUTE, dst_address="10.0.0.0/8", type="blackhole")
    for router, item in ((v7, seven), (v6, six)):
        computed = router.world().computed(ROUTE, item)
        assert (computed["active"], computed["blackhole"]) == ("true", "true")


def test_addresses_make_connected_routes() -> None:
    router = SmallRouter(V7)
    found = {row["dst-address"]: row for row in rows(router.world(), ROUTE)}
    assert found["192.168.88.0/24"]["gateway"] == "bridge"
    assert found["203.0.113.0/30"]["connect"] == "true"
    assert found["203.0.113.0/30"]["distance"] == "0"
    assert found["203.0.113.0/30"]["local-address"] == "203.0.113.2%ether1"


def test_a_point_to_point_address_makes_a_route_to_its_peer() -> None:
    router = SmallRouter(V6)
    put(router.store, "/interface/pppoe-client", name="pppoe-out1", interface="ether1")
    router.row("/ip/address", address="100.1.1.1/32", network="100.1.1.254", interface="pppoe-out1")
    found = {row["dst-address"]: row for row in rows(router.world(), ROUTE)}
    assert found["100.1.1.254/32"]["gateway-status"] == "pppoe-out1 reachable"


def test_the_rows_of_the_router_itself_are_dynamic_and_come_with_their_own_ids() -> None:
    router = SmallRouter(V7)
    static = router.route("203.0.113.1")
    items = list(router.world().rows(ROUTE))
    assert [item.dynamic for item in items] == [False, True, True, True]
    assert items[0] is static
    assert all(int(item.id[1:], 16) >= 0x80000001 for item in items[1:])


@pytest.mark.parametrize("version", [V6, V7])
def test_an_interface_that_is_down_takes_its_routes_along(version: Version) -> None:
    router = SmallRouter(version)
    item = router.route("203.0.113.1")
    spare = router.route("198.51.100.1", distance="2")
    world = router.world()
    world.line("ether1").cut(interface_down=True)
    assert [is_active(world, item), is_active(world, spare)] == [False, True]
    connected = [row for row in rows(world, ROUTE) if row["dst-address"] == "203.0.113.0/30"]
    if version is V7:
        assert connected == []
    else:
        assert connected[0]["gateway-status"] == "ether1 unreachable"
        assert "active" not in connected[0]


def test_a_route_shows_what_was_configured_too() -> None:
    router = SmallRouter(V7)
    item = router.route("203.0.113.1", comment="line one", distance="7")
    row = shown(router.world(), ROUTE, item)
    assert (row["comment"], row["distance"], row["static"]) == ("line one", "7", "true")
