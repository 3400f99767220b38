"""Lines that can be cut, made slow or lossy, and a judge that is fed from them.

Time is a number that the test moves. Every target of every WAN gets a sample a second, with the
phases spread; the judge is ticked after every feed and at each of its own deadlines.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush

from wanwatch.core.health.health_config import HealthConfig
from wanwatch.core.health.health_report import HealthReport, WanReport
from wanwatch.core.health.judge import Judge, WatchedWan
from wanwatch.core.health.wan_health import Transition
from wanwatch.core.model import HealthState

Outcome = float | str | None
"""An RTT in seconds, "error", "void", or None for no answer."""


@dataclass
class Lines:
    """A judge and the lines it watches."""

    judge: Judge
    paths: tuple[tuple[str, str], ...]
    now: float = 0.0
    outcomes: dict[tuple[str, str], Outcome] = field(default_factory=dict)
    """What becomes of the samples of a path; an answer after 20 ms where nothing is said."""
    rule: Callable[[str, str, int], Outcome] | None = None
    """Says it for each sample instead, by WAN, target and sequence number."""
    transitions: list[Transition] = field(default_factory=list)
    _queue: list[tuple[float, int, Callable[[float], None]]] = field(default_factory=list)
    _order: int = 0

    @classmethod
    def of(cls, wans: Mapping[str, tuple[str, ...]], config: HealthConfig | None = None) -> "Lines":
        """Make lines to the targets, all judged by the same limits."""
        limits = config or HealthConfig()
        judge = Judge({name: WatchedWan(targets, limits) for name, targets in wans.items()})
        paths = tuple((wan, target) for wan, targets in wans.items() for target in targets)
        lines = cls(judge, paths)
        for place, path in enumerate(paths):
            lines._probe(path, 1, place / len(paths))
        return lines

    def set(self, outcome: Outcome, *, wan: str | None = None, target: str | None = None) -> None:
        """Say what becomes of the samples to come on every path that matches."""
        for path in self.paths:
            if wan in {None, path[0]} and target in {None, path[1]}:
                self.outcomes[path] = outcome

    def run(self, seconds: float) -> list[Transition]:
        """Let time pass; return the transitions."""
        before, end = len(self.transitions), self.now + seconds
        while True:
            deadline = self.judge.next_deadline(self.now)
            at = min(self._queue[0][0], end if deadline is None else deadline)
            if at > end:
                break
            self.now = at
            while self._queue[0][0] <= at:
                heappop(self._queue)[2](at)
            self.transitions += self.judge.tick(at)
            if at == end:
                break
        self.now = end
        return self.transitions[before:]

    def report(self) -> HealthReport:
        """Return the judge's report."""
        return self.judge.report(self.now)

    def wan(self, name: str) -> WanReport:
        """Return one WAN's report."""
        return self.report().wan(name)

    def states(self) -> dict[str, HealthState]:
        """Return the state of each WAN."""
        return {wan.wan: wan.state for wan in self.report().wans}

    def _at(self, when: float, action: Callable[[float], None]) -> None:
        self._order += 1
        heappush(self._queue, (when, self._order, action))

    def _probe(self, path: tuple[str, str], seq: int, when: float) -> None:
        def send(at: float) -> None:
            self.judge.sent(*path, seq, at)
            outcome = self.rule(*path, seq) if self.rule else self.outcomes.get(path, 0.02)
            if outcome == "error":
                self.judge.failed(*path, seq, "Network is unreachable", at)
            elif outcome == "void":
                self.judge.voided(*path, seq, at)
            elif isinstance(outcome, float):
                rtt = outcome
                self._at(at + rtt, lambda heard: self.judge.answered(*path, seq, rtt, heard))
            self._probe(path, seq + 1, at + 1.0)

        self._at(when, send)
