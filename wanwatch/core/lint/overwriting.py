"""Marks that do not last: a later rule replaces them for every packet.

A mark rule asks the next rule too unless it says ``passthrough=no``, so the last rule that matches
wins (RouterOS manual, "Mangle", passthrough).
"""

from collections.abc import Iterator, Mapping

from wanwatch.core.lint.context import Flow, found_rules
from wanwatch.core.lint.matching import SET_ON_THE_WAY, Lists, implies, matchers
from wanwatch.core.lint.passage import ends_chain
from wanwatch.core.lint.wider import Wider
from wanwatch.core.model import Finding, Severity
from wanwatch.core.snapshot import MangleRule

_MARK_PROPERTY = {"mark-connection": "new-connection-mark", "mark-routing": "new-routing-mark"}
_FURTHEST = 512
"""Rules between a mark and what replaces it; further apart they are not compared."""

Replacing = tuple[MangleRule, ...]


def overwritten(flow: Flow) -> Iterator[Finding]:
    """Marks that a later rule replaces for every packet, so that the last rule wins."""
    found: list[MangleRule] = []
    by: dict[str, MangleRule] = {}
    for action in _MARK_PROPERTY:
        replacing = {rules[0].id: rules for rules in _replacing(flow, action)}
        if not replacing:
            continue
        for chain in flow.passage.chains.values():
            for rule, rules in _replaced_in(flow, chain, action, replacing):
                found.append(rule)
                by.update({other.id: other for other in rules})
    if found:
        yield found_rules("mark-overwritten", Severity.WARNING, found, by=", ".join(by))


def _replaced_in(
    flow: Flow, chain: list[MangleRule], action: str, replacing: Mapping[str, Replacing]
) -> Iterator[tuple[MangleRule, Replacing]]:
    """Looked at from the end, so that what replaces a mark is known when the mark is met."""
    below: Wider[Replacing] = Wider(flow.lists)
    name = _MARK_PROPERTY[action]
    for rule in reversed(chain):
        asked = matchers(rule.properties)
        if rule.action == action and not ends_chain(rule):
            for _, rules in below.covering(asked):
                is_other = rule.properties.get(name) not in {r.properties.get(name) for r in rules}
                if is_other and not _is_used_before(flow, rule, rules, chain):
                    yield rule, rules
                    break
        if rule.id in replacing:
            asked.pop("per-connection-classifier", None)
            below.keep(asked, replacing[rule.id])


def _replacing(flow: Flow, action: str) -> Iterator[Replacing]:
    """Rules, and whole PCC groups, that mark whatever mark a packet has already."""
    for group in flow.groups:
        if group.first.action == action and _asks_no_mark(group.first) and group.is_whole:
            yield group.rules
    for rule in flow.passage.rules:
        if rule.action == action and not rule.classifier and _asks_no_mark(rule):
            yield (rule,)


def _asks_no_mark(rule: MangleRule) -> bool:
    return not SET_ON_THE_WAY.keys() & rule.properties.keys()


def _is_used_before(
    flow: Flow, rule: MangleRule, rules: Replacing, chain: list[MangleRule]
) -> bool:
    """True when a rule takes out the packets that bear the mark before all that replaces it."""
    first, last = flow.passage.place(rule) + 1, flow.passage.place(rules[-1])
    if last - first > _FURTHEST:
        return True
    given = matchers(rule.properties)
    return any(
        other.action == "jump" or _takes_marked(other, rule, given, flow.lists)
        for other in chain[first:last]
    )


def _takes_marked(
    end: MangleRule, rule: MangleRule, given: Mapping[str, str], lists: Lists
) -> bool:
    if not ends_chain(end):
        return False
    asked = matchers(end.properties)
    mark = asked.pop("connection-mark", "")
    return (bool(mark) and mark == rule.new_connection_mark) or (
        not mark and implies(given, asked, lists)
    )
