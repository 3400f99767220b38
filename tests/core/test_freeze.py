"""Whose silence it is: no verdict while all lines and the router are silent together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.lines import Lines
from wanwatch.core.health.freeze import (
    LONGEST_REST,
    PATIENCE,
    FreezeReason,
    LanWatch,
    Verdicts,
    blind_everywhere,
    rest_after,
)
from wanwatch.core.health.health_config import HealthConfig
from wanwatch.core.health.judge import Judge, WatchedWan
from wanwatch.core.model import HealthState

BOTH = {"fibre": ("a", "b"), "radio": ("a", "b")}
UP, DOWN = HealthState.UP, HealthState.DOWN


def beside_a_router(limits: HealthConfig | None = None) -> Lines:
    """Two lines that are up, and a judge that wants the router's word."""
    lines = Lines.of(BOTH)
    watched = {
        name: WatchedWan(targets, limits or HealthConfig()) for name, targets in BOTH.items()
    }
    lines.judge = Judge(watched, asks_router=True)
    lines.run(30.0)
    assert set(lines.states().values()) == {UP}
    return lines


def test_all_silent_and_no_word_of_the_router_is_no_verdict() -> None:
    lines = beside_a_router()
    lines.set(None)
    assert lines.run(600.0) == []
    assert lines.judge.needs_router
    since = lines.report().lan_lost_since
    assert since is not None
    assert 30.0 < since < 30.0 + 3.0 + PATIENCE


def test_after_it_was_us_no_line_is_down_for_what_was_lost_meanwhile() -> None:
    lines = beside_a_router()
    lines.set(None)
    lines.run(60.0)
    lines.set(0.02)
    assert lines.run(60.0) == []
    assert lines.report().lan_lost_since is None
    assert not lines.judge.needs_router


def test_a_router_that_answers_leaves_the_verdict_where_it_was() -> None:
    lines, plain = beside_a_router(), Lines.of(BOTH)
    plain.run(30.0)
    for each in (lines, plain):
        each.set(None)
    while not lines.judge.needs_router:
        lines.run(0.01)
    lines.judge.router_heard(lines.now)
    found = [(each.wan, each.after) for each in lines.run(10.0)]
    assert found == [(each.wan, each.after) for each in plain.run(10.0)]
    assert [after for _, after in found] == [DOWN, DOWN]
    assert lines.report().lan_lost_since is None


def test_what_the_router_answered_before_all_fell_silent_is_no_word_about_it() -> None:
    lines = beside_a_router()
    lines.judge.router_heard(lines.now)
    lines.set(None)
    assert lines.run(60.0) == []


def test_a_router_that_speaks_again_while_all_stay_silent_has_them_found_down_anew() -> None:
    lines = beside_a_router()
    lines.set(None)
    lines.run(60.0)
    lines.judge.router_heard(lines.now)
    back = lines.now
    lines.run(0.5)
    assert lines.report().lan_lost_since is None
    while not lines.judge.needs_router:
        lines.run(0.01)
    lines.judge.router_heard(lines.now)
    lost = lines.run(10.0)
    assert {each.wan for each in lost} == set(BOTH)
    assert all(each.at >= back + 3.0 for each in lost)


def test_one_line_that_answers_is_enough_to_judge_the_other() -> None:
    lines = beside_a_router()
    lines.set(None, wan="radio")
    assert [(each.wan, each.after) for each in lines.run(10.0)] == [("radio", DOWN)]


def test_the_last_line_lost_beside_one_that_is_down_needs_the_router_too() -> None:
    lines = beside_a_router()
    lines.set(None, wan="radio")
    lines.run(10.0)
    lines.set(None)
    assert lines.run(60.0) == []
    assert lines.states() == {"fibre": UP, "radio": DOWN}


def test_a_lan_that_is_lost_is_not_probed_faster() -> None:
    lines = beside_a_router()
    lines.set(None)
    lines.run(1.5)
    assert lines.judge.suspected
    lines.run(30.0)
    assert lines.judge.suspected == frozenset()


def test_the_moment_at_which_the_lan_counts_as_lost_is_a_deadline() -> None:
    watch = LanWatch()
    assert watch.look(5.0, all_silent=True) is Verdicts.WAIT
    assert (watch.begins_at, watch.lost_since) == (5.0 + PATIENCE, None)
    watch.look(5.0 + PATIENCE, all_silent=True)
    assert (watch.begins_at, watch.lost_since) == (None, 5.0 + PATIENCE)


moments = st.lists(st.tuples(st.booleans(), st.booleans()), max_size=40)


@given(moments)
def test_it_waits_just_while_all_are_silent_and_the_router_has_not_spoken_since(
    story: list[tuple[bool, bool]],
) -> None:
    watch, silent_since, heard = LanWatch(), None, -1
    for now, (silent, speaks) in enumerate(story):
        if speaks:
            watch.heard(float(now))
            heard = now
        was_lost = watch.lost_since is not None
        silent_since = (now if silent_since is None else silent_since) if silent else None
        said = watch.look(float(now), all_silent=silent)
        waits = silent_since is not None and heard < silent_since
        assert (said is Verdicts.WAIT) == waits == watch.is_waiting
        assert (said is Verdicts.BEGIN_ANEW) == (was_lost and not waits)
        if said is Verdicts.BEGIN_ANEW:
            silent_since = None


@given(st.floats(-1e9, 1e9))
def test_a_rest_is_as_long_as_the_disturbance_and_bounded(seconds: float) -> None:
    assert 0 <= rest_after(seconds) <= LONGEST_REST
    assert rest_after(seconds) == rest_after(-seconds)
    assert rest_after(0.5) == 0.5


@pytest.mark.parametrize(
    ("causes", "reason"),
    [
        ((), None),
        (("", "not-permitted"), None),
        (("not-permitted", "source-missing"), FreezeReason.NOT_PERMITTED),
        (("lan-unreachable", "lan-unreachable"), FreezeReason.LAN_LOST),
        (("lan-unreachable", "no-route"), FreezeReason.PROBE_ERRORS),
        (("void-samples", "void-samples"), FreezeReason.VOID_SAMPLES),
        (("no-target-counts",), FreezeReason.NO_TARGET_COUNTS),
        (("void-samples", "socket-error"), FreezeReason.PROBE_ERRORS),
    ],
)
def test_when_no_line_can_be_judged_there_is_one_word_for_it(
    causes: tuple[str, ...], reason: FreezeReason | None
) -> None:
    assert blind_everywhere(causes) is reason
