"""One pass: what is, what should be, the steps between, and the proof that they worked.

Level-triggered: a pass asks only what the router is and what it should be, so it does not matter
what was missed. Only RouterError is caught here: the router's trouble is shown and retried and is
never a WAN's. Everything awaited is the router's I/O, so the probes go on meanwhile.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from wanwatch.core.model import AdminState, Disposition, HealthState, WanSpec
from wanwatch.core.plan import Flush, Plan
from wanwatch.core.planning import PlanOptions, make_plan
from wanwatch.core.policy import believed, dispositions
from wanwatch.core.settling import Settling
from wanwatch.core.snapshot import Snapshot
from wanwatch.core.write_budget import WriteBudget
from wanwatch.routeros.apply import Outcome, StepResult
from wanwatch.routeros.errors import RouterError
from wanwatch.routeros.execute import Execution, execute
from wanwatch.routeros.router import Router
from wanwatch.service import pace, pass_words
from wanwatch.service.clock import Clock
from wanwatch.service.conversation import Conversation
from wanwatch.service.decisions import Decisions
from wanwatch.service.flush_watch import FlushWatch
from wanwatch.service.frozen import why_frozen
from wanwatch.service.heart import Heart
from wanwatch.service.history import History
from wanwatch.service.journal import Journal
from wanwatch.service.lease_watch import NoLease, WriteLease
from wanwatch.service.metrics import Metrics
from wanwatch.service.path_watch import PathWatch, no_paths
from wanwatch.service.router_watch import RouterWatch
from wanwatch.service.status import STANDBY
from wanwatch.service.trust import Trust

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
        paths: PathWatch | None = None,
        lease: WriteLease | None = None,
    ) -> None:
        """``doubtful`` names the WANs that are not proven alive, ``watch`` hears the router.

        ``paths`` knows of which WANs the verdicts may be another line's, ``lease`` whether to write.
        """
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
        self.paths = paths or no_paths(clock.monotonic)
        self.lease: WriteLease = lease or NoLease()
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
        self.conversation = Conversation(clock.wall, lambda: router.state.address)
        self.heart = Heart(clock.monotonic)

    @property
    def frozen(self) -> str:
        """Why nothing is changed at all, as a stable word; empty while there is no such reason."""
        distrust = self._trust.reason() if self._trust else ""
        return distrust or ("" if self.is_settling else self.lease.obstacle) or self._frozen

    @property
    def is_settling(self) -> bool:
        """True while verdicts are still coming in."""
        return self._frozen == "settling"

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
            await self.heart.wait(self._wake, delay)

    async def make_pass(self) -> float:
        """Make one pass; returns the seconds until the next one is due without a wake."""
        self.heart.beat()
        self._refused = ""
        started = self._clock.monotonic()
        try:
            await self.lease.keep()
            tenure = self.lease.tenure
            await self._observe()
            delay = await self._prove(await self._pass(started, tenure))
        except RouterError as error:
            self.conversation.trouble(error.reason, str(error))
            if self._watch is not None and not error.is_silence:
                self._watch.answered(started)
            self._metrics.router_error(error.reason)
            wait = pace.after_error(self._settings.interval, error)
            delay = max(self._router.state.retry_in, wait)
        else:
            if not self._refused:
                self.conversation.trouble("", "")
        now = self._clock.monotonic()
        self._metrics.reconciled(now - started, self._clock.wall())
        return delay

    async def _pass(self, started: float, tenure: int) -> float:
        plan = self._decide(started)
        is_return = not pass_words.is_protective(plan)
        if plan.steps and self.paths.comes_before_steps(is_return=is_return):
            await self._read_paths()
            plan = self._decide(started)
        if self.lease.obstacle == STANDBY:
            return self._next_look()
        if plan.steps and not self._affordable(plan):
            if not pass_words.is_protective(plan):
                await self._flush(plan.flushes)
            return self._next_look()
        if plan.steps:
            return await self._carry_out(plan, tenure)
        self._decisions.clear()
        await self._flush(plan.flushes)
        self._stale = 0
        return self._next_look()

    async def _carry_out(self, plan: Plan, tenure: int) -> float:
        await self.lease.confirm()
        if self.lease.tenure != tenure:
            return 0.0
        execution = await self._execute(plan)
        self.paths.changed()
        if execution.error is not None:
            raise execution.error
        if execution.report.outcome is not Outcome.DONE:
            return self._after_failure(execution)
        if execution.held_back:
            return pace.after_waiting(self._settings.interval)
        self._stale = 0
        return self._next_look()

    async def _prove(self, delay: float) -> float:
        """Read the paths of the probes where that is due; returns when to look again."""
        if self.paths.left <= 0 and await self._read_paths():
            return 0.0
        return min(delay, self.paths.left)

    async def _read_paths(self) -> bool:
        assert self.snapshot is not None  # noqa: S101 - every caller has just observed
        changed = await self.paths.read(self.snapshot)
        self.heart.beat()
        return changed

    def _next_look(self) -> float:
        return pace.next_look(
            self._settings.interval,
            self._frozen,
            rest_left=self._trust.rest_left if self._trust else 0.0,
            flushing=bool(self._flush_watch.watched),
        )

    async def _observe(self) -> None:
        began = self._clock.monotonic()
        snapshot = await self._router.observe()
        self._seen(snapshot)
        if self._watch is not None:
            self._watch.observed(snapshot, began)

    def _seen(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.heart.beat()
        self.observed_at = self._clock.wall()
        self.paths.observed(snapshot)

    def _decide(self, now: float) -> Plan:
        """Plan from the snapshot at hand, and note why nothing is planned where that is so."""
        assert self.snapshot is not None  # noqa: S101 - every caller has just observed
        settling = self._settling.look(self._states, now)
        distrust = self._trust.reason() if self._trust else ""
        unproven = self.paths.held_back
        states = believed(self._states, unproven)
        self.dispositions = dispositions(
            states,
            self.wishes,
            settling=settling,
            frozen=bool(distrust),
            doubtful=self._doubtful(),
        )
        plan = self._plan_for(self.snapshot)
        self.plan, self.pending = plan, len(plan.steps)
        why = "" if distrust else why_frozen(plan, states, self.dispositions, unproven)
        self._frozen = "settling" if settling else why
        self._flush_watch.see([flush.wan for flush in plan.flushes], now)
        return plan

    def _affordable(self, plan: Plan) -> bool:
        now = self._clock.monotonic()
        if self._budget.allows(now, len(plan.steps), protective=pass_words.is_protective(plan)):
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
        self.heart.beat()
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
        self.conversation.trouble(reason, pass_words.sentence(report))
        self._refused = reason
        return self._settings.interval

    async def _flush(self, flushes: Sequence[Flush]) -> None:
        for flush in flushes:
            if flush.wan in self._flush_watch.watched:
                report = await self._router.flush(flush)
                self.heart.beat()
                self._journal.flushed(report)
