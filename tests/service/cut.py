"""A cut as the real runner, watcher and judge find it, for each profile: the table of docs/health.md.

Three targets answer after 20 ms and are probed once a second, in virtual time. ``python -m
tests.service.cut`` prints the table.
"""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.probes.virtual import run_virtually
from wanwatch.core.health.judge import Judge, WatchedWan
from wanwatch.core.health.profile import PROFILES, Profile
from wanwatch.core.health.wan_health import Transition
from wanwatch.core.model import HealthState
from wanwatch.core.target import Target
from wanwatch.probes.distrust import Clocks, StallGuard
from wanwatch.probes.results import Reply, Timeout
from wanwatch.probes.runner import ProbeRunner, WanProbes
from wanwatch.service.metrics import Metrics
from wanwatch.service.watcher import Watcher

TARGETS = tuple(Target.parse(f"192.0.2.{number}") for number in (1, 2, 3))
RTT = 0.02
MOMENTS = 40
"""Cuts that are tried, spread over a second."""
_OFFSET = 0.37
"""Of the first cut, in parts of the time between two: none falls together with a probe."""


@dataclass
class Cut:
    """A line that is cut at some moment, and what came of it; seconds after the cut."""

    profile: Profile
    moment: float
    """Of the second that the cut comes in."""
    sent: list[float] = field(default_factory=list)
    suspected: list[float] = field(default_factory=list)
    down: list[float] = field(default_factory=list)
    _at: float | None = None

    async def probe(self, target: Target, *, patience: float) -> Reply | Timeout:
        """Answer until the cut."""
        del target
        if self._at is None:
            await asyncio.sleep(RTT)
            return Reply(RTT)
        self.sent.append(self._since_cut())
        await asyncio.sleep(patience)
        return Timeout()

    async def close(self) -> None:
        """Hold nothing."""

    def find(self) -> "Cut":
        """Watch the line until it is found."""
        run_virtually(self._watch())
        return self

    async def _watch(self) -> None:
        now = asyncio.get_running_loop().time
        guard = StallGuard(Clocks(now, now, now))
        names = tuple(str(target) for target in TARGETS)
        watcher = Watcher(
            Judge({"wan": WatchedWan(names, self.profile.limits())}),
            {"wan": TARGETS},
            guard=guard,
            metrics=Metrics("0"),
            clock=now,
            on_transitions=self._note,
            on_suspicion=self._suspect,
        )
        self._runner = ProbeRunner([WanProbes("wan", TARGETS, self, 1.0, 2.0)], watcher, guard)
        works = (guard.run(), self._runner.run(), watcher.run())
        tasks = [asyncio.create_task(work) for work in works]
        await asyncio.sleep(30 - now() % 1 + self.moment)
        self._at = now()
        async with asyncio.timeout(10):
            while not self.down:  # noqa: ASYNC110 - told in a call, and time is virtual
                await asyncio.sleep(0.01)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _since_cut(self) -> float:
        assert self._at is not None
        return asyncio.get_running_loop().time() - self._at

    def _suspect(self, wan: str, *, suspected: bool) -> None:
        self._runner.set_interval(wan, self.profile.confirm_interval if suspected else 1.0)
        if suspected:
            self.suspected.append(self._since_cut())

    def _note(self, transitions: Sequence[Transition]) -> None:
        if any(each.after is HealthState.DOWN for each in transitions):
            self.down.append(self._since_cut())


def table() -> str:
    """The table as Markdown."""
    cuts = {
        name: [Cut(profile, (n + _OFFSET) / MOMENTS).find() for n in range(MOMENTS)]
        for name, profile in PROFILES.items()
    }
    one = {name: found[1] for name, found in cuts.items()}
    down = {name: sorted(cut.down[0] for cut in found) for name, found in cuts.items()}
    rows = [
        ["seconds after the cut", *(f"`{name}`" for name in cuts)],
        ["---"] * (1 + len(cuts)),
        ["a probe leaves that stays unanswered", *(f"{c.sent[0]:.2f}" for c in one.values())],
        ["it is overdue: suspected", *(f"{c.suspected[0]:.2f}" for c in one.values())],
        ["probed every", *(f"{PROFILES[name].confirm_interval:.2f}" for name in one)],
        ["DOWN", *(f"{c.down[0]:.2f}" for c in one.values())],
        [
            "DOWN, whenever in a second it is cut",
            *(f"{times[0]:.2f} to {times[-1]:.2f}" for times in down.values()),
        ],
    ]
    return "".join("| " + " | ".join(row) + " |\n" for row in rows)


if __name__ == "__main__":
    sys.stdout.write(table())
