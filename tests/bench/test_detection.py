"""The benchmark of detection: that it runs what the daemon runs, and that its page is its own."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.bench import detection, detection_page
from tests.bench.detection_cases import DAY, EVENTS, STRETCHES, Event, Stretch
from tests.bench.detection_jobs import QUICK, Job, Size, jobs, run
from tests.bench.detection_measure import DETECTORS, PATIENCE, Rates, Times, found, rates
from tests.bench.detection_run import Cadence, Change, Record, Run
from tests.bench.lines import Cut, Line, RandomLoss, Steady, seeded
from tests.probes.virtual import run_virtually, virtual_loop
from wanwatch.core.health.judge import Judge, WatchedWan
from wanwatch.core.health.profile import PROFILES
from wanwatch.core.health.wan_health import Transition
from wanwatch.core.model import HealthState
from wanwatch.core.target import Target
from wanwatch.probes.distrust import Clocks, StallGuard
from wanwatch.probes.results import Reply, Timeout
from wanwatch.probes.runner import ProbeRunner, WanProbes
from wanwatch.service.metrics import Metrics
from wanwatch.service.watcher import Watcher

PAGE = Path(__file__).parents[2] / "docs" / "detection.md"
TARGETS = tuple(Target.parse(f"192.0.2.{number}") for number in (1, 2, 3))
BEGAN = 1000.0
"""The virtual loop's first moment."""
EVENT = {event.name: event for event in EVENTS}
STRETCH = {stretch.name: stretch for stretch in STRETCHES}


def made(profile: str, lines: list[Line], *, begins: float = 0.0, every_tick: bool = False) -> Run:
    limits = PROFILES[profile].limits()
    cadence = Cadence(PROFILES[profile].confirm_interval, PATIENCE * limits.timeout)
    return Run(limits, cadence, lines, begins=begins, every_tick=every_tick)


def bad_hour(seed: int) -> Line:
    """Losses, a cut and a return."""
    lossy = RandomLoss(Steady(seeded(seed)), seeded(f"{seed} losses"), 0.25, since=BEGAN + 60.3)
    return Cut(lossy, BEGAN + 30.71, BEGAN + 40.2)


class Prober:
    """Asks a model line instead of the network."""

    def __init__(self, line: Line) -> None:
        self.line = line

    async def probe(self, target: Target, *, patience: float) -> Reply | Timeout:
        rtt = self.line.answer(virtual_loop().time(), TARGETS.index(target))
        if rtt is None or rtt > patience:
            await asyncio.sleep(patience)
            return Timeout()
        await asyncio.sleep(rtt)
        return Reply(rtt)

    async def close(self) -> None:
        """Hold nothing."""


async def daemon(profile: str, line: Line, until: float) -> list[Change]:
    """What the daemon's own watcher and runner say of a line."""
    limits = PROFILES[profile].limits()
    now = asyncio.get_running_loop().time
    guard = StallGuard(Clocks(now, now, now), threshold=10.0)
    told: list[Transition] = []

    def suspect(wan: str, *, suspected: bool) -> None:
        confirm_interval = PROFILES[profile].confirm_interval
        runner.set_interval(wan, confirm_interval if suspected else limits.interval)

    watcher = Watcher(
        Judge({"a": WatchedWan(tuple(str(target) for target in TARGETS), limits)}),
        {"a": TARGETS},
        guard=guard,
        metrics=Metrics("0"),
        clock=now,
        on_transitions=told.extend,
        on_suspicion=suspect,
    )
    patience = PATIENCE * limits.timeout
    probes = [WanProbes("a", TARGETS, Prober(line), limits.interval, patience)]
    runner = ProbeRunner(probes, watcher, guard)
    tasks = [asyncio.create_task(work) for work in (runner.run(), watcher.run())]
    await asyncio.sleep(until)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return [Change(transition.at, transition.after) for transition in told]


def rounded(changes: list[Change]) -> list[tuple[float, HealthState]]:
    return [(round(change.at, 6), change.state) for change in changes]


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_comes_to_the_verdicts_of_the_daemon_at_the_same_moments(
    profile: str, seed: int
) -> None:
    expected = run_virtually(daemon(profile, bad_hour(seed), 240.0))
    record = made(profile, [bad_hour(seed)], begins=BEGAN).run(BEGAN + 240.0)
    assert rounded(record.changes) == rounded(expected)
    assert {HealthState.DOWN, HealthState.DEGRADED} <= {change.state for change in expected}


