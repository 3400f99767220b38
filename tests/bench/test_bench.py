"""The measuring itself: that it measures what it says, quickly."""

import os

from tests.bench import observing, planning
from tests.bench.children import cpu_seconds, resident_megabytes, served
from tests.bench.figures import Figure
from wanwatch.sim.export import load_export
from wanwatch.sim.store import Store


def test_a_figure_tells_its_goal_and_its_samples() -> None:
    figure = Figure("idle", "processor", 1.5, "% of one core", 2.0, (1.0, 2.0))
    assert figure.line().split() == (
        [
            "idle",
            "processor",
            "1.50",
            "%",
            "of",
            "one",
            "core",
            "(goal:",
            "under",
            "2;",
            "met)",
            "[1.00",
            "2.00]",
        ]
    )
    assert "missed" in Figure("idle", "memory", 90.0, "MB", 80.0).line()
    assert Figure("api", "rows", 3.0, "of 3").line().endswith("3.00 of 3")


def test_the_router_that_is_planned_for_is_read_whole() -> None:
    report = load_export(planning.export(["wan1", "wan2", "wan3"]), Store())
    assert (report.unreadable, report.invalid) == ((), ())


def test_the_routers_that_are_observed_are_read_whole() -> None:
    for name, text in observing.routers():
        report = load_export(text, Store())
        assert (report.unreadable, report.invalid) == ((), ()), name


def test_the_kernel_tells_of_a_process() -> None:
    assert cpu_seconds(os.getpid()) > 0
    assert 1 < resident_megabytes(os.getpid()) < 10000


def test_a_served_crowd_is_as_large_as_asked() -> None:
    with served("crowd", "50") as router:
        assert router["connections"] == 50
