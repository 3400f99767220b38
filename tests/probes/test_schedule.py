"""The grid of instants at which probes are sent."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wanwatch.probes.schedule import grid, is_missed, next_beat, phase_at, spread

intervals = st.floats(min_value=0.01, max_value=600)
fractions = st.floats(min_value=0, max_value=1, exclude_max=True)
moments = st.floats(min_value=0, max_value=1e7)


@given(intervals, fractions, moments)
def test_the_next_beat_is_after_now_and_at_most_one_interval_away(
    interval: float, fraction: float, now: float
) -> None:
    beat = next_beat(interval, fraction * interval, now)
    assert now < beat <= now + interval * (1 + 1e-9) + 1e-6


@given(intervals, fractions, moments)
def test_beats_lie_one_interval_apart_and_do_not_drift(
    interval: float, fraction: float, now: float
) -> None:
    beats = list(itertools.islice(grid(interval, fraction * interval, now), 200))
    for index, beat in enumerate(beats):
        assert beat == pytest.approx(beats[0] + index * interval, abs=1e-5)


@given(intervals, fractions, moments, st.floats(min_value=0, max_value=1e4))
def test_whenever_one_looks_the_beat_is_on_the_same_grid(
    interval: float, fraction: float, now: float, later: float
) -> None:
    phase = fraction * interval
    apart = (next_beat(interval, phase, now + later) - next_beat(interval, phase, now)) / interval
    assert apart == pytest.approx(round(apart), abs=1e-4)


def test_a_stall_of_many_intervals_leaves_one_next_beat() -> None:
    assert next_beat(1.0, 0.25, 100.0) == 100.25
    assert next_beat(1.0, 0.25, 107.9) == 108.25


def test_a_beat_is_missed_once_its_successor_is_due() -> None:
    assert not is_missed(1.0, 100.0, 100.99)
    assert is_missed(1.0, 100.0, 101.0)


@pytest.mark.parametrize("interval", [0.0, -1.0, float("nan")])
def test_an_interval_has_to_be_positive(interval: float) -> None:
    with pytest.raises(ValueError, match="is not positive"):
        next_beat(interval, 0.0, 0.0)


@given(st.lists(st.integers(min_value=0, max_value=12), max_size=8))
def test_every_target_has_a_place_within_the_interval(targets: list[int]) -> None:
    places = spread(targets)
    assert [len(of_wan) for of_wan in places] == targets
    assert all(0 <= place < 1 for of_wan in places for place in of_wan)


@given(st.integers(min_value=1, max_value=8), st.integers(min_value=1, max_value=12))
def test_places_of_equal_wans_are_evenly_apart(wans: int, targets: int) -> None:
    places = sorted(itertools.chain.from_iterable(spread([targets] * wans)))
    even = [index / (wans * targets) for index in range(wans * targets)]
    assert places == pytest.approx(even)


def test_two_wans_of_three_targets_take_turns() -> None:
    first, second = spread([3, 3])
    assert first == pytest.approx([0, 2 / 6, 4 / 6])
    assert second == pytest.approx([1 / 6, 3 / 6, 5 / 6])


def test_places_close_together_share_an_instant_and_the_few_keep_their_own() -> None:
    assert [phase_at(place, 1.0) for place in (0.0, 0.25, 0.5, 0.75)] == pytest.approx(
        [0.0, 0.25, 0.5, 0.75]
    )
    places = [index / 120 for index in range(120)]
    phases = [phase_at(place, 0.2) for place in places]
    assert len({round(phase, 6) for phase in phases}) == 8
    assert all(
        0 <= place * 0.2 - phase < 0.026 for place, phase in zip(places, phases, strict=True)
    )
    assert len({round(phase_at(place, 0.02), 6) for place in places}) == 8
