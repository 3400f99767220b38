"""What each WAN should do: the table, and never nobody."""

from itertools import product

import pytest

from tests.factories import CARRY, KEEP, OUT, SPARE
from wanwatch.core.model import AdminState, Disposition, HealthState
from wanwatch.core.policy import believed, dispositions

UNKNOWN, UP, DEGRADED, DOWN = HealthState
AUTO, DRAIN, DISABLED = AdminState

TABLE = {
    UNKNOWN: (KEEP, SPARE, OUT),
    UP: (CARRY, SPARE, OUT),
    DEGRADED: (SPARE, SPARE, OUT),
    DOWN: (OUT, OUT, OUT),
}


@pytest.mark.parametrize(
    ("state", "wish", "expected"),
    [(state, wish, row[n]) for state, row in TABLE.items() for n, wish in enumerate(AdminState)],
)
def test_beside_a_wan_that_carries_the_table_decides(
    state: HealthState, wish: AdminState, expected: Disposition
) -> None:
    decided = dispositions({"isp1": state, "isp2": UP}, {"isp1": wish})
    assert decided == {"isp1": expected, "isp2": CARRY}


def test_when_all_are_down_everything_is_kept() -> None:
    assert dispositions({"isp1": DOWN, "isp2": DOWN}) == {"isp1": KEEP, "isp2": KEEP}


def test_a_down_wan_beside_an_unknown_one_is_kept() -> None:
    assert dispositions({"isp1": DOWN, "isp2": UNKNOWN}) == {"isp1": KEEP, "isp2": KEEP}


def test_a_degraded_wan_carries_where_nobody_better_does() -> None:
    assert dispositions({"isp1": DEGRADED, "isp2": DOWN}) == {"isp1": CARRY, "isp2": OUT}


def test_a_drained_wan_carries_only_after_the_degraded_ones() -> None:
    wishes = {"isp1": DRAIN}
    both = dispositions({"isp1": UP, "isp2": DEGRADED, "isp3": DOWN}, wishes)
    assert both == {"isp1": SPARE, "isp2": CARRY, "isp3": OUT}
    alone = dispositions({"isp1": UP, "isp2": DOWN}, wishes)
    assert alone == {"isp1": CARRY, "isp2": OUT}


def test_a_disabled_wan_never_carries() -> None:
    assert dispositions({"isp1": UP, "isp2": DOWN}, {"isp1": DISABLED}) == {
        "isp1": KEEP,
        "isp2": KEEP,
    }


def test_while_verdicts_come_in_nothing_changes() -> None:
    assert dispositions({"isp1": UP, "isp2": DOWN}, settling=True) == {"isp1": KEEP, "isp2": KEEP}


def test_while_our_own_measurements_are_not_to_be_believed_nothing_changes() -> None:
    assert dispositions({"isp1": UP, "isp2": DOWN}, frozen=True) == {"isp1": KEEP, "isp2": KEEP}


def test_somebody_carries_or_everything_is_kept() -> None:
    for states in product(HealthState, repeat=2):
        for wishes in product(AdminState, repeat=2):
            decided = dispositions(
                dict(zip("ab", states, strict=True)), dict(zip("ab", wishes, strict=True))
            )
            assert CARRY in decided.values() or set(decided.values()) == {KEEP}


def test_lines_that_are_lost_together_are_no_refuge_for_each_other() -> None:
    health = {"a": HealthState.DOWN, "b": HealthState.UP, "c": HealthState.UP}
    kept = dispositions(health, doubtful={"b", "c"})
    assert set(kept.values()) == {Disposition.KEEP}
    assert dispositions(health, doubtful={"b"})["a"] is Disposition.OUT


def test_of_a_wan_whose_path_is_not_proven_nothing_is_believed_and_its_wish_counts() -> None:
    health = {"a": DOWN, "b": UP, "c": UP}
    states = believed(health, {"a", "b"})
    assert states == {"a": UNKNOWN, "b": UNKNOWN, "c": UP}
    wishes = {"b": AdminState.DISABLED}
    assert dispositions(states, wishes) == {"a": KEEP, "b": OUT, "c": CARRY}
