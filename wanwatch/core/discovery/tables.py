"""What every routing table is for, and in which order its default routes are used."""

from collections.abc import Sequence

from wanwatch.core.discovery.found import FoundTable, TableKind
from wanwatch.core.discovery.lines import Line, vrf_tables
from wanwatch.core.discovery.marking import Marking
from wanwatch.core.originals import is_enabled
from wanwatch.core.snapshot import MAIN_TABLE, Route
from wanwatch.core.survey import Survey
from wanwatch.core.wans import Wans


def describe_tables(
    survey: Survey, marking: Marking, lines: Sequence[Line], bound: Wans
) -> tuple[FoundTable, ...]:
    """Main first, then the others in the order of the rules that mark for them."""
    snapshot = survey.snapshot
    names = dict.fromkeys(
        (
            MAIN_TABLE,
            *marking.marked_tables,
            *snapshot.tables,
            *(route.table for route in snapshot.routes),
            *vrf_tables(survey),
        )
    )
    by_table: dict[str, list[Route]] = {}
    for route in snapshot.routes:
        if route.is_default and is_enabled(route):
            by_table.setdefault(route.table, []).append(route)
    kinds = {u.route.id: line.kind for line in lines for u in line.uplinks}
    vrfs = frozenset(vrf_tables(survey))
    found = []
    for name in names:
        rows = sorted(by_table.get(name, ()), key=lambda route: route.distance)
        owners = {
            row.id: [o.name for o in bound.owners(row, snapshot) if o is not None]
            for row in rows
            if not row.blackhole
        }
        nearest = [row for row in rows if row.distance == rows[0].distance]
        wans = tuple(dict.fromkeys(w for row in nearest for w in owners.get(row.id, ())))
        if not wans and (owner := bound.of_table(name)) is not None:
            wans = (owner.name,)
        fallbacks = tuple(
            (row.distance, wan)
            for row in rows
            if not row.blackhole
            for wan in dict.fromkeys(owners[row.id] or [""])
        )
        kind = TableKind.VRF if name in vrfs else _kind(name, nearest, wans, kinds)
        found.append(FoundTable(name, kind, wans, fallbacks))
    return tuple(found)


def _kind(
    name: str, nearest: Sequence[Route], wans: Sequence[str], kinds: dict[str, TableKind]
) -> TableKind:
    if name == MAIN_TABLE:
        return TableKind.MAIN
    if wans:
        return TableKind.WAN if len(wans) == 1 else TableKind.SEVERAL
    if not nearest:
        return TableKind.EMPTY
    if all(row.blackhole for row in nearest):
        return TableKind.BLACKHOLE
    found = {kinds.get(row.id, TableKind.UNKNOWN) for row in nearest}
    kind = found.pop() if len(found) == 1 else TableKind.UNKNOWN
    return TableKind.UNKNOWN if kind is TableKind.WAN else kind
