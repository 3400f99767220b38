"""Rules of one hash space that overlap, parted so that nothing in a layer does.

What a closed line's rule becomes is decided within its layer, where every hash value has one
owner at most. Overlaps come of other denominators over the same fields, and of two rules for one
remainder.
"""

from collections.abc import Iterable, Sequence
from math import gcd

from wanwatch.core.base_rule import BaseRule
from wanwatch.core.classifier import Bucket


class _Taken:
    """The buckets of a layer, by denominator and remainder."""

    def __init__(self) -> None:
        self.rules: list[BaseRule] = []
        self._owners: dict[int, dict[int, str]] = {}

    def admits(self, bucket: Bucket, owner: str) -> bool:
        """True when the bucket overlaps nothing here, or is its owner's already."""
        same = self._owners.get(bucket.denominator, {}).get(bucket.remainder)
        if same is not None:
            return same == owner
        return not any(
            overlap(bucket, Bucket(denominator, remainder))
            for denominator, owners in self._owners.items()
            if denominator != bucket.denominator
            for remainder in owners
        )

    def take(self, base: BaseRule, owner: str) -> None:
        """Let a rule in."""
        self.rules.append(base)
        self._owners.setdefault(base.bucket.denominator, {})[base.bucket.remainder] = owner


def layers_of(rules: Iterable[BaseRule]) -> list[list[BaseRule]]:
    """The rules that have an owner, each in the first layer that admits it."""
    layers: list[_Taken] = []
    for base in rules:
        if base.owner is None:
            continue
        layer = next((each for each in layers if each.admits(base.bucket, base.owner.name)), None)
        if layer is None:
            layer = _Taken()
            layers.append(layer)
        layer.take(base, base.owner.name)
    return [layer.rules for layer in layers]


def rivals(base: BaseRule, rules: Sequence[BaseRule]) -> list[BaseRule]:
    """The rules of others that take some of the same hash values as this one."""
    owner = base.owner.name if base.owner else None
    return [
        other
        for other in rules
        if (other.owner.name if other.owner else "") != owner and overlap(base.bucket, other.bucket)
    ]


def overlap(one: Bucket, other: Bucket) -> bool:
    """True when some hash value is in both (Chinese remainder theorem)."""
    common = gcd(one.denominator, other.denominator)
    return one.remainder % common == other.remainder % common
