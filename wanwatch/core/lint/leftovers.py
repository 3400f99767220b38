"""Who takes the hash values that PCC rules leave over, where somebody is meant to."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from wanwatch.core.lint.leading import Leading, table_of
from wanwatch.core.lint.pcc_rules import Condition, Conditions, PccSet, conditions
from wanwatch.core.snapshot import MAIN_TABLE, MangleRule

_WHO_MARKS = ("mark-connection", "mark-routing")
_OF_NEW_ONES = frozenset({"connection-mark", "connection-state", "dst-address-type"})
"""Conditions that every packet PCC is meant for fulfils."""


class Leftovers:
    """Which rules take what PCC rules leave: deliberately, so that nothing is left over."""

    def __init__(self, leading: Leading, resting: Sequence[PccSet]) -> None:
        self._leading = leading
        self._takers: dict[Condition | None, list[tuple[MangleRule, Conditions]]] = {}
        self._into: dict[str, set[Condition]] = defaultdict(set)
        self._resting = {(pcc.chain, pcc.action, pcc.conditions): pcc for pcc in resting}
        for rule in leading.rules:
            if rule.action == "jump":
                self._into[rule.properties.get("jump-target", "")] |= conditions(rule)
            elif rule.action in _WHO_MARKS and not rule.classifier and _sets_a_mark(rule):
                wanted = frozenset(c for c in conditions(rule) if c[0] not in _OF_NEW_ONES)
                self._takers.setdefault(min(wanted, default=None), []).append((rule, wanted))

    def takes(self, pcc: PccSet) -> bool:
        """True when a rule without a classifier marks whatever the set's traffic is."""
        for name, value in pcc.conditions:
            if name == "connection-mark" and self._leading.routing.get(value):
                return True
        roots = self._leading.roots.get(pcc.chain, frozenset())
        match = pcc.conditions | self._into.get(pcc.chain, set())
        return any(
            wanted <= match
            and (
                rule.chain == pcc.chain or roots & self._leading.roots.get(rule.chain, frozenset())
            )
            for first in (None, *match)
            for rule, wanted in self._takers.get(first, ())
        )

    def is_meant(self, pcc: PccSet, left: Collection[int]) -> bool:
        """True when disabled rules own the remainders, or main's line is nobody's in the set."""
        resting = self._resting.get((pcc.chain, pcc.action, pcc.conditions))
        owned = {c.bucket.remainder for _, c in resting.sound} if resting else set()
        if owned.issuperset(left):
            return True
        main = self._leading.lines(MAIN_TABLE)
        used = {line for r in pcc.rules for line in self._leading.lines_of(pcc.action, r.mark)}
        return bool(main and used) and not main & used


def _sets_a_mark(rule: MangleRule) -> bool:
    if rule.action == "mark-routing":
        return table_of(rule) != "" and _is_open(rule.connection_mark)
    return rule.new_connection_mark not in ("", "no-mark") and _is_open(rule.connection_mark)


def _is_open(mark: str) -> bool:
    """True for a rule that unmarked connections fit."""
    return mark in ("", "no-mark") or (mark.startswith("!") and mark != "!no-mark")
