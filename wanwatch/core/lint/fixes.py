"""Console commands that mend a row, where the row can be told from all others.

A row is addressed by what it is (``[find where ...]``): an id of an export is not the router's. A
row that nothing tells from another gets no command: a command that changes two rows is no fix.
Source: RouterOS manual, "Scripting" (find) and "Console".
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from wanwatch.core.console import rsc_line, rsc_value
from wanwatch.core.snapshot import MangleRule

_TELLING = (
    *("chain", "action", "connection-mark", "new-connection-mark", "new-routing-mark"),
    *("per-connection-classifier", "in-interface", "in-interface-list", "out-interface"),
    "comment",
)


class MangleFixes:
    """Commands for the rules of ``/ip/firewall/mangle``."""

    def __init__(self, rules: Sequence[MangleRule]) -> None:
        self._rules = rules
        self._places = {rule.id: place for place, rule in enumerate(rules)}
        self._rows = {rule.id: {**rule.properties, "comment": rule.comment} for rule in rules}
        self._having: dict[tuple[str, str], list[str]] = defaultdict(list)
        for rule_id, row in self._rows.items():
            for told in _told(row):
                self._having[told].append(rule_id)

    def find(self, rule: MangleRule) -> str:
        """What addresses the rule alone; empty where nothing tells it from another."""
        told = _told(self._rows.get(rule.id, {}))
        if not told:
            return ""
        fewest = min((self._having[pair] for pair in told), key=len)
        if any(other != rule.id and self._is_told_by(other, told) for other in fewest):
            return ""
        return f"[find where {' and '.join(f'{n}={quoted(v)}' for n, v in told)}]"

    def set(self, rule: MangleRule, changes: Mapping[str, str]) -> tuple[str, ...]:
        """The command that sets properties of a rule; none where it cannot be addressed."""
        found = self.find(rule)
        words = " ".join(f"{name}={rsc_value(value)}" for name, value in changes.items())
        return (f"/ip firewall mangle set {found} {words}",) if found else ()

    def instead(self, rule: MangleRule, changes: Iterable[Mapping[str, str]]) -> tuple[str, ...]:
        """The commands that add rules where one should stand that the router did not take.

        None where the next rule of its chain cannot be addressed: at the end of the chain they
        would mark connections after their first packets were routed.
        """
        following = self._rules[self._places[rule.id] + 1 :]
        after = next((r for r in following if r.chain == rule.chain and not r.invalid), None)
        before = self.find(after) if after is not None else ""
        if after is not None and not before:
            return ()
        lines = (rsc_line({**rule.properties, **change}, rule.comment) for change in changes)
        return tuple(f"{line} place-before={before}" if before else line for line in lines)

    def _is_told_by(self, rule_id: str, told: Sequence[tuple[str, str]]) -> bool:
        row = self._rows[rule_id]
        return all(row.get(name) == value for name, value in told)


def quoted(value: str) -> str:
    """A value as the console takes it in a condition."""
    shown = rsc_value(value)
    return shown if shown.startswith('"') else f'"{shown}"'


def _told(row: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(name, row[name]) for name in _TELLING if row.get(name)]
