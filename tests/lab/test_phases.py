"""What the phases of an outage are, by a made-up one."""

from dataclasses import replace

import pytest

from tests.lab.phases import measure
from tests.lab.small_story import ATTEMPTS, STORY, TWO, connection, with_attempts


def test_times_are_counted_from_the_cut() -> None:
    phases = measure(STORY)
    assert phases.decided == pytest.approx(1.5)
    assert phases.calls_back == pytest.approx(1.71)
    assert phases.told == pytest.approx(1.7)
    assert phases.again == pytest.approx(2.4)


def test_the_last_rule_is_in_place_when_the_kernel_has_it_and_the_api_said_so() -> None:
    assert measure(STORY).acting == pytest.approx(0.1)
    earlier = replace(STORY, rule_changes=(101.51,))
    assert measure(earlier).acting == pytest.approx(0.08)


def test_changes_of_other_passes_do_not_count() -> None:
    later = replace(STORY, rule_changes=(*STORY.rule_changes, 105.0))
    assert measure(later).last_rule == measure(STORY).last_rule


def test_the_first_new_connection_is_one_that_belongs_to_the_dead_line() -> None:
    assert measure(STORY).first_new == pytest.approx(1.7)
    earlier = with_attempts(connection("a", 101.62, TWO))
    assert measure(earlier).first_new == pytest.approx(1.63)
    of_the_other = with_attempts(connection("b", 100.1, TWO))
    assert measure(of_the_other).first_new == pytest.approx(1.7)


def test_only_the_dead_lines_connections_count_as_removed_and_no_probe() -> None:
    phases = measure(STORY)
    assert phases.removed == 2
    assert phases.last_removed == pytest.approx(0.2)


def test_the_recovery_is_counted_from_the_healing() -> None:
    phases = measure(STORY)
    assert phases.up == pytest.approx(4.0)
    assert phases.back == pytest.approx(4.2)


def test_what_did_not_happen_has_no_time() -> None:
    phases = measure(replace(STORY, events=(), attempts=ATTEMPTS[:5]))
    assert (phases.decided, phases.last_rule, phases.acting) == (None, None, None)
    assert (phases.first_new, phases.calls_back, phases.told) == (None, None, None)
