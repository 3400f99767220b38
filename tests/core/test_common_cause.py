"""Whose fault it is when a target fails through several WANs."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.lines import Lines
from wanwatch.core.health.blindness import BlindReason
from wanwatch.core.health.health_config import HealthConfig
from wanwatch.core.model import HealthState

UP, DOWN = HealthState.UP, HealthState.DOWN
BOTH = {"fibre": ("a", "b"), "radio": ("a", "b")}
ALL_TARGETS = HealthConfig(quorum=2)


def up(wans: Mapping[str, tuple[str, ...]], config: HealthConfig | None = None) -> Lines:
    lines = Lines.of(wans, config)
    lines.run(10.0)
    assert set(lines.states().values()) == {UP}
    return lines


@settings(max_examples=25, deadline=None)
@given(st.floats(0.0, 1.0), st.sampled_from(["a", "b"]))
def test_a_target_that_fails_everywhere_moves_no_wan(phase: float, target: str) -> None:
    """Even where every target is needed, and whichever WAN loses its sample first."""
    lines = up(BOTH, ALL_TARGETS)
    lines.run(phase)
    lines.set(None, target=target)
    assert lines.run(200.0) == []
    (discount,) = lines.report().discounts
    assert discount.target == target
    assert set(discount.failing_through) == {"fibre", "radio"}
    assert discount.alive


def test_a_discounted_target_counts_neither_for_quorum_nor_for_the_figures() -> None:
    lines = up(BOTH, ALL_TARGETS)
    lines.set(None, target="a")
    lines.run(60.0)
    report = lines.wan("fibre")
    assert report.figures.loss_ratio == 0.0
    assert [target.discounted for target in report.targets] == [True, False]
    lines.set(None, wan="fibre")
    assert [(each.wan, each.after) for each in lines.run(10.0)] == [("fibre", DOWN)]


def test_it_counts_again_when_it_answers_anywhere() -> None:
    lines = up(BOTH, ALL_TARGETS)
    lines.set(None, target="a")
    lines.run(60.0)
    lines.set(0.02, wan="radio", target="a")
    changed = lines.run(10.0)
    assert lines.report().discounts == ()
    assert [(each.wan, each.after) for each in changed] == [("fibre", DOWN)]


def test_what_it_lost_meanwhile_is_not_held_against_the_wans() -> None:
    lines = up({"fibre": ("a", "b", "c"), "radio": ("a", "b", "c")})
    lines.set(None, target="a")
    lines.set(None, target="b")
    lines.run(60.0)
    assert [each.target for each in lines.report().discounts] == ["a", "b"]
    lines.set(0.02)
    assert lines.run(120.0) == []
    assert lines.report().discounts == ()


def test_a_target_that_fails_through_one_wan_only_is_that_wans_business() -> None:
    lines = up(BOTH, ALL_TARGETS)
    lines.set(None, wan="fibre", target="a")
    assert [(each.wan, each.after) for each in lines.run(10.0)] == [("fibre", DOWN)]
    assert lines.report().discounts == ()


def test_with_one_wan_nothing_is_discounted() -> None:
    lines = up({"fibre": ("a", "b")}, ALL_TARGETS)
    lines.set(None, target="a")
    assert [each.after for each in lines.run(10.0)] == [DOWN]
    assert lines.report().discounts == ()


def test_a_target_of_one_wan_only_is_not_discounted() -> None:
    lines = up({"fibre": ("a", "b"), "radio": ("c", "b")}, ALL_TARGETS)
    lines.set(None, target="a")
    assert [(each.wan, each.after) for each in lines.run(10.0)] == [("fibre", DOWN)]


def test_a_target_that_still_rises_on_a_third_wan_is_not_at_fault() -> None:
    lines = Lines.of({"fibre": ("a", "b"), "radio": ("a", "b"), "copper": ("a", "b")})
    lines.set(None, wan="fibre", target="a")
    lines.set(None, wan="radio", target="a")
    lines.rule = lambda wan, target, seq: (
        None if target == "a" and (wan != "copper" or seq % 3 == 0) else 0.02
    )
    for _ in range(100):
        lines.run(0.25)
        assert lines.report().discounts == ()


def test_a_dead_wan_does_not_keep_a_dead_target_in() -> None:
    lines = up(BOTH, ALL_TARGETS)
    lines.set(None, wan="radio")
    assert [each.wan for each in lines.run(10.0)] == ["radio"]
    lines.set(None, target="a")
    lines.run(60.0)
    (discount,) = lines.report().discounts
    assert (discount.target, discount.alive) == ("a", ("fibre",))
    assert lines.states() == {"fibre": UP, "radio": DOWN}


@settings(max_examples=25, deadline=None)
@given(st.floats(0.0, 1.0))
def test_when_everything_fails_at_once_no_target_is_blamed(phase: float) -> None:
    lines = up(BOTH)
    lines.run(phase)
    lines.set(None)
    while set(lines.states().values()) != {DOWN}:
        lines.run(0.05)
        assert lines.report().discounts == ()
    assert lines.report().everything_fails
    lines.set(0.02)
    lines.run(10.0)
    assert not lines.report().everything_fails


def test_single_losses_of_the_others_do_not_count_a_dead_target_in_and_out() -> None:
    lines = up(BOTH, ALL_TARGETS)
    lines.rule = lambda _wan, target, seq: None if target == "a" or seq % 25 == 0 else 0.02
    assert lines.run(10.0) == []
    (discount,) = lines.report().discounts
    for _ in range(200):
        assert lines.run(0.5) == []
        assert lines.report().discounts == (discount,)


def test_a_wan_whose_only_target_is_at_fault_is_blind_and_keeps_its_state() -> None:
    lines = up({"fibre": ("a", "b"), "radio": ("a",)})
    lines.set(None, target="a")
    assert lines.run(60.0) == []
    blind = lines.wan("radio").blind
    assert blind is not None
    assert blind.reason is BlindReason.NO_TARGET_COUNTS
    assert blind.since == lines.report().discounts[0].since


@pytest.mark.parametrize("outcome", ["error", "void"])
def test_a_blind_wan_says_nothing_about_a_target(outcome: str) -> None:
    lines = up(BOTH)
    lines.set(outcome, wan="radio")
    lines.run(10.0)
    lines.set(None, wan="fibre", target="a")
    lines.run(30.0)
    assert lines.report().discounts == ()
    assert not lines.report().everything_fails


def test_what_a_wan_said_before_it_was_blind_blames_no_target() -> None:
    lines = up(BOTH)
    lines.set(None, wan="radio", target="a")
    lines.run(10.0)
    lines.set("error", wan="radio")
    lines.run(10.0)
    lines.set(None, wan="fibre", target="a")
    lines.run(30.0)
    assert lines.report().discounts == ()


def test_everything_fails_when_all_that_can_be_seen_fails() -> None:
    lines = up(BOTH)
    lines.set("error", wan="radio")
    lines.set(None, wan="fibre")
    lines.run(30.0)
    assert lines.states() == {"fibre": DOWN, "radio": UP}
    assert lines.report().everything_fails
