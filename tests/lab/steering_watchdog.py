"""A small watchdog on the wanwatch host: real probes, the real judge, and one deed.

``python -m tests.lab.steering_watchdog`` reads a JSON description (``Watchdog``) from standard
input, probes for so long, and disables the routes of a line for as long as it is judged DOWN, if it
is told which. It prints what happened as JSON, times on the monotonic clock, which all processes
share. It does no more than a daemon has to do to fall into the trap.
"""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from wanwatch.core.health.health_config import HealthConfig
from wanwatch.core.health.judge import Judge, WatchedWan
from wanwatch.core.health.wan_health import Transition
from wanwatch.core.model import HealthState
from wanwatch.core.target import Target
from wanwatch.probes.distrust import StallGuard
from wanwatch.probes.kinds import open_prober
from wanwatch.probes.results import ProbeResult, Reply
from wanwatch.probes.runner import ProbeRunner, WanProbes
from wanwatch.probes.steering import Steering
from wanwatch.routeros.session import RouterSession
from wanwatch.service.metrics import Metrics
from wanwatch.service.watcher import Watcher

INTERVAL = 0.1
LIMITS = HealthConfig(
    interval=INTERVAL, timeout=0.3, fall=3, rise=5, hold_down=0.0, loss_enter=None, loss_leave=None
)
"""Quick and without patience: so the trap shows in seconds what takes minutes else."""


@dataclass(frozen=True, slots=True)
class Watchdog:
    """Whom to watch, by what, for how long, and what to disable."""

    sources: dict[str, str]
    """WAN -> the source address of its probes."""
    target: str
    seconds: float
    router: str
    acts_on: str = ""
    """The WAN whose routes are disabled while it is DOWN; empty for none."""
    routes: tuple[str, ...] = ()
    """Queries that find these routes, words split at spaces."""


@dataclass(slots=True)
class _Record:
    """What happened, as the probe runner and the judge told it."""

    transitions: list[dict[str, Any]] = field(default_factory=list)
    probes: list[dict[str, Any]] = field(default_factory=list)


class _Listener(Watcher):
    """The daemon's own, which keeps a record as well."""

    record: _Record

    def finished(self, wan: str, target: Target, seq: int, result: ProbeResult, at: float) -> None:
        """Write it down, then judge it."""
        answered = isinstance(result, Reply)
        self.record.probes.append({"wan": wan, "at": at, "answered": answered})
        super().finished(wan, target, seq, result, at)


async def keep_watch(told: Watchdog) -> dict[str, Any]:
    """Watch for as long as was asked; returns the record."""
    record, woken = _Record(), asyncio.Event()
    target = Target.parse(told.target)

    def on_transitions(transitions: Sequence[Transition]) -> None:
        for each in transitions:
            record.transitions.append({"wan": each.wan, "to": each.after.value, "at": each.at})
        woken.set()

    def on_suspicion(wan: str, *, suspected: bool) -> None:
        del wan, suspected

    guard = StallGuard()
    watcher = _Listener(
        Judge({wan: WatchedWan((str(target),), LIMITS) for wan in told.sources}),
        dict.fromkeys(told.sources, (target,)),
        guard=guard,
        metrics=Metrics("lab"),
        clock=time.monotonic,
        on_transitions=on_transitions,
        on_suspicion=on_suspicion,
    )
    watcher.record = record
    probes = [
        WanProbes(wan, (target,), open_prober(Steering(source=source)), INTERVAL, 0.6)
        for wan, source in told.sources.items()
    ]
    with suppress(TimeoutError):
        async with (
            asyncio.timeout(told.seconds),
            RouterSession(told.router, 8728, "admin", "") as session,
            asyncio.TaskGroup() as group,
        ):
            group.create_task(guard.run())
            group.create_task(watcher.run())
            group.create_task(ProbeRunner(probes, watcher, guard).run())
            while True:
                await woken.wait()
                woken.clear()
                if told.acts_on:
                    is_down = watcher.states[told.acts_on] is HealthState.DOWN
                    await _set_disabled(session, told.routes, is_disabled=is_down)
    return {"transitions": record.transitions, "probes": record.probes}


async def _set_disabled(
    session: RouterSession, routes: Sequence[str], *, is_disabled: bool
) -> None:
    for query in routes:
        rows = await session.command("/ip/route/print", queries=query.split(), proplist=[".id"])
        for row in rows:
            word = "yes" if is_disabled else "no"
            await session.write("/ip/route/set", [f"=.id={row['.id']}", f"=disabled={word}"])


if __name__ == "__main__":
    described = json.loads(sys.stdin.read())
    print(json.dumps(asyncio.run(keep_watch(Watchdog(**described)))))  # noqa: T201
