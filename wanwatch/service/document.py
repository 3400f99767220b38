"""Putting the status document together from what the parts know. Reads only; decides nothing."""

from collections.abc import Mapping

from wanwatch import __version__
from wanwatch.core.gateways import next_hops
from wanwatch.core.groups import current_owners, current_shares, find_groups
from wanwatch.core.health.health_report import WanReport
from wanwatch.core.ipv6_side import specs_of_family
from wanwatch.core.model import AdminState, Finding, WanSpec
from wanwatch.core.snapshot import Route, Snapshot
from wanwatch.core.wans import Wans, bind
from wanwatch.core.write_budget import WriteBudget
from wanwatch.routeros.router import Router
from wanwatch.routeros.text import display_text
from wanwatch.service.clock import Clock
from wanwatch.service.history import History
from wanwatch.service.reconciler import Reconciler
from wanwatch.service.recorder import Recorder
from wanwatch.service.router_watch import RouterWatch
from wanwatch.service.status import (
    FindingStatus,
    LeaseStatus,
    RouterStatus,
    StatusDocument,
    TargetStatus,
    WanStatus,
    WriteStatus,
)
from wanwatch.service.watcher import Watcher


class DocumentMaker:
    """Makes the status document of one running configuration."""

    def __init__(
        self,
        specs: tuple[WanSpec, ...],
        *,
        router: Router,
        watcher: Watcher,
        reconciler: Reconciler,
        budget: WriteBudget,
        history: History,
        clock: Clock,
        started: float,
        recorder: Recorder | None = None,
        router_watch: RouterWatch | None = None,
    ) -> None:
        self._specs = specs
        self._router = router
        self._watcher = watcher
        self._reconciler = reconciler
        self._budget = budget
        self._history = history
        self._clock = clock
        self._started = started
        self._recorder = recorder
        self._router_watch = router_watch
        self._seen: tuple[Snapshot | None, dict[str, _OnRouter]] = (None, {})
        self.config_error = ""

    def make(self) -> StatusDocument:
        """Everything as of now."""
        now, wall = self._clock.monotonic(), self._clock.wall()
        report = self._watcher.report()
        on_router = self._on_router()
        reconciler = self._reconciler
        recording = () if self._recorder is None else self._recorder.findings
        findings = (*reconciler.plan.findings, *self._router.state.findings, *recording)
        used = self._budget.last_hour(now)
        return StatusDocument(
            version=__version__,
            started=self._started,
            now=wall,
            ready=reconciler.observed_at is not None and not reconciler.is_settling,
            frozen=reconciler.frozen,
            router=self._router_status(),
            wans=tuple(
                self._wan(spec, report.wan(spec.name), on_router.get(spec.name), wall - now)
                for spec in self._specs
            ),
            pending_steps=reconciler.pending,
            findings=tuple(_finding(finding) for finding in findings),
            changes=self._history.newest(),
            writes=WriteStatus(used, self._budget.limit, used >= self._budget.limit),
            config_error=self.config_error,
            lease=self._lease(),
        )

    def _lease(self) -> LeaseStatus | None:
        view = self._reconciler.lease.view
        if view is None:
            return None
        return LeaseStatus(view.instance, view.held, display_text(view.holder), view.error)

    def _router_status(self) -> RouterStatus:
        state, reconciler = self._router.state, self._reconciler
        return RouterStatus(
            address=state.address,
            identity=display_text(state.identity),
            version=state.version,
            state=reconciler.conversation.reason or "connected",
            error=display_text(reconciler.conversation.error),
            since=reconciler.conversation.since,
            last_observed=reconciler.observed_at,
            watch="" if self._router_watch is None else self._router_watch.mode,
        )

    def _wan(
        self, spec: WanSpec, report: WanReport, found: "_OnRouter | None", to_wall: float
    ) -> WanStatus:
        wish = self._reconciler.wishes.get(spec.name, AdminState.AUTO)
        proof = self._reconciler.paths.proof(spec.name)
        return WanStatus(
            name=spec.name,
            interface=display_text(spec.interface),
            state=report.state.value,
            since=None if report.since is None else report.since + to_wall,
            reason=self._watcher.reasons[spec.name],
            admin=wish.value,
            disposition=self._reconciler.dispositions[spec.name].value,
            blind="" if report.blind is None else report.blind.error or report.blind.reason.value,
            hold_down_remaining=report.hold_down_remaining,
            loss_ratio=report.figures.loss_ratio,
            rtt=report.figures.rtt,
            jitter=report.figures.jitter,
            share=None if found is None else found.share,
            buckets=() if found is None else found.buckets,
            routes=() if found is None else found.routes,
            targets=tuple(
                TargetStatus(
                    target=target.target,
                    state={"fine": "up", "failing": "down"}.get(target.state.value, "unknown"),
                    losses_in_row=target.losses,
                    last_rtt=target.last_rtt,
                    loss_ratio=target.figures.loss_ratio,
                    discounted=target.discounted,
                )
                for target in report.targets
            ),
            gone="" if report.gone is None else report.gone.value,
            path=proof.state.value,
            path_address=proof.address,
            path_wan=proof.other,
            path_cause=proof.cause,
        )

    def _on_router(self) -> "Mapping[str, _OnRouter]":
        """What each WAN has on the router; made anew only for a new snapshot."""
        snapshot = self._reconciler.snapshot
        if snapshot is not None and self._seen[0] is not snapshot:
            self._seen = (snapshot, _read(self._specs, snapshot))
        return self._seen[1]


class _OnRouter:
    """One WAN's share, buckets and routes as the router has them."""

    def __init__(self, share: float, buckets: tuple[str, ...], routes: tuple[str, ...]) -> None:
        self.share = share
        self.buckets = buckets
        self.routes = routes


def _read(specs: tuple[WanSpec, ...], snapshot: Snapshot) -> dict[str, _OnRouter]:
    wans = bind(specs_of_family(specs, 4), snapshot)
    shares = current_shares(snapshot, wans)
    buckets: dict[str, list[str]] = {}
    for group in find_groups(snapshot, wans).groups:
        for name, owned in current_owners(group, wans).items():
            buckets.setdefault(name, []).extend(
                f"{group.chain} {group.fields}:{b.denominator}/{b.remainder}" for b in sorted(owned)
            )
    return {
        spec.name: _OnRouter(
            shares[spec.name],
            tuple(display_text(text) for text in buckets.get(spec.name, ())),
            tuple(
                display_text(_route(route))
                for route in snapshot.routes
                if route.is_default
                and route.table in wans.managed_tables
                and _leads_to(route, spec, wans, snapshot)
            ),
        )
        for spec in specs
    }


def _leads_to(route: Route, spec: WanSpec, wans: Wans, snapshot: Snapshot) -> bool:
    wan = wans.of_interface(spec.interface)
    if wan is None or wan.name != spec.name:
        return any(o is not None and o.name == spec.name for o in wans.owners(route, snapshot))
    return any(hop.interface == spec.interface for hop in next_hops(route, snapshot))


def _route(route: Route) -> str:
    state = "disabled" if route.disabled else "active" if route.active else "inactive"
    gateway = ",".join(route.gateways)
    return f"{route.table} via {gateway} distance {route.distance} ({state})"


def _finding(finding: Finding) -> FindingStatus:
    return FindingStatus(
        code=finding.code,
        severity=finding.severity.value,
        where=display_text(finding.where),
        data={name: display_text(value) for name, value in finding.data},
        fix=tuple(display_text(line) for line in finding.fix),
    )
