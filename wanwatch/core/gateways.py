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

from wanwatch.core.snapshot import MAIN_TABLE, NextHop, Route, Snapshot

_DEEPEST = 8
"""How many routes a recursive gateway may lead through before it counts as a loop."""


def next_hops(route: Route, snapshot: Snapshot) -> tuple[NextHop, ...]:
    """Where each of the route's gateways leads; the interface is empty where nobody can say."""
    return tuple(
        route.next_hops[index]
        if index < len(route.next_hops) and route.next_hops[index].interface
        else resolve(gateway, snapshot)
        for index, gateway in enumerate(route.gateways)
    )


def resolve(gateway: str, snapshot: Snapshot, depth: int = 0) -> NextHop:
    """Work out one gateway: ``1.2.3.4``, ``ether1``, ``1.2.3.4%ether1`` or ``1.2.3.4@table``."""
    text = gateway.partition("@")[0]
    address, percent, interface = text.partition("%")
    if percent:
        return NextHop(address, interface)
    ip = _ip(text)
    if ip is None:
        return NextHop("", text)
    connected = [
        (length, -index, row.interface)
        for index, row in enumerate(snapshot.addresses)
        if not row.disabled and (length := _connects(row.address, row.network, ip)) is not None
    ]
    if connected:
        return NextHop(text, max(connected)[2])
    if depth < _DEEPEST:
        candidates = [
            (network.prefixlen, -route.distance, route)
            for route in snapshot.routes
            if route.table == MAIN_TABLE and not route.disabled and not route.is_default
            if (network := _network(route.dst_address)) is not None and ip in network
        ]
        if candidates:
            best = max(candidates, key=lambda item: item[:2])[2]
            for hop in best.gateways:
                found = resolve(hop, snapshot, depth + 1)
                if found.interface:
                    return found
    return NextHop(text, "")


def _connects(address: str, network: str, ip: IPv4Address | IPv6Address) -> int | None:
    """The length of the connected prefix the address is in; None where it is not."""
    interface = _interface(address)
    if interface is None:
        return None
    if interface.network.prefixlen == interface.max_prefixlen:
        is_peer = network.partition("/")[0] == str(ip)
    else:
        is_peer = ip in interface.network and ip != interface.ip
    return interface.network.prefixlen if is_peer else None


@lru_cache(maxsize=4096)
def _ip(text: str) -> IPv4Address | IPv6Address | None:
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
def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None
