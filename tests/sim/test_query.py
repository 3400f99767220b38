"""Query words, held against the examples and rules of the RouterOS manual."""

import pytest

from wanwatch.sim.query import compile_query
from wanwatch.sim.traps import Trap

ROW = {"name": "wan1", "disabled": "false", "distance": "10", "timeout": "1m30s", "gw": "10.0.0.9"}


@pytest.mark.parametrize(
    ("words", "matches"),
    [
        ([], True),
        (["?name"], True),
        (["?comment"], False),
        (["?-comment"], True),
        (["?-name"], False),
        (["?name=wan1"], True),
        (["?=name=wan1"], True),
        (["?name=wan"], False),
        (["?disabled=no"], True),
        (["?disabled=false"], True),
        (["?disabled=yes"], False),
        (["?>distance=9"], True),
        (["?<distance=9"], False),
        (["?<distance=100"], True),
        (["?>timeout=60"], True),
        (["?>timeout=2m"], False),
        (["?<gw=10.0.0.10"], True),
        (["?>name=wan0"], True),
        (["?>comment=a"], False),
        (["?name=wan1", "?distance=11"], False),
        (["?name=wan1", "?distance=11", "?#|"], True),
        (["?name=wan1", "?distance=11", "?#&"], False),
        (["?name=x", "?#!"], True),
        (["?name=wan1", "?distance=11", "?#1"], True),
        (["?name=wan1", "?distance=11", "?#0"], False),
        (["?name=x", "?name=wan1", "?#1!||"], True),
        (["?name=wan1", "?#.&"], True),
        (["?name=x", "?name=wan1", "?#1.|&"], False),
    ],
)
def test_a_query_finds_what_the_manual_says(words: list[str], matches: bool) -> None:  # noqa: FBT001 (a column of the table)
    assert compile_query(words)(ROW) is matches


@pytest.mark.parametrize(
    "words", [["?#&"], ["?name", "?#&"], ["?name", "?#5"], ["?#x"], ["?<name"]]
)
def test_a_query_that_makes_no_sense_is_refused(words: list[str]) -> None:
    with pytest.raises(Trap):
        compile_query(words)(ROW)
