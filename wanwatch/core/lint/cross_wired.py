"""Connection marks that lead to another WAN's table: answers then leave by the wrong line.

What arrived by one WAN has to be answered through it, as the far end expects that address
(RouterOS manual, "Policy Routing"). A mark that is set on arrival is its interface's; any other is
the one's that prerouting routes it by. Lines that nobody can name are left out.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from wanwatch.core.lint.fixes import MangleFixes
from wanwatch.core.lint.leading import OUTPUT, table_of
from wanwatch.core.lint.mark_facts import MarkFacts
from wanwatch.core.lint.pcc_rules import conditions
from wanwatch.core.lint.picture import MANGLE
from wanwatch.core.model import Finding, Severity
from wanwatch.core.snapshot import MangleRule

_WHERE_FROM = frozenset(
    {
        *("connection-mark", "connection-state", "in-interface", "in-interface-list"),
        *("out-interface", "out-interface-list", "dst-address-type", "src-address-type"),
    }
)
"""Conditions that choose no part of a mark's traffic; with another, two tables may be meant."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """A finding, and the mark that its fix would put to use, so that it is no second finding."""

    finding: Finding
    mark_put_to_use: str = ""


class _Arrivals:
    """Which marks are set on what arrives by a WAN's interface."""

    def __init__(self, facts: MarkFacts) -> None:
        self.homes: dict[str, dict[str, MangleRule]] = defaultdict(dict)
        """Connection mark -> interface -> the rule that sets it on what arrives there."""
        self.marks_of: dict[str, list[str]] = defaultdict(list)
        """Interface -> the marks that are set on what arrives there."""
        for mark, rules in facts.setters.items():
            for rule in rules:
                interface = _one_interface(facts, rule)
                if interface not in facts.uplinks or rule.classifier:
                    continue
                if interface not in self.homes[mark]:
                    self.homes[mark][interface] = rule
                    self.marks_of[interface].append(mark)


def crossings(facts: MarkFacts, fixes: MangleFixes) -> Iterator[Crossing]:
    """One for each connection mark that leads to a line which is not its own."""
    arrivals = _Arrivals(facts)
    for mark, rules in facts.leading.routing.items():
        known = [(rule, facts.lines(table_of(rule))) for rule in rules]
        known = [(rule, lines) for rule, lines in known if lines]
        if not known:
            continue
        homes = arrivals.homes.get(mark, {})
        if homes:
            found = _against_arrival(facts, mark, homes, known)
        else:
            found = _against_each_other(facts, mark, known)
        if found is not None:
            yield _crossing(facts, fixes, arrivals, found)


@dataclass(frozen=True, slots=True)
class _Found:
    """``rule`` is at fault; ``home`` is the mark's line and ``line`` where it is led instead."""

    mark: str
    rule: MangleRule
    home: str
    line: str


def _against_arrival(
    facts: MarkFacts,
    mark: str,
    homes: dict[str, MangleRule],
    known: list[tuple[MangleRule, frozenset[str]]],
) -> _Found | None:
    """A routing rule that leads none of the mark's homes home, or a home that no rule serves."""
    uplinks = facts.uplinks
    # A table whose own route the operator disabled leads elsewhere for now, as it is meant to.
    served = [
        (rule, lines | facts.leading.resting_lines(table_of(rule)))
        for rule, lines in known
        if lines & uplinks
    ]
    for rule, lines in served:
        if not lines & homes.keys():
            return _Found(mark, rule, next(iter(homes)), min(lines))
    reached = frozenset(line for _, lines in served for line in lines)
    for interface, setter in homes.items():
        if served and interface not in reached:
            return _Found(mark, setter, interface, min(reached))
    return None


def _against_each_other(
    facts: MarkFacts, mark: str, known: list[tuple[MangleRule, frozenset[str]]]
) -> _Found | None:
    """Two rules that route all of a mark's packets, to lines that have nothing in common."""
    whole = [
        (rule, lines)
        for rule, lines in known
        if not rule.classifier and {name for name, _ in conditions(rule)} <= _WHERE_FROM
    ]
    whole.sort(key=lambda pair: pair[0].chain == OUTPUT)
    if not whole:
        return None
    first, home = whole[0]
    for rule, lines in whole[1:]:
        if bool(lines & facts.uplinks) != bool(home & facts.uplinks):
            continue
        if not lines & home and (rule.chain != first.chain or _same(rule, first)):
            return _Found(mark, rule, min(home), min(lines))
    return None


def _same(rule: MangleRule, other: MangleRule) -> bool:
    return conditions(rule) == conditions(other)


def _crossing(
    facts: MarkFacts,
    fixes: MangleFixes,
    arrivals: _Arrivals,
    found: _Found,
) -> Crossing:
    rule = found.rule
    data = (
        ("connection_mark", found.mark),
        ("chain", rule.chain),
        ("home", found.home),
        ("line", found.line),
    )
    fix: tuple[str, ...] = ()
    if rule.action == "mark-connection":
        others = _marks_for(facts, arrivals, found)
        if len(others) == 1:
            fix = fixes.set(rule, {"new-connection-mark": others[0]})
        return Crossing(Finding("cross-marked-arrival", Severity.ERROR, rule.id, data, fix, MANGLE))
    waiting = [
        mark
        for mark in arrivals.marks_of.get(found.line, ())
        if len(arrivals.homes[mark]) == 1
        and all(other.chain != rule.chain for other in facts.leading.routing.get(mark, ()))
    ]
    idle = waiting[0] if len(waiting) == 1 else ""
    if idle:
        fix = fixes.set(rule, {"connection-mark": idle})
    elif right := _right_table(facts, found):
        fix = fixes.set(rule, {"new-routing-mark": right})
    told = (*data, ("routing_mark", table_of(rule)))
    return Crossing(Finding("cross-wired-mark", Severity.ERROR, rule.id, told, fix, MANGLE), idle)


def _marks_for(facts: MarkFacts, arrivals: _Arrivals, found: _Found) -> list[str]:
    """Marks that are set for arrivals by this interface and lead back to it.

    Those of the same chain, where it has any: replies of the router and of servers may have marks
    of their own.
    """
    marks = {
        mark: arrivals.homes[mark][found.home].chain
        for mark in arrivals.marks_of.get(found.home, ())
        if mark != found.mark
        and any(found.home in facts.lines(table) for table in facts.leading.tables_of(mark))
    }
    same = [mark for mark, chain in marks.items() if chain == found.rule.chain]
    return same or list(marks)


def _right_table(facts: MarkFacts, found: _Found) -> str:
    """The table of its own line that another chain routes the mark by, and this one does not."""
    right = {
        table_of(rule): rule.chain
        for rule in facts.leading.routing[found.mark]
        if found.home in facts.lines(table_of(rule))
    }
    if len(right) == 1 and found.rule.chain not in right.values():
        return next(iter(right))
    return ""


def _one_interface(facts: MarkFacts, rule: MangleRule) -> str:
    words = rule.properties
    if "in-interface" in words:
        return words["in-interface"]
    members = facts.snapshot.interface_lists.get(words.get("in-interface-list", ""), ())
    return members[0] if len(members) == 1 else ""
