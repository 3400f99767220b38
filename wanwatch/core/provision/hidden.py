"""The router as its operator made it: without the rows that ``provision`` added.

The linter looks at this, so that a provisioned row is no fault, and hides none.
"""

from dataclasses import replace

from wanwatch.core.provision.items import Kind
from wanwatch.core.provision.marker import Key, key_of
from wanwatch.core.provision.probe_items import table_of
from wanwatch.core.snapshot import Snapshot
from wanwatch.core.survey import Row, Survey

_ROUTES = ("/ip/route", "/ipv6/route")


def without_provisioned(survey: Survey) -> Survey:
    """The survey without provisioned rows; the same one where there are none."""
    keys = [(row, key) for rows in survey.rows.values() for row in rows if (key := _key(row))]
    if not keys:
        return survey
    own = frozenset(
        _table(row, key) for row, key in keys if key.kind in (Kind.TABLE, Kind.MARK)
    ) - {""}
    rows = {
        menu: tuple(row for row in found if not _is_hidden(menu, row, own))
        for menu, found in survey.rows.items()
    }
    ids = {menu: frozenset(row.get(".id", "") for row in found) for menu, found in rows.items()}
    return replace(
        survey,
        rows={menu: found for menu, found in rows.items() if found},
        snapshot=_snapshot(survey.snapshot, own, "/ip", ids),
    )


def _table(row: Row, key: Key) -> str:
    """The probe table that a row makes known; one of the operator's own is theirs."""
    name = row.get("name" if key.kind is Kind.TABLE else "new-routing-mark", "")
    return name if name == table_of(key.subject) else ""


def _key(row: Row) -> Key | None:
    return key_of(row.get("comment", ""))


def _is_hidden(menu: str, row: Row, tables: frozenset[str]) -> bool:
    if _key(row) is not None:
        return True
    return menu in _ROUTES and (row.get("routing-table") or row.get("routing-mark")) in tables


def _snapshot(
    snapshot: Snapshot, tables: frozenset[str], root: str, ids: dict[str, frozenset[str]]
) -> Snapshot:
    nat = ids.get(f"{root}/firewall/nat", frozenset())
    ipv6 = snapshot.ipv6
    return replace(
        snapshot,
        routes=tuple(
            route
            for route in snapshot.routes
            if key_of(route.comment) is None and route.table not in tables
        ),
        mangle=tuple(rule for rule in snapshot.mangle if key_of(rule.comment) is None),
        nat=tuple(rule for rule in snapshot.nat if rule.id in nat),
        tables=tuple(table for table in snapshot.tables if table not in tables),
        ipv6=None if ipv6 is None else _snapshot(ipv6, tables, "/ipv6", ids),
    )
