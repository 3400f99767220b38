"""The laws of sharing out buckets: nobody healthy moves, and shares follow the weights."""

from collections.abc import Mapping
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wanwatch.core.classifier import Bucket, coalesce
from wanwatch.core.shares import MOST_WANS, TOLERANCE, Shares, share_out, targets


def owner_of(shares: Shares, value: int) -> str:
    owners = [name for name, buckets in shares.items() for b in buckets if b.holds(value)]
    assert len(owners) == 1
    return owners[0]


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, tuple[Bucket, ...]]:
    counts = draw(st.lists(st.integers(1, 5), min_size=2, max_size=5))
    remainders = draw(st.permutations(range(sum(counts))))
    own, at = {}, 0
    for number, count in enumerate(counts, 1):
        own[f"wan{number}"] = tuple(Bucket(sum(counts), r) for r in remainders[at : at + count])
        at += count
    return own


def weights_of(own: Mapping[str, tuple[Bucket, ...]]) -> dict[str, int]:
    return {name: len(buckets) for name, buckets in own.items()}


def every_closing(own: dict[str, tuple[Bucket, ...]]) -> list[frozenset[str]]:
    return [frozenset(c) for n in range(len(own)) for c in combinations(own, n)]


def samples(own: dict[str, tuple[Bucket, ...]], closed: frozenset[str]) -> list[int]:
    shares = share_out(own, weights_of(own), closed)
    deepest = max(b.denominator for buckets in shares.values() for b in buckets)
    return list(range(0, deepest, max(1, deepest // 600)))


@settings(max_examples=40, deadline=None)
@given(worlds())
def test_every_hash_value_has_exactly_the_owner_it_had_unless_its_owner_is_closed(
    own: dict[str, tuple[Bucket, ...]],
) -> None:
    before = share_out(own, weights_of(own), ())
    for closed in every_closing(own):
        after = share_out(own, weights_of(own), closed)
        for value in samples(own, closed):
            was = owner_of(before, value)
            now = owner_of(after, value)
            assert now not in closed
            assert now == was or was in closed


@settings(max_examples=40, deadline=None)
@given(worlds())
def test_the_survivors_shares_are_within_one_part_in_24_of_their_weights(
    own: dict[str, tuple[Bucket, ...]],
) -> None:
    weights = weights_of(own)
    for closed in every_closing(own):
        shares = share_out(own, weights, closed)
        total = sum(weights[name] for name in shares)
        for name, buckets in shares.items():
            share = sum((b.size for b in buckets), Fraction(0))
            assert float(abs(share - Fraction(weights[name], total))) <= TOLERANCE


@settings(max_examples=30, deadline=None)
@given(worlds(), st.data())
def test_one_more_closing_moves_only_what_the_closing_wan_had(
    own: dict[str, tuple[Bucket, ...]], data: st.DataObject
) -> None:
    closed = data.draw(st.sampled_from([c for c in every_closing(own) if len(c) < len(own) - 1]))
    next_one = data.draw(st.sampled_from([name for name in own if name not in closed]))
    before = share_out(own, weights_of(own), closed)
    after = share_out(own, weights_of(own), closed | {next_one})
    for value in samples(own, closed | {next_one}):
        if owner_of(before, value) != next_one:
            assert owner_of(after, value) == owner_of(before, value)


def test_one_bucket_for_three_survivors_is_cut_in_three() -> None:
    own = {f"wan{r + 1}": (Bucket(4, r),) for r in range(4)}
    shares = share_out(own, dict.fromkeys(own, 1), {"wan1"})
    assert {name: set(buckets) for name, buckets in shares.items()} == {
        "wan2": {Bucket(4, 1), Bucket(12, 0)},
        "wan3": {Bucket(4, 2), Bucket(12, 4)},
        "wan4": {Bucket(4, 3), Bucket(12, 8)},
    }


def test_whole_buckets_move_whole_where_they_fit_the_weights() -> None:
    own = {
        "wan1": tuple(Bucket(10, r) for r in range(5)),
        "wan2": tuple(Bucket(10, r) for r in range(5, 8)),
        "wan3": (Bucket(10, 8), Bucket(10, 9)),
    }
    shares = share_out(own, {"wan1": 5, "wan2": 3, "wan3": 2}, {"wan1"})
    assert {b.denominator for buckets in shares.values() for b in buckets} == {10}
    assert [len(buckets) for buckets in shares.values()] == [6, 4]


def test_whole_buckets_only_when_the_operator_mistrusts_added_rules() -> None:
    own = {f"wan{r + 1}": (Bucket(4, r),) for r in range(4)}
    shares = share_out(own, dict.fromkeys(own, 1), {"wan1"}, whole=True)
    assert sorted(len(buckets) for buckets in shares.values()) == [1, 1, 2]


def test_a_wan_nothing_is_known_of_keeps_its_buckets_and_is_given_none() -> None:
    own = {f"wan{r + 1}": (Bucket(3, r),) for r in range(3)}
    shares = share_out(own, dict.fromkeys(own, 1), {"wan1"}, kept={"wan2"})
    assert shares["wan2"] == (Bucket(3, 1),)
    assert shares["wan3"] == (Bucket(3, 0), Bucket(3, 2))


def test_the_last_wan_gets_whole_buckets_back_together() -> None:
    own = {f"wan{r + 1}": (Bucket(4, r),) for r in range(4)}
    shares = share_out(own, dict.fromkeys(own, 1), {"wan1", "wan2", "wan3"})
    assert coalesce(shares["wan4"]) == (Bucket(1, 0),)


def test_nothing_moves_when_nobody_is_left() -> None:
    own = {"wan1": (Bucket(2, 0),), "wan2": (Bucket(2, 1),)}
    assert share_out(own, {"wan1": 1, "wan2": 1}, {"wan1", "wan2"}) == own


def test_a_survivor_that_has_more_than_its_weight_keeps_it() -> None:
    has = {"a": 0.5, "b": 0.0, "c": 0.0}
    wanted = targets(has, {"a": 1, "b": 1, "c": 1}, 1.0)
    assert wanted == {"a": 0.5, "b": 0.25, "c": 0.25}


@settings(max_examples=25, deadline=None)
@given(st.integers(MOST_WANS + 1, 24), st.data())
def test_among_many_wans_no_part_moves_but_those_of_who_closes(
    count: int, data: st.DataObject
) -> None:
    own = {f"wan{n}": (Bucket(count, n),) for n in range(count)}
    names = st.sets(st.sampled_from(sorted(own)), max_size=count - 2)
    closed = data.draw(names)
    last = data.draw(st.sampled_from(sorted(own.keys() - closed)))
    before = share_out(own, weights_of(own), closed)
    after = share_out(own, weights_of(own), {*closed, last})
    assert not closed & before.keys()
    values = range(0, count * 96, 7)
    for value in values:
        was, now = owner_of(before, value), owner_of(after, value)
        assert was in (now, last)


@pytest.mark.parametrize("count", [9, 12, 16, 30])
def test_among_many_wans_one_and_two_that_close_are_shared_out_by_weight(count: int) -> None:
    own = {f"wan{n}": (Bucket(count, n),) for n in range(count)}
    for closed in ({"wan0"}, {"wan3", "wan8"}):
        shares = share_out(own, weights_of(own), closed)
        ideal = 1 / (count - len(closed))
        for buckets in shares.values():
            assert abs(float(sum(b.size for b in buckets)) - ideal) <= TOLERANCE


def test_among_many_wans_kept_ones_and_those_without_weight_receive_nothing() -> None:
    own = {f"wan{n}": (Bucket(12, n),) for n in range(12)}
    weights = weights_of(own) | {"wan5": 0}
    shares = share_out(own, weights, {"wan0"}, kept={"wan1"})
    assert shares["wan1"] == own["wan1"]
    assert shares["wan5"] == own["wan5"]
    whole = share_out(own, weights, {"wan0", "wan2"}, whole=True)
    assert all(bucket.denominator == 12 for buckets in whole.values() for bucket in buckets)
