"""PCC's buckets on real packets keep RouterOS's arithmetic: they refine, partition and are fair."""

import random
import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wanwatch.sim.matchers import InvalidRuleError
from wanwatch.sim.netns.classifier import (
    classifier_condition,
    components,
    falls_into,
    seed_of,
)
from wanwatch.sim.netns.conditions import ALWAYS, EVERY, NEVER, PORTED

KEYS = st.binary(min_size=4, max_size=16)
SEEDS = st.integers(0, 2**32 - 1)
DENOMINATORS = st.one_of(
    st.integers(1, 100), st.sampled_from([128, 243, 256, 257, 512, 1024, 2187, 4096, 65537])
)


@given(KEYS, SEEDS)
def test_a_third_is_exactly_two_sixths(key: bytes, seed: int) -> None:
    sixths = falls_into(key, 6, 0, seed) or falls_into(key, 6, 3, seed)
    assert falls_into(key, 3, 0, seed) == sixths


@given(KEYS, SEEDS, DENOMINATORS, st.integers(1, 24), st.data())
def test_every_bucket_is_the_union_of_its_refinements(
    key: bytes, seed: int, denominator: int, factor: int, data: st.DataObject
) -> None:
    remainder = data.draw(st.integers(0, denominator - 1))
    finer = [
        falls_into(key, denominator * factor, remainder + denominator * part, seed)
        for part in range(factor)
    ]
    assert sum(finer) == falls_into(key, denominator, remainder, seed)


@given(KEYS, SEEDS, st.integers(1, 600))
def test_a_key_falls_into_exactly_one_remainder(key: bytes, seed: int, denominator: int) -> None:
    assert sum(falls_into(key, denominator, r, seed) for r in range(denominator)) == 1


@pytest.mark.parametrize("denominator", [2, 3, 5, 6, 7, 12, 24])
def test_remainders_are_equally_likely(denominator: int) -> None:
    chance = random.Random(7)  # noqa: S311 (repeatable chance)
    keys = [chance.randbytes(12) for _ in range(6000)]
    found = Counter(
        next(r for r in range(denominator) if falls_into(key, denominator, r, 99)) for key in keys
    )
    expected = len(keys) / denominator
    distance = sum((found[r] - expected) ** 2 / expected for r in range(denominator))
    # Of a fair hash, chi squared is above n + 5 * sqrt(2n) less than once in a thousand times.
    degrees = denominator - 1
    assert distance < degrees + 5 * (2 * degrees) ** 0.5


def test_the_parts_of_different_primes_are_independent() -> None:
    chance = random.Random(3)  # noqa: S311 (repeatable chance)
    keys = [chance.randbytes(8) for _ in range(4000)]
    thirds = [key for key in keys if falls_into(key, 3, 1, 5)]
    halves = [key for key in thirds if falls_into(key, 2, 0, 5)]
    assert abs(len(halves) / len(thirds) - 0.5) < 0.05


def test_seeds_differ_by_prime_and_by_boot() -> None:
    assert len({seed_of(boot, prime) for boot in (1, 2) for prime in (2, 3, 5)}) == 6


def test_the_digits_of_a_remainder_are_read_backwards() -> None:
    assert components(24, 6) == [(2, 8, 0b011), (3, 3, 0)]
    assert components(9, 1) == [(3, 9, 3)]
    assert components(1, 0) == []


def test_a_rule_compares_one_hash_for_each_prime_power() -> None:
    (term,) = classifier_condition("both-addresses:12/7", "ip", 1)
    assert re.fullmatch(
        r"jhash ip saddr \. ip daddr mod 4 seed 0x[0-9a-f]+ 3 "
        r"jhash ip saddr \. ip daddr mod 3 seed 0x[0-9a-f]+ 1",
        term.text,
    )
    assert term.protocols == EVERY


def test_ports_count_where_a_protocol_has_them() -> None:
    ported, plain = classifier_condition("src-address-and-port:2/0", "ip6", 1)
    assert "ip6 saddr . th sport" in ported.text
    assert ported.protocols == PORTED
    assert "sport" not in plain.text
    assert plain.protocols == EVERY - PORTED


def test_packets_without_ports_share_one_bucket_of_ports_alone() -> None:
    plain = [
        remainder
        for remainder in range(7)
        for term in classifier_condition(f"both-ports:7/{remainder}", "ip", 5)
        if not term.texts
    ]
    assert len(plain) == 1
    assert falls_into(b"", 7, plain[0], 5)


def test_a_denominator_of_one_takes_every_packet() -> None:
    assert classifier_condition("src-address:1/0", "ip", 1) == ALWAYS
    assert classifier_condition("!src-address:1/0", "ip", 1) == NEVER


def test_a_remainder_that_cannot_be_takes_none() -> None:
    assert classifier_condition("src-address:3/3", "ip", 1) == NEVER
    assert classifier_condition("!src-address:3/3", "ip", 1) == ALWAYS


def test_a_negated_classifier_has_terms_that_exclude_each_other() -> None:
    first, second = classifier_condition("!src-address:6/1", "ip", 1)
    assert "mod 2" in first.text
    assert "!= 1" in first.text
    assert second.text.index("mod 2") < second.text.index("mod 3")
    assert second.text.count("!=") == 1


@pytest.mark.parametrize(
    "text", ["src-address:0/0", "nothing:2/0", "src-address:2", "src-address:2/0,1"]
)
def test_a_malformed_classifier_is_invalid(text: str) -> None:
    with pytest.raises(InvalidRuleError):
        classifier_condition(text, "ip", 1)
