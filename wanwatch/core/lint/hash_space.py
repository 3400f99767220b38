"""Whether buckets share a hash space out: which hash values nobody owns, and which several do.

Two buckets have a hash value in common exactly when their remainders are equal modulo the greatest
common divisor of their denominators. Nothing here counts through a hash space: RouterOS takes
denominators up to 4294967295 (RouterOS manual, "Per connection classifier").
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from fractions import Fraction
from math import gcd

from wanwatch.core.classifier import Bucket

_MOST_DENOMINATORS = 16
"""So many denominators in one hash space were not meant to fit each other."""
_MOST_NAMED = 8


def is_partition(buckets: Iterable[Bucket]) -> bool:
    """True when every hash value is in exactly one of the buckets; a bucket given twice is two."""
    found = list(buckets)
    return not overlap(found) and covered(found) == 1


def overlap(buckets: Collection[Bucket]) -> bool:
    """True when two of the buckets have a hash value in common."""
    remainders: dict[int, set[int]] = defaultdict(set)
    for bucket in buckets:
        remainders[bucket.denominator].add(bucket.remainder)
    if len(buckets) != sum(map(len, remainders.values())):
        return True
    denominators = sorted(remainders)
    if len(denominators) > _MOST_DENOMINATORS:
        return True
    for index, first in enumerate(denominators):
        for second in denominators[index + 1 :]:
            common = gcd(first, second)
            here = {remainder % common for remainder in remainders[first]}
            if any(remainder % common in here for remainder in remainders[second]):
                return True
    return False


def covered(buckets: Iterable[Bucket]) -> Fraction:
    """The part of the hash space that is in the buckets, which do not overlap."""
    return sum((bucket.size for bucket in buckets), Fraction(0))


def missing(denominator: int, owned: Collection[int]) -> list[int]:
    """The least remainders that nobody owns, one more than would be named; empty when all are."""
    found: list[int] = []
    for remainder in range(denominator):
        if remainder not in owned:
            found.append(remainder)
            if len(found) > _MOST_NAMED:
                break
    return found


def named(remainders: Collection[int]) -> str:
    """Remainders as people list them, the first of them where they are many."""
    shown = [str(remainder) for remainder in sorted(set(remainders))]
    more = ", ..." if len(shown) > _MOST_NAMED else ""
    return ", ".join(shown[:_MOST_NAMED]) + more
