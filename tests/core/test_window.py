"""The window: what is pending, lost, answered or void, and the figures over it."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wanwatch.core.health.window import Figures, Window, loss_resolution

TIMEOUT = 1.0


def test_an_empty_window_has_no_figures() -> None:
    assert Window().figures() == Figures(0, 0, 0, None, None, None)


def test_a_pending_sample_counts_nowhere() -> None:
    window = Window()
    window.sent(1, 0.0)
    assert window.judge(0.999, TIMEOUT) == []
    assert window.figures() == Figures(pending=1)


def test_a_sample_is_lost_at_the_age_of_the_timeout() -> None:
    window = Window()
    window.sent(1, 0.0)
    assert window.next_loss(TIMEOUT) == 1.0
    assert window.judge(1.0, TIMEOUT) == [(1, 0.0)]
    assert window.judge(1.0, TIMEOUT) == []
    assert window.figures() == Figures(judged=1, lost=1, loss_ratio=1.0)
    assert window.next_loss(TIMEOUT) is None


def test_a_late_answer_un_loses_a_sample() -> None:
    window = Window()
    window.sent(1, 0.0)
    window.judge(1.0, TIMEOUT)
    assert window.answered(1, 1.5)
    assert window.figures() == Figures(judged=1, loss_ratio=0.0, rtt=1.5)


def test_a_second_answer_changes_nothing() -> None:
    window = Window()
    window.sent(1, 0.0)
    assert window.answered(1, 0.25)
    assert not window.answered(1, 0.75)
    assert window.figures().rtt == 0.25


@pytest.mark.parametrize("answered", [False, True])
def test_a_void_sample_counts_nowhere_whatever_became_of_it(answered: bool) -> None:  # noqa: FBT001 - a test's parameter
    window = Window()
    window.sent(1, 0.0)
    if answered:
        window.answered(1, 0.02)
    window.judge(2.0, TIMEOUT)
    window.voided(1)
    assert window.figures() == Figures()
    assert not window.answered(1, 0.02)


def test_jitter_is_the_mean_difference_of_successive_rtts_in_the_order_of_sending() -> None:
    window = Window()
    for seq in (1, 2, 3):
        window.sent(seq, float(seq))
    window.answered(1, 0.010)
    window.answered(3, 0.030)
    assert window.figures().jitter == pytest.approx(0.020)
    window.answered(2, 0.050)
    assert window.figures().jitter == pytest.approx(0.030)
    window.voided(2)
    assert window.figures().jitter == pytest.approx(0.020)


def test_samples_leave_with_their_age() -> None:
    window = Window(span=60.0)
    window.sent(1, 0.0)
    window.judge(30.0, TIMEOUT)
    window.sent(2, 30.0)
    window.answered(2, 0.01)
    window.judge(59.9, TIMEOUT)
    assert window.figures().judged == 2
    window.judge(60.0, TIMEOUT)
    assert window.figures() == Figures(judged=1, loss_ratio=0.0, rtt=0.01)
    assert not window.answered(1, 60.5)


def test_the_capacity_holds_whatever_the_cadence() -> None:
    window = Window(capacity=4)
    for seq in range(10):
        window.sent(seq, 0.0)
    assert [seq for seq, _ in window.judge(1.0, TIMEOUT)] == [6, 7, 8, 9]
    assert window.figures().judged == 4


def test_begun_anew_a_window_keeps_what_is_pending() -> None:
    window = Window()
    for seq, at in ((1, 0.0), (2, 0.1), (3, 5.0)):
        window.sent(seq, at)
    window.answered(1, 0.01)
    window.judge(5.0, TIMEOUT)
    window.clear()
    assert window.figures() == Figures(pending=1)
    window.answered(3, 0.02)
    assert window.figures() == Figures(judged=1, loss_ratio=0.0, rtt=0.02)


@pytest.mark.parametrize("seq", [4, 5])
def test_a_sequence_that_does_not_grow_is_refused(seq: int) -> None:
    window = Window()
    window.sent(5, 0.0)
    with pytest.raises(ValueError, match=f"sample {seq} was sent after sample 5"):
        window.sent(seq, 1.0)


@pytest.mark.parametrize("rtt", [-0.001, math.nan])
def test_an_impossible_rtt_is_refused(rtt: float) -> None:
    window = Window()
    window.sent(1, 0.0)
    with pytest.raises(ValueError, match="an RTT of"):
        window.answered(1, rtt)


def test_the_resolution_of_the_loss_ratio_is_dpingers() -> None:
    assert loss_resolution(span=60.0, timeout=2.0, interval=0.5) == pytest.approx(1 / 116)
    with pytest.raises(ValueError, match="no sample is judged"):
        loss_resolution(span=2.0, timeout=1.0, interval=5.0)


outcomes = st.lists(
    st.tuples(
        st.floats(0.0, 3.0),
        st.one_of(st.none(), st.just("void"), st.floats(0.0, 5.0)),
    ),
    max_size=40,
)


@given(outcomes, st.floats(0.0, 30.0))
def test_running_sums_equal_figures_counted_afresh(
    samples: list[tuple[float, float | str | None]], later: float
) -> None:
    """Feed samples in a random rhythm, then count what is in the window by its definition."""
    window, at = Window(span=10.0), 0.0
    told: list[tuple[float, float | str | None]] = []
    for seq, (gap, outcome) in enumerate(samples):
        at += gap
        window.sent(seq, at)
        told.append((at, outcome))
    for seq, (_, outcome) in reversed(list(enumerate(samples))):
        if isinstance(outcome, float):
            window.answered(seq, outcome)
        elif outcome == "void":
            window.voided(seq)
    now = at + later
    window.judge(now, TIMEOUT)
    inside = [(sent, what) for sent, what in told if sent + 10.0 > now and what != "void"]
    rtts = [what for _, what in inside if isinstance(what, float)]
    lost = [sent for sent, what in inside if what is None and sent + TIMEOUT <= now]
    figures = window.figures()
    assert figures.lost == len(lost)
    assert figures.judged == len(lost) + len(rtts)
    assert figures.pending == len(inside) - figures.judged
    assert figures.rtt == (pytest.approx(sum(rtts) / len(rtts), abs=1e-8) if rtts else None)
    steps = [abs(after - before) for before, after in pairwise(rtts)]
    expected = pytest.approx(sum(steps) / len(steps), abs=1e-8) if steps else None
    assert figures.jitter == expected
