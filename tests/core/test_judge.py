"""The judge: errors of ours, blindness, deadlines, determinism."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.lines import Lines, Outcome
from wanwatch.core.health.blindness import BlindReason
from wanwatch.core.health.health_config import HealthConfig
from wanwatch.core.health.health_report import HealthReport
from wanwatch.core.health.judge import Judge, WatchedWan
from wanwatch.core.health.wan_health import Transition
from wanwatch.core.model import HealthState

BOTH = {"fibre": ("a", "b"), "radio": ("a", "b")}
QUICK = HealthConfig(rise=2, fall=2, hold_down=3.0, minimum_samples=4, window=10.0)

ours = st.sampled_from(["error", "void"])
theirs = st.one_of(st.none(), st.floats(0.001, 2.5))
stories = st.lists(st.one_of(ours, theirs), min_size=1, max_size=40)


def fed(story: list[Outcome], ticks: int = 1) -> tuple[list[Transition], HealthReport]:
    """Tell one story to all paths, each beginning at another place."""
    lines = Lines.of(BOTH, QUICK)
    places = {path: place for place, path in enumerate(lines.paths)}
    lines.rule = lambda wan, target, seq: story[(seq + 3 * places[wan, target]) % len(story)]
    for _ in range(60 * ticks):
        lines.run(1.0 / ticks)
    return lines.transitions, lines.report()


@settings(max_examples=25, deadline=None)
@given(stories)
def test_the_same_samples_and_times_give_the_same_transitions(story: list[Outcome]) -> None:
    assert fed(story) == fed(story)


@settings(max_examples=25, deadline=None)
@given(stories)
def test_ticks_between_the_deadlines_change_nothing(story: list[Outcome]) -> None:
    often = [(each.wan, each.after) for each in fed(story, ticks=8)[0]]
    assert often == [(each.wan, each.after) for each in fed(story)[0]]


@settings(max_examples=25, deadline=None)
@given(stories)
def test_each_transition_of_a_wan_begins_where_the_last_one_ended(story: list[Outcome]) -> None:
    for wan in BOTH:
        own = [each for each in fed(story)[0] if each.wan == wan]
        states = [HealthState.UNKNOWN, *(each.after for each in own)]
        assert [each.before for each in own] == states[:-1]
        assert all(earlier.at <= later.at for earlier, later in pairwise(own))


@settings(max_examples=25, deadline=None)
@given(st.lists(ours, min_size=1, max_size=30))
def test_errors_of_ours_alone_never_move_a_wan(story: list[Outcome]) -> None:
    transitions, report = fed(story)
    assert transitions == []
    assert all(wan.blind for wan in report.wans)
    for cut in (False, True):
        lines = Lines.of(BOTH)
        lines.set(None if cut else 0.02, wan="radio")
        lines.run(100.0)
        states = lines.states()
        lines.rule = lambda _wan, _target, seq: story[seq % len(story)]
        lines.run(2.0)
        assert lines.run(300.0) == []
        assert lines.states() == states


@settings(max_examples=25, deadline=None)
@given(st.lists(st.one_of(st.none(), st.just(0.02)), min_size=1, max_size=20), stories)
def test_errors_of_ours_in_between_do_not_change_what_is_decided(
    told: list[Outcome], noise: list[Outcome]
) -> None:
    """One WAN, a sample every second; errors are woven in as samples of their own."""
    decided = []
    for woven in (False, True):
        judge = Judge({"isp": WatchedWan(("a",), QUICK)})
        transitions = []
        for step in range(60):
            seq, at = 10 * step, float(step)
            outcome = told[step % len(told)]
            judge.sent("isp", "a", seq, at)
            if isinstance(outcome, float):
                judge.answered("isp", "a", seq, outcome, at + outcome)
            if woven:
                judge.sent("isp", "a", seq + 1, at + 0.5)
                if noise[step % len(noise)] == "error":
                    judge.failed("isp", "a", seq + 1, "No buffer space available", at + 0.5)
                else:
                    judge.voided("isp", "a", seq + 1, at + 0.5)
            transitions += judge.tick(at + 1.0)
        decided.append([(each.before, each.after, each.reason, each.at) for each in transitions])
    assert decided[0] == decided[1]


def test_a_wan_of_which_only_errors_are_heard_is_blind_with_the_last_error() -> None:
    lines = Lines.of(BOTH)
    lines.run(10.0)
    lines.set("error", wan="fibre")
    lines.run(3.0)
    assert lines.wan("fibre").blind is None
    lines.run(5.0)
    blind = lines.wan("fibre").blind
    assert blind is not None
    assert blind.reason is BlindReason.PROBE_ERRORS
    assert blind.error == "Network is unreachable"
    assert 10.0 <= blind.since <= 11.0
    assert lines.wan("radio").blind is None
    assert set(lines.states().values()) == {HealthState.UP}


def test_a_single_sample_that_tells_ends_the_blindness() -> None:
    lines = Lines.of(BOTH)
    lines.set("void")
    lines.run(30.0)
    blind = lines.wan("fibre").blind
    assert blind is not None
    assert blind.reason is BlindReason.VOID_SAMPLES
    lines.set(0.02)
    lines.run(1.1)
    assert lines.wan("fibre").blind is None


def test_one_target_that_tells_is_enough_to_see() -> None:
    lines = Lines.of(BOTH)
    lines.set("error", target="a")
    lines.run(30.0)
    assert lines.wan("fibre").blind is None
    assert set(lines.states().values()) == {HealthState.UP}


def test_a_hold_down_that_ends_while_blind_brings_no_wan_back() -> None:
    lines = Lines.of(BOTH)
    lines.run(10.0)
    lines.set(None, wan="fibre")
    lines.run(5.0)
    lines.set(0.02, wan="fibre")
    lines.run(10.0)
    lines.set("error", wan="fibre")
    assert lines.run(120.0) == []
    lines.set(0.02, wan="fibre")
    assert [(each.wan, each.after) for each in lines.run(2.0)] == [("fibre", HealthState.UP)]


@settings(max_examples=25, deadline=None)
@given(stories, st.floats(0.0, 60.0))
def test_after_a_tick_the_next_deadline_lies_ahead(story: list[Outcome], until: float) -> None:
    lines = Lines.of(BOTH, QUICK)
    lines.rule = lambda _wan, _target, seq: story[seq % len(story)]
    lines.run(until)
    lines.judge.tick(lines.now)
    deadline = lines.judge.next_deadline(lines.now)
    assert deadline is None or deadline > lines.now
    assert lines.judge.tick(lines.now) == []


def test_without_anything_to_wait_for_there_is_no_deadline() -> None:
    judge = Judge({"isp": WatchedWan(("a",))})
    judge.tick(0.0)
    assert judge.next_deadline(0.0) is None
    judge.sent("isp", "a", 1, 0.0)
    assert judge.next_deadline(0.0) == 1.0


def test_the_end_of_a_hold_down_is_a_deadline() -> None:
    limits = HealthConfig(fall=1, rise=1, hold_down=30.0)
    judge = Judge({"isp": WatchedWan(("a",), limits)})
    judge.sent("isp", "a", 1, 0.0)
    judge.tick(1.0)
    assert judge.next_deadline(1.0) is None
    judge.sent("isp", "a", 2, 2.0)
    judge.answered("isp", "a", 2, 0.5, 2.5)
    assert judge.tick(2.5) == []
    assert judge.next_deadline(2.5) == 31.0
    assert [each.after for each in judge.tick(31.0)] == [HealthState.UP]


def test_the_end_of_good_qualitys_wait_is_a_deadline() -> None:
    limits = HealthConfig(rise=1, hold_down=8.0, minimum_samples=1, rtt_enter=0.5, rtt_leave=0.3)
    judge = Judge({"isp": WatchedWan(("a",), limits)})
    judge.sent("isp", "a", 1, 0.0)
    judge.answered("isp", "a", 1, 0.5, 0.5)
    assert [each.after for each in judge.tick(0.5)] == [HealthState.DEGRADED]
    judge.sent("isp", "a", 2, 1.0)
    judge.answered("isp", "a", 2, 0.0, 1.0)
    judge.tick(1.0)
    assert judge.next_deadline(1.0) == 9.0
    assert [each.after for each in judge.tick(9.0)] == [HealthState.UP]


def test_the_report_shows_every_target_and_the_hold_down() -> None:
    lines = Lines.of(BOTH)
    lines.run(10.0)
    lines.set(None, wan="fibre")
    (down,) = lines.run(10.0)
    report = lines.wan("fibre")
    assert (report.state, report.since) == (HealthState.DOWN, down.at)
    assert report.hold_down_remaining == pytest.approx(down.at + 30.0 - lines.now)
    assert [target.target for target in report.targets] == ["a", "b"]
    assert all(target.losses >= 7 for target in report.targets)
    assert all(target.last_rtt == 0.02 for target in report.targets)
    with pytest.raises(KeyError):
        lines.wan("copper")


@pytest.mark.parametrize("targets", [(), ("a",), ("a", "a", "b")])
def test_a_wan_that_could_never_be_judged_is_refused(targets: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="WAN isp has"):
        Judge({"isp": WatchedWan(targets, HealthConfig(quorum=2))})


def test_a_wan_or_target_that_is_not_watched_is_a_programmers_error() -> None:
    with pytest.raises(KeyError):
        Judge({}).sent("isp", "a", 1, 0.0)
