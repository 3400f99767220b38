"""Puts one detector to one case and returns the figures."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random
from statistics import median

from tests.bench.detection_cases import ANYWHERE, DAY, OUTAGE, QUIET_BEFORE, Event, Stretch
from tests.bench.detection_run import Cadence, Enough, Record, Run, never
from tests.bench.lines import Line, seeded
from tests.bench.peers import PEERS
from wanwatch.core.health.profile import PROFILES
from wanwatch.core.model import HealthState

TARGETS = 3
PATIENCE = 2.0
"""Times the timeout, as the configuration has it where nothing else is said."""
LONGEST_WAIT = 300.0
"""Seconds after which an event counts as not found."""

PEER_BY_NAME = {peer().name: peer for peer in PEERS}
DETECTORS = (*(f"wanwatch {name}" for name in PROFILES), *PEER_BY_NAME)


@dataclass(frozen=True, slots=True)
class Times:
    """Of many events: how long it took, in seconds; None where more than half were not found."""

    middle: float | None
    p95: float | None
    found: float
    """The share of the events that was found."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Of a long stretch."""

    downs_a_day: float
    degraded_a_day: float
    down_share: float
    """Of the time."""
    changes_an_hour: float
    changes_in_the_worst_hour: int
    probes_a_second: float


def watch(
    detector: str, lines: list[Line], until: float, random: Random, enough: Enough = never
) -> Record:
    """Let a detector, by its name, watch a line; the others are for who compares lines."""
    peer = PEER_BY_NAME.get(detector)
    if peer is not None:
        return peer().watch(lines[0], until, random, enough)
    profile = PROFILES[detector.removeprefix("wanwatch ")]
    limits = profile.limits()
    cadence = Cadence(profile.confirm_interval, PATIENCE * limits.timeout)
    return Run(limits, cadence, lines, targets=TARGETS).run(until, enough)


def found(detector: str, event: Event, seed: str, trials: int) -> Times:
    """Return the times from the event to the verdict."""
    wanted = {HealthState.DOWN} | ({HealthState.DEGRADED} if event.is_brownout else set())
    return _times(
        _wait(detector, event, seeded(f"{seed} {event.name} {trial}"), 0.0, wanted)
        for trial in range(trials)
    )


def recovered(detector: str, event: Event, seed: str, trials: int) -> Times:
    """Return the times from the end of a cut until the line is in service again."""
    return _times(
        _wait(detector, event, seeded(f"{seed} {event.name} {trial}"), OUTAGE, {HealthState.UP})
        for trial in range(trials)
    )


def rates(detector: str, stretch: Stretch, seed: str, days: float) -> Rates:
    """Watch a line for so many days."""
    random = seeded(f"{seed} {stretch.name}")
    until = days * DAY
    lines = [stretch.make(random, QUIET_BEFORE) for _ in range(stretch.lines)]
    record = watch(detector, lines, until, seeded(f"{seed} {stretch.name} phase"))
    down, since = 0.0, None
    for change in record.changes:
        if since is not None:
            down += change.at - since
        since = change.at if change.state is HealthState.DOWN else None
    down += 0.0 if since is None else until - since
    changes = record.changes[_first_up(record) :]
    entered = [change.state for change in changes]
    return Rates(
        downs_a_day=entered.count(HealthState.DOWN) / days,
        degraded_a_day=entered.count(HealthState.DEGRADED) / days,
        down_share=down / until,
        changes_an_hour=len(changes) / (days * 24),
        changes_in_the_worst_hour=_most_within(3600.0, [change.at for change in changes]),
        probes_a_second=record.probes / until,
    )


def _wait(
    detector: str, event: Event, random: Random, after: float, wanted: set[HealthState]
) -> float | None:
    """Return the seconds from a moment of the event until the detector says what is wanted."""
    at = QUIET_BEFORE + random.random() * ANYWHERE
    line = event.make(random, at)
    moment = at + after

    def said(record: Record) -> bool:
        return record.changes[-1].at >= moment and record.changes[-1].state in wanted

    record = watch(detector, [line], moment + LONGEST_WAIT, random, said)
    before = [change.state for change in record.changes if change.at < moment]
    if (before[-1] if before else HealthState.UP) in wanted:
        return 0.0 if after == 0.0 else None  # down already; or never found to be down
    times = [c.at for c in record.changes if c.at >= moment and c.state in wanted]
    return times[0] - moment if times else None


def _times(waits: Iterable[float | None]) -> Times:
    every = list(waits)
    known = sorted(wait for wait in every if wait is not None)
    share = len(known) / len(every)
    at_95 = int(0.95 * len(every))
    return Times(
        middle=median([*known, *[float("inf")] * (len(every) - len(known))])
        if share > 0.5
        else None,
        p95=known[at_95] if at_95 < len(known) else None,
        found=share,
    )


def _most_within(span: float, times: Sequence[float]) -> int:
    """Return how many of ascending times lie in the fullest span."""
    return max((bisect_left(times, at + span) - i for i, at in enumerate(times)), default=0)


def _first_up(record: Record) -> int:
    """Skip the first verdict of a detector that begins without one."""
    return 1 if record.changes and record.changes[0].state is HealthState.UP else 0
