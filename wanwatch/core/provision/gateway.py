"""The gateway that a WAN's probe table needs: that of its own default route, as it is now.

A recursive gateway is followed to its first hop, since a probe table must not depend on a route that
a failover or the operator's own check takes away.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wanwatch.core.discovery.uplinks import Uplink, find_uplinks
from wanwatch.core.families import version_of
from wanwatch.core.gateways import resolve
from wanwatch.core.provision.marker import key_of
from wanwatch.core.snapshot import MAIN_TABLE, NextHop, Snapshot, Version
from wanwatch.core.survey import Row, Survey
from wanwatch.core.wans import Wan, Wans

_TABLES_SINCE = Version(7, 18)
"""``default-route-tables`` of a DHCP client (RouterOS changelog)."""


@dataclass(frozen=True, slots=True)
class FoundGateway:
    """A WAN's gateway, or the DHCP client that knows it."""

    gateway: str = ""
    from_lease: bool = False
    """True where a DHCP server may name another one tomorrow."""
    client: str = ""
    """The interface of a DHCP client that can add the route to any table by itself."""
    client_tables: str = ""


def find_gateway(survey: Survey, side: Snapshot, wan: Wan, bound: Wans) -> FoundGateway | None:
    """The gateway of a WAN on the side of one family; None where nobody can tell."""
    client = _client(survey, wan.interface) if side is survey.snapshot else None
    hops = sorted(_own(side, wan, bound), key=lambda hop: _rank(hop, wan))
    best = hops[0] if hops else None
    leased = client is not None and (best is None or best.route.dynamic)
    gateway = _gateway(hops, wan, side, client or {}, leased=leased)
    if leased and client is not None and survey.snapshot.version >= _TABLES_SINCE:
        tables = client.get("default-route-tables", "")
        return FoundGateway(gateway, leased, wan.interface, tables)
    return FoundGateway(gateway, leased) if gateway else None


def _gateway(hops: Sequence[Uplink], wan: Wan, side: Snapshot, client: Row, *, leased: bool) -> str:
    """The gateway as a route names it; empty where nobody can tell."""
    for hop in hops:
        if hop.address:
            return _text(hop.address, hop.interface, side)
        if hop.interface and not leased:
            return hop.interface
    for address in (*sorted(wan.gateways), client.get("gateway", "")):
        if version_of(address):
            return _text(address, wan.interface, side)
    return ""


def _own(side: Snapshot, wan: Wan, bound: Wans) -> Iterator[Uplink]:
    """The WAN's uplinks among default routes that are not provisioned."""
    owners = {route.id: bound.owners(route, side) for route in side.routes if route.is_default}
    seen: dict[str, int] = {}
    for uplink in find_uplinks(side):
        place = seen.get(uplink.route.id, 0)
        seen[uplink.route.id] = place + 1
        of_route = owners[uplink.route.id]
        owner = of_route[place] if place < len(of_route) else None
        if owner is wan and key_of(uplink.route.comment) is None:
            yield uplink


def _rank(uplink: Uplink, wan: Wan) -> tuple[int, int]:
    table = uplink.route.table
    if table in wan.routing_tables:
        return 0, uplink.route.distance
    return (1 if table == MAIN_TABLE else 2), uplink.route.distance


def _text(address: str, interface: str, side: Snapshot) -> str:
    """The gateway as a route names it; with its interface where the address alone says too little."""
    plain = resolve(address, side) == NextHop(address, interface)
    return address if plain or not interface else f"{address}%{interface}"


def _client(survey: Survey, interface: str) -> Row | None:
    for row in survey.enabled("/ip/dhcp-client"):
        adds = row.get("add-default-route", "yes") not in ("no", "false")
        if interface and row.get("interface") == interface and adds:
            return row
    return None
