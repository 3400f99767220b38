"""The bar of a hash space shows every remainder where it goes."""

from hypothesis import given
from hypothesis import strategies as st

from wanwatch.cli.exported import survey_text
from wanwatch.cli.inspect_bars import UNKNOWN, UNOWNED, Letters, bar, owners, unowned
from wanwatch.core.discovery.discover import discover
from wanwatch.core.discovery.found import Discovery
from wanwatch.core.groups import Group

HEAD = """/ip address
add address=203.0.113.2/30 interface=ether1 network=203.0.113.0
add address=203.0.113.6/30 interface=ether2 network=203.0.113.4
add address=203.0.113.10/30 interface=ether3 network=203.0.113.8
/ip route
add gateway=203.0.113.1 routing-mark=t0
add gateway=203.0.113.5 routing-mark=t1
add gateway=203.0.113.9 routing-mark=t2
/ip firewall mangle
"""


def discovered(denominator: int, tables: dict[int, str]) -> Discovery:
    """A router whose rules send each remainder to a table, in the order given."""
    rules = [
        f"add action=mark-routing chain=prerouting in-interface=lan new-routing-mark={table}"
        f" per-connection-classifier=src-address:{denominator}/{remainder}"
        for remainder, table in tables.items()
    ]
    return discover(survey_text(HEAD + "\n".join(rules) + "\n"))


def only_group(found: Discovery) -> Group:
    (group,) = found.groups
    return group


def test_one_character_for_each_remainder_in_order() -> None:
    found = discovered(5, {3: "t1", 0: "t0", 1: "t0", 2: "t1", 4: "t2"})
    letters = Letters(found.wans)
    by_table = {wan.routing_tables[0]: letters.of(wan.name) for wan in found.wans}
    wanted = "".join(by_table[table] for table in ("t0", "t0", "t1", "t1", "t2"))
    assert bar(only_group(found), letters).plain == wanted
    assert sorted(by_table.values()) == ["A", "B", "C"]


def test_a_remainder_that_no_rule_takes_is_a_gap() -> None:
    found = discovered(4, {0: "t0", 2: "t1"})
    shown = bar(only_group(found), Letters(found.wans)).plain
    assert (shown[1], shown[3]) == (UNOWNED, UNOWNED)
    assert UNOWNED not in (shown[0], shown[2])
    assert [*unowned(only_group(found))] == [range(1, 2), range(3, 4)]


def test_a_rule_whose_mark_leads_nowhere_is_told_from_a_gap() -> None:
    found = discovered(3, {0: "t0", 1: "nowhere"})
    assert bar(only_group(found), Letters(found.wans)).plain == f"A{UNKNOWN}{UNOWNED}"


def test_a_large_denominator_is_shown_in_proportion() -> None:
    found = discovered(10, {r: "t0" if r < 6 else "t1" for r in range(10)})
    assert bar(only_group(found), Letters(found.wans), widest=5).plain == "AAABB"


def test_a_denominator_beyond_counting_ends() -> None:
    found = discovered(4294967295, {0: "t0"})
    group = only_group(found)
    assert len(bar(group, Letters(found.wans)).plain) == 64
    assert [*unowned(group)] == [range(1, 4294967295)]


@given(st.data())
def test_taken_and_unowned_remainders_are_the_whole_space(data: st.DataObject) -> None:
    denominator = data.draw(st.integers(1, 40))
    taken = data.draw(st.sets(st.integers(0, denominator - 1), min_size=1))
    found = discovered(denominator, {r: f"t{r % 3}" for r in sorted(taken)})
    group = only_group(found)
    free = [value for run in unowned(group) for value in run]
    assert sorted([*owners(group), *free]) == list(range(denominator))
    shown = bar(group, Letters(found.wans)).plain
    assert [i for i, c in enumerate(shown) if c == UNOWNED] == free
