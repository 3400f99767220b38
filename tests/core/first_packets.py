"""Which table the first packet of a connection is routed by, for many hash values at once.

Walks the mangle rules as the router does, independent of how wanwatch reads them. A set of hash
values is a number with one bit for each of ``VALUES``.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from wanwatch.core.snapshot import MangleRule, Snapshot

_SEED = Random(24)  # noqa: S311 - a fixed sample of hash values
VALUES = (*range(360), *(_SEED.randrange(2**32) for _ in range(150)))
EVERY = (1 << len(VALUES)) - 1
_GOAL = frozenset(
    {"per-connection-classifier", "new-connection-mark", "new-routing-mark", "jump-target"}
    | {"passthrough"}
)
_MET = frozenset({"chain", "action", "connection-mark", "connection-state"})


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
    packets = _Packets(snapshot, traffic)
    packets.enter(traffic.chain, EVERY)
    tables = packets.tables
    tables[""] = EVERY & ~_union(tables)
    return {table: values for table, values in tables.items() if values}


def marks_of(snapshot: Snapshot, traffic: Traffic) -> dict[str, int]:
    """Connection mark -> the hash values whose connections bear it after their first packet."""
    packets = _Packets(snapshot, traffic)
    packets.enter(traffic.chain, EVERY)
    return {mark: values for mark, values in packets.marks.items() if values}


class _Packets:
    """The first packets of one kind of traffic on their way through the chains."""

    def __init__(self, snapshot: Snapshot, traffic: Traffic) -> None:
        self.tables: dict[str, int] = defaultdict(int)
        self.marks: dict[str, int] = defaultdict(int)
        self._traffic = traffic
        self._chains: dict[str, list[MangleRule]] = defaultdict(list)
        for rule in snapshot.mangle:
            if not (rule.disabled or rule.invalid or rule.dynamic):
                self._chains[rule.chain].append(rule)

    def enter(self, chain: str, live: int) -> int:
        """Let values walk a chain; returns those that come out at its end."""
        returned = 0
        for rule in self._chains[chain]:
            hit = live & self._hit(rule)
            if rule.action == "jump":
                live = live & ~hit | self.enter(rule.properties["jump-target"], hit)
            elif rule.action == "return":
                returned |= hit
                live &= ~hit
            elif rule.action == "accept":
                live &= ~hit
            elif rule.action in ("mark-connection", "mark-routing"):
                self._mark(rule, hit)
                if rule.properties.get("passthrough") == "no":
                    live &= ~hit
        return live | returned

    def _mark(self, rule: MangleRule, hit: int) -> None:
        if rule.action == "mark-connection":
            _give(self.marks, rule.new_connection_mark, hit)
        else:
            _give(self.tables, rule.new_routing_mark, hit)

    def _hit(self, rule: MangleRule) -> int:
        hit = EVERY
        if rule.classifier:
            if matchers_of(rule) != self._traffic.matchers:
                return 0
            hit = values_of(rule.classifier)
        elif not self._meets(rule):
            return 0
        if rule.connection_mark == "no-mark":
            return hit & ~_union(self.marks)
        return hit & self.marks[rule.connection_mark] if rule.connection_mark else hit

    def _meets(self, rule: MangleRule) -> bool:
        """True for a rule without a matcher that this traffic does not meet."""
        return all(
            value == self._traffic.interface
            for name, value in rule.properties.items()
            if name not in _MET | _GOAL
        )


def _give(sets: dict[str, int], name: str, hit: int) -> None:
    for other in sets:
        sets[other] &= ~hit
    sets[name] |= hit


def _union(sets: dict[str, int]) -> int:
    union = 0
    for values in sets.values():
        union |= values
    return union