@pytest.mark.parametrize("stretch", STRETCHES, ids=lambda stretch: stretch.name)
def test_the_ticks_that_are_left_out_change_nothing(stretch: Stretch) -> None:
    def watched(*, every_tick: bool) -> dict[str, Record]:
        random = seeded(stretch.name)
        lines = [stretch.make(random, 100.0) for _ in range(stretch.lines)]
        watching = made("fast", lines, every_tick=every_tick)
        watching.run(700.0)
        return watching.records

    assert watched(every_tick=False) == watched(every_tick=True)


def test_the_same_seed_gives_the_same_run_and_another_seed_another() -> None:
    size = Size(events=5, returns=1, days=0.01)
    job = Job("found", "wanwatch default", "hard cut")
    assert run(job, 1, size) == run(job, 1, size) != run(job, 2, size)


@pytest.mark.parametrize(("profile", "within"), [("default", 2.0), ("fast", 1.0)])
def test_a_hard_cut_is_found_soon(profile: str, within: float) -> None:
    times = found(f"wanwatch {profile}", EVENT["hard cut"], "1", 40)
    assert times.p95 is not None
    assert times.p95 < within


def test_losses_and_outages_of_less_than_a_second_move_nobody() -> None:
    for name in ("5 % random loss", "one target dead", "200 outages a day, 0.3 to 1 s"):
        assert rates("wanwatch default", STRETCH[name], "1", 0.1).downs_a_day == 0


def test_a_flapping_line_is_left_alone_soon() -> None:
    flapper = STRETCH["2 minutes up, 2 minutes dead"]
    assert rates("wanwatch default", flapper, "1", 0.2).changes_in_the_worst_hour <= 4


@pytest.mark.parametrize(
    ("peer", "least", "most"),
    [
        ("mwan3", 115, 135),
        ("pfSense", 14, 16),
        ("VyOS", 5, 10),
        ("netwatch", 3, 13),
        ("check-gateway", 11, 21),
        ("Peplink", 15, 20),
        ("FortiGate", 2.5, 3),
    ],
)
def test_the_peers_find_a_cut_when_they_are_known_to(peer: str, least: float, most: float) -> None:
    times = found(peer, EVENT["hard cut"], "1", 40)
    assert times.middle is not None
    assert least <= times.middle <= most


def test_a_peer_that_asks_once_is_wrong_with_each_loss() -> None:
    netwatch = rates("netwatch", STRETCH["1 % random loss"], "1", 20.0)
    assert 70 < netwatch.downs_a_day < 100


def test_the_first_hop_says_nothing_of_what_is_behind_it() -> None:
    assert found("check-gateway", EVENT["cut beyond the first hop"], "1", 5).found == 0


def test_an_event_that_was_not_found_has_no_time() -> None:
    nothing = Event("nothing", lambda random, at: Steady(random, at and 0.02))
    assert found("FortiGate", nothing, "1", 3) == Times(None, None, 0.0)


def test_what_is_counted_of_a_stretch() -> None:
    half = Stretch("half", lambda random, at: Cut(Steady(random), DAY / 2, at + DAY), 1.0)
    seen = rates("FortiGate", half, "1", 1.0)
    assert (seen.downs_a_day, seen.changes_in_the_worst_hour) == (1, 1)
    assert seen.down_share == pytest.approx(0.5, abs=0.001)
    assert seen.probes_a_second == pytest.approx(2, abs=0.01)


def test_the_page_and_the_document_have_every_figure() -> None:
    rate = Rates(1.0, 0.0, 0.5, 2.0, 3, 3.0)
    results = {job: rate if job.kind == "rates" else Times(1.0, 2.0, 1.0) for job in jobs()}
    page = detection_page.page(results, 7, QUICK)
    for text in (*DETECTORS, *EVENT, *STRETCH, "1.00 / 2.00", "1 (50.0%)", "seed 7"):
        assert text in page
    figures = json.loads(detection.document(results, 7))["figures"]
    assert len(figures) == len(DETECTORS) * (2 * len(EVENTS) - 1 + len(STRETCHES))


def test_the_committed_page_is_of_these_limits_lines_and_peers() -> None:
    text = PAGE.read_text("utf-8")
    for part in (detection_page.HEAD, detection_page.parameters(), detection_page.notes()):
        assert part in text, "python -m tests.bench detection > docs/detection.md"
    heads = [line for line in text.splitlines() if line.startswith("|  | ")]
    assert f"|  | {' | '.join(DETECTORS)} |" in heads
    for name in (*EVENT, *STRETCH):
        assert f"\n| {name} | " in text


def test_two_watchers_meet_the_same_outages() -> None:
    def lost(every: float) -> set[int]:
        line = STRETCH["200 outages a day, 0.3 to 3 s"].make(seeded(3), 0.0)
        beats = (beat * every for beat in range(int(20000 / every)))
        return {int(at // 60) for at in beats if line.answer(at, 0) is None}

    assert lost(0.1) >= lost(0.25) != set()
