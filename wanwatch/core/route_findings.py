"""What of a WAN that is out stays in the routing tables, and why."""

from collections.abc import Iterable, Mapping, Sequence

from wanwatch.core.model import Disposition, Finding, Severity
from wanwatch.core.originals import is_enabled
from wanwatch.core.route_rows import Row
from wanwatch.core.snapshot import MAIN_TABLE, Snapshot
from wanwatch.core.wans import Wans

_MENU = "/ip/route"


def of_row(row: Row) -> Iterable[Finding]:
    """Why a row through a WAN that is out stays as it is."""
    place = (("table", row.route.table), ("gateway", ",".join(row.gateways)))
    if row.by_turns and not row.route.disabled:
        data = (*place, ("wans", ", ".join(row.by_turns)))
        yield Finding("route-by-turns", Severity.WARNING, row.route.id, data, menu=_MENU)
    if row.route.dynamic and row.all_dead and row.route.active:
        wan = next((owner.name for owner in row.owners if owner), "")
        yield Finding("dynamic-default-route", Severity.WARNING, wan, place)


def shared_tables(rows: Sequence[Row]) -> Iterable[Finding]:
    """Tables that several WANs carry at once, one of them out: what marks for them stays."""
    tables: dict[str, list[Row]] = {}
    for row in rows:
        if row.route.table != MAIN_TABLE:
            tables.setdefault(row.route.table, []).append(row)
    for table, of_table in tables.items():
        distance = min(row.route.distance for row in of_table)
        nearest = [row for row in of_table if row.route.distance == distance]
        names = {owner.name for row in nearest for owner in row.owners if owner}
        if len(names) > 1 and any(any(row.dead) for row in nearest):
            wans = ", ".join(sorted(names))
            yield Finding("table-of-several-wans", Severity.INFO, table, (("wans", wans),))


def unmanaged(
    snapshot: Snapshot, wans: Wans, dispositions: Mapping[str, Disposition]
) -> Iterable[Finding]:
    """Tables that no mangle rule marks for, with a default route through a WAN that is out.

    What leads traffic there may be a routing rule or a VRF. A table that ends in a blackhole may
    be one of the probes', as may one that a rule marks for and that is not managed: those are left
    without a word.
    """
    known = wans.managed_tables | {rule.new_routing_mark for rule in snapshot.mangle}
    known |= {r.table for r in snapshot.routes if r.is_default and r.blackhole}
    found: dict[str, dict[str, None]] = {}
    for route in snapshot.routes:
        if route.table not in known and route.is_default and is_enabled(route):
            for owner in wans.owners(route, snapshot):
                if owner and dispositions.get(owner.name) is Disposition.OUT:
                    found.setdefault(route.table, {})[owner.name] = None
    for table, names in found.items():
        data = (("wans", ", ".join(names)),)
        yield Finding("table-not-managed", Severity.INFO, table, data)
