"""The first verdicts after a start, or after a loss of all lines, do not decide for the others."""

from wanwatch.core.model import HealthState
from wanwatch.core.settling import Settling

UNKNOWN, UP, DOWN = HealthState.UNKNOWN, HealthState.UP, HealthState.DOWN


def states(*values: HealthState) -> dict[str, HealthState]:
    return {f"wan{number}": value for number, value in enumerate(values, 1)}


def test_a_start_waits_until_every_wan_is_known() -> None:
    settling = Settling(0.0, 10.0)
    assert settling.look(states(UP, UNKNOWN), 1.0)
    assert not settling.look(states(UP, DOWN), 2.0)


def test_a_start_does_not_wait_for_ever() -> None:
    settling = Settling(0.0, 10.0)
    assert not settling.look(states(DOWN, UP, UNKNOWN), 10.0)


def test_once_settled_a_wan_that_goes_down_is_not_waited_for() -> None:
    settling = Settling(0.0, 10.0)
    assert not settling.look(states(UP, UP), 1.0)
    assert not settling.look(states(UP, DOWN), 1.5)
    assert not settling.look(states(UP, UNKNOWN), 2.0)


def test_after_all_were_down_the_first_one_back_waits_for_the_others() -> None:
    settling = Settling(0.0, 10.0)
    assert not settling.look(states(DOWN, DOWN), 100.0)
    assert settling.look(states(UP, DOWN), 130.0)
    assert not settling.look(states(UP, UP), 131.0)
    assert not settling.look(states(DOWN, UP), 132.0)


def test_after_all_were_down_a_line_that_stays_dead_is_left_in_the_end() -> None:
    settling = Settling(0.0, 10.0)
    settling.look(states(DOWN, DOWN), 100.0)
    assert settling.look(states(UP, DOWN), 150.0)
    assert settling.look(states(UP, DOWN), 159.0)
    assert not settling.look(states(UP, DOWN), 160.0)
