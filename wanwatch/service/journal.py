"""What is kept of every pass: the log, the metrics, the history and the count of writes."""

from collections.abc import Mapping, Sequence

import structlog

from wanwatch.core.plan import Plan
from wanwatch.core.write_budget import WriteBudget
from wanwatch.routeros.apply import ApplyReport, Outcome, StepResult
from wanwatch.routeros.execute import Execution
from wanwatch.routeros.flush import FlushReport
from wanwatch.service import pass_words
from wanwatch.service.clock import Clock
from wanwatch.service.history import History
from wanwatch.service.metrics import Metrics

log = structlog.get_logger()


class Journal:
    """Notes what was done; decides nothing."""

    def __init__(
        self, *, budget: WriteBudget, metrics: Metrics, history: History, clock: Clock
    ) -> None:
        self._budget = budget
        self._metrics = metrics
        self._history = history
        self._clock = clock

    def planned(self, plan: Plan, wans: Sequence[str]) -> None:
        """A plan is about to be carried out."""
        log.info("plan.computed", steps=len(plan.steps), wans=wans)

    def postponed(self, plan: Plan, reason: str) -> None:
        """A plan has to wait."""
        log.warning("plan.postponed", reason=reason, steps=len(plan.steps))

    def step(self, result: StepResult) -> None:
        """A step was done."""
        self._count_writes(1)
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

    def executed(
        self, plan: Plan, execution: Execution, wans: Sequence[str], phases: Mapping[str, float]
    ) -> None:
        """A plan was carried out, or as far as the router let it."""
        done, outcome = len(execution.report.done), pass_words.outcome(execution)
        for phase, seconds in phases.items():
            self._metrics.phase(phase, seconds)
        if execution.report.outcome is Outcome.MISMATCH:
            self._count_writes(2)  # the row that was not as it was sent, and its removal
        self._metrics.applied(outcome)
        self._history.change(
            pass_words.kind(plan),
            ", ".join(wans),
            self._clock.wall(),
            outcome=outcome,
            steps=done,
            phases=dict(phases),
        )
        for report in execution.flushed:
            self._note_flush(report)
        say = log.info if execution.verified else log.warning
        say("plan.applied", outcome=outcome, done=done, of=len(plan.steps), error=execution.message)

    def refused(self, report: ApplyReport, reason: str) -> None:
        """The router did not take a step."""
        if report.failed is not None:
            log.warning(
                "change.refused",
                wan=report.failed.wan,
                menu=report.failed.menu,
                command=report.failed.command.value,
                reason=reason,
                error=pass_words.sentence(report),
            )

    def flushed(self, report: FlushReport) -> None:
        """Connections were looked for outside a plan."""
        if report.removed:
            self._metrics.phase("flush", report.duration)
        self._note_flush(report)

    def _note_flush(self, report: FlushReport) -> None:
        if not report.removed and not report.remaining:
            return
        self._metrics.connections_removed(report.wan, report.removed)
        if report.removed:
            self._history.flushed(report.wan, report.removed, report.duration, self._clock.wall())
        log.info(
            "connections.removed",
            wan=report.wan,
            removed=report.removed,
            remaining=report.remaining,
            seconds=round(report.duration, 6),
        )

    def _count_writes(self, count: int) -> None:
        for _ in range(count):
            self._budget.record(self._clock.monotonic())
        self._metrics.writes(count)
