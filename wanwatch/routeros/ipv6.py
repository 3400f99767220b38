"""The IPv6 side of a snapshot, from the rows of IPv6's menus."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from ipaddress import IPv6Interface

from wanwatch.core.snapshot import Route, Snapshot
from wanwatch.routeros import rows
from wanwatch.routeros.dialect import (
    IPV6_MANGLE_MENU,
    IPV6_NAT_MENU,
    IPV6_ROUTE_MENU,
    dialect_for,
)
from wanwatch.routeros.protocol import Row

_EVERYWHERE = "::/0"


def ipv6_side(
    snapshot: Snapshot,
    routes: Iterable[Route],
    mangle: Iterable[Row],
    nat: Iterable[Row],
    addresses: Iterable[Row],
) -> Snapshot | None:
    """The side beside an IPv4 snapshot, whose tables, lists and interfaces it shares."""
    side = replace(
        snapshot,
        routes=tuple(routes),
        mangle=tuple(rows.mangle_rule(row) for row in mangle),
        nat=tuple(rows.nat_rule(row) for row in nat if row.get("chain") == "srcnat"),
        addresses=tuple(rows.address(row) for row in addresses if _is_of_one_link(row)),
        ipv6=None,
    )
    return side if side.routes or side.mangle else None


def ipv6_side_of_rows(
    snapshot: Snapshot, of: Mapping[str, tuple[Mapping[str, str], ...]]
) -> Snapshot | None:
    """The side from an export's rows by menu; gateways are taken to answer."""
    dialect = dialect_for(snapshot.version)
    if any(row.get("disable-ipv6") in ("true", "yes") for row in of.get("/ipv6/settings", ())):
        return None
    return ipv6_side(
        snapshot,
        (
            rows.route({"dst-address": _EVERYWHERE, **row}, dialect)
            for row in of.get(IPV6_ROUTE_MENU, ())
        ),
        (_visible(row) for row in of.get(IPV6_MANGLE_MENU, ())),
        (_visible(row) for row in of.get(IPV6_NAT_MENU, ())),
        (_visible(row) for row in of.get("/ipv6/address", ())),
    )


def _visible(row: Mapping[str, str]) -> dict[str, str]:
    """Without the properties that only the reader of an export keeps."""
    return {name: value for name, value in row.items() if name == ".id" or name[0] != "."}


def _is_of_one_link(row: Row) -> bool:
    """True for an address that tells its interface: not link-local, and readable."""
    try:
        return not IPv6Interface(row.get("address", "")).is_link_local
    except ValueError:
        return False
