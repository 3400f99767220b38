"""A WAN's states: down and up, hold-down, degraded; one WAN through the judge."""

from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.lines import Lines, Outcome
from wanwatch.core.health.health_config import HealthConfig, detection_time
from wanwatch.core.health.hold_down import HoldDown
from wanwatch.core.health.judge import Judge, WatchedWan
from wanwatch.core.health.streak import TargetState
from wanwatch.core.health.wan_health import HealthReason
from wanwatch.core.model import HealthState

UNKNOWN, UP = HealthState.UNKNOWN, HealthState.UP
DEGRADED, DOWN = HealthState.DEGRADED, HealthState.DOWN
THREE = {"isp": ("a", "b", "c")}


def up(config: HealthConfig | None = None) -> Lines:
    lines = Lines.of(THREE, config)
    lines.run(10.0)
    assert lines.states() == {"isp": UP}
    return lines


def test_a_wan_is_unknown_until_a_target_has_answered_rise_times() -> None:
    lines = Lines.of({"isp": ("a",)}, HealthConfig(rise=5))
    assert lines.run(4.0) == []
    assert lines.wan("isp").since is None
    (transition,) = lines.run(0.1)
    assert (transition.before, transition.after) == (UNKNOWN, UP)
    assert transition.reason is HealthReason.TARGETS_ANSWER
    assert transition.at == lines.wan("isp").since == pytest.approx(4.02)


def test_a_dead_line_at_the_start_is_down_at_time_fall() -> None:
    lines = Lines.of({"isp": ("a",)})
    lines.set(None)
    (transition,) = lines.run(10.0)
    assert (transition.before, transition.after, transition.at) == (UNKNOWN, DOWN, 3.0)


def test_hold_down_counts_from_going_down_also_at_time_zero() -> None:
    hold_down = HoldDown(HealthConfig(hold_down=30.0))
    assert hold_down.remaining(0.0) == 0.0
    hold_down.began(0.0)
    assert hold_down.remaining(0.0) == 30.0
    assert hold_down.remaining(30.0) == 0.0


@settings(max_examples=50, deadline=None)
@given(st.floats(0.0, 1.0))
def test_a_hard_cut_is_found_within_the_detection_time(phase: float) -> None:
    lines = up()
    lines.run(phase)
    lines.set(None)
    cut_at = lines.now
    (transition,) = lines.run(10.0)
    assert (transition.after, transition.reason) == (DOWN, HealthReason.TARGETS_FAIL)
    worst = detection_time(HealthConfig(), targets=3, confirm_interval=1.0)
    assert transition.at - cut_at <= worst + 1e-9 == pytest.approx(4.0)
    assert transition.at - cut_at >= worst - 1.0 - 0.02


def test_the_evidence_names_the_figures_and_the_limits() -> None:
    lines = up()
    lines.set(None)
    (transition,) = lines.run(10.0)
    assert [target.losses for target in transition.evidence.targets] == [3, 3, 3]
    assert {target.state for target in transition.evidence.targets} == {TargetState.FAILING}
    assert transition.evidence.limits == HealthConfig()


def test_one_answering_target_keeps_a_wan_from_being_down_at_quorum_one() -> None:
    lines = up()
    lines.set(None, target="a")
    lines.set(None, target="b")
    assert [each.after for each in lines.run(120.0)] == [DEGRADED]
    careless = up(HealthConfig(loss_enter=None, loss_leave=None))
    careless.set(None, target="a")
    careless.set(None, target="b")
    assert careless.run(120.0) == []


def test_a_wan_is_down_when_quorum_cannot_be_reached() -> None:
    lines = up(HealthConfig(quorum=2))
    lines.set(None, target="a")
    assert lines.run(10.0) == []
    lines.set(None, target="b")
    assert [each.after for each in lines.run(10.0)] == [DOWN]


def test_targets_not_yet_known_may_still_make_quorum() -> None:
    lines = Lines.of(THREE)
    lines.set(None, target="a")
    lines.set("void", target="b")
    lines.set("void", target="c")
    assert lines.run(10.0) == []
    assert lines.states() == {"isp": UNKNOWN}


