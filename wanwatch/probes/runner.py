"""Sends every probe at its time and tells a sink what became of it.

The runner judges nothing. It gives each sample exactly one fate: finished (an answer, none, or an
error of ours) or voided (we were not fit to measure). Samples under way when the runner is
cancelled get none. All instants are loop time.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from wanwatch.core.target import Target
from wanwatch.probes.distrust import Disturbance, StallGuard
from wanwatch.probes.prober import Prober
from wanwatch.probes.results import ProbeError, ProbeResult
from wanwatch.probes.schedule import is_missed, next_beat, spread


class ProbeSink(Protocol):
    """Hears of every sample; the calls are synchronous and have to return at once.

    ``seq`` counts up from 0 for each WAN and target; samples may end in another order than they
    were sent.
    """

    def sent(self, wan: str, target: Target, seq: int, at: float) -> None:
        """Note that a probe is on its way; it is pending."""
        ...

    def finished(self, wan: str, target: Target, seq: int, result: ProbeResult, at: float) -> None:
        """Note what a probe came back with; the sample is over."""
        ...

    def voided(self, wan: str, target: Target, seq: int, reason: str, at: float) -> None:
        """Note that a sample counts as neither loss nor answer; the sample is over."""
        ...


@dataclass(frozen=True, slots=True)
class WanProbes:
    """What to probe through one WAN; ``interval`` and ``patience`` in seconds.

    ``patience`` may exceed the interval: then several probes of a target are under way at once.
    """

    name: str
    targets: tuple[Target, ...]
    prober: Prober
    interval: float
    patience: float

    def __post_init__(self) -> None:
        """Refuse times that are not positive."""
        if not (self.interval > 0 and self.patience > 0):
            raise ValueError(f"interval and patience of {self.name} have to be positive")


@dataclass(slots=True, eq=False)
class _Lane:
    """One target through one WAN."""

    wan: WanProbes
    target: Target
    place: float
    interval: float
    seq: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True, slots=True, eq=False)
class _Sample:
    lane: _Lane
    seq: int
    sent_at: float


class ProbeRunner:
    """Keeps the cadence of all WANs and reports to one sink.

    ``guard`` says when we were not fit to measure; its ``run`` is the caller's to start.
    """

    def __init__(self, wans: Sequence[WanProbes], events: ProbeSink, guard: StallGuard) -> None:
        self._events = events
        self._guard = guard
        self._under_way: set[_Sample] = set()
        places = spread([len(wan.targets) for wan in wans])
        self._lanes = [
            _Lane(wan, target, place, wan.interval)
            for wan, of_wan in zip(wans, places, strict=True)
            for target, place in zip(wan.targets, of_wan, strict=True)
        ]
        guard.subscribe(self._void_under_way)

    def set_interval(self, wan: str, seconds: float) -> None:
        """Probe a WAN at another cadence from now on; raise ValueError for one unknown or <= 0."""
        if not seconds > 0:
            raise ValueError(f"interval {seconds} is not positive")
        lanes = [lane for lane in self._lanes if lane.wan.name == wan]
        if not lanes:
            raise ValueError(f"no targets are probed through a WAN {wan!r}")
        for lane in lanes:
            lane.interval = seconds
            lane.changed.set()

    async def run(self) -> None:
        """Probe until cancelled; every socket is closed then. The probers stay open."""
        async with asyncio.TaskGroup() as group:
            for lane in self._lanes:
                group.create_task(
                    self._keep_cadence(lane, group), name=f"cadence {lane.wan.name} {lane.target}"
                )

    async def _keep_cadence(self, lane: _Lane, group: asyncio.TaskGroup) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        while True:
            interval = lane.interval
            beat = next_beat(interval, lane.place * interval, now)
            if await _changed_before(lane.changed, beat):
                now = loop.time()
                continue
            # A loop may wake its timers a little early; the beat must not come twice for that.
            now = max(loop.time(), beat)
            if not is_missed(interval, beat, now):
                seq, lane.seq = lane.seq, lane.seq + 1
                name = f"probe {lane.wan.name} {lane.target} {seq}"
                group.create_task(self._probe(lane, seq), name=name)

    async def _probe(self, lane: _Lane, seq: int) -> None:
        loop = asyncio.get_running_loop()
        wan = lane.wan
        self._guard.look()  # a stall that is over must not void a probe that comes after it
        sample = _Sample(lane, seq, loop.time())
        self._under_way.add(sample)
        try:
            self._events.sent(wan.name, lane.target, seq, sample.sent_at)
            result = await wan.prober.probe(lane.target, patience=wan.patience)
            self._finish(sample, result, loop.time())
        finally:
            self._under_way.discard(sample)

    def _finish(self, sample: _Sample, result: ProbeResult, at: float) -> None:
        if isinstance(result, ProbeError):
            disturbance = None  # no sample of the line, and its reason must not be hidden
        else:
            disturbance = self._guard.overlapped(sample.sent_at, at)
        if sample not in self._under_way:
            return
        if disturbance is None:
            self._under_way.discard(sample)
            lane = sample.lane
            self._events.finished(lane.wan.name, lane.target, sample.seq, result, at)
        else:
            self._void(sample, disturbance, at)

    def _void_under_way(self, disturbance: Disturbance) -> None:
        """Void what is under way at once, before anybody counts it as overdue."""
        for sample in list(self._under_way):
            if disturbance.overlaps(sample.sent_at, disturbance.end):
                self._void(sample, disturbance, disturbance.end)

    def _void(self, sample: _Sample, disturbance: Disturbance, at: float) -> None:
        self._under_way.discard(sample)
        lane = sample.lane
        self._events.voided(lane.wan.name, lane.target, sample.seq, disturbance.kind.value, at)


async def _changed_before(changed: asyncio.Event, instant: float) -> bool:
    """Wait until ``instant``; return whether the event came first, and reset it."""
    try:
        async with asyncio.timeout_at(instant):
            await changed.wait()
    except TimeoutError:
        return False
    changed.clear()
    return True
