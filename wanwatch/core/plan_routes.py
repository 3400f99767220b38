"""The steps that take a WAN's default routes out, and put them back.

Every static default route whose next hop is the WAN's, in main and in every table that PCC
reaches: a dead WAN's route also stands in main and as a fallback in other WANs' tables. An ECMP
row loses the gateway alone. Never the last default of main (RouterOS manual, "Policy Routing":
the router's own traffic needs one even where it is marked).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from wanwatch.core.model import Disposition, Finding, Severity
from wanwatch.core.plan import Command, Reason, Step, Undo
from wanwatch.core.snapshot import MAIN_TABLE, Route, Snapshot
from wanwatch.core.tags import Tag, join_comment, split_comment
from wanwatch.core.wans import Wan, Wans, is_enabled

MENU = "/ip/route"


@dataclass(frozen=True, slots=True)
class Row:
    """A default route as the operator set it, and the WANs behind its gateways."""

    route: Route
    operators_comment: str
    gateways: tuple[str, ...]
    owners: tuple[Wan | None, ...]
    dead: tuple[bool, ...]
    kept: bool

    @property
    def all_dead(self) -> bool:
        """True when no gateway of it is left."""
        return bool(self.dead) and all(self.dead)


def plan_routes(
    snapshot: Snapshot, wans: Wans, dispositions: Mapping[str, Disposition]
) -> tuple[list[Step], list[Step], list[Finding]]:
    """The steps that return routes, the steps that take routes out, and what cannot be done."""
    returns: list[Step] = []
    removals: list[Step] = []
    findings: list[Finding] = []
    rows = []
    for route in snapshot.routes:
        if route.table not in wans.managed_tables or not route.is_default or route.blackhole:
            continue
        row = _row(route, snapshot, wans, dispositions)
        if route.dynamic:
            if row.all_dead and route.active:
                findings.append(_cannot_disable(row))
            rows.append(row)
        elif is_enabled(route):
            rows.append(row)
    spared = _last_of_main(rows, findings)
    for row in rows:
        if row.kept or row.route.dynamic:
            continue
        step = _step(row, row.route is spared, rows)
        if step is not None:
            is_return = step.reason is Reason.ROUTE_RETURNED
            (returns if is_return else removals).append(step)
    removals.sort(key=lambda step: ("table", MAIN_TABLE) in step.data)
    return returns, removals, findings


def _row(
    route: Route, snapshot: Snapshot, wans: Wans, dispositions: Mapping[str, Disposition]
) -> Row:
    comment, tag = split_comment(route.comment)
    gateways = route.gateways
    if tag is not None and "gateway" in tag.originals:
        gateways = tuple(tag.originals["gateway"].split(","))
        route = replace(route, gateways=gateways, next_hops=())
    owners = wans.owners(route, snapshot)
    states = [dispositions.get(owner.name) if owner else None for owner in owners]
    dead = tuple(state is Disposition.OUT for state in states)
    current = next(r for r in snapshot.routes if r.id == route.id)
    return Row(current, comment, gateways, owners, dead, Disposition.KEEP in states)


def _last_of_main(rows: list[Row], findings: list[Finding]) -> Route | None:
    """The route of main that stays although its WAN is out, because no other would."""
    main = [row for row in rows if row.route.table == MAIN_TABLE]
    dead = [row for row in main if row.all_dead and not row.route.dynamic and not row.kept]
    if not dead or any(not row.all_dead or row.route.dynamic or row.kept for row in main):
        return None
    last = max(dead, key=lambda row: (not row.route.disabled, row.route.distance)).route
    findings.append(
        Finding(
            "last-main-default-kept",
            Severity.INFO,
            last.id,
            (("gateway", ",".join(last.gateways)),),
        )
    )
    return last


def _step(row: Row, is_spared: bool, rows: list[Row]) -> Step | None:  # noqa: FBT001 - one caller
    out = row.all_dead and not is_spared
    left = tuple(g for g, dead in zip(row.gateways, row.dead, strict=True) if not dead)
    gateways = left if left and not row.all_dead else row.gateways
    originals = {}
    if out:
        originals["disabled"] = "no"
    if gateways != row.gateways:
        originals["gateway"] = ",".join(row.gateways)
    names = [o.name for o, dead in zip(row.owners, row.dead, strict=True) if o and dead]
    names = names or [owner.name for owner in row.owners if owner]
    wan = names[0] if names else ""
    tag = Tag(wan, originals) if originals else None
    wanted = {
        "disabled": "yes" if out else "no",
        "gateway": ",".join(gateways),
        "comment": join_comment(row.operators_comment, tag),
    }
    now = {
        "disabled": "yes" if row.route.disabled else "no",
        "gateway": ",".join(row.route.gateways),
        "comment": row.route.comment,
    }
    changed = {name: value for name, value in wanted.items() if now[name] != value}
    if not changed:
        return None
    reason = Reason.ROUTE_RETURNED
    if out:
        reason = Reason.ROUTE_DISABLED
    elif gateways != row.gateways and len(gateways) < len(row.route.gateways):
        reason = Reason.GATEWAY_REMOVED
    return Step(
        menu=MENU,
        command=Command.SET,
        reason=reason,
        wan=wan,
        undo=Undo(Command.SET, row.route.id, tuple((n, now[n]) for n in changed)),
        id=row.route.id,
        attributes=tuple(changed.items()),
        await_active=reason is Reason.ROUTE_RETURNED and _is_nearest(row, rows),
        data=(
            ("table", row.route.table),
            ("gateway", ",".join(row.gateways)),
            ("distance", str(row.route.distance)),
        ),
    )


def _is_nearest(row: Row, rows: list[Row]) -> bool:
    """True for the one route its table uses when all is well, which buckets depend on."""
    if row.route.table == MAIN_TABLE:
        return False
    same = [r.route.distance for r in rows if r.route.table == row.route.table]
    return same.count(row.route.distance) == 1 and row.route.distance == min(same)


def _cannot_disable(row: Row) -> Finding:
    wan = next((owner.name for owner in row.owners if owner), "")
    return Finding(
        "dynamic-default-route",
        Severity.WARNING,
        wan,
        (("table", row.route.table), ("gateway", ",".join(row.gateways))),
    )
