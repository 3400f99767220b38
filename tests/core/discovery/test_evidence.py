"""Which interface a gateway is behind, where DHCP gives the address and an export does not hold it."""

import pytest

from tests.core.discovery.exports import MANGLE, NAT, ROUTES, V6, by_name, codes, found

DHCP = """
/ip dhcp-client
add add-default-route=no disabled=no interface=ether1
add add-default-route=no disabled=no interface=ether2
"""
WITHOUT_ARRIVALS = MANGLE.replace("in-interface=ether", "protocol=gre src-address=10.0.0.")


def test_what_is_marked_on_arrival_tells_the_interface() -> None:
    mangle = MANGLE.replace("=in1", "=c1").replace("=in2", "=c2")
    discovery = found(V6, DHCP, mangle, NAT, ROUTES)
    assert by_name(discovery)["ether1"].gateways == ("203.0.1.1",)
    assert by_name(discovery)["ether1"].routing_tables == ("to1",)
    assert codes(discovery) == []


def test_a_route_to_the_gateways_network_tells_the_interface() -> None:
    networks = (
        "add dst-address=203.0.1.0/24 gateway=ether1\nadd dst-address=203.0.2.0/24 gateway=ether2\n"
    )
    discovery = found(V6, DHCP, WITHOUT_ARRIVALS, NAT, ROUTES + networks)
    assert by_name(discovery)["ether2"].gateways == ("203.0.2.1",)
    assert codes(discovery) == []


@pytest.mark.parametrize(
    ("ether1", "ether2"), [("Telco fibre", "Cable"), ("to to1", "line to2"), ("TO1", "to2")]
)
def test_names_alike_are_taken_and_said_to_be_taken(ether1: str, ether2: str) -> None:
    names = f'/interface ethernet\nset ether1 comment="{ether1}"\nset ether2 comment="{ether2}"\n'
    mangle = WITHOUT_ARRIVALS
    if "Telco" in ether1:
        mangle = mangle.replace("=c1 ", "=TELCO-conn ").replace("=c2 ", "=cable_conn ")
    discovery = found(V6, names, DHCP, mangle, NAT, ROUTES)
    assert by_name(discovery)["ether1"].gateways == ("203.0.1.1",)
    assert codes(discovery) == ["wan-interface-inferred"]


def test_the_only_interface_left_is_that_of_the_only_gateway_left() -> None:
    address = "/ip address\nadd address=203.0.1.2/30 interface=ether1 network=203.0.1.0\n"
    discovery = found(V6, DHCP, address, WITHOUT_ARRIVALS, NAT, ROUTES)
    assert by_name(discovery)["ether2"].gateways == ("203.0.2.1",)
    assert codes(discovery) == ["wan-interface-inferred"]


def test_where_nothing_tells_a_key_is_asked_for() -> None:
    discovery = found(V6, DHCP, WITHOUT_ARRIVALS, NAT, ROUTES)
    assert {wan.name: wan.interfaces for wan in discovery.wans} == {"to1": (), "to2": ()}
    (finding,) = discovery.findings
    assert finding.code == "wan-interface-unknown"
    assert dict(finding.data) == {"wans": "to1, to2", "candidates": "ether1, ether2"}


def test_a_clients_own_default_route_is_not_another_line() -> None:
    clients = DHCP.replace("add-default-route=no ", "")
    assert len(found(V6, clients, WITHOUT_ARRIVALS, NAT, ROUTES).wans) == 2
    mangle = MANGLE.replace("=in1", "=c1").replace("=in2", "=c2")
    wan = by_name(found(V6, clients, mangle, NAT, ROUTES))["ether1"]
    assert [(route.table, route.dynamic) for route in wan.routes] == [
        ("to1", False),
        ("main", False),
        ("main", True),
    ]


def test_contradicting_marks_tell_nothing() -> None:
    mangle = MANGLE.replace("=in1", "=c1").replace("=in2", "=c1")
    assert "wan-interface-unknown" in codes(found(V6, DHCP, mangle, NAT, ROUTES))


def test_a_gateway_nobody_filled_in_is_its_tables_line() -> None:
    mangle = MANGLE.replace("=in1", "=c1").replace("=in2", "=c2")
    routes = "/ip route\nadd gateway=<gateway> routing-mark=to1\nadd gateway=<gateway> routing-mark=to2\nadd gateway=<gateway>\n"
    discovery = found(V6, DHCP, mangle, NAT, routes)
    assert sorted(by_name(discovery)) == ["ether1", "ether2"]
    assert by_name(discovery)["ether2"].routing_tables == ("to2",)


def test_a_gateway_on_a_network_of_two_interfaces_is_asked_about() -> None:
    addresses = "/ip address\nadd address=203.0.1.2/24 interface=ether1\nadd address=203.0.1.3/24 interface=ether2\n"
    routes = ROUTES.replace("203.0.2.1", "203.0.1.254")
    assert "wan-interface-unknown" in codes(found(V6, addresses, WITHOUT_ARRIVALS, NAT, routes))
