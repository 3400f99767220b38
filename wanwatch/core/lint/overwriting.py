"""Marks that do not last: a later rule replaces them for every packet.

A mark rule asks the next rule too unless it says ``passthrough=no``, so the last rule that matches
wins (RouterOS manual, "Mangle", passthrough).
"""

from collections.abc import Iterator

from wanwatch.core.lint.context import Flow, found_rules
from wanwatch.core.lint.matching import Lists, implies, matchers
from wanwatch.core.lint.passage import ends_chain
from wanwatch.core.model import Finding, Severity
from wanwatch.core.snapshot import MangleRule

_LONGEST_CHAIN = 300
"""Rules of a chain beyond which only PCC groups are looked at as what replaces."""


def overwritten(flow: Flow) -> Iterator[Finding]:
    """Marks that a later rule replaces for every packet, so that the last rule wins."""
    found: list[MangleRule] = []
    by: dict[str, MangleRule] = {}
    for action, name in (
        ("mark-connection", "new-connection-mark"),
        ("mark-routing", "new-routing-mark"),
    ):
        for wide in _replacing(flow, action):
            asked = matchers(wide[0].properties)
            asked.pop("per-connection-classifier", None)
            marks = {rule.properties.get(name) for rule in wide}
            chain = flow.passage.chains[wide[0].chain]
            place = flow.passage.place(wide[0])
            for rule in chain[:place]:
                if rule.action != action or ends_chain(rule) or rule in wide:
                    continue
                if rule.properties.get(name) in marks or not _is_covered(rule, asked, flow.lists):
                    continue
                if not _is_used_between(rule, chain, place, flow):
                    found.append(rule)
                    by.update({replacing.id: replacing for replacing in wide})
    if found:
        unique = {rule.id: rule for rule in found}
        yield found_rules("mark-overwritten", Severity.WARNING, unique.values(), by=", ".join(by))


def _replacing(flow: Flow, action: str) -> Iterator[tuple[MangleRule, ...]]:
    """Rules, and whole PCC groups, that mark whatever mark a packet has already."""
    for group in flow.groups:
        if group.first.action == action and not group.first.connection_mark and group.is_whole:
            yield group.rules
    for rule in flow.passage.rules:
        is_short = len(flow.passage.chains[rule.chain]) <= _LONGEST_CHAIN
        if rule.action == action and is_short and not (rule.classifier or rule.connection_mark):
            yield (rule,)


def _is_covered(rule: MangleRule, asked: dict[str, str], lists: Lists) -> bool:
    return implies(matchers(rule.properties), asked, lists)


def _is_used_between(rule: MangleRule, chain: list[MangleRule], place: int, flow: Flow) -> bool:
    """True when a rule in between takes packets out that bear the mark."""
    given = matchers(rule.properties)
    for other in chain[flow.passage.place(rule) + 1 : place]:
        if other.action == "jump":
            return True
        if ends_chain(other):
            asked = matchers(other.properties)
            mark = asked.pop("connection-mark", "")
            if mark in ("", rule.new_connection_mark) and implies(given, asked, flow.lists):
                return True
    return False
