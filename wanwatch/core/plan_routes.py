"""The steps that take a WAN's default routes out, and put them back.

Every static default route whose next hop is the WAN's, in main and in every table that PCC
reaches: a dead WAN's route also stands in main and as a fallback in other WANs' tables. An ECMP
row loses the gateway alone. Never the last default of main (RouterOS manual, "Policy Routing":
the router's own traffic needs one even where it is marked).

A row that gains gateways and loses others does both in turn: what returns comes before the rules,
what goes comes after them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from wanwatch.core.model import Disposition, Finding, Severity
from wanwatch.core.plan import Attributes, Command, Reason, Step, Undo
from wanwatch.core.snapshot import MAIN_TABLE, Route, Snapshot
from wanwatch.core.tags import Tag, join_comment, split_comment
from wanwatch.core.wans import Wan, Wans, is_enabled, original_gateways

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

    @property
    def alive(self) -> tuple[str, ...]:
        """The gateways that lead through no WAN that is out."""
        return tuple(g for g, dead in zip(self.gateways, self.dead, strict=True) if not dead)

    @property
    def stays(self) -> bool:
        """True when it will lead somewhere whatever is done to others."""
        if self.kept or self.route.dynamic:
            return not self.route.disabled and (self.route.active or not self.all_dead)
        if any(owner and not d for owner, d in zip(self.owners, self.dead, strict=True)):
            return True
        hops = self.route.next_hops
        return not self.all_dead and (self.route.active or any(hop.interface for hop in hops))

    def names(self, gateways: tuple[str, ...]) -> list[str]:
        """The WANs behind these of its gateways."""
        pairs = zip(self.gateways, self.owners, strict=True)
        return [owner.name for gateway, owner in pairs if owner and gateway in gateways]


@dataclass(frozen=True, slots=True)
class State:
    """What of a row is set: the three properties a step may change."""

    disabled: bool
    gateways: tuple[str, ...]
    comment: str

    def words(self) -> dict[str, str]:
        """As RouterOS takes them."""
        return {
            "disabled": "yes" if self.disabled else "no",
            "gateway": ",".join(self.gateways),
            "comment": self.comment,
        }


def plan_routes(
    snapshot: Snapshot, wans: Wans, dispositions: Mapping[str, Disposition]
) -> tuple[list[Step], list[Step], list[Finding]]:
    """The steps that return routes, the steps that take routes out, and what cannot be done."""
    returns: list[Step] = []
    removals: list[Step] = []
    findings: list[Finding] = []
    rows = [
        _row(route, snapshot, wans, dispositions)
        for route in snapshot.routes
        if route.table in wans.managed_tables and route.is_default and not route.blackhole
        if route.dynamic or is_enabled(route)
    ]
    spared = _last_of_main(rows, findings)
    for row in rows:
        if row.route.dynamic:
            if row.all_dead and row.route.active:
                findings.append(_cannot_disable(row))
        elif not row.kept:
            back, out = _steps(row, rows, is_spared=row is spared)
            returns += back
            removals += out
    removals.sort(key=lambda step: ("table", MAIN_TABLE) in step.data)
    return returns, removals, findings


def _row(
    route: Route, snapshot: Snapshot, wans: Wans, dispositions: Mapping[str, Disposition]
) -> Row:
    owners = wans.owners(route, snapshot)
    states = [dispositions.get(owner.name) if owner else None for owner in owners]
    return Row(
        route=route,
        operators_comment=split_comment(route.comment)[0],
        gateways=original_gateways(route),
        owners=owners,
        dead=tuple(state is Disposition.OUT for state in states),
        kept=Disposition.KEEP in states,
    )


def _last_of_main(rows: list[Row], findings: list[Finding]) -> Row | None:
    """The row of main that stays although its WAN is out, because no other would."""
    main = [row for row in rows if row.route.table == MAIN_TABLE]
    dead = [row for row in main if row.all_dead and not row.route.dynamic and not row.kept]
    if not dead or any(row.stays for row in main):
        return None
    last = max(dead, key=lambda row: (not row.route.disabled, row.route.distance))
    gateway = (("gateway", ",".join(last.route.gateways)),)
    findings.append(Finding("last-main-default-kept", Severity.INFO, last.route.id, gateway))
    return last


def _steps(row: Row, rows: list[Row], *, is_spared: bool) -> tuple[list[Step], list[Step]]:
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
    returns = _set(row, now, between, Reason.ROUTE_RETURNED, is_nearest=_is_nearest(row, rows))
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
    names = row.names(tuple(moved)) or row.names(row.gateways)
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
