"""Suspicion and its confirmation: fast on a cut, deaf to what is short or somebody else's."""

import pytest

from tests.core.lines import Lines
from wanwatch.core.health.damping import DampingConfig
from wanwatch.core.health.health_config import HealthConfig
from wanwatch.core.model import HealthState

THREE = {"isp": ("a", "b", "c")}
CONFIRM = HealthConfig(confirm=4.0, fall=2, loss_enter=None, loss_leave=None)


def up(config: HealthConfig = CONFIRM) -> Lines:
    lines = Lines.of(THREE, config)
    lines.run(10.0)
    assert lines.states() == {"isp": HealthState.UP}
    return lines


def test_an_outage_shorter_than_confirm_moves_nobody() -> None:
    lines = up()
    lines.set(None)
    assert lines.run(3.9) == []
    lines.set(0.02)
    assert lines.run(60.0) == []


def test_a_longer_one_is_down_when_the_silence_is_long_enough() -> None:
    lines = up()
    lines.set(None)
    (transition,) = lines.run(20.0)
    assert transition.after is HealthState.DOWN
    assert 14.0 <= transition.at <= 10.0 + 4.0 + 1.0 + 0.7


def test_one_answer_begins_the_silence_anew() -> None:
    lines = up()
    lines.set(None)
    lines.run(3.5)
    lines.set(0.02, target="b")
    lines.run(1.0)
    lines.set(None)
    assert lines.run(3.0) == []
    assert len(lines.run(10.0)) == 1


def test_the_first_loss_of_a_line_raises_suspicion() -> None:
    lines = up()
    assert lines.judge.suspected == frozenset()
    lines.set(None)
    lines.run(1.4)
    assert lines.judge.suspected == {"isp"}


def test_an_answer_to_something_newer_clears_it() -> None:
    lines = up()
    lines.set(None, target="a")
    lines.run(1.0)
    suspicions = []
    for _ in range(30):
        lines.run(0.1)
        suspicions.append(bool(lines.judge.suspected))
    assert not all(suspicions)


def test_a_target_that_fails_by_itself_raises_none_any_more() -> None:
    lines = up()
    lines.set(None, target="a")
    lines.run(10.0)
    for _ in range(50):
        lines.run(0.1)
        assert lines.judge.suspected == frozenset()


def test_suspicion_lasts_until_the_verdict() -> None:
    lines = up()
    lines.set(None)
    lines.run(2.0)
    while not lines.transitions[-1:] or lines.transitions[-1].after is not HealthState.DOWN:
        assert lines.judge.suspected == {"isp"}
        lines.run(0.05)
    assert lines.judge.suspected == frozenset()


def test_a_timeout_that_follows_the_rtt_finds_losses_sooner() -> None:
    def seconds_until_down(config: HealthConfig) -> float:
        lines = up(config)
        lines.set(None)
        return lines.run(20.0)[0].at - 10.0

    fixed = seconds_until_down(HealthConfig())
    following = seconds_until_down(HealthConfig(timeout_shortest=0.2))
    assert fixed - following == pytest.approx(0.8, abs=0.05)


@pytest.mark.parametrize("minutes", [2, 5])
def test_a_line_that_flaps_is_let_back_four_times_an_hour_at_most(minutes: int) -> None:
    lines = Lines.of({"isp": ("a",)}, HealthConfig(damping=DampingConfig()))
    hours: list[int] = []
    for _ in range(2):
        before = len(lines.transitions)
        for _ in range(60 // (2 * minutes)):
            lines.set(None)
            lines.run(60.0 * minutes)
            lines.set(0.02)
            lines.run(60.0 * minutes)
        hours.append(len(lines.transitions) - before)
    assert max(hours) <= 4


def test_a_line_that_is_well_again_is_let_back_in_the_end() -> None:
    lines = Lines.of({"isp": ("a",)}, HealthConfig(damping=DampingConfig()))
    for _ in range(10):
        lines.set(None)
        lines.run(120.0)
        lines.set(0.02)
        lines.run(120.0)
    lines.run(3700.0)
    assert lines.states() == {"isp": HealthState.UP}