def test_a_line_slower_than_the_timeout_is_not_down() -> None:
    lines = up()
    lines.set(1.4)
    assert lines.run(100.0) == []
    assert lines.wan("isp").figures.rtt == pytest.approx(1.4)


def test_a_wan_comes_back_after_rise_answers_but_not_before_the_hold_down() -> None:
    lines = up()
    lines.set(None)
    (down,) = lines.run(5.0)
    lines.set(0.02)
    (back,) = lines.run(60.0)
    assert (back.before, back.after) == (DOWN, UP)
    assert back.at == pytest.approx(down.at + 30.0, abs=1e-6)


def test_after_a_long_outage_only_rise_answers_are_waited_for() -> None:
    lines = up()
    lines.set(None)
    lines.run(300.0)
    lines.set(0.02)
    (back,) = lines.run(10.0)
    assert back.after is UP
    assert 4.0 <= back.at - 310.0 <= 5.1


def test_an_outage_that_is_over_does_not_count_as_bad_quality() -> None:
    lines = up()
    lines.run(60.0)
    lines.set(None)
    lines.run(40.0)
    lines.set(0.02)
    assert [each.after for each in lines.run(120.0)] == [UP]
    assert lines.wan("isp").figures.loss_ratio == 0.0


def lossy(part: int) -> Outcome:
    """Lose one sample of ``part``, never two in a row."""
    return None if part == 0 else 0.02


def test_loss_degrades_a_wan_and_it_is_up_again_after_a_hold_down_of_good_quality() -> None:
    lines = up(HealthConfig(loss_leave=0.05))
    lines.run(60.0)
    lines.rule = lambda _wan, _target, seq: lossy(seq % 3)
    (worse,) = lines.run(120.0)
    assert (worse.after, worse.reason) == (DEGRADED, HealthReason.LOSS_HIGH)
    assert worse.evidence.figures.loss_ratio == pytest.approx(0.2, abs=0.01)
    lines.rule = None
    healed_at = lines.now
    (better,) = lines.run(200.0)
    assert (better.after, better.reason) == (UP, HealthReason.QUALITY_BACK)
    assert 30.0 + 45.0 <= better.at - healed_at <= 30.0 + 60.0


def test_between_the_thresholds_nothing_changes() -> None:
    lines = up()
    lines.rule = lambda _wan, _target, seq: lossy(seq % 10)
    assert lines.run(300.0) == []
    lines.rule = lambda _wan, _target, seq: lossy(seq % 3)
    assert [each.after for each in lines.run(120.0)] == [DEGRADED]
    lines.rule = lambda _wan, _target, seq: lossy(seq % 10)
    assert lines.run(300.0) == []


def test_good_quality_has_to_last_for_the_hold_down_without_a_break() -> None:
    limits = HealthConfig(
        window=5.0, minimum_samples=3, hold_down=12.0, rtt_enter=0.2, rtt_leave=0.1
    )
    lines = up(limits)
    lines.set(0.3)
    assert [each.after for each in lines.run(20.0)] == [DEGRADED]
    lines.set(0.02)
    assert lines.run(12.0) == []
    lines.set(0.15)
    assert lines.run(20.0) == []
    lines.set(0.02)
    good_again = lines.now
    (better,) = lines.run(30.0)
    assert better.after is UP
    assert better.at >= good_again + 12.0


@pytest.mark.parametrize("name", ["rtt", "jitter"])
def test_rtt_and_jitter_degrade_where_they_have_thresholds(name: str) -> None:
    limits = {f"{name}_enter": 0.2, f"{name}_leave": 0.1}
    lines = up(HealthConfig(**limits))  # type: ignore[arg-type] # names are made of text
    lines.rule = lambda _wan, _target, seq: 0.02 + 0.5 * (seq % 2)
    (worse,) = lines.run(120.0)
    assert (worse.after, worse.reason) == (DEGRADED, HealthReason(f"{name}-high"))
    lines.rule = None
    assert [each.after for each in lines.run(200.0)] == [UP]
    calm = up()
    calm.rule = lambda _wan, _target, seq: 0.02 + 0.5 * (seq % 2)
    assert calm.run(120.0) == []


