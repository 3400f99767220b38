"""When to probe: an absolute grid of instants, spread over WANs and targets.

Pure. Instants are counted from the clock's zero, not from the last probe, so the cadence neither
drifts nor depends on how long a probe takes. What was missed while the process stood still is not
made up: a burst measures the burst.
"""

import math
from collections.abc import Iterator, Sequence

_GRAIN = 0.025
_LEAST_GRAINS = 8
_ROUNDING = 1e-9


def phase_at(place: float, interval: float) -> float:
    """Return the offset in seconds of a place, a fraction, in an interval.

    Places that lie within 25 ms, or an eighth of the interval if that is less, have one offset:
    most of a probe's cost is that of waking up for it, and these share a wake-up.
    """
    grain = min(_GRAIN, interval / _LEAST_GRAINS)
    return math.floor(place * interval / grain + _ROUNDING) * grain


def next_beat(interval: float, phase: float, now: float) -> float:
    """Return the first instant ``phase + k * interval`` that lies after ``now``.

    ``interval`` and ``phase`` in seconds; raises ValueError for an interval that is not positive.
    """
    if not interval > 0:
        raise ValueError(f"interval {interval} is not positive")
    beats = math.floor((now - phase) / interval)
    beat = phase + beats * interval
    while beat <= now:  # division and multiplication round differently
        beats += 1
        beat = phase + beats * interval
    return beat


def grid(interval: float, phase: float, now: float) -> Iterator[float]:
    """Yield the instants of the grid after ``now``, without end."""
    while True:
        now = next_beat(interval, phase, now)
        yield now


def is_missed(interval: float, beat: float, now: float) -> bool:
    """Return whether a beat is so late that its successor is due, and so is to be left out."""
    return now - beat >= interval


def spread(targets: Sequence[int]) -> list[list[float]]:
    """Give each target of each WAN its place in the interval, as a fraction from 0 to below 1.

    ``targets`` has the number of targets of each WAN. The targets of one WAN lie evenly over the
    interval, so that it is never unwatched for longer than needed; the WANs are set off against
    each other, so that they are not all probed at one moment.
    """
    wans = len(targets)
    return [
        [index / count + wan / (count * wans) for index in range(count)]
        for wan, count in enumerate(targets)
    ]
