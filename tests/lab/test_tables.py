"""The table of phases."""

from tests.lab.tables import shown

_NAMES = ("decided", "acting", "first_new", "calls_back", "told", "again", "last_removed", "back")


def report(first_new: list[float | None]) -> dict[str, object]:
    phases = dict.fromkeys(_NAMES, 1.0) | {"removed": 120}
    runs = [{"problems": [], "phases": phases | {"first_new": each}} for each in first_new]
    return {"router": "r", "median": phases | {"first_new": first_new[0]}, "runs": runs}


def test_a_row_has_the_medians_and_the_worst_beside() -> None:
    row = shown([report([1.4, 1.9, None])]).splitlines()[2]
    assert row.startswith("| r | 3 | 1.00 | 1.00 (1.00) | 1.40 (1.90) |")
    assert "| 120 |" in row


def test_what_did_not_happen_is_a_dash() -> None:
    assert "| - |" in shown([report([None])])
