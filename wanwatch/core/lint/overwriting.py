"""Marks that do not last: a later rule replaces them for every packet.

A mark rule asks the next rule too unless it says ``passthrough=no``, so the last rule that matches
wins (RouterOS manual, "Mangle", passthrough).
"""

from collections.abc import Iterator, Mapping

from wanwatch.core.lint.context import Flow, found_rules
from wanwatch.core.lint.matching import SET_ON_THE_WAY, Lists, implies, matchers, span, within
from wanwatch.core.lint.passage import ends_chain
from wanwatch.core.lint.wider import Wider
from wanwatch.core.model import Finding, Severity
from wanwatch.core.snapshot import MangleRule

_MARK_PROPERTY = {"mark-connection": "new-connection-mark", "mark-routing": "new-routing-mark"}
_SOURCES = "src-address-list"
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
    below: Wider[tuple[Replacing, dict[str, str]]] = Wider(flow.lists)
    for rule in reversed(chain):
        asked = matchers(rule.properties)
        if rule.action == action and not ends_chain(rule):
            implied = _with_side(flow, asked)
            for _, (rules, full) in below.covering(implied):
                if not _is_other(rule, rules) or _is_used_before(flow, rule, rules, chain):
                    continue
                if _is_met(flow, implied, full):
                    yield rule, rules
                    break
        if rule.id in replacing:
            asked.pop("per-connection-classifier", None)
            below.keep(_on_the_way_out(asked), (replacing[rule.id], asked))


def _is_other(rule: MangleRule, rules: Replacing) -> bool:
    """True when some of the packets get another mark."""
    name = _MARK_PROPERTY[rule.action]
    alike = [other for other in rules if rule.classifier and other.classifier == rule.classifier]
    marks = {other.properties.get(name) for other in alike or rules}
    return marks != {rule.properties.get(name)}


def _is_met(flow: Flow, asked: Mapping[str, str], full: Mapping[str, str]) -> bool:
    """True when what was left out of the comparison holds too.

    What comes in by a line is for the router's own address, so there nothing may be left out.
    """
    if asked.get("in-interface") in flow.lines or "in-interface-list" in asked:
        return implies(asked, full, flow.lists)
    return _SOURCES not in full or _comes_from(flow, asked, full[_SOURCES])


def _on_the_way_out(asked: Mapping[str, str]) -> dict[str, str]:
    """What is asked of packets to the internet, but for the list their sources are in.

    What leaves the router and its networks out says nothing of those.
    """
    return {
        name: text
        for name, text in asked.items()
        if name != _SOURCES
        and not (name in ("dst-address-type", "dst-address-list") and text.startswith("!"))
    }


def _with_side(flow: Flow, asked: Mapping[str, str]) -> dict[str, str]:
    """What is asked, and what follows from it: the interface of a source, the source of one."""
    source = span(asked.get("src-address", ""))
    interface = asked.get("in-interface", "")
    named = "in-interface-list" in asked
    if source and not interface and not named:
        near = {n.interface for n in flow.inside if within(source, n.span)}
        return {**asked, "in-interface": near.pop()} if len(near) == 1 else dict(asked)
    if interface and "src-address" not in asked:
        networks = [n for n in flow.inside if n.interface == interface]
        if len(networks) == 1:
            return {**asked, "src-address": networks[0].text}
    return dict(asked)


def _comes_from(flow: Flow, asked: Mapping[str, str], sources: str) -> bool:
    """True when all that is asked for has its source in an address list."""
    if asked.get(_SOURCES) == sources:
        return True
    source = span(asked.get("src-address", ""))
    spans = flow.addresses.get(sources, ())
    return source is not None and any(s is not None and within(source, s) for s in spans)


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
