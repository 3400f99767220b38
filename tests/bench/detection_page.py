"""``docs/detection.md``: the figures as tables, with how they were made."""

from collections.abc import Callable, Mapping, Sequence

from tests.bench.detection_cases import EVENTS, OUTAGE, STRETCHES
from tests.bench.detection_jobs import Job, Size
from tests.bench.detection_measure import DETECTORS, PEER_BY_NAME, TARGETS, Rates, Times
from wanwatch.core.health.health_config import HealthConfig
from wanwatch.core.health.profile import PROFILES

Results = Mapping[Job, Times | Rates]

HEAD = """# How soon, and how often wrong

A watchdog is judged by two numbers that fight each other: how soon it knows that a line is lost, and how often it says so of a line that is not. The tables
below have both, for wanwatch's two profiles and for models of its peers, on the same lines. The page is the output of `python -m tests.bench detection`.

## How it is measured

**wanwatch** is its own code: the health core (`wanwatch/core/health/judge.py`) and the schedule (`wanwatch/probes/schedule.py`), driven on virtual time as the daemon
drives them: beats on the grid, the confirming cadence while a line is suspected, late answers fed. **The peers** are models of their published algorithms with
the defaults they are shipped with; where each number comes from stands in `tests/bench/peers.py`. **The lines** are models too (`tests/bench/lines.py`): an RTT of
20 ms with a little jitter unless it says otherwise, and whatever a row says happens to it. Each detector meets the same lines, drawn from the seed; the same seed
gives the same page.

Limits. How long a router takes to act is not in it, on either side. Losses at random are independent; real ones seldom are, which is what the bursts and the
outages are for. A peer's defaults are where its users start, not what it can be tuned to. Peers that look at one host are given one that answers, except where the
row says that a target is dead.

"""


def page(results: Results, seed: int, size: Size) -> str:
    """Return the page."""
    return HEAD + parameters() + tables(results, seed, size) + notes()


def parameters() -> str:
    """What the two profiles are, from the code."""
    rows = []
    for name, profile in PROFILES.items():
        limits: HealthConfig = profile.limits()
        rows.append(
            [
                name,
                f"{limits.interval:g} s",
                f"{limits.shortest_timeout:g} to {limits.timeout:g} s",
                f"{limits.fall}",
                f"{profile.confirm_interval:g} s",
                f"{limits.confirm:g} s",
                f"{limits.rise}, {limits.hold_down:g} s",
                f"{limits.window:g} s",
                f"{limits.loss_enter:.0%}, {limits.loss_leave:.0%}",
            ]
        )
    head = ["profile", "interval", "timeout", "fall", "confirming every", "confirm"]
    head += ["rise, hold-down", "window", "DEGRADED at, until"]
    return f"With {TARGETS} targets a line and these limits:\n\n{_table(head, rows)}\n"


def tables(results: Results, seed: int, size: Size) -> str:
    """Return all tables."""

    def times(kind: str) -> Callable[[str, str], str]:
        return lambda detector, case: _shown_times(results[Job(kind, detector, case)])

    def rate(show: Callable[[Rates], str]) -> Callable[[str, str], str]:
        def shown(detector: str, case: str) -> str:
            result = results[Job("rates", detector, case)]
            assert isinstance(result, Rates)
            return show(result)

        return shown

    ours = [detector for detector in DETECTORS if detector not in PEER_BY_NAME]
    events = [event.name for event in EVENTS]
    cuts = [event.name for event in EVENTS if not event.is_brownout]
    stretches = [stretch.name for stretch in STRETCHES]
    spans = ", ".join(f"{s.name}: {s.days * size.days:g}" for s in STRETCHES)
    sections = (
        (
            "Time to detect",
            (
                f"Seconds, median / 95th percentile of {size.events} events at random moments, seed "
                f"{seed}. A dash: not found within 300 s. The random loss is found when the line is DEGRADED or DOWN."
            ),
            _grid(DETECTORS, events, times("found")),
        ),
        (
            "Time to recover",
            (
                f"Seconds from the end of a cut of {OUTAGE:g} s until the line is in service again, "
                f"median / 95th percentile of {size.returns}."
            ),
            _grid(DETECTORS, cuts, times("recovered")),
        ),
        (
            "Taken for down",
            (
                "How many times a day, and the share of the time. Of all these lines only the last "
                "one is ever dead for longer than three seconds."
            ),
            _grid(DETECTORS, stretches, rate(_shown_downs)),
        ),
        (
            "Found degraded",
            (
                "How many times a day a line is found DEGRADED: new connections avoid it, it stays in "
                "service. At 30 % it should be."
            ),
            _grid(ours, stretches, rate(lambda result: _number(result.degraded_a_day))),
        ),
        (
            "Changes of mind an hour",
            (
                "Each counts, DEGRADED too: two for an outage that is found and over. In brackets: in the "
                "worst hour."
            ),
            _grid(DETECTORS, stretches, rate(_shown_changes)),
        ),
        (
            "Probes a second",
            "Through one line; the confirming cadence is in it.",
            _grid(DETECTORS, stretches, rate(lambda result: f"{result.probes_a_second:.2f}")),
        ),
    )
    text = "".join(f"\n## {title}\n\n{said}\n\n{grid}" for title, said, grid in sections)
    return f"{text}\nDays that were simulated: {spans}.\n"


def notes() -> str:
    """Where the peers' numbers come from."""
    lines = ["\n## The peers\n\n"]
    for name, peer in PEER_BY_NAME.items():
        text = " ".join((peer.__doc__ or "").split()).replace("``", "`")
        lines.append(f"- **{name}.** {text}\n")
    lines.append("\nAll names belong to their owners.\n")
    return "".join(lines)


def _shown_times(result: Times | Rates) -> str:
    assert isinstance(result, Times)
    if result.middle is None:
        return "-" if not result.found else f"- ({result.found:.0%} found)"
    if not result.middle:
        return "down before"
    p95 = "-" if result.p95 is None else _seconds(result.p95)
    return f"{_seconds(result.middle)} / {p95}"


def _shown_downs(result: Rates) -> str:
    if not result.downs_a_day:
        return "0"
    return f"{_number(result.downs_a_day)} ({result.down_share:.1%})"


def _shown_changes(result: Rates) -> str:
    if not result.changes_an_hour:
        return "0"
    return f"{_number(result.changes_an_hour)} ({result.changes_in_the_worst_hour})"


def _seconds(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"


def _number(value: float) -> str:
    if value == 0:
        return "0"
    return f"{value:.2g}" if value < 10 else f"{value:.0f}"


def _grid(detectors: Sequence[str], cases: Sequence[str], cell: Callable[[str, str], str]) -> str:
    rows = [[case, *(cell(detector, case) for detector in detectors)] for case in cases]
    return _table(["", *detectors], rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
