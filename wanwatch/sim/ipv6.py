"""IPv6 routes as the router shows them: where each gateway leads, and which routes are active.

Gateways are resolved by interface, by a connected prefix, or through a longer route of main; no
packet is forwarded by them, and ``check-gateway`` gives none up. Source: RouterOS manual, "IP
Routing" (nexthop lookup, scope and target-scope, distance).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Interface, IPv6Network

from wanwatch.sim.interfaces import Interfaces
from wanwatch.sim.menus_ipv6 import ADDRESSES, CONNECTIONS, EVERYWHERE, ROUTES
from wanwatch.sim.route_table import usable_tables
from wanwatch.sim.store import Item, Store

_DEEPEST = 4
_MAIN = "main"
_STOPS = ("blackhole", "unreachable", "prohibit")


@dataclass(frozen=True, slots=True)
class Ipv6Route:
    """A configured route, and where its gateways lead."""

    item: Item
    network: IPv6Network
    table: str
    hops: tuple[str, ...]
    """``address%interface``, an interface, or empty while a gateway leads nowhere."""

    @property
    def stop(self) -> str:
        """``blackhole``, ``unreachable`` or ``prohibit`` for a route that leads nowhere."""
        kind = self.item.properties.get("type", "")
        if "blackhole" in self.item.properties:
            return "blackhole"
        return kind if kind in _STOPS else ""


class Ipv6Routes:
    """The configured IPv6 routes of one moment."""

    def __init__(self, store: Store, interfaces: Interfaces, *, is_v7: bool) -> None:
        self._is_v7 = is_v7
        self._interfaces = interfaces
        self._connected = list(_connected(store, interfaces))
        self._tables = usable_tables(store) if is_v7 else None
        rows = [
            (item, network)
            for item in store.items(ROUTES)
            if (network := _network(item.properties.get("dst-address", EVERYWHERE))) is not None
        ]
        self._below = [(network, item) for item, network in rows if self._table(item) == _MAIN]
        best: dict[tuple[str, IPv6Network], list[int]] = {}
        routes = []
        for item, network in rows:
            route = Ipv6Route(item, network, self._table(item), self._hops(item))
            routes.append(route)
            if self._is_usable(route):
                best.setdefault((route.table, network), []).append(_number(item, "distance", 1))
        self._computed = {
            route.item.id: self._shown(route, best.get((route.table, route.network), []))
            for route in routes
        }

        self.active: tuple[Ipv6Route, ...] = tuple(
            route for route in routes if self._computed[route.item.id].get("active") == "true"
        )
        """The routes that packets can be forwarded by."""

    def computed(self, item: Item) -> Mapping[str, str]:
        """The read-only properties of a row of ``/ipv6/route``."""
        return self._computed.get(item.id, {})

    def _table(self, item: Item) -> str:
        return item.properties.get("routing-table", _MAIN) if self._is_v7 else _MAIN

    def _is_usable(self, route: Ipv6Route) -> bool:
        has_table = self._tables is None or route.table in self._tables
        return not route.item.disabled and has_table and (_stops(route.item) or any(route.hops))

    def _shown(self, route: Ipv6Route, distances: list[int]) -> dict[str, str]:
        own = _number(route.item, "distance", 1)
        is_active = self._is_usable(route) and own == min(distances)
        if not self._is_v7:
            status = ",".join(map(self._status, _gateways(route.item), route.hops))
            active = {"active": "true"} if is_active else {}
            return {**active, "gateway-status": status} if status else active
        row = {
            "active": _word(is_active),
            "inactive": _word(not route.item.disabled and not self._is_usable(route)),
            "static": "true",
            "ecmp": _word(is_active and distances.count(own) > 1),
        }
        if _stops(route.item):
            return row
        return {**row, "immediate-gw": ",".join(filter(None, route.hops))}

    @staticmethod
    def _status(gateway: str, hop: str) -> str:
        if not hop:
            return f"{gateway} unreachable"
        address, _, interface = hop.partition("%")
        if not interface:
            return f"{gateway} reachable"
        if address != gateway.partition("%")[0]:
            return f"{gateway} recursive via {address} {interface}"
        return f"{gateway} reachable via  {interface}"

    def _hops(self, item: Item) -> tuple[str, ...]:
        if item.disabled:
            return ("",) * len(_gateways(item))
        target_scope = _number(item, "target-scope", 10)
        return tuple(self._hop(gateway, target_scope, 0) for gateway in _gateways(item))

    def _hop(self, gateway: str, target_scope: int, depth: int) -> str:
        text, _, interface = gateway.partition("@")[0].partition("%")
        if interface:
            return f"{text}%{interface}" if self._interfaces.is_running(interface) else ""
        address = _address(text)
        if address is None:
            return text if self._interfaces.is_running(text) else ""
        links = [(n.prefixlen, name) for n, name in self._connected if address in n]
        if links:
            return f"{text}%{max(links)[1]}"
        if depth < _DEEPEST:
            below = [
                (network.prefixlen, row.id, row)
                for network, row in self._below
                if address in network and not row.disabled and self._serves(row, target_scope)
            ]
            for _, _, row in sorted(below, reverse=True)[:1]:
                for next_gateway in _gateways(row):
                    scope = _number(row, "target-scope", 10)
                    if hop := self._hop(next_gateway, scope, depth + 1):
                        return hop
        return ""

    def _serves(self, row: Item, target_scope: int) -> bool:
        scope = _number(row, "scope", 30)
        return scope < target_scope if self._is_v7 else scope <= target_scope


def forget_connections(store: Store) -> None:
    """Empty the connection table, as a reboot does."""
    for item in list(store.items(CONNECTIONS)):
        store.remove(CONNECTIONS, item.id)


def _connected(store: Store, interfaces: Interfaces) -> Iterable[tuple[IPv6Network, str]]:
    for item in store.items(ADDRESSES):
        name = item.properties.get("interface", "")
        try:
            network = IPv6Interface(item.properties.get("address", "")).network
        except ValueError:
            continue
        if not item.disabled and interfaces.is_running(name) and not network.is_link_local:
            yield network, name


def _gateways(item: Item) -> list[str]:
    return [part for part in item.properties.get("gateway", "").split(",") if part]


def _stops(item: Item) -> bool:
    return "blackhole" in item.properties or item.properties.get("type") in _STOPS


def _number(item: Item, name: str, default: int) -> int:
    text = item.properties.get(name, "")
    return int(text) if text.isdecimal() else default


def _network(text: str) -> IPv6Network | None:
    try:
        return IPv6Network(text, strict=False)
    except ValueError:
        return None


def _address(text: str) -> IPv6Address | None:
    try:
        return IPv6Address(text)
    except ValueError:
        return None


def _word(claim: bool) -> str:  # noqa: FBT001 (the claim is the whole argument)
    return "true" if claim else "false"
