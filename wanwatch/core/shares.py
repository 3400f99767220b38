"""Who owns which hash value while some WANs take no new connections.

Theory of operation. Every WAN has buckets of its own. A bucket whose owner is closed is given to
another WAN; when that one closes too, what it was given goes on to a third. What a WAN is given
while a set of WANs is closed depends on that set alone, never on the order in which they closed,
and stays with it however many more close. So:

* a hash value keeps the owner it had unless that owner closes;
* the same set of closed WANs gives the same owners after any history;
* the survivors' shares are within ``TOLERANCE`` of their weights, as far as their own buckets,
  which are never taken away, allow. A bucket is cut in parts only where whole buckets cannot
  reach that. Where the operator's weights are not those of his buckets and several WANs are
  closed, what a survivor was given for the first of them may keep it above its weight: nobody is
  moved a second time for that. Among more than ``MOST_WANS`` the shares follow the weights,
  without that promise.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import combinations

from wanwatch.core.classifier import Bucket, by_whole, coalesce
from wanwatch.core.shares_many import share_among_many

TOLERANCE = 1 / 24
"""How far a share may be from its weight; finer would cost more rules than it is worth."""

MOST_PARTS = 24
"""Into how many parts one bucket is cut at most."""

MOST_WANS = 8
"""For more WANs than this not every set of closed ones is looked at: there would be too many."""

_DIGITS = 12
"""Shares are compared as floats to so many digits: plenty for parts of a bucket, and quick enough
for every set of closed WANs to be looked at before the first failover."""

Shares = dict[str, tuple[Bucket, ...]]
Gifts = dict[str, list[Bucket]]
Levels = dict[frozenset[str], Gifts]

_Own = tuple[tuple[str, tuple[Bucket, ...]], ...]
_Weights = tuple[tuple[str, int], ...]


def share_out(
    own: Mapping[str, Collection[Bucket]],
    weights: Mapping[str, int],
    closed: Collection[str],
    *,
    kept: Collection[str] = (),
    whole: bool = False,
) -> Shares:
    """The buckets of every WAN that is open, when ``closed`` ones take none.

    Args:
        own: the buckets each WAN has in the operator's rules; they do not overlap.
        weights: each WAN's weight as a receiver; a WAN with weight 0 receives nothing.
        closed: WANs whose buckets are given away.
        kept: WANs that keep their own buckets but receive none.
        whole: move whole buckets only.

    Returns the buckets of every WAN in ``own`` that is not closed, in a stable order of names.
    Where no open WAN has a weight, the buckets stay with their owners.
    """
    return dict(
        _share_out(
            tuple((name, tuple(sorted(buckets))) for name, buckets in own.items()),
            tuple((name, weights.get(name, 0)) for name in own),
            frozenset(closed),
            frozenset(kept),
            whole,
        )
    )


@lru_cache(maxsize=256)
def _share_out(
    own: _Own,
    weights: _Weights,
    closed: frozenset[str],
    kept: frozenset[str],
    whole: bool,  # noqa: FBT001 - the cache is asked by position
) -> Mapping[str, tuple[Bucket, ...]]:
    """Routers have many groups of one pattern, and a pass asks for the same again."""
    buckets, weight_of = dict(own), dict(weights)
    shut = [name for name in buckets if name in closed or name in kept]
    if not any(weight > 0 for name, weight in weights if name not in shut):
        return buckets
    if len(buckets) > MOST_WANS:
        return share_among_many(buckets, weight_of, closed, kept, whole=whole)
    tolerance = _tolerance(own, weights, whole)
    levels = _levels(buckets, weight_of, shut, kept, tolerance, whole=whole)
    everything = sorted(bucket for each in buckets.values() for bucket in each)
    result: Shares = {}
    for name, its_own in buckets.items():
        if name in closed:
            continue
        has = list(its_own) if name in kept else [b for g in levels.values() for b in g[name]]
        result[name] = tuple(
            part for parts in by_whole(everything, has).values() for part in coalesce(parts)
        )
    return result


def targets(has: Mapping[str, float], weights: Mapping[str, int], total: float) -> dict[str, float]:
    """What each WAN should have of ``total``: its weight's part, but never less than it has."""
    wanted: dict[str, float] = {}
    open_names = list(has)
    while True:
        left = total - sum(wanted.values())
        weight = sum(weights[name] for name in open_names)
        over = [n for n in open_names if round(has[n] - left * weights[n] / weight, _DIGITS) > 0]
        if not over:
            return wanted | {name: left * weights[name] / weight for name in open_names}
        for name in over:
            wanted[name] = has[name]
            open_names.remove(name)
        if not open_names:
            return wanted


