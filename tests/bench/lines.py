"""Model lines: what becomes of a probe that leaves at a moment, to a host, drawn from a seed.

Only the whole trip is modelled: a probe lost on its way there and an answer lost on its way back
look the same to who waits. What a line does in time (bursts, outages) is drawn apart from what
becomes of single probes, so that two watchers with the same seed meet the same events however
often they ask. Times in seconds; a line is asked in the order of time.
"""

from collections.abc import Iterator
from random import Random
from typing import Protocol

FIRST_HOP = -1
"""The provider's nearest router; the hosts beyond it are numbered from 0."""


def seeded(seed: object) -> Random:
    """Return a source of random numbers that is the same for the same seed."""
    return Random(str(seed))  # noqa: S311 - a model's, not a secret's


class Line(Protocol):
    """Says what becomes of a probe."""

    def answer(self, at: float, host: int) -> float | None:
        """Return the RTT of a probe that leaves at ``at``; None when nothing comes back."""
        ...


class Steady:
    """A line of one RTT, with a little jitter, that loses nothing."""

    def __init__(self, random: Random, rtt: float = 0.02, jitter: float = 0.002) -> None:
        self._draw = random.expovariate
        self._rtt = rtt
        self._rate = 1 / jitter

    def answer(self, at: float, host: int) -> float | None:
        """Return the RTT, and an exponential share on top."""
        del at, host
        return self._rtt + self._draw(self._rate)


class Cut:
    """Nothing comes back from ``began`` until ``ended``; beyond the first hop, that still answers."""

    def __init__(
        self, line: Line, began: float, ended: float, *, beyond_first_hop: bool = False
    ) -> None:
        self._line = line
        self._began = began
        self._ended = ended
        self._beyond = beyond_first_hop

    def answer(self, at: float, host: int) -> float | None:
        """Return what the line says outside the cut."""
        if self._began <= at < self._ended and not (self._beyond and host == FIRST_HOP):
            return None
        return self._line.answer(at, host)


class RandomLoss:
    """Loses a share of all probes, each by itself, from ``since`` on."""

    def __init__(self, line: Line, random: Random, ratio: float, since: float = 0.0) -> None:
        self._line = line
        self._draw = random.random
        self._ratio = ratio
        self._since = since

    def answer(self, at: float, host: int) -> float | None:
        """Return what the line says, if the probe is not lost."""
        if at >= self._since and self._draw() < self._ratio:
            return None
        return self._line.answer(at, host)


class _Spells:
    """Tells whether a moment lies in one of the spells, which come in the order of time."""

    def __init__(self, spells: Iterator[tuple[float, float]]) -> None:
        self._spells = spells
        self._began, self._ended = next(spells)

    def covers(self, at: float) -> bool:
        """Say whether a spell is on; ``at`` never goes back."""
        while at >= self._ended:
            self._began, self._ended = next(self._spells)
        return at >= self._began


class Bursts:
    """A good and a bad state by turns (Gilbert-Elliott, in time): losses that come together.

    ``good`` and ``bad`` are the mean lengths of both; ``ratio`` is lost while it is bad.
    """

    def __init__(
        self, line: Line, events: Random, random: Random, *, good: float, bad: float, ratio: float
    ) -> None:
        self._line = line
        self._draw = random.random
        self._ratio = ratio
        self._spells = _Spells(_bursts(events, good, bad))

    def answer(self, at: float, host: int) -> float | None:
        """Return what the line says, if the probe is not lost in a burst."""
        if self._spells.covers(at) and self._draw() < self._ratio:
            return None
        return self._line.answer(at, host)


class Outages:
    """Short outages, as when a satellite terminal changes satellites.

    The time between two is drawn from half to one and a half of what gives ``per_day``, so that
    two are never one long one.
    """

    def __init__(
        self, line: Line, events: Random, *, per_day: float, shortest: float, longest: float
    ) -> None:
        self._line = line
        self._spells = _Spells(_outages(events, 86400 / per_day, shortest, longest))

    def answer(self, at: float, host: int) -> float | None:
        """Return what the line says between the outages."""
        return None if self._spells.covers(at) else self._line.answer(at, host)


class Flapper:
    """Up for ``half`` seconds, dead for as long, and so on."""

    def __init__(self, line: Line, half: float) -> None:
        self._line = line
        self._half = half

    def answer(self, at: float, host: int) -> float | None:
        """Return what the line says in its good halves."""
        return None if at // self._half % 2 else self._line.answer(at, host)


class DeadHost:
    """One host does not answer; the others do."""

    def __init__(self, line: Line, host: int, since: float = 0.0) -> None:
        self._line = line
        self._host = host
        self._since = since

    def answer(self, at: float, host: int) -> float | None:
        """Return what the line says of the other hosts."""
        return None if host == self._host and at >= self._since else self._line.answer(at, host)


class Queue:
    """RTTs that grow under load: every ``every`` seconds a queue fills and empties again.

    It takes ``rise`` seconds to add ``most`` to the RTT, stays full for ``full`` seconds, and
    empties as fast as it filled. With ``every`` the same as ``full`` it never empties.
    """

    def __init__(
        self, line: Line, *, most: float, rise: float, full: float, every: float, since: float
    ) -> None:
        self._line = line
        self._most = most
        self._rise = rise
        self._full = full
        self._every = every
        self._since = since

    def answer(self, at: float, host: int) -> float | None:
        """Return what the line says, and the wait in the queue on top."""
        rtt = self._line.answer(at, host)
        return rtt if rtt is None or at < self._since else rtt + self._wait(at)

    def _wait(self, at: float) -> float:
        into = (at - self._since) % self._every
        filled = min(into / self._rise, 1.0) if self._rise else 1.0
        left = max(0.0, into - self._rise - self._full)
        emptied = left / self._rise if self._rise else float(left > 0)
        return self._most * max(0.0, filled - emptied)


def _bursts(random: Random, good: float, bad: float) -> Iterator[tuple[float, float]]:
    at = 0.0
    while True:
        began = at + random.expovariate(1 / good)
        at = began + random.expovariate(1 / bad)
        yield began, at


def _outages(
    random: Random, gap: float, shortest: float, longest: float
) -> Iterator[tuple[float, float]]:
    at = 0.0
    while True:
        began = at + gap * random.uniform(0.5, 1.5)
        at = began + random.uniform(shortest, longest)
        yield began, at
