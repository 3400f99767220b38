"""Runs the real health core and the real schedule over model lines, on virtual time.

It does what the daemon does with the same parts: beats on the grid of ``probes.schedule``, samples
and late answers fed to ``core.health.judge``, a tick after each and at each deadline, and the confirming
cadence for the WANs that are suspected after a tick (``service.watcher``, ``probes.runner``). On
virtual time no beat is ever missed and no sample is void.

A simulated week has millions of ticks. Those are left out that cannot change anything: while every
WAN is UP and none is suspected, an answer in time from a target that is fine, or a probe that
leaves, moves nothing as long as the losses in the windows cannot come near the limit. A test holds
that leaving them out changes no transition.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush

from tests.bench.lines import Line
from wanwatch.core.health.health_config import HealthConfig
from wanwatch.core.health.judge import Judge, WatchedWan
from wanwatch.core.health.streak import TargetState
from wanwatch.core.health.target_health import TargetHealth
from wanwatch.core.model import HealthState
from wanwatch.probes.schedule import next_beat, phase_at, spread

_BEAT, _ANSWER = 0, 1
_MARGIN = 3
"""Samples that a window may lack: pending ones, and one that has just left."""


@dataclass(frozen=True, slots=True)
class Change:
    """A watcher changed its mind about a line."""

    at: float
    state: HealthState


@dataclass(slots=True)
class Record:
    """What a watcher said of a line, and how many probes it took."""

    changes: list[Change] = field(default_factory=list)
    probes: int = 0


Enough = Callable[[Record], bool]
"""Says whether a run may end before its time; asked after each change."""


def never(record: Record) -> bool:
    """Run to the end."""
    del record
    return False


@dataclass(frozen=True, slots=True)
class Cadence:
    """What the judge is not told: how often is probed, and how long is listened; seconds."""

    confirm_interval: float
    patience: float


@dataclass(slots=True, eq=False)
class _Lane:
    wan: str
    name: str
    host: int
    line: Line
    target: TargetHealth
    place: float
    interval: float
    due: float = 0.0
    seq: int = 0
    losses: deque[float] = field(default_factory=deque)
    """When the samples left that were not answered in the shortest time."""


class Run:
    """One or several WANs over their lines."""

    def __init__(
        self,
        limits: HealthConfig,
        cadence: Cadence,
        lines: Sequence[Line],
        *,
        targets: int = 3,
        begins: float = 0.0,
        every_tick: bool = False,
    ) -> None:
        """Begin when said; ``every_tick`` leaves no tick out."""
        self._begins = begins
        self._limits = limits
        self._cadence = cadence
        self._every_tick = every_tick
        names = {f"wan{number}": line for number, line in enumerate(lines, start=1)}
        hosts = tuple(f"host{host}" for host in range(targets))
        self._judge = Judge({name: WatchedWan(hosts, limits) for name in names})
        wans = self._judge._wans
        self._health = {name: wans[name].health for name in names}
        places = spread([targets] * len(names))
        self._lanes = [
            _Lane(name, host, number, line, wans[name].targets[host], place, limits.interval)
            for (name, line), of_wan in zip(names.items(), places, strict=True)
            for (number, host), place in zip(enumerate(hosts), of_wan, strict=True)
        ]
        self._events: list[tuple[float, int, int, _Lane, int, float]] = []
        self._count = 0
        self._overdue: dict[tuple[_Lane, int], float] = {}
        """Samples that may be found lost, and when they left."""
        self._suspected: frozenset[str] = frozenset()
        self.records = {name: Record() for name in names}
        self._of_wan = {name: [lane for lane in self._lanes if lane.wan == name] for name in names}
        enter = 1.0 if limits.loss_enter is None else limits.loss_enter
        self._safe_losses = enter * (limits.window / limits.interval - _MARGIN)

    def run(self, until: float, enough: Enough = never) -> Record:
        """Run to a moment, or until it is enough; return the record of the first WAN."""
        first = next(iter(self.records.values()))
        for lane in self._lanes:
            self._schedule(lane, self._begins)
        deadline = None
        while True:
            now = self._events[0][0] if deadline is None else min(self._events[0][0], deadline)
            if now >= until:
                return first
            must_tick = self._every_tick or now == deadline
            while self._events[0][0] <= now:
                must_tick |= self._handle(now)
            if must_tick or not self._is_quiet(now):
                if self._tick(now) and enough(first):
                    return first
                deadline = self._judge.next_deadline(now)

    def _handle(self, now: float) -> bool:
        """Feed what happens now; say whether it may change something."""
        due, _, kind, lane, seq, rtt = heappop(self._events)
        target = lane.target
        if kind == _ANSWER:
            self._judge.answered(lane.wan, lane.name, seq, rtt, now)
            self._overdue.pop((lane, seq), None)
            return (
                rtt >= self._limits.shortest_timeout
                or target.state is not TargetState.FINE
                or target.discounted
            )
        if due != lane.due:  # the cadence was changed meanwhile
            return False
        seq, lane.seq = lane.seq, lane.seq + 1
        self._judge.sent(lane.wan, lane.name, seq, now)
        self.records[lane.wan].probes += 1
        answer = lane.line.answer(now, lane.host)
        if answer is None or answer >= self._limits.shortest_timeout:
            self._overdue[lane, seq] = now
            lane.losses.append(now)
        if answer is not None and answer <= self._cadence.patience:
            self._push(now + answer, _ANSWER, lane, seq, answer)
        self._schedule(lane, now)
        return False

    def _tick(self, now: float) -> bool:
        """Judge, and set the cadence; say whether something changed."""
        transitions = self._judge.tick(now)
        for transition in transitions:
            self.records[transition.wan].changes.append(Change(now, transition.after))
        suspected = self._judge.suspected
        for lane in self._lanes if suspected != self._suspected else ():
            if lane.wan in suspected ^ self._suspected:
                is_fast = lane.wan in suspected
                lane.interval = self._cadence.confirm_interval if is_fast else self._limits.interval
                self._schedule(lane, now)
        self._suspected = suspected
        self._overdue = {
            key: sent_at
            for key, sent_at in self._overdue.items()
            if sent_at + key[0].target.timeout > now
        }
        return bool(transitions)

    def _is_quiet(self, now: float) -> bool:
        """Say whether a tick could only find that nothing has changed."""
        if self._overdue or self._suspected or self._judge.discounts:
            return False
        return all(self._is_wan_quiet(name, now) for name in self.records)

    def _is_wan_quiet(self, name: str, now: float) -> bool:
        """The same of one WAN: up, and the losses of what counts are far from the limit."""
        health = self._health[name]
        if health.state is not HealthState.UP or health.since is None:
            return False
        losses = fine = 0
        for lane in self._of_wan[name]:
            state = lane.target.state
            if state is TargetState.FINE:
                while lane.losses and lane.losses[0] < now - self._limits.window:
                    lane.losses.popleft()
                losses += len(lane.losses)
                fine += 1
            elif state is TargetState.UNKNOWN or len(self.records) > 1:
                return False
        is_full = now - health.since > self._limits.window + self._limits.interval
        return fine > 0 and (not losses or (is_full and losses < fine * self._safe_losses))

    def _schedule(self, lane: _Lane, now: float) -> None:
        lane.due = next_beat(lane.interval, phase_at(lane.place, lane.interval), now)
        self._push(lane.due, _BEAT, lane, 0, 0.0)

    def _push(self, at: float, kind: int, lane: _Lane, seq: int, rtt: float) -> None:
        self._count += 1
        heappush(self._events, (at, self._count, kind, lane, seq, rtt))
