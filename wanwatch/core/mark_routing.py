"""Where in the chains a mark takes effect, and which rules come too late for it.

A connection's first packet is routed by its mark only when a mark-routing rule for that mark still
follows the rule that set it (RouterOS manual, "Mangle": rules of a chain are matched in order). A
rule that is rewritten to a survivor's mark may stand behind the survivor's mark-routing rule; its
connections would start out by main and be translated for the wrong line.
"""

from collections.abc import Collection, Mapping, Sequence
from math import inf

from wanwatch.core.goals import Goals, is_last
from wanwatch.core.snapshot import MangleRule

_NO_MATCHERS = frozenset(
    {
        "chain",
        "action",
        "connection-mark",
        "connection-state",
        "new-routing-mark",
        "passthrough",
        "log",
        "log-prefix",
    }
)
_HARMLESS = frozenset(
    {"log", "passthrough", "mark-packet", "add-src-to-address-list", "add-dst-to-address-list"}
)
_TELLING = ("in-interface", "protocol")
"""Two rules that ask for different values of one of these never match the same packet."""


class MarkRouting:
    """The marking rules of one snapshot, by their places in the chains."""

    def __init__(self, mangle: Sequence[MangleRule], goals: Goals) -> None:
        self._goals = goals
        self._rules = [rule for rule in mangle if not (rule.disabled or rule.dynamic)]
        self._places = {rule.id: place for place, rule in enumerate(self._rules)}
        self._routing: dict[tuple[str, str], list[int]] = {}
        self._interfaces: dict[str, dict[str, None]] = {}
        self._known: dict[tuple[int, str], list[int]] = {}
        self._callers: dict[str, list[int]] = {}
        self._jumps: dict[str, list[int]] = {}
        for place, rule in enumerate(self._rules):
            if rule.action == "mark-routing" and not rule.classifier:
                arrives = rule.properties.get("in-interface", "")
                self._routing.setdefault((rule.connection_mark, arrives), []).append(place)
                self._interfaces.setdefault(rule.connection_mark, {})[arrives] = None
            elif rule.action == "jump":
                self._callers.setdefault(rule.properties.get("jump-target", ""), []).append(place)
                self._jumps.setdefault(rule.chain, []).append(place)

    def place(self, rule: MangleRule) -> float:
        """The rule's place among those that take part; infinite where it takes none."""
        return self._places.get(rule.id, inf)

    def missed_by(self, rule: MangleRule, name: str, value: str) -> MangleRule | None:
        """The mark-routing rule for a goal that stands before a rule, where none follows it."""
        place = self._places.get(rule.id)
        if place is None or (name != "jump-target" and is_last(rule)):
            return None
        earlier = [q for mark in self._marks(name, value) for q in self._missed(place, mark)]
        return self._rules[max(earlier)] if earlier else None

    def is_routed(self, rule: MangleRule, name: str, value: str) -> bool:
        """True when what a rule gives this goal is routed by it before it leaves the chains."""
        place = self._places.get(rule.id)
        if place is None:
            return False
        marks = self._marks(name, value)
        if not marks:
            return name == "new-routing-mark" or self._goals.chain(value).routes
        if name == "new-connection-mark" and is_last(rule):
            return False
        return any(self._is_met(place, self._serving(mark, rule)) for mark in marks)

    def ends_after(self, rule: MangleRule, name: str, value: str) -> float:
        """The place after which no rule of its chain looks at a packet that a rule gave this goal."""
        place = self._places.get(rule.id)
        if place is None:
            return inf
        if self._goals.chain(value).ends if name == "jump-target" else is_last(rule):
            return place
        serving = (
            q
            for mark in self._marks(name, value)
            for q in self._serving(mark, rule)
            if q > place and is_last(self._rules[q]) and self._rules[q].chain == rule.chain
        )
        return min(serving, default=inf)

    def may_stand(self, rule: MangleRule, ahead_of: MangleRule, family: Collection[str]) -> bool:
        """True when a copy of a rule may stand before an earlier one of its chain.

        Nothing between them may be meant to see the rule's packets first; ``family`` holds the ids
        of the rules that share the rule's hash space, which match other values.
        """
        first, last = self._places[ahead_of.id], self._places[rule.id]
        between = (q for q in self._rules[first:last] if q.chain == rule.chain)
        return all(q.id in family or _lets_pass(q, rule.properties) for q in between)

    def _marks(self, name: str, value: str) -> Sequence[str]:
        """The connection marks by which a goal's packets are still to be routed."""
        if name == "new-connection-mark":
            return (value,)
        if name == "jump-target" and not self._goals.chain(value).routes:
            return self._goals.chain(value).connection_marks
        return ()

    def _missed(self, place: int, mark: str) -> list[int]:
        """The last mark-routing rule before a place, where no rule after it serves the mark."""
        known = self._known.get((place, mark))
        if known is not None:
            return known
        rule = self._rules[place]
        serving = self._serving(mark, rule)
        earlier = [q for q in serving if q < place and self._rules[q].chain == rule.chain]
        missed = [max(earlier)] if earlier else []
        if missed and self._is_met(place, serving):
            missed = []
        self._known[place, mark] = missed
        return missed

    def _serving(self, mark: str, like: MangleRule) -> list[int]:
        """The mark-routing rules for a mark that the packets of a rule may match once they are marked."""
        arrives = like.properties.get("in-interface")
        interfaces = self._interfaces.get(mark, ()) if arrives is None else (arrives, "")
        return [
            q
            for interface in interfaces
            for q in self._routing.get((mark, interface), ())
            if _serves(self._rules[q], like.properties)
        ]

    def _is_met(self, place: int, rules: Sequence[int]) -> bool:
        """True when one of these rules follows on a packet's way from a place."""
        chain = self._rules[place].chain
        if any(q > place and self._rules[q].chain == chain for q in rules):
            return True
        met = self._met_after(place) if rules else {}
        return any(q > met.get(self._rules[q].chain, inf) for q in rules)

    def _met_after(self, place: int) -> Mapping[str, int]:
        """Chain -> the place after which its rules may be met by a packet that is at a place.

        Down the chain, then back where it came from, and in every chain jumped to on that way.
        """
        met: dict[str, int] = {}
        ways, seen = [place], {place}
        for start in ways:
            back = [q for q in self._callers.get(self._rules[start].chain, ()) if q not in seen]
            ways += back
            seen.update(back)
        down = [(self._rules[start].chain, start) for start in ways]
        for chain, start in down:
            if met.get(chain, inf) > start:
                met[chain] = start
                jumps = (q for q in self._jumps.get(chain, ()) if q > start)
                down += [(self._rules[q].properties.get("jump-target", ""), -1) for q in jumps]
        return met


def _serves(rule: MangleRule, like: Mapping[str, str]) -> bool:
    """True for a mark-routing rule that packets matching ``like`` may match once they are marked."""
    return all(
        like.get(name, value) == value
        for name, value in rule.properties.items()
        if name not in _NO_MATCHERS
    )


def _lets_pass(rule: MangleRule, like: Mapping[str, str]) -> bool:
    """True for a rule that leaves unmarked packets matching ``like`` as they are."""
    if rule.action in _HARMLESS or rule.action.startswith(("change-", "set-", "sniff-")):
        return True
    mark = rule.connection_mark
    if mark not in ("", "no-mark") and not mark.startswith("!"):
        return True
    return any(
        name in like and rule.properties.get(name, like[name]) != like[name] for name in _TELLING
    )
