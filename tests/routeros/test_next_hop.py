"""Where a route leads, read from what real routers print."""

import pytest

from wanwatch.core.snapshot import NextHop
from wanwatch.routeros.next_hop import from_gateway_status, from_immediate_gateways, split_gateway


@pytest.mark.parametrize(
    ("gateways", "status", "hops"),
    [
        (["192.168.8.1"], "192.168.8.1 reachable via  lte1", [("192.168.8.1", "lte1")]),
        (["10.160.1.230"], "10.160.1.230 reachable via ether2", [("10.160.1.230", "ether2")]),
        (["first-ether"], "first-ether reachable", [("", "first-ether")]),
        (["1.2.3.4"], "1.2.3.4 recursive via 10.152.1.230 ether5", [("10.152.1.230", "ether5")]),
        (["1.2.3.4"], "1.2.3.4 recursive via pppoe-out1", [("", "pppoe-out1")]),
        (["1.2.3.4"], "1.2.3.4 unreachable", [("1.2.3.4", "")]),
        (["ether2"], "ether2 inactive", [("", "")]),
        (
            ["203.0.113.222", "203.0.113.223"],
            "203.0.113.222 unreachable,203.0.113.223 reachable via  pppoe-out1",
            [("203.0.113.222", ""), ("203.0.113.223", "pppoe-out1")],
        ),
        (
            ["192.168.1.1%ether1"],
            "192.168.1.1%ether1 reachable via  ether1",
            [("192.168.1.1", "ether1")],
        ),
        (
            ["fe80::1%ether1"],
            "fe80::1%ether1 reachable via  ether1",
            [("fe80::1", "ether1")],
        ),
        (["2001:db8::1"], "2001:db8::1 unreachable", [("2001:db8::1", "")]),
        (["my line"], "my line reachable", [("", "my line")]),
        (["1.2.3.4"], "1.2.3.4 reachable via  my line", [("1.2.3.4", "my line")]),
        (["1.2.3.4"], "", [("1.2.3.4", "")]),
    ],
)
def test_routeros_6_says_it_in_gateway_status(
    gateways: list[str], status: str, hops: list[tuple[str, str]]
) -> None:
    assert from_gateway_status(status, tuple(gateways)) == tuple(NextHop(*hop) for hop in hops)


@pytest.mark.parametrize(
    ("gateway", "immediate", "hops"),
    [
        ("172.16.1.1", "172.16.1.1%ether8", [("172.16.1.1", "ether8")]),
        ("pppoe-out1", "pppoe-out1", [("", "pppoe-out1")]),
        ("8.8.8.8", "10.0.0.1%ether1", [("10.0.0.1", "ether1")]),
        ("192.168.88.1", "192.168.88.1%WAN-Eth1", [("192.168.88.1", "WAN-Eth1")]),
        ("1.2.3.4", "", [("1.2.3.4", "")]),
        ("fe80::1%ether1", "fe80::1%ether1", [("fe80::1", "ether1")]),
        ("2001:db8::1", "", [("2001:db8::1", "")]),
        (
            "8.8.8.8",
            "10.0.0.1%ether1,10.0.1.1%ether2",
            [("10.0.0.1", "ether1"), ("10.0.1.1", "ether2")],
        ),
    ],
)
def test_routeros_7_says_it_in_immediate_gw(
    gateway: str, immediate: str, hops: list[tuple[str, str]]
) -> None:
    assert from_immediate_gateways(immediate, (gateway,)) == tuple(NextHop(*hop) for hop in hops)


@pytest.mark.parametrize(
    ("gateway", "hop"),
    [
        ("1.2.3.4", ("1.2.3.4", "")),
        ("1.2.3.4%ether1", ("1.2.3.4", "ether1")),
        ("1.2.3.4@main", ("1.2.3.4", "")),
        ("pppoe-out1", ("", "pppoe-out1")),
        ("2001:db8::1", ("2001:db8::1", "")),
        ("fe80::1%my line", ("fe80::1", "my line")),
    ],
)
def test_a_gateway_is_an_address_an_interface_or_both(gateway: str, hop: tuple[str, str]) -> None:
    assert split_gateway(gateway) == NextHop(*hop)
