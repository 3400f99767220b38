"""What tells one row from the others: nothing that another row is too, as steps change them."""

from hypothesis import given
from hypothesis import strategies as st

from wanwatch.cli.rsc_rows import Rows

NAMES = ("comment", "chain", "in-interface", "protocol", "disabled")
VALUES = st.sampled_from(["", "a", "b"])
ROW = st.fixed_dictionaries(dict.fromkeys(NAMES, VALUES)).filter(lambda row: any(row.values()))


def fits(row: dict[str, str], wanted: dict[str, str]) -> bool:
    """As the console's ``find where`` does."""
    return all(
        not row[name[1:]] if name.startswith("!") else row[name] == value
        for name, value in wanted.items()
    )


@given(st.lists(ROW, min_size=1, max_size=8), st.lists(st.tuples(st.integers(0, 7), ROW)))
def test_a_row_is_found_with_its_equals_alone(
    rows: list[dict[str, str]], changes: list[tuple[int, dict[str, str]]]
) -> None:
    kept = Rows()
    for number, row in enumerate(rows):
        kept.add("menu", str(number), row)
    for number, row in changes:
        if number < len(rows):
            kept.change("menu", str(number), row.items())
            rows[number] = row
    for number, row in enumerate(rows):
        wanted = kept.telling("menu", str(number))
        assert wanted
        found = [other for other in rows if fits(other, wanted)]
        assert found == [row] * rows.count(row)


def test_a_row_that_is_gone_is_nobodys_rival() -> None:
    rows = Rows()
    rows.add("menu", "*1", {"comment": "x", "chain": "a"})
    rows.add("menu", "*2", {"comment": "x", "chain": "b"})
    rows.remove("menu", "*2")
    assert rows.telling("menu", "*1") == {"comment": "x"}
    assert rows.telling("menu", "*2") == {}
