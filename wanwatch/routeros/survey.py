"""From rows as RouterOS names them to a Survey.

An export's snapshot takes every gateway to answer, and the default routes of DHCP and PPP clients
to be there: it shows the router as it is when all lines work.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from wanwatch.core.discovery.clients import client_routes
from wanwatch.core.snapshot import Route, Snapshot, Version
from wanwatch.core.survey import Row, Survey, Unread
from wanwatch.routeros import rows as core_rows
from wanwatch.routeros.dialect import dialect_for
from wanwatch.routeros.interfaces import resolve
from wanwatch.routeros.ipv6 import ipv6_side_of_rows


def survey_of_export(
    version: Version, rows: Mapping[str, tuple[Row, ...]], unread: Iterable[Unread] = ()
) -> Survey:
    """The survey of an export's rows; raises UnsupportedVersion."""
    snapshot = snapshot_of(version, rows)
    routes = _all_working((*snapshot.routes, *client_routes(rows)))
    ipv6 = snapshot.ipv6 and replace(snapshot.ipv6, routes=_all_working(snapshot.ipv6.routes))
    snapshot = replace(snapshot, routes=routes, ipv6=ipv6)
    return Survey(snapshot, rows, is_live=False, unread=tuple(unread))


def snapshot_of(version: Version, rows: Mapping[str, tuple[Row, ...]]) -> Snapshot:
    """The snapshot that rows amount to; raises UnsupportedVersion."""
    dialect = dialect_for(version)
    identity = rows.get("/system/identity", ())
    snapshot = Snapshot(
        version=version,
        identity=identity[0].get("name", "") if identity else "",
        routes=tuple(core_rows.route(dict(row), dialect) for row in rows.get("/ip/route", ())),
        mangle=tuple(
            core_rows.mangle_rule(_visible(row)) for row in rows.get("/ip/firewall/mangle", ())
        ),
        nat=tuple(
            core_rows.nat_rule(dict(row))
            for row in rows.get("/ip/firewall/nat", ())
            if row.get("chain") == "srcnat"
        ),
        addresses=tuple(core_rows.address(dict(row)) for row in rows.get("/ip/address", ())),
        tables=tuple(
            row["name"]
            for row in rows.get("/routing/table", ())
            if "name" in row and not core_rows.is_true(dict(row), "disabled")
        ),
        interface_lists=resolve(
            [dict(row) for row in rows.get("/interface/list", ())],
            [dict(row) for row in rows.get("/interface/list/member", ())],
        ),
    )
    return replace(snapshot, ipv6=ipv6_side_of_rows(snapshot, rows))


def _visible(row: Row) -> dict[str, str]:
    """Without the properties that only the reader of an export keeps."""
    return {name: value for name, value in row.items() if name == ".id" or name[0] != "."}


def _all_working(routes: tuple[Route, ...]) -> tuple[Route, ...]:
    """The nearest enabled route of each table to each destination is active."""
    nearest: dict[tuple[str, str], list[int]] = defaultdict(list)
    for route in routes:
        if not route.disabled:
            nearest[route.table, route.dst_address].append(route.distance)
    return tuple(
        replace(
            route,
            active=not route.disabled
            and route.distance == min(nearest[route.table, route.dst_address]),
        )
        for route in routes
    )
