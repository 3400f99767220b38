"""The mangle rules that are in force, the chains they stand in, and how packets come to them.

A packet enters a built-in chain and leaves it by a jump to a custom one, which returns it at its
end (RouterOS manual, "Mangle", actions jump and return). What a rule matches is therefore what it
says itself and what every jump on the way to it says.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from wanwatch.core.originals import original
from wanwatch.core.snapshot import MangleRule, Snapshot
from wanwatch.core.tags import split_comment

BUILT_IN = ("prerouting", "input", "forward", "output", "postrouting")
MARKING = frozenset({"mark-connection", "mark-packet", "mark-routing"})

_WITH_PASSTHROUGH = frozenset(
    {*MARKING, "change-dscp", "change-mss", "change-ttl", "change-hop-limit", "set-priority"}
)
_MOST_WAYS = 8
"""Ways to one chain that are followed; a mangle with more is not a router's."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to a rule: the jumps that lead to it, and the rule itself last."""

    rules: tuple[MangleRule, ...]

    @property
    def root(self) -> str:
        """The chain the packet comes from, built in unless nothing leads to the rule."""
        return self.rules[0].chain

    def values(self, name: str) -> Iterator[str]:
        """What the rules on the way say of one property, where they say anything."""
        return (text for rule in self.rules if (text := rule.properties.get(name)))


def ends_chain(rule: MangleRule) -> bool:
    """True for a rule after which no later one of its chain is asked."""
    if rule.action in _WITH_PASSTHROUGH:
        return rule.properties.get("passthrough") in ("no", "false")
    return rule.action in ("accept", "return")


def rules_in_force(snapshot: Snapshot) -> tuple[MangleRule, ...]:
    """The operator's rules that take part, as the operator set them."""
    found = []
    for rule in snapshot.mangle:
        if rule.disabled or rule.dynamic or rule.invalid:
            continue
        tag = split_comment(rule.comment)[1] if "[wanwatch:" in rule.comment else None
        if tag is None:
            found.append(rule)
        elif not tag.added:
            found.append(replace(rule, properties=dict(original(rule))))
    return tuple(found)


class Passage:
    """The rules in force by their chains and places."""

    def __init__(self, rules: Iterable[MangleRule]) -> None:
        self.rules = tuple(rules)
        self.chains: dict[str, list[MangleRule]] = defaultdict(list)
        self._places: dict[str, int] = {}
        self._jumps: dict[str, list[MangleRule]] = defaultdict(list)
        for rule in self.rules:
            chain = self.chains[rule.chain]
            self._places[rule.id] = len(chain)
            chain.append(rule)
            if rule.action == "jump":
                self._jumps[rule.properties.get("jump-target", "")].append(rule)
        self._ends = {
            name: [(place, rule) for place, rule in enumerate(chain) if ends_chain(rule)]
            for name, chain in self.chains.items()
        }
        self._ways: dict[str, tuple[tuple[MangleRule, ...], ...]] = {}

    @property
    def jumps(self) -> Mapping[str, list[MangleRule]]:
        """Chain -> the jumps to it."""
        return self._jumps

    def place(self, rule: MangleRule) -> int:
        """The rule's place in its chain."""
        return self._places[rule.id]

    def ways(self, rule: MangleRule) -> tuple[Way, ...]:
        """How packets come to a rule; none where its chain is never entered."""
        return tuple(Way((*jumps, rule)) for jumps in self._to_chain(rule.chain, frozenset()))

    def roots(self, chain: str) -> frozenset[str]:
        """The built-in chains from which packets come to a chain."""
        return frozenset(
            jumps[0].chain if jumps else chain for jumps in self._to_chain(chain, frozenset())
        )

    def ends_before(self, way: Way) -> Iterator[MangleRule]:
        """Rules that packets meet before the way's last rule and that may end their passage."""
        for step in way.rules:
            place = self._places[step.id]
            for at, rule in self._ends[step.chain]:
                if at >= place:
                    break
                is_return = rule.action == "return" and step.chain != way.root
                if not is_return or step is way.rules[-1]:
                    yield rule

    def _to_chain(self, chain: str, seen: frozenset[str]) -> tuple[tuple[MangleRule, ...], ...]:
        if chain in BUILT_IN:
            return ((),)
        if chain in self._ways:
            return self._ways[chain]
        found: list[tuple[MangleRule, ...]] = []
        for jump in self._jumps.get(chain, ()):
            if jump.chain in seen or jump.chain == chain or len(found) >= _MOST_WAYS:
                continue
            found += [(*way, jump) for way in self._to_chain(jump.chain, seen | {chain})]
        result = tuple(found[:_MOST_WAYS])
        if not seen:
            self._ways[chain] = result
        return result
