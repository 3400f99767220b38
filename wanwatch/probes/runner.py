"""Sends every probe at its time and tells a sink what became of it.

The runner judges nothing. It gives each sample exactly one fate: finished (an answer, none, or an
error of ours) or voided (we were not fit to measure). Samples under way when the runner is
cancelled get none. A stall of the loop voids no sample of a prober that is proof against it: such
a prober is read at once when a stall is noticed. All instants are loop time.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from wanwatch.core.target import Target
from wanwatch.probes.agenda import Agenda
from wanwatch.probes.distrust import Disturbance, DisturbanceKind, StallGuard
from wanwatch.probes.prober import Begun, KindProber, Prober, StallProofProber
from wanwatch.probes.results import ProbeError, ProbeResult
from wanwatch.probes.schedule import is_missed, next_beat, phase_at, spread


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
    """One target through one WAN; ``stall_proof`` is its prober if that is one."""

    wan: WanProbes
    target: Target
    place: float
    interval: float
    stall_proof: StallProofProber | None
    seq: int = 0

    def next_beat(self, now: float) -> float:
        """Return its first instant after ``now``."""
        return next_beat(self.interval, phase_at(self.place, self.interval), now)


@dataclass(slots=True, eq=False)
class _Sample:
    lane: _Lane
    seq: int
    sent_at: float
    begun: Begun | None = None


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
            _Lane(wan, target, place, wan.interval, _stall_proof(wan.prober, target))
            for wan, of_wan in zip(wans, places, strict=True)
            for target, place in zip(wan.targets, of_wan, strict=True)
        ]
        self._stall_proof = {lane.stall_proof for lane in self._lanes if lane.stall_proof}
        self._agenda: Agenda[_Lane] | None = None
        guard.subscribe(self._take_up)

    def set_interval(self, wan: str, seconds: float) -> None:
        """Probe a WAN at another cadence from now on; raise ValueError for one unknown or <= 0."""
        if not seconds > 0:
            raise ValueError(f"interval {seconds} is not positive")
        lanes = [lane for lane in self._lanes if lane.wan.name == wan]
        if not lanes:
            raise ValueError(f"no targets are probed through a WAN {wan!r}")
        for lane in lanes:
            lane.interval = seconds
            if self._agenda is not None:
                self._agenda.put(lane, lane.next_beat(asyncio.get_running_loop().time()))

    def catch_up(self) -> None:
        """Report the answers that have arrived and were not read yet, where that can be done.

        To be called before a sample is believed lost.
        """
        for prober in self._stall_proof:
            prober.catch_up()

    async def run(self) -> None:
        """Probe until cancelled; no probe is under way then. The probers stay open."""
        loop = asyncio.get_running_loop()
        self._failure = loop.create_future()
        async with asyncio.TaskGroup() as group:
            self._group = group
            agenda = self._agenda = Agenda(self._beat)
            for lane in self._lanes:
                agenda.put(lane, lane.next_beat(loop.time()))
            try:
                await self._failure
            finally:
                agenda.clear()
                self._agenda = None
                self._cancel_begun()

    def _cancel_begun(self) -> None:
        for sample in list(self._under_way):
            if sample.begun is not None:
                sample.begun.cancel()
                self._under_way.discard(sample)

    def _beat(self, due: list[tuple[float, _Lane]]) -> None:
        """Send what is due, and note when the next is."""
        try:
            self._guard.look()  # a stall that is over must not void a probe that comes after it
            for beat, lane in due:
                # A loop may wake its timers a little early; the beat must not come twice for that.
                now = max(asyncio.get_running_loop().time(), beat)
                is_late = is_missed(lane.interval, beat, now)
                if self._agenda is not None:
                    self._agenda.put(lane, lane.next_beat(now))
                if not is_late:
                    self._start(lane)
        except Exception as error:  # noqa: BLE001 - it ends ``run``, as a task's error would
            self._fail(error)

    def _start(self, lane: _Lane) -> None:
        seq, lane.seq = lane.seq, lane.seq + 1
        if lane.stall_proof is not None:
            self._begin(lane, seq, lane.stall_proof)
        else:
            name = f"probe {lane.wan.name} {lane.target} {seq}"
            self._group.create_task(self._probe(lane, seq), name=name)

    def _begin(self, lane: _Lane, seq: int, prober: StallProofProber) -> None:
        sample = self._send(lane, seq)
        sample.begun = prober.begin(
            lane.target, patience=lane.wan.patience, tell=partial(self._told, sample)
        )

    def _told(self, sample: _Sample, result: ProbeResult) -> None:
        try:
            self._finish(sample, result, asyncio.get_running_loop().time())
        except Exception as error:  # noqa: BLE001 - as above
            self._fail(error)
        self._under_way.discard(sample)

    async def _probe(self, lane: _Lane, seq: int) -> None:
        self._guard.look()
        sample = self._send(lane, seq)
        try:
            result = await lane.wan.prober.probe(lane.target, patience=lane.wan.patience)
            self._finish(sample, result, asyncio.get_running_loop().time())
        finally:
            self._under_way.discard(sample)

    def _send(self, lane: _Lane, seq: int) -> _Sample:
        sample = _Sample(lane, seq, asyncio.get_running_loop().time())
        self._under_way.add(sample)
        self._events.sent(lane.wan.name, lane.target, seq, sample.sent_at)
        return sample

    def _finish(self, sample: _Sample, result: ProbeResult, at: float) -> None:
        lane = sample.lane
        if isinstance(result, ProbeError):
            disturbance = None  # no sample of the line, and its reason must not be hidden
        else:
            disturbance = self._guard.overlapped(
                sample.sent_at, at, stall_proof=lane.stall_proof is not None
            )
        if sample not in self._under_way:
            return
        if disturbance is None:
            self._under_way.discard(sample)
            self._events.finished(lane.wan.name, lane.target, sample.seq, result, at)
        else:
            self._void(sample, disturbance, at)

    def _take_up(self, disturbance: Disturbance) -> None:
        """Before anybody counts what is under way as overdue: read it, or void it at once."""
        stalled = disturbance.kind is DisturbanceKind.STALL
        if stalled:
            self.catch_up()
        for sample in list(self._under_way):
            if stalled and sample.lane.stall_proof is not None:
                continue
            if disturbance.overlaps(sample.sent_at, disturbance.end):
                self._void(sample, disturbance, disturbance.end)

    def _void(self, sample: _Sample, disturbance: Disturbance, at: float) -> None:
        self._under_way.discard(sample)
        lane = sample.lane
        self._events.voided(lane.wan.name, lane.target, sample.seq, disturbance.kind.value, at)

    def _fail(self, error: Exception) -> None:
        if not self._failure.done():
            self._failure.set_exception(error)


def _stall_proof(prober: Prober, target: Target) -> StallProofProber | None:
    inner = prober.prober_of(target) if isinstance(prober, KindProber) else prober
    return inner if isinstance(inner, StallProofProber) else None
