"""Who really gets which hash values, where rules of one hash space overlap.

Rules of other denominators over the same fields share the same hash, and so do two rules of one
remainder: who gets a value is decided by the order of the rules. With ``passthrough`` on, and
nothing that keeps a rule from matching again, the last rule that matches wins; with ``passthrough``
off, or where later rules ask for ``no-mark``, the first one does (RouterOS manual, "Mangle").
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf, lcm

from wanwatch.core.classifier import Bucket

MOST_VALUES = 4096
"""Beyond so many hash values ownership is told by the sizes of the rules' buckets alone."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What one rule takes: rules stand in the order of their places."""

    bucket: Bucket
    wan: str
    """Empty where it is nobody's."""
    place: float = 0
    asks_unmarked: bool = False
    """True when it matches only what no rule before it has marked."""
    ends: float = inf
    """The place after which no further rule looks at what it took; infinite where all do."""


def effective_owners(claims: Sequence[Claim]) -> tuple[str, ...] | None:
    """The owner of each hash value modulo the least common denominator; empty for nobody's.

    None where there would be more than ``MOST_VALUES``.
    """
    modulus = _modulus(claims)
    if modulus > MOST_VALUES:
        return None
    owners = [""] * modulus
    for claim, has in zip(claims, _taken(claims, modulus), strict=True):
        if claim.wan:
            for value in range(modulus):
                if has >> value & 1:
                    owners[value] = claim.wan
    return tuple(owners)


def effective_shares(claims: Sequence[Claim]) -> Mapping[str, Fraction]:
    """Each WAN's part of the hash space; the empty name has what rules give to nobody known."""
    shares: dict[str, Fraction] = {}
    modulus = _modulus(claims)
    if modulus > MOST_VALUES:
        for claim in claims:
            shares[claim.wan] = shares.get(claim.wan, Fraction(0)) + claim.bucket.size
        total = sum(shares.values())
        return {name: share / max(total, Fraction(1)) for name, share in shares.items()}
    counts: dict[str, int] = {}
    for claim, has in zip(claims, _taken(claims, modulus), strict=True):
        counts[claim.wan] = counts.get(claim.wan, 0) + has.bit_count()
    return {name: Fraction(count, modulus) for name, count in counts.items()}


def _modulus(claims: Sequence[Claim]) -> int:
    modulus = 1
    for denominator in {claim.bucket.denominator for claim in claims}:
        modulus = lcm(modulus, denominator)
        if modulus > MOST_VALUES:
            break
    return modulus


def _taken(claims: Sequence[Claim], modulus: int) -> list[int]:
    """What each claim has in the end, one bit for a hash value."""
    wanted = [_values(claim.bucket, modulus) for claim in claims]
    union = 0
    for values in wanted:
        if union & values:
            return _contended(claims, wanted)
        union |= values
    return wanted


def _contended(claims: Sequence[Claim], wanted: Sequence[int]) -> list[int]:
    taken: list[int] = []
    for claim, values in zip(claims, wanted, strict=True):
        hit = values
        for earlier, has in zip(claims, taken, strict=False):
            if claim.asks_unmarked or earlier.ends < claim.place:
                hit &= ~has
        taken = [has & ~hit for has in taken]
        taken.append(hit)
    return taken


def _values(bucket: Bucket, modulus: int) -> int:
    """One bit for each hash value of the bucket, written down once and repeated."""
    unit, step = 1 << bucket.remainder, bucket.denominator
    while step < modulus:
        unit |= unit << step
        step *= 2
    return unit & ((1 << modulus) - 1)
