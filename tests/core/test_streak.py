"""Rows of losses and answers, against a plain list of outcomes."""

from hypothesis import given
from hypothesis import strategies as st

from wanwatch.core.health.streak import Streak


def test_before_any_sample_there_is_no_row() -> None:
    streak = Streak()
    assert (streak.losses, streak.answers) == (0, 0)


def test_an_answer_ends_a_row_of_losses() -> None:
    streak = Streak()
    streak.lost(1)
    streak.lost(2)
    assert (streak.losses, streak.answers) == (2, 0)
    streak.answered(3)
    assert (streak.losses, streak.answers) == (0, 1)


def test_a_late_answer_takes_its_loss_back() -> None:
    streak = Streak()
    streak.answered(1)
    streak.lost(2)
    streak.lost(3)
    streak.answered(2)
    assert (streak.losses, streak.answers) == (1, 0)
    streak.answered(3)
    assert (streak.losses, streak.answers) == (0, 3)


def test_a_loss_found_after_a_later_answer_stands_where_it_was_sent() -> None:
    streak = Streak()
    streak.answered(1)
    streak.answered(3)
    assert streak.answers == 2
    streak.lost(2)
    assert (streak.losses, streak.answers) == (0, 1)


def test_a_void_sample_neither_adds_nor_ends_a_row() -> None:
    streak = Streak()
    streak.lost(1)
    streak.answered(2)
    streak.lost(3)
    streak.voided(2)
    assert streak.losses == 2
    streak.voided(3)
    assert streak.losses == 1


def test_a_row_is_counted_beyond_what_can_be_taken_back() -> None:
    streak = Streak(capacity=4)
    streak.lost(0)
    streak.answered(1)
    for seq in range(2, 1002):
        streak.lost(seq)
    assert streak.losses == 1000
    streak.answered(2000)
    assert (streak.losses, streak.answers) == (0, 1)


def test_a_long_row_that_was_broken_does_not_count_into_the_next() -> None:
    streak = Streak(capacity=4)
    for seq in range(100):
        streak.lost(seq)
    streak.answered(100)
    for seq in range(101, 111):
        streak.lost(seq)
    assert streak.losses == 10
    for seq in range(111, 131):
        streak.answered(seq)
    streak.lost(131)
    for seq in range(132, 140):
        streak.answered(seq)
    assert streak.answers == 8


@given(st.lists(st.tuples(st.integers(0, 30), st.sampled_from(["lost", "answered", "voided"]))))
def test_the_rows_are_those_at_the_end_of_the_outcomes_in_the_order_of_sending(
    calls: list[tuple[int, str]],
) -> None:
    streak, outcomes = Streak(), dict[int, str]()
    for seq, what in calls:
        if what == "lost" and outcomes.get(seq) == "answered":
            continue  # an answered sample is never lost afterwards
        getattr(streak, what)(seq)
        outcomes[seq] = what
    told = [what for _, what in sorted(outcomes.items()) if what != "voided"]
    row = 0
    for what in reversed(told):
        if what != told[-1]:
            break
        row += 1
    assert streak.losses == (row if told and told[-1] == "lost" else 0)
    assert streak.answers == (row if told and told[-1] == "answered" else 0)
