"""The steps that take a WAN's default routes out, and put them back.

Every static default route whose next hop is the WAN's, in main and in every table that PCC
reaches: a dead WAN's route also stands in main and as a fallback in other WANs' tables. An ECMP
row loses the gateway alone. Never the last default of main (RouterOS manual, "Policy Routing":
the router's own traffic needs one even where it is marked). A row whose gateway may lead through
several WANs by recursion is the router's to judge, and stays.

A row that gains gateways and loses others does both in turn: what returns comes before the rules,
what goes comes after them.
"""

from collections.abc import Mapping, Sequence

from wanwatch.core import route_findings
from wanwatch.core.model import Disposition, Finding, Severity
from wanwatch.core.originals import is_enabled
from wanwatch.core.plan import Attributes, Command, Reason, Step, Undo
from wanwatch.core.recursion import Recursion
from wanwatch.core.route_rows import Row, State, read_row
from wanwatch.core.snapshot import MAIN_TABLE, Snapshot
from wanwatch.core.tags import Tag, join_comment
from wanwatch.core.wans import Wans

MENU = "/ip/route"


def plan_routes(
    snapshot: Snapshot, wans: Wans, dispositions: Mapping[str, Disposition]
) -> tuple[list[Step], list[Step], list[Finding]]:
    """The steps that return routes, the steps that take routes out, and what cannot be done."""
    returns: list[Step] = []
    removals: list[Step] = []
    findings: list[Finding] = []
    recursion = Recursion(snapshot, wans)
    rows = [
        read_row(route, snapshot, wans, recursion, dispositions)
        for route in snapshot.routes
        if route.table in wans.managed_tables and route.is_default and not route.blackhole
        if route.dynamic or is_enabled(route)
    ]
    spared = _last_of_main(rows, findings)
    nearest = _nearest(rows)
    for row in rows:
        findings += route_findings.of_row(row)
        if not (row.route.dynamic or row.kept):
            back, out = _steps(row, is_spared=row is spared, is_nearest=row.route.id in nearest)
            returns += back
            removals += out
    removals.sort(key=lambda step: ("table", MAIN_TABLE) in step.data)
    findings += route_findings.shared_tables(rows)
    findings += route_findings.unmanaged(snapshot, wans, dispositions)
    return returns, removals, findings


def _last_of_main(rows: list[Row], findings: list[Finding]) -> Row | None:
    """The row of main that stays although its WAN is out, because no other would."""
    main = [row for row in rows if row.route.table == MAIN_TABLE]
    dead = [row for row in main if row.all_dead and not row.route.dynamic and not row.kept]
    if not dead or any(row.stays for row in main):
        return None
    last = max(dead, key=lambda row: (not row.route.disabled, row.route.distance))
    gateway = (("gateway", ",".join(last.route.gateways)),)
    findings.append(
        Finding("last-main-default-kept", Severity.INFO, last.route.id, gateway, menu=MENU)
    )
    return last


def _steps(row: Row, *, is_spared: bool, is_nearest: bool) -> tuple[list[Step], list[Step]]:
    """What returns a row or gateways of it, and what takes it or gateways of it out."""
    now = State(row.route.disabled, row.route.gateways, row.route.comment)
    is_out = row.all_dead and not is_spared
    if is_out:
        return [], _set(row, now, _state(row, row.gateways, is_out=True), Reason.ROUTE_DISABLED)
    left = row.alive
    if is_spared:
        left = row.gateways if now.disabled else now.gateways
    used = () if now.disabled else now.gateways
    both = tuple(g for g in row.gateways if g in left or g in used)
    between = _state(row, both) if now.disabled or set(both) - set(used) else now
    returns = _set(row, now, between, Reason.ROUTE_RETURNED, is_nearest=is_nearest)
    final = _state(row, left)
    if set(between.gateways) == set(left):
        return returns or _set(row, now, final, Reason.ROUTE_RETURNED), []
    return returns, _set(row, between, final, Reason.GATEWAY_REMOVED)


def _state(row: Row, gateways: tuple[str, ...], *, is_out: bool = False) -> State:
    originals = {"disabled": "no"} if is_out else {}
    if gateways != row.gateways:
        originals["gateway"] = ",".join(row.gateways)
    gone = tuple(g for g in row.gateways if is_out or g not in gateways)
    names = row.names(gone)
    tag = Tag(names[0] if names else "", originals) if originals else None
    return State(is_out, gateways, join_comment(row.operators_comment, tag))


def _set(
    row: Row, before: State, after: State, reason: Reason, *, is_nearest: bool = False
) -> list[Step]:
    was, wanted = before.words(), after.words()
    changed: Attributes = tuple((n, value) for n, value in wanted.items() if was[n] != value)
    if not changed:
        return []
    moved = set(before.gateways) ^ set(after.gateways)
    names = row.names(tuple(moved)) or row.names(row.gateways) or row.tagged
    return [
        Step(
            menu=MENU,
            command=Command.SET,
            reason=reason,
            wan=names[0] if names else "",
            undo=Undo(Command.SET, row.route.id, tuple((n, was[n]) for n, _ in changed)),
            id=row.route.id,
            attributes=changed,
            await_active=is_nearest,
            data=(
                ("table", row.route.table),
                ("gateway", ",".join(row.gateways)),
                ("distance", str(row.route.distance)),
            ),
        )
    ]


def _nearest(rows: Sequence[Row]) -> frozenset[str]:
    """Of each table but main the one route it uses when all is well, which buckets depend on."""
    tables: dict[str, list[Row]] = {}
    for row in rows:
        if row.route.table != MAIN_TABLE:
            tables.setdefault(row.route.table, []).append(row)
    found = set()
    for same in tables.values():
        distance = min(row.route.distance for row in same)
        first = [row.route.id for row in same if row.route.distance == distance]
        if len(first) == 1:
            found.add(first[0])
    return frozenset(found)