def _levels(
    own: Mapping[str, Collection[Bucket]],
    weights: Mapping[str, int],
    shut: Sequence[str],
    kept: Collection[str],
    tolerance: float,
    *,
    whole: bool,
) -> Levels:
    """What each WAN is given at every set of closed ones within ``shut``; its own at the empty."""
    levels: Levels = {frozenset(): {name: list(own[name]) for name in own}}
    sizes = {frozenset[str](): {name: _size(own[name]) for name in own}}
    for count in range(1, len(shut) + 1):
        for group in combinations(shut, count):
            level = frozenset(group)
            pool = [
                bucket
                for name in group
                if not (count == 1 and name in kept)
                for bucket in levels[level - {name}][name]
            ]
            receivers = [n for n in own if n not in level and weights.get(n, 0) > 0]
            below = [sizes[part] for part in levels if part < level]
            has = {name: sum(size[name] for size in below) for name in receivers}
            gifts = _give(pool, has, weights, tolerance, whole=whole)
            levels[level] = {name: gifts.get(name, []) for name in own}
            sizes[level] = {name: _size(levels[level][name]) for name in own}
    return levels


@lru_cache(maxsize=256)
def _tolerance(
    own: _Own,
    weights: _Weights,
    whole: bool,  # noqa: FBT001 - the cache is asked by position
) -> float:
    """The coarsest error allowed to one gift that keeps every sum of gifts within TOLERANCE."""
    buckets, weight_of = dict(own), dict(weights)
    receivers = [name for name in buckets if weight_of[name] > 0]
    total = sum(_size(buckets[name]) for name in receivers)
    for divisor in (1, 2, 4, 8):
        levels = _levels(buckets, weight_of, receivers, (), TOLERANCE / divisor, whole=whole)
        if all(
            _worst(closed, levels, buckets, weight_of, total) <= TOLERANCE
            for closed in levels
            if len(closed) < len(receivers)
        ):
            return TOLERANCE / divisor
    return 0.0


def _worst(
    closed: frozenset[str],
    levels: Levels,
    own: Mapping[str, Collection[Bucket]],
    weights: Mapping[str, int],
    total: float,
) -> float:
    """The largest distance of a share from its weight while exactly these WANs are closed."""
    left = {n: _size(own[n]) for n in own if weights[n] > 0 and n not in closed}
    ideal = targets(left, weights, total)
    got = dict.fromkeys(left, 0.0)
    for level, gifts in levels.items():
        if level <= closed:
            for name in got:
                got[name] += _size(gifts[name])
    return max((round(abs(got[name] - ideal[name]), _DIGITS) for name in left), default=0.0)


def _give(
    pool: Sequence[Bucket],
    has: Mapping[str, float],
    weights: Mapping[str, int],
    tolerance: float,
    *,
    whole: bool,
) -> Gifts:
    """Share a pool among WANs that have something already, cutting buckets as little as need be."""
    if not pool or not has:
        return {}
    wanted = targets(has, weights, _size(pool) + sum(has.values()))
    lacking = {name: wanted[name] - has[name] for name in has}
    best, least = _deal(pool, lacking, 1)
    for parts in range(2, 2 if whole else MOST_PARTS + 1):
        if least <= tolerance:
            break
        gifts, error = _deal(pool, lacking, parts)
        if error < least:
            best, least = gifts, error
    return best


def _deal(pool: Sequence[Bucket], lacking: Mapping[str, float], parts: int) -> tuple[Gifts, float]:
    """Deal whole buckets while they fit, then parts of the rest; returns the largest error too."""
    lack = dict(lacking)
    gifts: Gifts = {name: [] for name in lack}
    rest: list[Bucket] = []
    for bucket in sorted(pool):
        name = max(lack, key=lambda n: round(lack[n], _DIGITS))
        if round(lack[name] - 1 / bucket.denominator, _DIGITS) >= 0:
            gifts[name].append(bucket)
            lack[name] -= 1 / bucket.denominator
        else:
            rest.append(bucket)
    for bucket in rest:
        for part in bucket.parts(parts):
            name = max(lack, key=lambda n: round(lack[n], _DIGITS))
            gifts[name].append(part)
            lack[name] -= 1 / part.denominator
    return gifts, round(max(abs(value) for value in lack.values()), _DIGITS)


def _size(buckets: Iterable[Bucket]) -> float:
    return sum(1 / bucket.denominator for bucket in buckets)
