"""Carrying a plan through to its end: routes, wait, rules, connections, and the proof.

Decides the order around ``apply`` and what counts as proven. Routes that return are waited for, since
buckets must not return to a WAN whose table has no active route; where one stays inactive, the rules
of its WAN are held back and the rest goes on. Connections are removed only after every step was done.
The proof is twofold: the rows read back, and a fresh observation that leaves nothing to plan.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from wanwatch.core.families import is_ipv6
from wanwatch.core.plan import Plan, Reason, Step
from wanwatch.core.snapshot import Snapshot
from wanwatch.routeros.apply import ApplyReport, Outcome, StepResult
from wanwatch.routeros.errors import RouterError
from wanwatch.routeros.flush import FlushReport
from wanwatch.routeros.router import Router
from wanwatch.routeros.rows import is_true
from wanwatch.routeros.verify import Mismatch

_RETURNING = (Reason.BUCKET_RETURNED, Reason.SHARE_ENDED)
_POLL = 0.1
"""Seconds between two looks at a route that is to become active."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long each phase may take, in seconds.

    ``activation`` bounds the wait for returned routes, ``flush`` the connections of one WAN.
    """

    activation: float = 5.0
    flush: float = 20.0


@dataclass(frozen=True, slots=True)
class Phases:
    """How long each phase took, in seconds."""

    apply: float = 0.0
    activation: float = 0.0
    flush: float = 0.0
    verify: float = 0.0


@dataclass(frozen=True, slots=True)
class Execution:
    """What became of a plan."""

    report: ApplyReport
    phases: Phases
    inactive: tuple[Step, ...] = ()
    """Routes that were returned and did not become active in time."""
    held_back: tuple[Step, ...] = ()
    """Steps that were not carried out, because they need such a route."""
    flushed: tuple[FlushReport, ...] = ()
    mismatches: tuple[Mismatch, ...] = ()
    left: tuple[Step, ...] = ()
    """What a fresh observation still leaves to do."""
    error: RouterError | None = None
    """What ended the flush or the reading back."""

    @property
    def verified(self) -> bool:
        """True when everything was done and the router says so itself."""
        return (
            self.report.outcome is Outcome.DONE
            and self.error is None
            and not (self.held_back or self.inactive or self.mismatches or self.left)
            and not any(report.remaining for report in self.flushed)
        )

    @property
    def message(self) -> str:
        """Why it is not verified, in the router's words where there are any; else empty."""
        return self.report.message or ("" if self.error is None else str(self.error))


async def execute(
    router: Router,
    plan: Plan,
    *,
    replan: Callable[[Snapshot], Plan] | None = None,
    patience: Patience | None = None,
    on_step: Callable[[StepResult], None] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Execution:
    """Carry out steps and flushes and prove the result; never raises RouterError.

    ``replan`` makes the plan that a fresh observation leaves; without it only rows are compared.
    """
    patience = patience or Patience()
    first, then = _split(plan.steps)
    started = clock()
    report = await router.apply(replace(plan, steps=first), on_step=on_step)
    returned = clock()
    inactive: tuple[Step, ...] = ()
    held_back: tuple[Step, ...] = ()
    if report.outcome is Outcome.DONE:
        try:
            inactive = await _wait_for_active(router, report, patience.activation, clock)
        except RouterError as error:
            phases = Phases(returned - started, clock() - returned)
            return Execution(report, phases, held_back=then, error=error)
    waited = clock()
    if report.outcome is Outcome.DONE:
        held_back = _need(then, inactive)
        rest = tuple(step for step in then if step not in held_back)
        after = await router.apply(replace(plan, steps=rest), on_step=on_step)
        report = replace(after, done=(*report.done, *after.done))
    applied = clock()
    execution = Execution(report, Phases(), inactive, held_back)
    if report.outcome is Outcome.DONE:
        execution = await _flush(router, plan, execution, patience)
    flushed = clock()
    if report.outcome is Outcome.DONE and execution.error is None:
        execution = await _prove(router, execution, replan)
    phases = Phases(
        apply=returned - started + applied - waited,
        activation=waited - returned,
        flush=flushed - applied,
        verify=clock() - flushed,
    )
    return replace(execution, phases=phases)


async def _flush(router: Router, plan: Plan, execution: Execution, patience: Patience) -> Execution:
    for wanted in plan.flushes:
        try:
            report = await router.flush(wanted, budget=patience.flush)
        except RouterError as error:
            return replace(execution, error=error)
        execution = replace(execution, flushed=(*execution.flushed, report))
    return execution


async def _prove(
    router: Router, execution: Execution, replan: Callable[[Snapshot], Plan] | None
) -> Execution:
    try:
        mismatches = tuple(await router.verify(execution.report))
        left = () if replan is None else replan(await router.observe()).steps
    except RouterError as error:
        return replace(execution, error=error)
    return replace(execution, mismatches=mismatches, left=left)


def _need(steps: tuple[Step, ...], inactive: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps that would bring buckets back to a WAN whose route of that family is not active."""
    waiting = {(step.wan, is_ipv6(step.menu)) for step in inactive}
    return tuple(s for s in steps if s.reason in _RETURNING and (s.wan, is_ipv6(s.menu)) in waiting)


def _split(steps: tuple[Step, ...]) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """The steps up to the last route that has to be active, and those that rely on it."""
    last = max((n for n, step in enumerate(steps, 1) if step.await_active), default=0)
    return (steps[:last], steps[last:]) if last else (steps, ())


async def _wait_for_active(
    router: Router, report: ApplyReport, limit: float, clock: Callable[[], float]
) -> tuple[Step, ...]:
    """Wait until the returned routes are active; those that are not in time. Raises RouterError."""
    waiting = {
        (result.step.menu, result.id): result.step
        for result in report.done
        if result.step.await_active
    }
    deadline = clock() + limit
    while waiting:
        for menu in dict.fromkeys(menu for menu, _ in waiting):
            ids = [item for of, item in waiting if of == menu]
            for item in await _active(router, menu, ids):
                waiting.pop((menu, item), None)
        if not waiting or clock() >= deadline:
            break
        await asyncio.sleep(min(_POLL, limit))
    return tuple(waiting.values())


async def _active(router: Router, menu: str, ids: list[str]) -> list[str]:
    """Which of these routes are active; raises RouterError."""
    queries = [f".id={item}" for item in ids] + ["#|"] * (len(ids) - 1)
    found = await router.session.command(
        f"{menu}/print", queries=queries, proplist=(".id", "active")
    )
    return [row.get(".id", "") for row in found if is_true(row, "active")]
