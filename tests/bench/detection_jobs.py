"""Everything that is measured for the page on detection, cut into jobs that can be done apart."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench.detection_cases import EVENTS, STRETCHES
from tests.bench.detection_measure import DETECTORS, Rates, Times, found, rates, recovered


@dataclass(frozen=True, slots=True)
class Size:
    """How much is run."""

    events: int
    returns: int
    days: float
    """Times the days of each stretch."""


FULL = Size(events=500, returns=100, days=1.0)
QUICK = Size(events=20, returns=5, days=0.01)


@dataclass(frozen=True, slots=True)
class Job:
    """One detector on one case; ``kind`` is found, recovered or rates."""

    kind: str
    detector: str
    case: str


def jobs(detectors: Sequence[str] = DETECTORS) -> list[Job]:
    """Return everything there is to run, the longest first."""
    long = sorted(STRETCHES, key=lambda stretch: -stretch.days)
    return [
        *(Job("rates", detector, stretch.name) for stretch in long for detector in detectors),
        *(Job("found", detector, event.name) for event in EVENTS for detector in detectors),
        *(
            Job("recovered", detector, event.name)
            for event in EVENTS
            if not event.is_brownout
            for detector in detectors
        ),
    ]


def run(job: Job, seed: int, size: Size) -> Times | Rates:
    """Do one job."""
    if job.kind == "rates":
        stretch = next(stretch for stretch in STRETCHES if stretch.name == job.case)
        return rates(job.detector, stretch, str(seed), size.days * stretch.days)
    event = next(event for event in EVENTS if event.name == job.case)
    if job.kind == "found":
        return found(job.detector, event, str(seed), size.events)
    return recovered(job.detector, event, str(seed), size.returns)
