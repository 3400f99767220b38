"""Where a gateway leads, as the router says or as its addresses tell."""

from dataclasses import replace

import pytest

from tests.factories import default, router
from wanwatch.core.gateways import next_hops, resolve
from wanwatch.core.snapshot import Address, NextHop, Route, Snapshot, Version

HOST = Route("host", "9.9.9.9/32", ("203.0.1.1",))
ROUTER = replace(router(), routes=(*router().routes, HOST))


@pytest.mark.parametrize(
    ("gateway", "hop"),
    [
        ("203.0.1.1", NextHop("203.0.1.1", "ether1")),
        ("pppoe-out1", NextHop("", "pppoe-out1")),
        ("203.0.9.1%Port3: WAN3", NextHop("203.0.9.1", "Port3: WAN3")),
        ("203.0.2.1@main", NextHop("203.0.2.1", "ether2")),
        ("9.9.9.9", NextHop("203.0.1.1", "ether1")),
        ("8.8.8.8", NextHop("8.8.8.8", "")),
        ("203.0.1.2", NextHop("203.0.1.2", "")),
    ],
)
def test_a_gateway_is_worked_out_in_every_form(gateway: str, hop: NextHop) -> None:
    assert resolve(gateway, ROUTER) == hop


def test_the_longest_connected_prefix_wins() -> None:
    wide = Address("203.0.0.1/16", "bridge", "203.0.0.0")
    snapshot = replace(ROUTER, addresses=(wide, *ROUTER.addresses))
    assert resolve("203.0.1.1", snapshot).interface == "ether1"
    assert resolve("203.0.77.1", snapshot).interface == "bridge"


def test_a_disabled_address_connects_nothing() -> None:
    off = tuple(replace(address, disabled=True) for address in ROUTER.addresses)
    assert not resolve("203.0.1.1", replace(ROUTER, addresses=off)).interface


def test_a_point_to_point_address_connects_its_peer() -> None:
    snapshot = Snapshot(
        Version(6, 49), addresses=(Address("203.0.113.9/32", "pppoe-out1", "10.0.0.1"),)
    )
    assert resolve("10.0.0.1", snapshot).interface == "pppoe-out1"
    assert not resolve("203.0.113.9", snapshot).interface


def test_what_the_router_says_outweighs_what_is_worked_out() -> None:
    route = replace(default("r", "203.0.1.1"), next_hops=(NextHop("203.0.1.1", "vlan7"),))
    assert next_hops(route, ROUTER) == (NextHop("203.0.1.1", "vlan7"),)


def test_of_an_ecmp_row_every_gateway_is_worked_out() -> None:
    route = replace(default("r", ["203.0.1.1", "203.0.2.1"]), next_hops=(NextHop("203.0.1.1"),))
    assert [hop.interface for hop in next_hops(route, ROUTER)] == ["ether1", "ether2"]


def test_a_network_route_by_an_interface_makes_its_hosts_neighbours() -> None:
    network = Route("n", "10.7.0.0/24", ("ether7",))
    host = Route("h", "10.7.0.9/32", ("ether8",))
    snapshot = replace(ROUTER, routes=(network, host))
    assert resolve("10.7.0.1", snapshot) == NextHop("10.7.0.1", "ether7")
    assert resolve("10.7.0.9", snapshot) == NextHop("", "ether8")


def test_routes_to_a_gateway_that_lead_two_ways_lead_nowhere_certain() -> None:
    other = Route("other", "9.9.9.9/32", ("203.0.2.1",))
    snapshot = replace(ROUTER, routes=(HOST, other))
    assert resolve("9.9.9.9", snapshot) == NextHop("9.9.9.9", "")
    behind = replace(other, distance=2)
    assert resolve("9.9.9.9", replace(ROUTER, routes=(HOST, behind))).interface == "ether1"


def test_what_nobody_filled_in_is_no_interface() -> None:
    assert resolve("<gateway>", ROUTER) == NextHop()


def test_a_recursion_in_a_circle_ends() -> None:
    one, other = Route("a", "9.9.9.9/32", ("8.8.8.8",)), Route("b", "8.8.8.8/32", ("9.9.9.9",))
    assert not resolve("9.9.9.9", replace(ROUTER, routes=(one, other))).interface


def test_a_disabled_host_route_leads_nowhere() -> None:
    snapshot = replace(ROUTER, routes=(replace(HOST, disabled=True),))
    assert not resolve("9.9.9.9", snapshot).interface
