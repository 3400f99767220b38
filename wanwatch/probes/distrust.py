"""When not to believe our own measurements: stalls of the loop, suspends and clock jumps.

A process that did not run for a while finds every answer late and every deadline passed. The
samples that were under way then say nothing about the line, and the runner voids them. The guard
sees three kinds of disturbance: the loop came back late to the guard's ticker (a blocked loop, a
starved processor, a stopped process, a paused virtual machine), the host slept (CLOCK_BOOTTIME ran
on while CLOCK_MONOTONIC stood; clock_gettime(2)), or somebody set the wall clock.

The ticker alone is not enough: after a stall the loop may end probes before it comes to the ticker.
So whoever is about to judge a sample calls ``look`` first; it finds a stall by itself.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

_TICK = 0.05
_MOST_LAG = 0.2
_LAG_SHARE = 0.25
_MOST_SUSPEND = 0.2
_MOST_CLOCK_JUMP = 1.0
_REMEMBERED = 256


def _boottime() -> float:
    """Return seconds since boot, time asleep included, or plain monotonic time without Linux."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


@dataclass(frozen=True, slots=True)
class Clocks:
    """The three clocks the guard compares, in seconds.

    ``monotonic`` has to be the clock of the running loop, ``loop.time``.
    """

    monotonic: Callable[[], float] = time.monotonic
    boottime: Callable[[], float] = _boottime
    realtime: Callable[[], float] = time.time


class DisturbanceKind(StrEnum):
    """What made our measurements untrustworthy; a closed set, fit for a metric's label."""

    STALL = "stall"
    SUSPEND = "suspend"
    CLOCK_JUMP = "clock-jump"


@dataclass(frozen=True, slots=True)
class Disturbance:
    """A span of loop time in which we cannot vouch for our own measurements.

    ``start`` is the last moment known to be good, ``end`` the moment we noticed; ``seconds`` is
    how late the loop was, how long the host slept, or how far the wall clock was set (signed).
    """

    kind: DisturbanceKind
    start: float
    end: float
    seconds: float

    def overlaps(self, start: float, end: float) -> bool:
        """Return whether a span reaches into the disturbance; what starts at its end does not."""
        return self.start <= end and start < self.end


def lag_threshold(timeout: float) -> float:
    """Return the lag that voids samples judged by ``timeout``: a quarter of it, 0.2 s at most."""
    return min(_MOST_LAG, timeout * _LAG_SHARE)


class StallGuard:
    """Notices that the process did not run when it should have, and remembers when.

    ``threshold`` is the lag in seconds from which samples are void; ``tick`` how often to look.
    Start ``run`` before anybody calls ``look``: without its ticks all waiting looks like a stall.
    """

    def __init__(
        self, clocks: Clocks | None = None, *, threshold: float = _MOST_LAG, tick: float = _TICK
    ) -> None:
        self._clocks = clocks or Clocks()
        self._threshold = threshold
        self._tick = tick
        self._disturbances: deque[Disturbance] = deque(maxlen=_REMEMBERED)
        self._listeners: list[Callable[[Disturbance], None]] = []
        self._seen_at, self._slept, self._wall = self._read()
        self.lag = 0.0
        """How late the loop came back to the ticker last time, in seconds."""
        self.worst_lag = 0.0
        """The greatest lag since the start, in seconds."""
        self.counts = dict.fromkeys(DisturbanceKind, 0)
        """How many disturbances of each kind there were since the start."""

    def subscribe(self, listener: Callable[[Disturbance], None]) -> None:
        """Have a callable told of each disturbance, in the call that notices it."""
        self._listeners.append(listener)

    def look(self) -> list[Disturbance]:
        """Compare the clocks, remember what is wrong, and return it; cheap, call it freely."""
        now, slept, wall = self._read()
        since, self._seen_at = self._seen_at, now
        slept_more, self._slept = slept - self._slept, slept
        wall_moved, self._wall = wall - self._wall, wall
        late = now - since - self._tick
        # A suspend moves the wall clock against the monotonic one too; that is not a jump.
        jumped = wall_moved - slept_more
        if (
            late <= self.worst_lag
            and late <= self._threshold
            and slept_more <= _MOST_SUSPEND
            and -_MOST_CLOCK_JUMP <= jumped <= _MOST_CLOCK_JUMP
        ):
            return []  # so it is before and after nearly every probe
        self.worst_lag = max(self.worst_lag, late)
        found = []
        if late > self._threshold:
            self.lag = late
            found.append(Disturbance(DisturbanceKind.STALL, since, now, late))
        if slept_more > _MOST_SUSPEND:
            found.append(Disturbance(DisturbanceKind.SUSPEND, since, now, slept_more))
        if abs(jumped) > _MOST_CLOCK_JUMP:
            found.append(Disturbance(DisturbanceKind.CLOCK_JUMP, since, now, jumped))
        self._note(found)
        return found

    def overlapped(
        self, start: float, end: float, *, stall_proof: bool = False
    ) -> Disturbance | None:
        """Return the disturbance, if any, that a sample's life from ``start`` to ``end`` overlapped.

        Looks at the clocks first, so that a stall counts that the ticker has not seen yet; for a
        sample that is ``stall_proof`` none does.
        """
        self.look()
        for disturbance in reversed(self._disturbances):
            if stall_proof and disturbance.kind is DisturbanceKind.STALL:
                continue
            if disturbance.overlaps(start, end):
                return disturbance
        return None

    async def run(self) -> None:
        """Look at the clocks every tick, until cancelled."""
        self._seen_at, self._slept, self._wall = self._read()
        while True:
            due = self._clocks.monotonic() + self._tick
            await asyncio.sleep(self._tick)
            self.lag = max(0.0, self._clocks.monotonic() - due)
            self.look()

    def _note(self, found: list[Disturbance]) -> None:
        """Remember all, then tell of each: a listener may ask what a sample overlapped."""
        for disturbance in found:
            self._disturbances.append(disturbance)
            self.counts[disturbance.kind] += 1
        for disturbance in found:
            for listener in self._listeners:
                listener(disturbance)

    def _read(self) -> tuple[float, float, float]:
        """Return loop time, and how far boot time and wall time run ahead of it."""
        now = self._clocks.monotonic()
        return now, self._clocks.boottime() - now, self._clocks.realtime() - now
