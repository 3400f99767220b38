"""The router's active routes and addresses, as ip is told of them."""

import ipaddress

from wanwatch.sim.interfaces import Address
from wanwatch.sim.netns.fib import (
    address_changes,
    route_changes,
    wanted_addresses,
    wanted_routes,
)
from wanwatch.sim.netns.numbers import Numbers
from wanwatch.sim.packet import to_number
from wanwatch.sim.resolve import Hop, Route
from wanwatch.sim.store import Item

OURS = "metric 20 proto 148"


def address(text: str, interface: str, **properties: str) -> Address:
    read = Address.read(Item("*1", {"address": text, "interface": interface, **properties}))
    assert read is not None
    return read


def route(prefix: str, *hops: Hop, table: str = "main", **properties: str) -> Route:
    network = ipaddress.IPv4Network(prefix)
    made = Route(Item("*1", properties), table, int(network.network_address), network.prefixlen, ())
    made.hops = hops
    made.is_active = True
    return made


def hop(gateway: str, interface: str, *, is_up: bool = True) -> Hop:
    number = to_number(gateway) if gateway else 0
    return Hop(gateway or interface, interface, number, is_up=is_up)


def wanted(*routes: Route, local: tuple[str, ...] = ()) -> dict[str, str]:
    return wanted_routes(routes, Numbers(), frozenset(map(to_number, local)))


def test_an_address_goes_to_the_device_of_its_interface() -> None:
    addresses = [address("192.168.88.1/24", "bridge"), address("10.0.0.1/24", "absent")]
    assert wanted_addresses(addresses, frozenset({"bridge"})) == {
        "192.168.88.1/24 dev bridge": "noprefixroute"
    }


def test_a_dialled_address_has_its_far_end_as_peer() -> None:
    dialled = address("100.64.0.9/32", "pppoe-out1", network="100.64.0.1")
    assert list(wanted_addresses([dialled], frozenset({"pppoe-out1"}))) == [
        "100.64.0.9 peer 100.64.0.1/32 dev pppoe-out1"
    ]


def test_a_disabled_address_is_not_wanted() -> None:
    off = address("10.0.0.1/24", "ether1", disabled="true")
    assert wanted_addresses([off], frozenset({"ether1"})) == {}


def test_a_gateway_is_a_next_hop_on_its_device() -> None:
    assert wanted(route("0.0.0.0/0", hop("203.0.113.1", "ether1"), table="wan1")) == {
        "0.0.0.0/0 table 1001": "via 203.0.113.1 dev ether1 onlink"
    }


def test_an_interface_alone_is_a_next_hop_too() -> None:
    assert wanted(route("0.0.0.0/0", hop("", "pppoe-out1"))) == {
        "0.0.0.0/0 table 254": "dev pppoe-out1"
    }


def test_routes_of_one_destination_become_one_with_several_next_hops() -> None:
    one = route("0.0.0.0/0", hop("203.0.113.1", "ether1"))
    two = route("0.0.0.0/0", hop("198.51.100.1", "ether2"), hop("192.0.2.1", "ether3", is_up=False))
    assert wanted(one, two) == {
        "0.0.0.0/0 table 254": (
            "nexthop via 203.0.113.1 dev ether1 onlink nexthop via 198.51.100.1 dev ether2 onlink"
        )
    }


def test_an_inactive_route_is_not_wanted() -> None:
    off = route("0.0.0.0/0", hop("203.0.113.1", "ether1"))
    off.is_active = False
    assert wanted(off) == {}


def test_a_preferred_source_counts_when_it_is_the_routers_own() -> None:
    preferring = route("0.0.0.0/0", hop("203.0.113.1", "ether1"), **{"pref-src": "203.0.113.3"})
    way = "via 203.0.113.1 dev ether1 onlink"
    assert wanted(preferring, local=("203.0.113.3",)) == {
        "0.0.0.0/0 table 254": f"{way} src 203.0.113.3"
    }
    assert wanted(preferring, local=("203.0.113.2",)) == {"0.0.0.0/0 table 254": way}


def test_a_route_that_stops_is_written_with_its_kind() -> None:
    stopping = route("10.0.0.0/8")
    stopping.stop = "blackhole"
    adds, _ = route_changes({}, wanted(stopping))
    assert adds == [f"-4 route replace blackhole 10.0.0.0/8 table 254 {OURS}"]
    _, takes = route_changes(wanted(stopping), {})
    assert takes == [f"-4 route del blackhole 10.0.0.0/8 table 254 {OURS}"]


def test_only_what_differs_is_changed_and_a_changed_route_is_replaced() -> None:
    before = {
        "0.0.0.0/0 table 254": "dev a",
        "10.0.0.0/8 table 254": "dev b",
        "1.0.0.0/8 table 9": "dev c",
    }
    after = {"0.0.0.0/0 table 254": "dev z", "10.0.0.0/8 table 254": "dev b"}
    assert route_changes(before, after) == (
        [f"-4 route replace 0.0.0.0/0 table 254 {OURS} dev z"],
        [f"-4 route del 1.0.0.0/8 table 9 {OURS}"],
    )
    assert route_changes(after, after) == ([], [])


def test_longer_prefixes_are_put_in_before_the_routes_that_may_need_them() -> None:
    adds, _ = route_changes({}, {"0.0.0.0/0 table 254": "dev a", "10.0.0.0/24 table 254": "dev a"})
    assert [command.split()[3] for command in adds] == ["10.0.0.0/24", "0.0.0.0/0"]


def test_addresses_of_both_families_are_told_apart() -> None:
    wanted_now = {"10.0.0.1/24 dev a": "noprefixroute", "2001:db8::1/64 dev a": "nodad"}
    adds, takes = address_changes({"10.0.0.2/24 dev a": "noprefixroute"}, wanted_now)
    assert adds == [
        "-4 address replace 10.0.0.1/24 dev a noprefixroute",
        "-6 address replace 2001:db8::1/64 dev a nodad",
    ]
    assert takes == ["-4 address del 10.0.0.2/24 dev a"]
