"""What is a problem in an outage, and what is not."""

from dataclasses import replace

import pytest

from tests.lab.records import Attempt
from tests.lab.small_story import (
    ATTEMPTS,
    ONE,
    STORY,
    TWO,
    connection,
    exchange,
    packet,
    with_attempts,
    without,
)
from tests.lab.verdicts import broken_by_recovery, problems


def test_an_outage_that_went_well_has_no_problem() -> None:
    assert problems(STORY) == []
    assert broken_by_recovery(STORY) == 0


def hung(kind: str, flow: str, started: float) -> Attempt:
    return Attempt(kind, flow, "10.0.0.2", started, None, "", "stopped")


@pytest.mark.parametrize(
    ("attempt", "problem"),
    [
        (packet("call b", 103.0, ""), "1 call attempts of healthy lines got no answer"),
        (connection("b", 103.0, ONE), "answered through another line"),
        (hung("tcp", "a", 101.0), "begun during the outage never completed"),
        (hung("http", "", 101.0), "begun during the outage never completed"),
        (connection("a", 101.0, ONE, took=12.0), "completed only when the line was back"),
        (connection("a", 103.0, ONE), "were still answered through the line"),
        (hung("dns", "", 112.0), "begun during the recovery failed"),
        (connection("a", 118.0, TWO), "were not on their own line"),
        (packet("call a", 112.0, ""), "1 call attempts of living flows were lost by the recovery"),
    ],
)
def test_each_thing_that_must_not_happen_is_said(attempt: Attempt, problem: str) -> None:
    found = problems(with_attempts(attempt))
    assert any(problem in each for each in found), found


@pytest.mark.parametrize(
    "attempt",
    [
        Attempt("tcp", "a", "10.0.0.2", 100.01, 101.8, "", "reset"),
        connection("a", 109.99, TWO, took=0.02),
    ],
    ids=["open when the line was cut", "open when it was healed"],
)
def test_what_was_under_way_at_a_turn_is_no_problem(attempt: Attempt) -> None:
    assert problems(with_attempts(attempt)) == []


def test_the_first_of_a_kind_is_named() -> None:
    (problem,) = problems(with_attempts(packet("call b", 103.0, "")))
    assert problem.endswith("(call b, 3.000 s after the cut: timeout)")


def test_a_flow_that_wandered_before_the_cut_is_said() -> None:
    found = problems(with_attempts(connection("a", 97.0, TWO)))
    assert "1 flows were on two lines before the cut" in found


def test_a_held_flow_that_nobody_told_is_said_unless_the_line_keeps_its_connections() -> None:
    story = without(exchange("long a", 101.9, TWO, 1), packet("call a", 101.7, TWO))
    assert problems(story) == [
        "1 call flows of the line hung until it was back",
        "1 long flows of the line hung until it was back",
    ]
    assert problems(story, is_flushed=False) == []


def test_a_held_connection_that_gave_up_by_itself_was_not_told() -> None:
    silent = exchange("long a", 101.3, "", 0, "timeout")
    (problem,) = problems(with_attempts(silent))
    assert "1 long attempts over the line were never told" in problem
    nothing_to_send = exchange("long a", 101.3, "", 0, "unanswered")
    assert problems(with_attempts(nothing_to_send)) == []


def test_no_rule_changed_is_said() -> None:
    assert "wanwatch changed no rule" in problems(replace(STORY, events=(), rule_changes=()))


def test_a_round_that_nobody_of_the_line_made_proves_nothing() -> None:
    story = without(*(a for a in ATTEMPTS if a.flow == "a" and a.started >= 116))
    assert "nobody of the line tried to connect after the recovery" in problems(story)


def test_living_flows_may_break_at_the_recovery_only_where_they_follow_the_rules() -> None:
    story = with_attempts(packet("call a", 112.0, ""))
    assert problems(story, follows_rules=True) == []
    assert broken_by_recovery(story) == 1


def test_what_the_end_of_the_run_cut_short_is_no_loss() -> None:
    assert problems(with_attempts(hung("tcp", "b", 128.0))) == []
