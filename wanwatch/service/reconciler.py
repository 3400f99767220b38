"""One pass: what is, what should be, the steps between, and the proof that they worked.

Level-triggered: a pass asks only what the router is and what it should be, so it does not matter
what was missed. Only RouterError is caught here: the router's trouble is shown and retried and is
never a WAN's. Everything awaited is the router's I/O, so the probes go on meanwhile.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog

from wanwatch.core.model import AdminState, Disposition, HealthState, WanSpec
from wanwatch.core.plan import Flush, Plan
from wanwatch.core.planning import PlanOptions, make_plan
from wanwatch.core.policy import dispositions
from wanwatch.core.settling import Settling
from wanwatch.core.snapshot import Snapshot
from wanwatch.core.write_budget import WriteBudget
from wanwatch.routeros.apply import Outcome, StepResult
from wanwatch.routeros.errors import RouterError
from wanwatch.routeros.execute import Execution, execute
from wanwatch.routeros.router import Router
from wanwatch.service import pass_words
from wanwatch.service.clock import Clock
from wanwatch.service.decisions import Decisions
from wanwatch.service.flush_watch import FlushWatch
from wanwatch.service.frozen import why_frozen
from wanwatch.service.history import History
from wanwatch.service.journal import Journal
from wanwatch.service.metrics import Metrics
from wanwatch.service.router_watch import RouterWatch
from wanwatch.service.trust import Trust

log = structlog.get_logger()

_FLUSH_AGAIN = 5.0
_RETRY = 1.0
_RETRY_HOPELESS = 10.0
"""Seconds until what a person has to mend first is tried again, unless passes come faster."""
_SOON = {"settling": 1.0, "survivors-doubtful": 0.2}
"""Seconds until it is looked again whether the reason to wait is gone."""
_HEARTBEAT = 5.0
_MOST_STALE = 3
"""How often in a row a plan is made anew at once because a row of it was gone."""


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
        doubtful: Callable[[], Collection[str]] = frozenset,
        trust: Trust | None = None,
        watch: RouterWatch | None = None,
    ) -> None:
        """``doubtful`` names the WANs that are not proven alive, ``watch`` hears the router."""
        self._router = router
        self._settings = settings
        self._states = states
        self._budget = budget
        self._metrics = metrics
        self._journal = Journal(budget=budget, metrics=metrics, history=history, clock=clock)
        self._clock = clock
        self._wake = asyncio.Event()
        self._settling = Settling(clock.monotonic(), settings.settle)
        self._doubtful = doubtful
        self._trust = trust
        self._watch = watch
        self._decisions = Decisions()
        self._flush_watch = FlushWatch()
        self._stale = 0
        self._refused = ""
        self.wishes: dict[str, AdminState] = {}
        self.snapshot: Snapshot | None = None
        self.observed_at: float | None = None
        """Wall time of the last observation."""
        self.plan = Plan()
        self.pending = 0
        """Steps that the last pass planned and did not carry out."""
        self.dispositions: dict[str, Disposition] = dict.fromkeys(states, Disposition.KEEP)
        self._frozen = "settling"
        self.router_reason = "connecting"
        self.router_error = ""
        self.router_since: float | None = None
        self.beats = 0
        """Signs of life so far."""
        self.last_beat = clock.monotonic()
        """When the last one was; the watchdog looks whether they go on."""

    @property
    def frozen(self) -> str:
        """Why nothing is changed at all, as a stable word; empty while there is no such reason."""
        return (self._trust.reason() if self._trust else "") or self._frozen

    @property
    def is_settling(self) -> bool:
        """True while verdicts are still coming in."""
        return self._frozen == "settling"

    def beat(self) -> None:
        """Give a sign of life: the router answered, or there is nothing to do."""
        self.beats += 1
        self.last_beat = self._clock.monotonic()

    def wake(self) -> None:
        """Have the next pass begin at once."""
        self._wake.set()

    def decided(self, wan: str, at: float) -> None:
        """Note when a WAN's change was known, for the phase ``decide``."""
        self._decisions.decided(wan, at)
        self.wake()

    async def run(self) -> None:
        """Make passes until cancelled."""
        while True:
            self._wake.clear()
            delay = await self.make_pass()
            await self._wait(delay)

    async def _wait(self, delay: float) -> None:
        """Wait for a wake or until the next pass is due, with a heartbeat now and then."""
        due = self._clock.monotonic() + delay
        while (left := due - self._clock.monotonic()) > 0:
            self.beat()
            with suppress(TimeoutError):
                async with asyncio.timeout(min(left, _HEARTBEAT)):
                    await self._wake.wait()
                    return

    async def make_pass(self) -> float:
        """Make one pass; returns the seconds until the next one is due without a wake."""
        self.beat()
        self._refused = ""
        started = self._clock.monotonic()
        try:
            delay = await self._pass(started)
        except RouterError as error:
            self._trouble(error.reason, str(error))
            if self._watch is not None and not error.is_silence:
                self._watch.answered(started)
            self._metrics.router_error(error.reason)
            wait = _RETRY if error.retrying_helps else _RETRY_HOPELESS
            delay = max(self._router.state.retry_in, min(wait, self._settings.interval))
        else:
            if not self._refused:
                self._trouble("", "")
        now = self._clock.monotonic()
        self._metrics.reconciled(now - started, self._clock.wall())
        return delay

    async def _pass(self, started: float) -> float:
        await self._observe()
        plan = self._decide(started)
        if plan.steps and not self._affordable(plan):
            if not pass_words.is_protective(plan):
                await self._flush(plan.flushes)
            return self._next_look()
        if plan.steps:
            execution = await self._execute(plan)
            if execution.error is not None:
                raise execution.error
            if execution.report.outcome is not Outcome.DONE:
                return self._after_failure(execution)
            if execution.held_back:
                return min(self._settings.interval, _RETRY)
        else:
            self._decisions.clear()
            await self._flush(plan.flushes)
        self._stale = 0
        return self._next_look()

    def _next_look(self) -> float:
        soon = _SOON.get(self._frozen, self._settings.interval)
        if self._trust is not None:
            soon = min(soon, self._trust.rest_left or soon)
        if self._flush_watch.watched:
            soon = min(soon, _FLUSH_AGAIN)
        return min(self._settings.interval, soon)

    async def _observe(self) -> None:
        began = self._clock.monotonic()
        snapshot = await self._router.observe()
        self._seen(snapshot)
        if self._watch is not None:
            self._watch.observed(snapshot, began)

    def _seen(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.beat()
        self.observed_at = self._clock.wall()

    def _decide(self, now: float) -> Plan:
        """Plan from the snapshot at hand, and note why nothing is planned where that is so."""
        assert self.snapshot is not None  # noqa: S101 - every caller has just observed
        settling = self._settling.look(self._states, now)
        distrust = self._trust.reason() if self._trust else ""
        self.dispositions = dispositions(
            self._states,
            self.wishes,
            settling=settling,
            frozen=bool(distrust),
            doubtful=self._doubtful(),
        )
        plan = self._plan_for(self.snapshot)
        self.plan, self.pending = plan, len(plan.steps)
        why = "" if distrust else why_frozen(plan, self._states, self.dispositions)
        self._frozen = "settling" if settling else why
        self._flush_watch.see([flush.wan for flush in plan.flushes], now)
        return plan

    def _affordable(self, plan: Plan) -> bool:
        protective = pass_words.is_protective(plan)
        now = self._clock.monotonic()
        if self._budget.allows(now, len(plan.steps), protective=protective):
            return True
        self._frozen = "write-budget-spent"
        self._journal.postponed(plan, self._frozen)
        return False

    async def _execute(self, plan: Plan) -> Execution:
        now = self._clock.monotonic()
        wans = sorted({step.wan for step in plan.steps})
        phases = self._decisions.phase(wans, now)
        self._journal.planned(plan, wans)
        execution = await execute(self._router, plan, replan=self._replan, on_step=self._on_step)
        self.pending = len(execution.held_back) + len(execution.left)
        if execution.report.outcome is Outcome.DONE:
            self._flush_watch.moved(wans, self._clock.monotonic())
        else:
            self.pending += len(plan.steps) - len(execution.report.done)
        phases |= pass_words.phases(plan, execution)
        self._journal.executed(plan, execution, wans, phases)
        return execution

    def _replan(self, snapshot: Snapshot) -> Plan:
        """What the proof of a plan leaves to do; its observation is the newest there is."""
        self._seen(snapshot)
        return self._plan_for(snapshot)

    def _plan_for(self, snapshot: Snapshot) -> Plan:
        return make_plan(snapshot, self._settings.specs, self.dispositions, self._settings.options)

    def _on_step(self, result: StepResult) -> None:
        self.beat()
        self._journal.step(result)

    def _after_failure(self, execution: Execution) -> float:
        """How soon to try again: a stale plan at once, what RouterOS refuses not so soon."""
        report = execution.report
        if report.outcome is Outcome.STALE and self._stale < _MOST_STALE:
            self._stale += 1
            return 0.0
        if report.outcome is Outcome.LOST and report.error is not None:
            raise report.error
        reason = report.outcome.value if report.error is None else report.error.reason
        self._journal.refused(report, reason)
        self._trouble(reason, pass_words.sentence(report))
        self._refused = reason
        return self._settings.interval

    async def _flush(self, flushes: Sequence[Flush]) -> None:
        for flush in flushes:
            if flush.wan in self._flush_watch.watched:
                report = await self._router.flush(flush)
                self.beat()
                self._journal.flushed(report)

    def _trouble(self, reason: str, sentence: str) -> None:
        """Note how the conversation stands; says it once."""
        self.router_error = sentence
        if reason == self.router_reason:
            return
        self.router_reason, self.router_since = reason, self._clock.wall()
        if reason:
            log.warning("router.unreachable", reason=reason, error=sentence)
        else:
            log.info("router.connected", address=self._router.state.address)
