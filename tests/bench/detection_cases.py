"""What the detectors are put to: events to be found, and lines on which nothing is to be found."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.bench.lines import (
    Bursts,
    Cut,
    DeadHost,
    Flapper,
    Line,
    Outages,
    Queue,
    RandomLoss,
    Steady,
    seeded,
)

DAY = 86400.0
QUIET_BEFORE = 100.0
"""Seconds that a line is well before something happens; longer than any detector's window."""
ANYWHERE = 30.0
"""The event comes at a moment drawn from so many seconds after that."""
OUTAGE = 300.0
"""A cut lasts so long, where the return is measured."""

Make = Callable[[Random, float], Line]
"""Draws a line; something happens to it at the moment given."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that a detector has to find, and how it is told that it has."""

    name: str
    make: Make
    is_brownout: bool = False
    """DEGRADED is enough."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A line watched for a long time; ``days`` in a full run."""

    name: str
    make: Make
    days: float
    lines: int = 1
    """So many lines alike, for detectors that compare them."""


def _steady(random: Random, rtt: float = 0.02, jitter: float = 0.002) -> Steady:
    return Steady(_apart(random), rtt, jitter)


def _apart(random: Random) -> Random:
    """Return a source of its own, so that nothing else shifts what is drawn from it."""
    return seeded(random.random())


def _loss(ratio: float) -> Make:
    return lambda random, at: RandomLoss(_steady(random), _apart(random), ratio, at)


def _cut(random: Random, at: float) -> Line:
    return Cut(_steady(random), at, at + OUTAGE)


def _cut_beyond(random: Random, at: float) -> Line:
    return Cut(_steady(random), at, at + OUTAGE, beyond_first_hop=True)


def _cut_slow(random: Random, at: float) -> Line:
    return Cut(_steady(random, 0.6, 0.02), at, at + OUTAGE)


def _cut_lossy(random: Random, at: float) -> Line:
    return Cut(RandomLoss(_steady(random), _apart(random), 0.03), at, at + OUTAGE)


def _bursts(random: Random, at: float) -> Line:
    del at
    steady = _steady(random)
    return Bursts(steady, _apart(random), _apart(random), good=30.0, bad=1.0, ratio=0.5)


def _outages(longest: float) -> Make:
    def make(random: Random, at: float) -> Line:
        del at
        steady = _steady(random)
        return Outages(steady, _apart(random), per_day=200, shortest=0.3, longest=longest)

    return make


def _dead(ratio: float) -> Make:
    return lambda random, at: DeadHost(RandomLoss(_steady(random), _apart(random), ratio), 0, at)


def _load(random: Random, at: float) -> Line:
    return Queue(_steady(random), most=0.98, rise=10.0, full=60.0, every=600.0, since=at)


def _slow(random: Random, at: float) -> Line:
    return Queue(_steady(random), most=0.58, rise=0.0, full=DAY * 7, every=DAY * 7, since=at)


EVENTS = (
    Event("hard cut", _cut),
    Event("cut beyond the first hop", _cut_beyond),
    Event("hard cut of a line of 600 ms", _cut_slow),
    Event("hard cut of a line that loses 3 %", _cut_lossy),
    Event("from 0 to 30 % random loss", _loss(0.3), is_brownout=True),
)

STRETCHES = (
    Stretch("nothing wrong", _loss(0.0), 1),
    Stretch("1 % random loss", _loss(0.01), 7),
    Stretch("3 % random loss", _loss(0.03), 7),
    Stretch("5 % random loss", _loss(0.05), 7),
    Stretch("10 % random loss", _loss(0.1), 7),
    Stretch("30 % random loss", _loss(0.3), 1),
    Stretch("bursts: half is lost for 1 s, every 30 s", _bursts, 7),
    Stretch("200 outages a day, 0.3 to 1 s", _outages(1.0), 7),
    Stretch("200 outages a day, 0.3 to 3 s", _outages(3.0), 7),
    Stretch("one target dead", _dead(0.0), 7),
    Stretch("one target dead, 5 % random loss", _dead(0.05), 1),
    Stretch("one target dead, through both of two lines", _dead(0.0), 1, lines=2),
    Stretch("all targets slow: 20 to 600 ms at once", _slow, 1),
    Stretch("RTT to a second under load, six times an hour", _load, 1),
    Stretch("2 minutes up, 2 minutes dead", lambda random, _: Flapper(_steady(random), 120.0), 1),
)
