"""The gateways of default routes: whether each can be reached, and whether the router checks it.

Source: RouterOS manual, "IP Routing" (check-gateway, nexthop lookup, scope and target-scope).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from wanwatch.core.discovery.clients import DHCP_CLIENT, LTE, PPP_CLIENTS
from wanwatch.core.lint.console import command, row_address
from wanwatch.core.lint.interfaces import Interfaces
from wanwatch.core.lint.paths import Line, Paths, hop, ip
from wanwatch.core.lint.picture import ROUTE, Picture
from wanwatch.core.lint.values import is_blank
from wanwatch.core.model import Finding, Severity
from wanwatch.core.snapshot import MAIN_TABLE

_NEAR = 10
"""The scope of a connected network."""
_RESOLVERS = frozenset(
    {
        *("1.1.1.1", "1.0.0.1", "8.8.8.8", "8.8.4.4", "9.9.9.9", "149.112.112.112"),
        *("208.67.222.222", "208.67.220.220", "4.2.2.1", "4.2.2.2"),
    }
)
"""Public resolvers that people probe: never the neighbour on a line."""


def reached(picture: Picture) -> Iterator[Finding]:
    """Default routes whose gateway the router cannot find, is itself, or must ask ARP for all of."""
    paths = Paths(picture)
    reach = _Reach(picture, paths, _knows_networks(picture))
    seen: set[tuple[str, int]] = set()
    for line in _static_defaults(paths):
        for gateway in line.route.gateways:
            number = ip(gateway)
            if number is not None and (gateway, line.target_scope) not in seen:
                seen.add((gateway, line.target_scope))
                yield from reach.judged(line, gateway, number)
    interfaces = Interfaces(picture.survey)
    on_ethernet = [
        line
        for line in _static_defaults(paths)
        if any(ip(g) is None and interfaces.is_broadcast(g) for g in line.route.gateways)
    ]
    if on_ethernet:
        data = (("gateways", _gateways(on_ethernet)), ("rows", _ids(on_ethernet)))
        where = on_ethernet[0].id
        yield Finding("gateway-is-ethernet", Severity.WARNING, where, data, menu=ROUTE)


@dataclass(frozen=True, slots=True)
class _Reach:
    """Whether the router finds the neighbour of a gateway that is an address."""

    picture: Picture
    paths: Paths
    knows_networks: bool

    def judged(self, line: Line, gateway: str, number: int) -> Iterator[Finding]:
        paths = self.paths
        data: tuple[tuple[str, str], ...] = (("gateway", gateway), ("table", line.route.table))
        if number in paths.own:
            yield Finding("gateway-is-own-address", Severity.ERROR, line.id, data, menu=ROUTE)
        elif self._is_found(line, number):
            return
        elif through := self._told_by(number):
            scopes = (("scope", str(through.scope)), ("target_scope", str(line.target_scope)))
            data = (*data, ("destination", through.route.dst_address), *scopes)
            fix = self._scope_fix(line, through)
            yield Finding("recursive-gateway-scope", Severity.ERROR, line.id, data, fix, ROUTE)
        elif self.knows_networks or gateway in _RESOLVERS:
            yield Finding("gateway-unreachable", Severity.ERROR, line.id, data, menu=ROUTE)

    def _is_found(self, line: Line, number: int) -> bool:
        paths = self.paths
        if paths.interface_of(number) is not None or any(h.interface for h in line.route.next_hops):
            return True
        by_main = paths.defaults.get(MAIN_TABLE, []) if line.route.table != MAIN_TABLE else []
        through = (*paths.leading_to(number), *by_main)
        return any(paths.allows(line, other) for other in through)

    def _told_by(self, number: int) -> Line | None:
        """The route that leads to a gateway, unless its network may be one that DHCP gives."""
        through = next(iter(self.paths.leading_to(number)), None)
        if through is None or self.knows_networks or _is_host(through):
            return through
        return None

    def _scope_fix(self, line: Line, other: Line) -> tuple[str, ...]:
        """The host route near, and the default allowed to use it, as in the manual's example."""
        if not (other.row and line.row and _is_host(other)):
            return ()
        names = ("dst-address", "gateway", self.paths.table_property)
        parts = [(other, f"scope={_NEAR}")] if other.scope > _NEAR else []
        if self.paths.is_v7 and line.target_scope <= _NEAR:
            parts.append((line, f"target-scope={_NEAR + 1}"))
        survey = self.picture.survey
        return tuple(
            command(ROUTE, f"set {row_address(survey, changed.row, *names)} {change}")
            for changed, change in parts
        )


