"""IPv6's menus of the built-in router: where routes lead, and what may be done to the rows."""

import pytest

from wanwatch.core.snapshot import Version
from wanwatch.sim.export import load_export
from wanwatch.sim.menus import menus_of
from wanwatch.sim.menus_ipv6 import ADDRESSES, CONNECTIONS, MANGLE, ROUTES
from wanwatch.sim.store import Store
from wanwatch.sim.world import World

from .tiny_router import TinyRouter, ask, trap_of

BASE = """
/interface bridge
add name=bridge
/ip address
add address=203.0.113.2/30 interface=ether1
add address=198.51.100.2/30 interface=ether2
/ipv6 address
add address=2001:db8:2::2/64 interface=ether2
"""
HEADERS = {6: "# by RouterOS 6.49\n", 7: "# by RouterOS 7.20\n/routing table\nadd fib name=wan1\n"}
LINES = {6: "/ip route\nadd gateway=203.0.113.1\n", 7: "/ip route\nadd gateway=203.0.113.1\n"}


def world_of(routes: str, major: int = 7, more: str = "") -> World:
    store = Store()
    text = f"{HEADERS[major]}{BASE}{LINES[major]}{more}/ipv6 route\n{routes}"
    version = load_export(text, store).version
    return World(store, version, clock=lambda: 0.0, seed=1)


def shown(world: World, name: str, menu: str = ROUTES) -> list[str]:
    return [world.computed(menu, item).get(name, "") for item in world.rows(menu)]


@pytest.mark.parametrize(
    ("gateway", "hop"),
    [
        ("fe80::1%ether1", "fe80::1%ether1"),
        ("ether2", "ether2"),
        ("2001:db8:2::1", "2001:db8:2::1%ether2"),
        ("2001:db8:3::1", ""),
        ("fe80::1", ""),
        ("fe80::1%ether9", ""),
    ],
)
def test_a_gateway_leads_by_its_interface_or_a_connected_prefix(gateway: str, hop: str) -> None:
    world = world_of(f"add dst-address=::/0 gateway={gateway}\n")
    assert shown(world, "immediate-gw") == [hop]
    assert shown(world, "active") == ["true" if hop else "false"]


def test_a_gateway_leads_through_a_route_whose_scope_allows_it() -> None:
    routes = (
        "add dst-address=::/0 gateway=2001:db8:9::1 target-scope=11\n"
        "add dst-address=::/0 gateway=2001:db8:9::1 routing-table=wan1\n"
        "add dst-address=2001:db8:9::1/128 gateway=fe80::5%ether1 scope=10\n"
    )
    assert shown(world_of(routes), "immediate-gw") == ["fe80::5%ether1", "", "fe80::5%ether1"]


def test_the_nearest_usable_route_of_a_table_is_active_and_equals_share() -> None:
    routes = (
        "add dst-address=::/0 gateway=fe80::1%ether1 distance=2\n"
        "add dst-address=::/0 gateway=fe80::1%ether2 distance=2\n"
        "add dst-address=::/0 gateway=2001:db8:3::1 distance=1\n"
        "add dst-address=::/0 gateway=ether1 distance=3\n"
        "add dst-address=::/0 gateway=ether1 routing-table=wan1\n"
        "add dst-address=::/0 gateway=ether1 disabled=yes\n"
    )
    world = world_of(routes)
    assert shown(world, "active") == ["true", "true", "false", "false", "true", "false"]
    assert shown(world, "ecmp") == ["true", "true", "false", "false", "false", "false"]


def test_a_route_of_a_line_that_is_unplugged_is_not_active() -> None:
    world = world_of("add dst-address=::/0 gateway=fe80::1%ether1\n")
    world.line("ether1").cut(interface_down=True)
    assert shown(world, "active") == ["false"]


def test_routeros_6_says_it_in_gateway_status() -> None:
    world = world_of("add gateway=fe80::1%ether1\nadd gateway=2001:db8:3::1 distance=2\n", 6)
    assert shown(world, "gateway-status") == [
        "fe80::1%ether1 reachable via  ether1",
        "2001:db8:3::1 unreachable",
    ]
    assert shown(world, "active") == ["true", ""]


def test_a_rule_for_a_table_that_is_not_there_is_invalid() -> None:
    rules = (
        "/ipv6 firewall mangle\n"
        "add action=mark-routing chain=prerouting new-routing-mark=wan1\n"
        "add action=mark-routing chain=prerouting new-routing-mark=wan7\n"
    )
    world = world_of("add gateway=ether1\n", more=rules)
    assert shown(world, "invalid", MANGLE) == ["false", "true"]


def test_ipv6_has_no_routing_marks_and_no_nat_on_routeros_6() -> None:
    old, new = menus_of(Version(6, 49)), menus_of(Version(7, 20))
    assert "routing-mark" not in old[ROUTES].by_name
    assert "routing-table" in new[ROUTES].by_name
    assert "/ipv6/firewall/nat" not in old
    assert "/ipv6/firewall/nat" in new


def test_an_ipv4_gateway_is_refused() -> None:
    assert "gateway" in trap_of(TinyRouter(), f"{ROUTES}/add", "=gateway=203.0.113.1")


def test_connections_are_removed_by_id_and_forgotten_at_a_reboot() -> None:
    router = TinyRouter()
    for _ in range(2):
        router.store.add(CONNECTIONS, {"protocol": "udp"}, dynamic=True)
    ask(router, f"{CONNECTIONS}/remove", "=.id=*1")
    assert [item.id for item in router.store.items(CONNECTIONS)] == ["*2"]
    world = world_of("add gateway=ether1\n")
    world.store.add(CONNECTIONS, {"protocol": "udp"}, dynamic=True)
    world.reboot()
    assert world.store.items(CONNECTIONS) == []


def test_a_port_that_only_ipv6_names_is_there() -> None:
    world = world_of(
        "add gateway=ether1\n", more="/ipv6 address\nadd address=fd00::1/64 interface=ether5\n"
    )
    assert shown(world, "actual-interface", ADDRESSES) == ["ether2", "ether5"]