def test_a_target_that_is_filtered_on_one_wan_does_not_degrade_it() -> None:
    lines = up()
    lines.set(None, target="b")
    assert lines.run(300.0) == []
    assert lines.wan("isp").figures.loss_ratio == 0.0


def test_quality_needs_enough_samples() -> None:
    lines = Lines.of(THREE, HealthConfig(minimum_samples=20, rise=2))
    lines.rule = lambda _wan, _target, seq: lossy(seq % 3)
    assert [each.after for each in lines.run(19.0)] == [UP]
    assert [each.after for each in lines.run(5.0)] == [DEGRADED]


def test_a_wan_that_comes_back_bad_is_degraded_at_once() -> None:
    lines = up(HealthConfig(rise=2))
    lines.set(None)
    lines.run(10.0)
    lines.rule = lambda _wan, _target, seq: lossy(seq % 3)
    (back,) = lines.run(35.0)
    assert (back.before, back.after) == (DOWN, DEGRADED)


def test_a_degraded_wan_goes_down_like_any_other() -> None:
    lines = up()
    lines.rule = lambda _wan, _target, seq: lossy(seq % 3)
    lines.run(120.0)
    lines.rule = lambda *_: None
    (down,) = lines.run(6.0)
    assert (down.before, down.after) == (DEGRADED, DOWN)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=150))
def test_a_wan_comes_back_at_most_once_in_a_hold_down(answers: list[bool]) -> None:
    config = HealthConfig(rise=1, fall=1, hold_down=10.0, loss_enter=None, loss_leave=None)
    lines = Lines.of({"isp": ("a",)}, config)
    lines.rule = lambda _wan, _target, seq: 0.02 if answers[seq % len(answers)] else None
    lines.run(200.0)
    for before, after in pairwise(lines.transitions):
        if before.after is DOWN:
            assert after.at >= before.at + 10.0 - 1e-9
    backs = [each.at for each in lines.transitions if each.before is DOWN]
    assert all(later - earlier >= 10.0 - 1e-9 for earlier, later in pairwise(backs))


def test_every_sequence_of_twelve_outcomes_moves_a_wan_as_its_rows_say() -> None:
    """4096 sequences against the definition, read off the list of outcomes."""
    config = HealthConfig(fall=3, rise=2, hold_down=4.0, loss_enter=None, loss_leave=None)
    for outcomes in product((True, False), repeat=12):
        judge = Judge({"isp": WatchedWan(("a",), config)})
        state, fine, down_at = UNKNOWN, None, -100
        for at, answered in enumerate(outcomes):
            # Each sample is judged right when the next one leaves.
            judge.sent("isp", "a", at, float(at))
            if answered:
                judge.answered("isp", "a", at, 0.02, at + 0.02)
            moved = judge.tick(at + 1.0)
            row = outcomes[: at + 1]
            if row[-3:] == (False,) * 3:
                fine = False
            elif row[-2:] == (True,) * 2:
                fine = True
            expected = state
            if fine is False and state is not DOWN:
                expected, down_at = DOWN, at
            elif fine and (state is UNKNOWN or (state is DOWN and at >= down_at + 4)):
                expected = UP
            assert [each.after for each in moved] == ([expected] if expected != state else [])
            state = expected


@pytest.mark.parametrize(
    "wrong",
    [
        {"fall": 0},
        {"timeout": 60.0},
        {"hold_down": -1.0},
        {"loss_leave": None},
        {"loss_enter": 0.1, "loss_leave": 0.1},
        {"rtt_enter": 0.1},
    ],
)
def test_limits_that_contradict_each_other_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"."):
        HealthConfig(**wrong)  # type: ignore[arg-type] # names are text here
