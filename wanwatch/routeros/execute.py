"""A plan carried out whole: routes back, wait until they are active, rules, routes out.

The one way in which the daemon and ``wanwatch plan --apply`` change the router. Buckets return to
a WAN only when its route has become active; until then the plan stops, which is safe, and the
next pass goes on. Connections are flushed apart, since that is done more than once.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from wanwatch.core.plan import Plan, Step
from wanwatch.routeros.apply import ApplyReport, Outcome, StepResult
from wanwatch.routeros.router import Router

ROUTE_PATIENCE = 5.0
"""Seconds a returned route may take to become active: check-gateway answers within one."""

_POLL = 0.1


@dataclass(frozen=True, slots=True)
class Execution:
    """How carrying out a plan went; ``seconds`` for all of it."""

    report: ApplyReport
    waiting_for: tuple[Step, ...]
    """Returned routes that did not become active in time; the steps after them were not tried."""
    seconds: float

    @property
    def outcome(self) -> str:
        """``done``, ``route-inactive``, or how the applying ended (``stale``, ``refused`` ...)."""
        return "route-inactive" if self.waiting_for else self.report.outcome.value

    @property
    def is_done(self) -> bool:
        """True when every step was carried out."""
        return not self.waiting_for and self.report.outcome is Outcome.DONE


async def execute(
    router: Router,
    plan: Plan,
    *,
    on_step: Callable[[StepResult], None] | None = None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Execution:
    """Carry out a plan's steps. Raises RouterError only while waiting for routes."""
    started = clock()
    last = max((n for n, step in enumerate(plan.steps) if step.await_active), default=-1)
    first, rest = plan.steps[: last + 1], plan.steps[last + 1 :]
    report = await router.apply(replace(plan, steps=first), on_step=on_step)
    if report.outcome is not Outcome.DONE:
        return Execution(report, (), clock() - started)
    awaited = tuple(step for step in first if step.await_active)
    waiting = await _await_active(router, awaited, clock, sleep) if awaited else ()
    if waiting:
        return Execution(report, waiting, clock() - started)
    second = await router.apply(replace(plan, steps=rest), on_step=on_step)
    whole = replace(second, done=report.done + second.done)
    return Execution(whole, (), clock() - started)


async def _await_active(
    router: Router,
    steps: tuple[Step, ...],
    clock: Callable[[], float],
    sleep: Callable[[float], Awaitable[None]],
) -> tuple[Step, ...]:
    """Wait until these routes are active; returns those that are not when time is up."""
    deadline = clock() + ROUTE_PATIENCE
    while True:
        snapshot = await router.observe()
        active = {route.id for route in snapshot.routes if route.active}
        waiting = tuple(step for step in steps if step.id not in active)
        if not waiting or clock() >= deadline:
            return waiting
        await sleep(_POLL)
