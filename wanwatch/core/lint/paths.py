"""The enabled IPv4 routes of a router, and which of them a gateway's address is found by.

A gateway that is an address is reached through a connected network, or through another route of
main whose scope the default's target scope allows (RouterOS manual, "IP Routing", nexthop lookup).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Interface

from wanwatch.core.lint.picture import ROUTE, Picture
from wanwatch.core.snapshot import MAIN_TABLE, Route
from wanwatch.core.survey import Row

DEFAULT = "0.0.0.0/0"
_DEEPEST = 4
"""How many routes a recursive gateway may lead through."""
_SCOPE, _TARGET_SCOPE = 30, 10
"""What a static route has unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Line:
    """An enabled route: as the core sees it, its row, and the WANs it leads through."""

    route: Route
    row: Row
    wans: tuple[str, ...]

    @property
    def id(self) -> str:
        """The id of its row."""
        return self.route.id

    @property
    def is_default(self) -> bool:
        """True for an IPv4 default route that leads somewhere."""
        return self.route.dst_address == DEFAULT and not self.route.blackhole

    @property
    def gateway(self) -> str:
        """Its gateways as the router shows them."""
        return ",".join(self.route.gateways)

    @property
    def scope(self) -> int:
        """How far the route's own destination is."""
        return _number(self.row.get("scope", ""), _SCOPE)

    @property
    def target_scope(self) -> int:
        """How far a route may be that its gateway is found by."""
        return _number(self.row.get("target-scope", ""), _TARGET_SCOPE)


class Paths:
    """The enabled IPv4 routes of one picture."""

    def __init__(self, picture: Picture) -> None:
        snapshot = picture.snapshot
        self.is_v7 = snapshot.version.major >= 7
        self.table_property = "routing-table" if self.is_v7 else "routing-mark"
        rows = {row.get(".id", ""): row for row in picture.survey.of(ROUTE)}
        wans = _wans_of_routes(picture)
        self._wans = _wans_of_hops(picture)
        self.lines = tuple(
            Line(route, rows.get(route.id, {}), wans.get((route.id, route.dst_address), ()))
            for route in snapshot.routes
            if not route.disabled and ":" not in route.dst_address
        )
        self.defaults: Mapping[str, list[Line]] = _by_table(x for x in self.lines if x.is_default)
        self._connected: dict[tuple[int, int], str] = {}
        self.own: set[int] = set()
        for address in snapshot.addresses:
            interface = None if address.disabled else _interface(address.address)
            if interface is not None:
                self.own.add(int(interface.ip))
                peer = ip(address.network.partition("/")[0])
                length = interface.network.prefixlen
                start = int(interface.network.network_address)
                if length == interface.max_prefixlen and peer is not None:
                    start = peer
                self._connected[length, start] = address.interface
        self._prefixes = sorted({length for length, _ in self._connected}, reverse=True)
        self._leading: dict[tuple[int, int], list[Line]] = defaultdict(list)
        for line in self.lines:
            interface = _interface(line.route.dst_address)
            if line.route.table == MAIN_TABLE and interface is not None and not line.is_default:
                network = interface.network
                self._leading[network.prefixlen, int(network.network_address)].append(line)
        self._lengths = sorted({length for length, _ in self._leading}, reverse=True)

    def interface_of(self, address: int) -> str | None:
        """The interface whose connected network an address is in; None where it is in none."""
        for length in self._prefixes:
            found = self._connected.get((length, _masked(address, length)))
            if found is not None:
                return found
        return None

    def leading_to(self, address: int) -> list[Line]:
        """The routes of main to an address, defaults left out, the longest prefixes first."""
        return [
            line
            for length in self._lengths
            for line in self._leading.get((length, _masked(address, length)), ())
        ]

    def wan_of(self, gateway: str, depth: int = 0) -> str:
        """The one WAN that a gateway is behind; empty where that is not known."""
        address, percent, interface = gateway.partition("@")[0].partition("%")
        known = self._wans.get(interface if percent else address)
        number = ip(address)
        if known is not None or percent or number is None:
            return known or ""
        connected = self.interface_of(number)
        if connected is not None:
            return self._wans.get(connected, "")
        found = {
            self.wan_of(hop, depth + 1)
            for line in (self.leading_to(number) if depth < _DEEPEST else ())
            for hop in line.route.gateways
        }
        return found.pop() if len(found) == 1 else ""

    def allows(self, line: Line, through: Line) -> bool:
        """True when a route's gateway may be found by another route.

        RouterOS 7 takes a static route only whose scope is below the target scope; 6 also one
        whose scope is the same.
        """
        if self.is_v7:
            return through.scope < line.target_scope
        return through.scope <= line.target_scope


@lru_cache(maxsize=4096)
def ip(text: str) -> int | None:
    """An IPv4 address as a number; None for any other text."""
    try:
        return int(IPv4Address(text))
    except ValueError:
        return None


def hop(gateway: str) -> int | None:
    """The address of a gateway that is one, with its ``%interface`` and ``@table`` left aside."""
    return ip(gateway.partition("@")[0].partition("%")[0])


def _wans_of_routes(picture: Picture) -> dict[tuple[str, str], tuple[str, ...]]:
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for wan in picture.discovery.wans:
        for route in wan.routes:
            key = (route.id, route.dst_address)
            found[key] = (*found.get(key, ()), wan.name)
    return found


def _wans_of_hops(picture: Picture) -> dict[str, str]:
    """First hop, as an address or an interface -> its WAN; empty where several WANs have it."""
    found: dict[str, str] = {}
    for wan in picture.discovery.wans:
        for hop in (*wan.interfaces, *wan.gateways):
            found[hop] = "" if found.get(hop, wan.name) != wan.name else wan.name
    return found


def _by_table(lines: Iterator[Line]) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        found[line.route.table].append(line)
    return found


def _masked(address: int, length: int) -> int:
    return address >> (32 - length) << (32 - length)


@lru_cache(maxsize=4096)
def _interface(text: str) -> IPv4Interface | None:
    try:
        return IPv4Interface(text)
    except ValueError:
        return None


def _number(text: str, default: int) -> int:
    return int(text) if text.isdecimal() and len(text) <= len("255") else default
