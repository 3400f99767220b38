"""Sharing out among so many WANs that not every set of closed ones can be looked at.

Each part of a bucket has an order of WANs of its own and goes to the first that is open, so what
``shares`` promises of history holds here too: a part moves only when the WAN that has it closes.
The orders are dealt out so that every WAN's parts spread over the others by their weights.
"""

from collections.abc import Collection, Mapping, Sequence

from wanwatch.core.classifier import Bucket, coalesce

FINEST = 96
"""A bucket is cut into parts of at most one in so many of the hash space."""


def share_among_many(
    own: Mapping[str, Sequence[Bucket]],
    weights: Mapping[str, int],
    closed: Collection[str],
    kept: Collection[str],
    *,
    whole: bool,
) -> dict[str, tuple[Bucket, ...]]:
    """As ``shares.share_out``; some WAN that is open has a weight."""
    deal = _Deal(own, weights)
    result: dict[str, list[Bucket]] = {name: [] for name in own if name not in closed}
    for name, buckets in own.items():
        for bucket in sorted(buckets):
            if name not in closed:
                result[name].append(bucket)
                continue
            parts = bucket.parts(1 if whole else -(-FINEST // bucket.denominator))
            has: dict[str, list[Bucket]] = {}
            for part in parts:
                has.setdefault(deal.taker(name, part, {*closed, *kept}), []).append(part)
            for taker, taken in has.items():
                result[taker] += coalesce(taken)
    return {name: tuple(buckets) for name, buckets in result.items()}


class _Deal:
    """The orders of the parts, each as far as it is asked for."""

    def __init__(self, own: Mapping[str, Sequence[Bucket]], weights: Mapping[str, int]) -> None:
        self._weights = {name: weights[name] for name in own if weights[name] > 0}
        self._has = {n: sum(1 / b.denominator for b in own[n]) for n in self._weights}
        self._given: dict[tuple[str, ...], dict[str, float]] = {}

    def taker(self, owner: str, part: Bucket, shut: Collection[str]) -> str:
        """The first open WAN in a part's order; the parts of an owner are asked for in turn.

        All parts that came the same way go on together when its end closes, so whom each goes to
        next does not depend on what else is closed.
        """
        way: tuple[str, ...] = (owner,)
        while True:
            given = self._given.setdefault(way, dict.fromkeys(self._weights, 0.0))
            taker = min((n for n in given if n not in way), key=lambda n: self._rank(n, way, given))
            given[taker] += 1 / part.denominator
            if taker not in shut:
                return taker
            way = (*way, taker)

    def _rank(
        self, name: str, way: tuple[str, ...], given: Mapping[str, float]
    ) -> tuple[float, int]:
        """Who lacks most by its weight is first; among equals a turn that no order of names favours."""
        turn = _mixed("\n".join((*way, name)))
        return round((self._has[name] + given[name]) / self._weights[name], 12), turn


def _mixed(text: str) -> int:
    """A number that says nothing of the text's order (FNV-1a)."""
    value = 2166136261
    for byte in text.encode():
        value = (value ^ byte) * 16777619 % 2**32
    return value
