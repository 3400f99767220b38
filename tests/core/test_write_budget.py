"""How many writes an hour, and what goes on when they are spent."""

import pytest

from wanwatch.core.write_budget import HOUR, WriteBudget


def spent(limit: int, writes: int, at: float = 0.0) -> WriteBudget:
    """A budget of which so many writes are used."""
    budget = WriteBudget(limit)
    for _ in range(writes):
        budget.record(at)
    return budget


@pytest.mark.parametrize("limit", [0, -1])
def test_a_budget_of_nothing_is_refused(limit: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        WriteBudget(limit)


@pytest.mark.parametrize(
    ("used", "steps", "tidying", "protective"),
    [
        (0, 1, True, True),
        (0, 500, True, True),  # half a failover would help nobody
        (1, 9, True, True),
        (1, 10, False, True),
        (10, 1, False, True),
        (10, 10, False, True),
        (10, 11, False, False),
        (20, 1, False, False),
    ],
)
def test_tidying_goes_to_the_limit_and_protection_to_twice_that(
    used: int,
    steps: int,
    tidying: bool,  # noqa: FBT001 - a column of the table
    protective: bool,  # noqa: FBT001 - as above
) -> None:
    budget = spent(10, used)
    assert budget.allows(0.0, steps, protective=False) is tidying
    assert budget.allows(0.0, steps, protective=True) is protective


def test_a_write_counts_for_one_hour_and_no_longer() -> None:
    budget = spent(10, 3, at=0.0)
    budget.record(100.0)
    assert budget.last_hour(HOUR - 0.001) == 4
    assert budget.last_hour(HOUR) == 1
    assert budget.last_hour(HOUR + 100.0) == 0


def test_asking_spends_nothing() -> None:
    budget = spent(2, 1)
    assert all(budget.allows(1.0, 1, protective=False) for _ in range(5))
    assert budget.last_hour(1.0) == 1


def test_another_limit_counts_the_writes_of_before() -> None:
    budget = spent(60, 10)
    budget.limit = 5
    assert not budget.allows(0.0, 1, protective=True)
