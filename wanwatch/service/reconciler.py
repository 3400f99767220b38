"""One pass: what is, what should be, the steps between, and the proof that they worked.

Level-triggered: a pass asks only what the router is and what it should be, so it does not matter
what was missed. Only RouterError is caught here: the router's trouble is shown and retried and is
never a WAN's. Everything awaited is the router's I/O, so the probes go on meanwhile.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog

from wanwatch.core.model import AdminState, Disposition, HealthState, WanSpec
from wanwatch.core.plan import Flush, Plan, Reason
from wanwatch.core.planning import PlanOptions, make_plan
from wanwatch.core.policy import dispositions
from wanwatch.core.snapshot import Snapshot
from wanwatch.core.write_budget import WriteBudget
from wanwatch.routeros.apply import StepResult
from wanwatch.routeros.errors import RouterError
from wanwatch.routeros.execute import Execution, execute
from wanwatch.routeros.router import Router
from wanwatch.service.history import History
from wanwatch.service.metrics import Metrics

log = structlog.get_logger()

FLUSH_WATCH = 60.0
"""Seconds after a WAN went out during which its connections are looked for again and again."""
_FLUSH_AGAIN = 5.0
_RETRY = 1.0
_MOST_STALE = 3
"""How often in a row a plan is made anew at once because a row of it was gone."""

_RETURNS = frozenset({Reason.ROUTE_RETURNED, Reason.BUCKET_RETURNED, Reason.SHARE_ENDED})


@dataclass(frozen=True, slots=True)
class Clock:
    """Loop time and wall time."""

    monotonic: Callable[[], float]
    wall: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Settings:
    """What the operator configured of reconciling; seconds."""

    specs: tuple[WanSpec, ...]
    options: PlanOptions
    interval: float
    settle: float
    """How long after the start WANs may stay UNKNOWN before the others are acted on without them."""


class Reconciler:
    """Keeps the router as it should be. ``states`` is read anew in every pass."""

    def __init__(
        self,
        router: Router,
        settings: Settings,
        states: Mapping[str, HealthState],
        *,
        budget: WriteBudget,
        metrics: Metrics,
        history: History,
        clock: Clock,
    ) -> None:
        self._router = router
        self._settings = settings
        self._states = states
        self._budget = budget
        self._metrics = metrics
        self._history = history
        self._clock = clock
        self._wake = asyncio.Event()
        self._started = clock.monotonic()
        self._decided_since: dict[str, float] = {}
        self._flush_until: dict[str, float] = {}
        self._out: set[str] = set()
        self._stale = 0
        self.wishes: dict[str, AdminState] = {}
        self.snapshot: Snapshot | None = None
        self.observed_at: float | None = None
        """Wall time of the last observation."""
        self.plan = Plan()
        self.pending = 0
        """Steps that the last pass planned and did not carry out."""
        self.dispositions: dict[str, Disposition] = dict.fromkeys(states, Disposition.KEEP)
        self.frozen = "settling"
        self.router_reason = "connecting"
        self.router_since: float | None = None
        self.beats = 0
        """Passes begun; the watchdog looks whether it grows."""

    def wake(self) -> None:
        """Have the next pass begin at once."""
        self._wake.set()

    def decided(self, wan: str, at: float) -> None:
        """Note when a WAN's change was known, for the phase ``decide``."""
        self._decided_since[wan] = at
        self.wake()

    async def run(self) -> None:
        """Make passes until cancelled."""
        while True:
            self._wake.clear()
            delay = await self.make_pass()
            try:
                async with asyncio.timeout(delay):
                    await self._wake.wait()
            except TimeoutError:
                pass

    async def make_pass(self) -> float:
        """Make one pass; returns the seconds until the next one is due without a wake."""
        self.beats += 1
        started = self._clock.monotonic()
        try:
            delay = await self._pass(started)
        except RouterError as error:
            self._trouble(error.reason, str(error))
            self._metrics.router_error(error.reason)
            delay = max(self._router.state.retry_in, _RETRY)
        else:
            self._trouble("", "")
        now = self._clock.monotonic()
        self._metrics.reconciled(now - started, self._clock.wall())
        return delay

    async def _pass(self, started: float) -> float:
        await self._observe()
        plan = self._decide(started)
        if plan.steps and not self._affordable(plan):
            return self._settings.interval
        if plan.steps:
            execution = await self._execute(plan)
            if not execution.is_done:
                return self._after_failure(execution)
        self._stale = 0
        await self._flush(plan.flushes)
        if self.frozen == "settling":
            return min(self._settings.interval, _RETRY)
        return _FLUSH_AGAIN if self._flush_until else self._settings.interval

    async def _observe(self) -> None:
        self.snapshot = await self._router.observe()
        self.observed_at = self._clock.wall()

    def _decide(self, now: float) -> Plan:
        """Plan from the snapshot at hand, and note why nothing is planned where that is so."""
        assert self.snapshot is not None  # noqa: S101 - every caller has just observed
        unknown = [n for n, state in self._states.items() if state is HealthState.UNKNOWN]
        settling = bool(unknown) and now - self._started < self._settings.settle
        self.dispositions = dispositions(self._states, self.wishes, settling=settling)
        plan = make_plan(
            self.snapshot, self._settings.specs, self.dispositions, self._settings.options
        )
        self.plan, self.pending = plan, len(plan.steps)
        self.frozen = self._why_frozen(plan, settling=settling)
        self._watch_flushes(plan.flushes, now)
        return plan

    def _why_frozen(self, plan: Plan, *, settling: bool) -> str:
        if settling:
            return "settling"
        if any(f.code == "pcc-classifier-invalid" for f in plan.findings):
            return "plan-blocked"
        if set(self.dispositions.values()) == {Disposition.KEEP}:
            unknown = HealthState.UNKNOWN in self._states.values()
            return "health-unknown" if unknown else "no-usable-wan"
        return ""

    def _affordable(self, plan: Plan) -> bool:
        protective = any(step.reason not in _RETURNS for step in plan.steps)
        now = self._clock.monotonic()
        if self._budget.allows(now, len(plan.steps), protective=protective):
            return True
        self.frozen = "write-budget-spent"
        log.warning("plan.postponed", reason=self.frozen, steps=len(plan.steps))
        return False

    async def _execute(self, plan: Plan) -> Execution:
        now = self._clock.monotonic()
        wans = sorted({step.wan for step in plan.steps})
        decided = [now - self._decided_since.pop(w) for w in wans if w in self._decided_since]
        phases = {"decide": max(decided)} if decided else {}
        log.info("plan.computed", steps=len(plan.steps), wans=wans)
        execution = await execute(self._router, plan, on_step=self._on_step)
        phases["apply"] = execution.seconds
        outcome = execution.outcome
        if execution.is_done:
            before = self._clock.monotonic()
            outcome = await self._verify(execution)
            phases["verify"] = self._clock.monotonic() - before
        for phase, seconds in phases.items():
            self._metrics.phase(phase, seconds)
        self._metrics.applied(outcome)
        self._history.change(
            _kind(plan),
            ", ".join(wans),
            self._clock.wall(),
            outcome=outcome,
            steps=len(execution.report.done),
            phases=phases,
        )
        level = log.info if outcome == "verified" else log.warning
        level(
            "plan.applied",
            outcome=outcome,
            done=len(execution.report.done),
            of=len(plan.steps),
            message=execution.report.message,
        )
        return execution

    async def _verify(self, execution: Execution) -> str:
        """Read back: the rows that were written, and whether anything is left to do."""
        mismatches = await self._router.verify(execution.report)
        await self._observe()
        assert self.snapshot is not None  # noqa: S101 - just observed
        again = make_plan(
            self.snapshot, self._settings.specs, self.dispositions, self._settings.options
        )
        self.pending = len(again.steps)
        if mismatches or again.steps:
            log.warning("plan.unverified", mismatches=len(mismatches), steps=len(again.steps))
            return "unverified"
        return "verified"

    def _on_step(self, result: StepResult) -> None:
        self._budget.record(self._clock.monotonic())
        self._metrics.writes(1)
        step = result.step
        log.info(
            "change.applied",
            wan=step.wan,
            menu=step.menu,
            command=step.command.value,
            id=result.id,
            reason=step.reason.value,
            seconds=round(result.seconds, 6),
        )

    def _after_failure(self, execution: Execution) -> float:
        """How soon to try again: a stale plan at once, what RouterOS refuses not so soon."""
        if execution.outcome == "stale" and self._stale < _MOST_STALE:
            self._stale += 1
            return 0.0
        if execution.outcome in ("lost", "route-inactive"):
            if execution.report.error is not None:
                raise execution.report.error
            return _RETRY
        error = execution.report.error
        self._trouble(execution.outcome if error is None else error.reason, str(error or ""))
        return self._settings.interval

    def _watch_flushes(self, flushes: Sequence[Flush], now: float) -> None:
        """A WAN that is newly out is flushed, and looked at again for a while."""
        out = {flush.wan for flush in flushes}
        for wan in out - self._out:
            self._flush_until[wan] = now + FLUSH_WATCH
        self._out = out
        self._flush_until = {
            wan: until for wan, until in self._flush_until.items() if wan in out and until > now
        }

    async def _flush(self, flushes: Sequence[Flush]) -> None:
        for flush in flushes:
            if flush.wan not in self._flush_until:
                continue
            report = await self._router.flush(flush)
            if report.removed or report.remaining:
                self._metrics.phase("flush", report.duration)
                self._metrics.connections_removed(flush.wan, report.removed)
                self._history.flushed(
                    flush.wan, report.removed, report.duration, self._clock.wall()
                )
                log.info(
                    "connections.removed",
                    wan=flush.wan,
                    removed=report.removed,
                    remaining=report.remaining,
                    seconds=round(report.duration, 6),
                )

    def _trouble(self, reason: str, sentence: str) -> None:
        """Note how the conversation stands; says it once."""
        if reason == self.router_reason:
            return
        self.router_reason, self.router_since = reason, self._clock.wall()
        if reason:
            log.warning("router.trouble", reason=reason, error=sentence)
        else:
            log.info("router.connected", address=self._router.state.address)


def _kind(plan: Plan) -> str:
    reasons = {step.reason for step in plan.steps}
    if reasons <= _RETURNS:
        return "failback"
    return "change" if reasons & {Reason.ROUTE_RETURNED, Reason.BUCKET_RETURNED} else "failover"
