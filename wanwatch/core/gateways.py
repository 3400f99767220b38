"""Which neighbour and which interface a route's gateway leads to.

The router says so itself for a route that is enabled (``immediate-gw``, ``gateway-status``). For a
disabled one it is worked out here from the connected networks and, for a recursive gateway, from
the routes that lead to it (RouterOS manual, "IP Routing", nexthop lookup).
"""

from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
    ip_address,
    ip_interface,
    ip_network,
)
from typing import TypeVar

from wanwatch.core.snapshot import MAIN_TABLE, Address, NextHop, Route, Snapshot

_DEEPEST = 8
"""How many routes a recursive gateway may lead through before it counts as a loop."""
_PLACEHOLDER = tuple("<$([{")
"""What text begins with that stands for a gateway nobody filled in."""


def next_hops(route: Route, snapshot: Snapshot) -> tuple[NextHop, ...]:
    """Where each of the route's gateways leads; the interface is empty where nobody can say."""
    return tuple(
        route.next_hops[index]
        if index < len(route.next_hops) and route.next_hops[index].interface
        else resolve(gateway, snapshot)
        for index, gateway in enumerate(route.gateways)
    )


def resolve(gateway: str, snapshot: Snapshot) -> NextHop:
    """Work out one gateway: ``1.2.3.4``, ``ether1``, ``1.2.3.4%ether1`` or ``1.2.3.4@table``.

    Where the interface cannot be told, the address is that of the last hop that can.
    """
    return _resolver_of(snapshot).resolve(gateway)


class _Resolver:
    """The networks and routes of one snapshot, by the length of their prefixes."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._known: dict[str, NextHop] = {}
        self._own = {str(i.ip) for row in snapshot.addresses if (i := _interface(row.address))}
        self._links: _Places[str] = {}
        for row in snapshot.addresses:
            link = None if row.disabled else _link(row)
            if link is not None:
                _put(self._links, link, row.interface)
        self._routes: _Places[Route] = {}
        for route in snapshot.routes:
            if route.table == MAIN_TABLE and not (route.disabled or route.is_default):
                network = _network(route.dst_address)
                if network is not None:
                    _put(self._routes, network, route)

    def resolve(self, gateway: str, depth: int = 0) -> NextHop:
        """Work out one gateway, once."""
        found = self._known.get(gateway)
        if found is None:
            found = self._known[gateway] = self._resolve(gateway, depth)
        return found

    def _resolve(self, gateway: str, depth: int) -> NextHop:
        text = gateway.partition("@")[0]
        address, percent, interface = text.partition("%")
        if percent:
            return NextHop(address, interface)
        ip = _ip(text)
        if ip is None:
            return NextHop("", "" if text.startswith(_PLACEHOLDER) else text)
        if text not in self._own and (links := set(_longest(self._links, ip))):
            return NextHop(text, links.pop() if len(links) == 1 else "")
        rows = _longest(self._routes, ip)
        nearest = min((row.distance for row in rows), default=0)
        near = [row for row in rows if row.distance == nearest]
        if not near or depth >= _DEEPEST:
            return NextHop(text, "")
        hops = {hop for row in near for hop in self._hops(row, depth + 1)}
        if _network(near[0].dst_address) != ip_network(ip):
            hops = {hop if hop.address else NextHop(text, hop.interface) for hop in hops}
        return hops.pop() if len(hops) == 1 else NextHop(text, "")

    def _hops(self, row: Route, depth: int) -> list[NextHop]:
        """Where a route leads that a gateway is looked up by.

        A gateway in a network that an interface gateway leads to is a neighbour there; a host
        route by an interface gateway is that of a probe address as well, which is none.
        """
        told = [hop for hop in row.next_hops if hop.interface]
        return told or [self.resolve(gateway, depth) for gateway in row.gateways]


_T = TypeVar("_T")
_Address = IPv4Address | IPv6Address
_Network = IPv4Network | IPv6Network
_Places = dict[tuple[int, int], dict[int, list[_T]]]
"""(IP version, prefix length) -> first address of a network -> what is known of it."""


def _put(places: _Places[_T], network: _Network, item: _T) -> None:
    of_length = places.setdefault((network.version, network.prefixlen), {})
    of_length.setdefault(int(network.network_address), []).append(item)


def _longest(places: _Places[_T], ip: _Address) -> list[_T]:
    """What is known of the longest prefix that an address is in."""
    for version, length in sorted(places, reverse=True):
        if version == ip.version:
            host_bits = ip.max_prefixlen - length
            found = places[version, length].get(int(ip) >> host_bits << host_bits)
            if found:
                return found
    return []


class _Latest:
    """The resolver of the snapshot that was asked about last: a plan asks of one many times."""

    def __init__(self) -> None:
        self._resolver: _Resolver | None = None

    def of(self, snapshot: Snapshot) -> _Resolver:
        resolver = self._resolver
        if resolver is None or resolver.snapshot is not snapshot:
            resolver = self._resolver = _Resolver(snapshot)
        return resolver


_resolver_of = _Latest().of


def _link(row: Address) -> _Network | None:
    """The network of an address; of a /32 its peer, which ``network`` names."""
    interface = _interface(row.address)
    if interface is None:
        return None
    if interface.network.prefixlen == interface.max_prefixlen:
        return _network(row.network.partition("/")[0]) if row.network else None
    return interface.network


@lru_cache(maxsize=4096)
def _ip(text: str) -> _Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def _interface(text: str) -> IPv4Interface | IPv6Interface | None:
    try:
        return ip_interface(text)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def _network(text: str) -> _Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None
