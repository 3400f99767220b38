"""Who really gets a hash value where rules of one hash overlap."""

from fractions import Fraction
from math import inf

from wanwatch.core.classifier import Bucket
from wanwatch.core.effective import MOST_VALUES, Claim, effective_owners, effective_shares


def claim(denominator: int, remainder: int, wan: str, place: int, **more: float) -> Claim:
    return Claim(Bucket(denominator, remainder), wan, place, ends=more.get("ends", inf))


def unmarked(denominator: int, remainder: int, wan: str, place: int) -> Claim:
    return Claim(Bucket(denominator, remainder), wan, place, asks_unmarked=True)


def test_buckets_that_do_not_overlap_are_their_owners() -> None:
    claims = [claim(2, 0, "one", 0), claim(4, 1, "two", 1), claim(4, 3, "three", 2)]
    assert effective_owners(claims) == ("one", "two", "one", "three")
    assert effective_shares(claims) == {
        "one": Fraction(1, 2),
        "two": Fraction(1, 4),
        "three": Fraction(1, 4),
    }


def test_the_last_rule_wins_where_every_rule_looks_at_every_packet() -> None:
    claims = [claim(2, 0, "one", 0), claim(2, 1, "two", 1), claim(3, 2, "three", 2)]
    assert effective_owners(claims) == ("one", "two", "three", "two", "one", "three")


def test_the_first_rule_wins_where_later_ones_ask_for_no_mark() -> None:
    claims = [claim(2, 0, "one", 0), unmarked(2, 1, "two", 1), unmarked(3, 2, "three", 2)]
    assert effective_owners(claims) == ("one", "two", "one", "two", "one", "two")


def test_the_first_rule_wins_where_it_ends_the_packets_way_before_the_next() -> None:
    first, late = claim(2, 0, "one", 0, ends=0), claim(2, 0, "one", 0, ends=5)
    other = claim(2, 0, "two", 3)
    assert effective_owners([first, other]) == ("one", "")
    assert effective_owners([late, other]) == ("two", "")


def test_a_rule_for_nobody_known_takes_what_it_matches() -> None:
    claims = [claim(1, 0, "one", 0), claim(2, 1, "", 1)]
    assert effective_owners(claims) == ("one", "")
    assert effective_shares(claims)[""] == Fraction(1, 2)


def test_beyond_what_can_be_counted_the_sizes_stand() -> None:
    prime = 4099
    assert prime > MOST_VALUES
    claims = [claim(prime, 0, "one", 0), claim(2, 1, "two", 1)]
    assert effective_owners(claims) is None
    assert effective_shares(claims) == {"one": Fraction(1, prime), "two": Fraction(1, 2)}
    doubled = [claim(prime, 0, "one", 0), claim(1, 0, "one", 1), claim(1, 0, "two", 2)]
    assert sum(effective_shares(doubled).values()) == 1
