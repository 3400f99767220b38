"""Which table the first packet of a connection is routed by, for many hash values at once.

Walks the mangle rules as the router does, independent of how wanwatch reads them. A set of hash
values is a number with one bit for each of ``VALUES``.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from wanwatch.core.snapshot import MangleRule, Snapshot

_SEED = Random(24)  # noqa: S311 - a fixed sample of hash values
VALUES = (*range(360), *(_SEED.randrange(2**32) for _ in range(150)))
EVERY = (1 << len(VALUES)) - 1
_GOAL = ("per-connection-classifier", "new-connection-mark", "new-routing-mark")


@dataclass(frozen=True)
class Traffic:
    """What the rules of one PCC group match, and where it enters."""

    chain: str
    matchers: frozenset[tuple[str, str]]
    interface: str


def matchers_of(rule: MangleRule) -> frozenset[tuple[str, str]]:
    return frozenset((n, v) for n, v in rule.properties.items() if n not in _GOAL)


@lru_cache(maxsize=4096)
def values_of(classifier: str) -> int:
    denominator, _, remainder = classifier.partition(":")[2].partition("/")
    d, r = int(denominator), int(remainder)
    return sum(1 << place for place, value in enumerate(VALUES) if value % d == r)


def tables_of(snapshot: Snapshot, traffic: Traffic) -> dict[str, int]:
    """Table -> the hash values whose first packet is routed by it; main is the empty name."""
    live = EVERY
    marks: dict[str, int] = defaultdict(int)
    tables: dict[str, int] = defaultdict(int)
    for rule in _walk(snapshot, traffic.chain):
        hit = live
        if rule.classifier:
            if matchers_of(rule) != traffic.matchers:
                continue
            hit &= values_of(rule.classifier)
            if rule.connection_mark == "no-mark":
                hit &= ~_union(marks)
        elif rule.action == "mark-routing" and rule.connection_mark in marks:
            if rule.properties.get("in-interface", traffic.interface) != traffic.interface:
                continue
            hit &= marks[rule.connection_mark]
        else:
            continue
        if rule.action == "mark-connection":
            _give(marks, rule.new_connection_mark, hit)
        else:
            _give(tables, rule.new_routing_mark, hit)
        if rule.properties.get("passthrough") == "no":
            live &= ~hit
    tables[""] = EVERY & ~_union(tables)
    return {table: values for table, values in tables.items() if values}


def _walk(snapshot: Snapshot, chain: str) -> Iterator[MangleRule]:
    for rule in snapshot.mangle:
        if rule.chain != chain or rule.disabled or rule.invalid or rule.dynamic:
            continue
        if rule.action == "jump":
            yield from _walk(snapshot, rule.properties["jump-target"])
        else:
            yield rule


def _give(sets: dict[str, int], name: str, hit: int) -> None:
    for other in sets:
        sets[other] &= ~hit
    sets[name] |= hit


def _union(sets: dict[str, int]) -> int:
    union = 0
    for values in sets.values():
        union |= values
    return union
