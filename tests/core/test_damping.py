"""A line that flaps waits longer each time, and is forgiven in the end."""

from itertools import pairwise
from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wanwatch.core.health.damping import WHOLE, Damping, DampingConfig

CONFIG = DampingConfig(half_life=900, suppress=1.5, reuse=0.75, maximum=3600)


def after(*ends: float, config: DampingConfig = CONFIG) -> Damping:
    """After outages that end at these times, each long enough to cost 1."""
    damping = Damping(config)
    for at in ends:
        damping.lost(at - WHOLE)
        damping.back(at)
    return damping


def test_a_short_outage_costs_its_part_of_a_minute_and_a_third_at_least() -> None:
    for seconds, cost in ((0.5, 1 / 3), (20.0, 1 / 3), (30.0, 0.5), (60.0, 1.0)):
        damping = Damping(CONFIG)
        damping.lost(0.0)
        damping.back(seconds)
        assert damping.penalty(seconds) == pytest.approx(cost, rel=0.03)


def test_a_satellite_that_is_lost_for_seconds_every_ten_minutes_is_not_damped() -> None:
    damping = Damping(CONFIG)
    for minutes in range(0, 1440, 10):
        damping.lost(60.0 * minutes)
        damping.back(60.0 * minutes + 3.0)
        assert damping.remaining(60.0 * minutes + 3.0) == 0


def test_a_line_that_was_never_lost_waits_for_nothing() -> None:
    assert after().remaining(0) == 0
    assert after().penalty(0) == 0


def test_one_loss_is_not_damped() -> None:
    assert after(0).remaining(0) == 0


def test_the_penalty_halves_in_each_half_life() -> None:
    damping = after(0)
    once = damping.penalty(0)
    assert once == pytest.approx(1, rel=0.02)
    assert [damping.penalty(t) for t in (900, 1800)] == [once / 2, once / 4]


def test_two_losses_in_four_minutes_are_damped_until_the_penalty_is_low() -> None:
    damping = after(0, 240)
    wait = damping.remaining(240)
    assert wait == pytest.approx(900 * log2((1 + 2 ** (-240 / 900)) / 0.75), rel=0.03)
    assert damping.remaining(240 + wait - 1) > 0
    assert damping.remaining(240 + wait + 1) == 0


def test_two_losses_in_half_an_hour_are_not_damped() -> None:
    assert after(0, 1800).remaining(1800) == 0


def test_a_line_that_is_suppressed_stays_so_below_the_limit_that_suppressed_it() -> None:
    damping = after(0, 10)
    assert damping.penalty(800) < CONFIG.suppress
    assert damping.remaining(800) > 0


def test_a_line_that_was_let_back_is_judged_anew_though_nobody_asked_meanwhile() -> None:
    damping = Damping(DampingConfig(half_life=900, suppress=3.0, reuse=0.5))
    for at in (0.0, 10.0, 20.0, 30.0):
        damping.lost(at)
    let_back = 30.0 + damping.remaining(30.0)
    damping.lost(let_back + 1)
    assert damping.remaining(let_back + 1) == 0


def test_a_maximum_of_many_half_lives_is_no_limit() -> None:
    damping = Damping(DampingConfig(half_life=10.0, maximum=86400.0))
    for tenths in range(5):
        damping.lost(tenths / 10)
    assert 0 < damping.remaining(0.5) < 20


def test_no_line_waits_longer_than_the_maximum() -> None:
    damping = after(*range(0, 6000, 10))
    assert damping.remaining(5990) == pytest.approx(CONFIG.maximum)


def test_it_works_at_the_beginning_of_time() -> None:
    assert after(0.0, 0.0).remaining(0.0) > 0


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=20))
def test_the_wait_never_exceeds_the_maximum_and_only_shrinks(losses: list[float]) -> None:
    damping = after(*sorted(losses))
    last = max(losses)
    waits = [damping.remaining(last + t) for t in range(0, 4000, 200)]
    assert waits[0] <= CONFIG.maximum + 1e-6
    assert waits[-1] == 0
    assert all(later <= sooner for sooner, later in pairwise(waits))


@pytest.mark.parametrize(
    "numbers", [{"half_life": 0}, {"maximum": 0}, {"reuse": 0}, {"reuse": 2, "suppress": 1}]
)
def test_numbers_that_contradict_each_other_are_refused(numbers: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="above 0"):
        DampingConfig(**numbers)