def _is_host(line: Line) -> bool:
    return line.route.dst_address.partition("/")[2] in ("", "32")


def _knows_networks(picture: Picture) -> bool:
    """True when every connected network is known: no address comes and goes with a client."""
    survey = picture.survey
    if survey.refused:
        return False
    clients = (DHCP_CLIENT, LTE, *PPP_CLIENTS, "/interface/wireguard", "/ip/vrf", "/ip/ipsec")
    return bool(survey.of("/ip/address")) and not any(
        menu.startswith(clients) and any(True for _ in survey.enabled(menu)) for menu in survey.rows
    )


def checked(picture: Picture) -> Iterator[Finding]:
    """Where the router's own failover depends on check-gateway, and it is absent or has no effect."""
    paths = Paths(picture)
    interfaces = Interfaces(picture.survey)
    unchecked = [
        line
        for table in paths.defaults.values()
        for line in _with_successor(table)
        if not line.route.check_gateway and not _is_checked_below(paths, line)
    ]
    if unchecked:
        data = (("gateways", _gateways(unchecked)), ("rows", _ids(unchecked)))
        fix = _arp_fix(picture, paths, unchecked)
        where = unchecked[0].id
        yield Finding("check-gateway-absent", Severity.WARNING, where, data, fix, ROUTE)
    idle = [
        line
        for line in _static_defaults(paths)
        if line.route.check_gateway in ("ping", "arp")
        and all(interfaces.is_point_to_point(gateway) for gateway in line.route.gateways)
    ]
    if idle:
        data = (("gateways", _gateways(idle)), ("rows", _ids(idle)))
        yield Finding("check-gateway-idle", Severity.INFO, idle[0].id, data, menu=ROUTE)


def _with_successor(defaults: list[Line]) -> Iterator[Line]:
    """Static routes by an address that another WAN's route of the same table is to succeed."""
    for line in defaults:
        if line.route.dynamic or all(hop(gateway) is None for gateway in line.route.gateways):
            continue
        if any(
            other.route.distance > line.route.distance
            and not set(other.route.gateways) & set(line.route.gateways)
            and not (set(other.wans) & set(line.wans))
            for other in defaults
        ):
            yield line


def _is_checked_below(paths: Paths, line: Line) -> bool:
    """True for a recursive route that ends when a route with check-gateway below it does."""
    numbers = [number for g in line.route.gateways if (number := hop(g)) is not None]
    through = [other for number in numbers for other in paths.leading_to(number)]
    return any(other.route.check_gateway or _below(paths, other) for other in through)


def _below(paths: Paths, line: Line) -> bool:
    numbers = [number for g in line.route.gateways if (number := hop(g)) is not None]
    return any(
        other.route.check_gateway for number in numbers for other in paths.leading_to(number)
    )


def _arp_fix(picture: Picture, paths: Paths, lines: list[Line]) -> tuple[str, ...]:
    """ARP asks the neighbour itself, so no line is lost to a provider that drops pings."""
    for line in lines:
        numbers = [hop(gateway) for gateway in line.route.gateways]
        if not line.row or any(n is None or paths.interface_of(n) is None for n in numbers):
            return ()
    names = ("dst-address", "gateway", "distance", paths.table_property)
    return tuple(
        command(ROUTE, f"set {row_address(picture.survey, x.row, *names)} check-gateway=arp")
        for x in lines
    )


def _static_defaults(paths: Paths) -> Iterator[Line]:
    """Those whose gateway was filled in, main's first."""
    tables = sorted(paths.defaults, key=lambda table: table != MAIN_TABLE)
    for table in tables:
        for line in paths.defaults[table]:
            if not line.route.dynamic and not any(map(is_blank, line.route.gateways)):
                yield line


def _gateways(lines: list[Line]) -> str:
    return ", ".join(dict.fromkeys(line.gateway for line in lines))


def _ids(lines: list[Line]) -> str:
    return ", ".join(line.id for line in lines)
