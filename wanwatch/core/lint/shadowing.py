"""Rules that no packet reaches, because an earlier rule of their chain ends the passage for all.

An accept, a return, or a mark with ``passthrough=no`` ends a packet's way through its chain; a
later rule that matches nothing else is dead.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from wanwatch.core.lint.context import Flow, found_rules
from wanwatch.core.lint.matching import SET_ON_THE_WAY, matchers
from wanwatch.core.lint.passage import MARKING, ends_chain
from wanwatch.core.lint.wider import Wider
from wanwatch.core.model import Finding, Severity
from wanwatch.core.snapshot import MangleRule

Ends = tuple[MangleRule, ...]
"""Rules that together end the passage of all that another rule asks for."""
Counts = dict[str, int]
"""Action -> how many rules of it stand above."""


def shadowed(flow: Flow) -> Iterator[Finding]:
    """Rules that are never reached: marking ones together, and all others together.

    Another rule that bears a comment of its own is taken for a place that somebody, or a script,
    fills in. mark-routing that a PCC mark ends the chain above is another finding's.
    """
    marking: list[tuple[MangleRule, Ends]] = []
    other: list[tuple[MangleRule, Ends]] = []
    whole = {
        group.rules[-1].id: group.rules
        for group in flow.groups
        if all(map(ends_chain, group.rules)) and group.is_whole
    }
    for chain in flow.passage.chains.values():
        for rule, by in _shadowed_in(flow, chain, whole):
            if rule.action in MARKING:
                if rule.action != "mark-routing" or by[0].action != "mark-connection":
                    marking.append((rule, by))
            elif rule.comment in ("", by[0].comment):
                other.append((rule, by))
    if marking:
        severity = Severity.WARNING
        if any(rule.classifier or rule.action == "mark-routing" for rule, _ in marking):
            severity = Severity.ERROR
        yield _finding("mark-rule-never-reached", severity, marking)
    if other:
        yield _finding("rule-never-reached", Severity.INFO, other)


def _finding(code: str, severity: Severity, pairs: list[tuple[MangleRule, Ends]]) -> Finding:
    above = dict.fromkeys(end.id for _, by in pairs for end in by)
    return found_rules(code, severity, [rule for rule, _ in pairs], by=", ".join(above))


def _shadowed_in(
    flow: Flow, chain: Iterable[MangleRule], whole: Mapping[str, Ends]
) -> Iterator[tuple[MangleRule, Ends]]:
    """``whole`` holds PCC groups that together end every passage, by the last of their rules."""
    ends: Wider[tuple[Ends, Counts]] = Wider(flow.lists)
    counts: Counts = defaultdict(int)
    counts_at: dict[str, Counts] = {}
    for rule in chain:
        asked = matchers(rule.properties)
        if rule.classifier:
            counts_at[rule.id] = dict(counts)
        by = _covered_by(asked, ends, counts) or _covered_in_parts(flow, asked, ends, counts)
        if by:
            yield rule, by
        elif ends_chain(rule):
            ends.keep(asked, ((rule,), dict(counts)))
            if rule.id in whole:
                rules = whole[rule.id]
                rest = {n: t for n, t in asked.items() if n != "per-connection-classifier"}
                ends.keep(rest, (rules, counts_at[rules[0].id]))
        counts[rule.action] += 1


def _covered_by(asked: Mapping[str, str], ends: Wider[tuple[Ends, Counts]], counts: Counts) -> Ends:
    """The first rules above that leave nothing; none where something is left."""
    for wide, (rules, before) in ends.covering(asked):
        if _is_steady(wide, before, counts):
            return rules
    return ()


def _covered_in_parts(
    flow: Flow, asked: Mapping[str, str], ends: Wider[tuple[Ends, Counts]], counts: Counts
) -> Ends:
    """The rules above that leave nothing of any interface in a list, one for each."""
    members = flow.lists.get(asked.get("in-interface-list", ""), ())
    found: dict[str, MangleRule] = {}
    rest = {name: text for name, text in asked.items() if name != "in-interface-list"}
    for member in members:
        by = _covered_by({**rest, "in-interface": member}, ends, counts)
        if not by:
            return ()
        found.update({rule.id: rule for rule in by})
    return tuple(found.values())


def _is_steady(wide: Mapping[str, str], before: Counts, counts: Counts) -> bool:
    """True when nothing between two rules changes what the upper one asks."""

    def stood_between(*actions: str) -> bool:
        return any(counts.get(action, 0) > before.get(action, 0) for action in actions)

    for name in wide:
        setter = SET_ON_THE_WAY.get(name)
        if setter is not None and stood_between(setter, "jump"):
            return False
        if name.endswith("address-list") and stood_between(
            "add-src-to-address-list", "add-dst-to-address-list", "jump"
        ):
            return False
    return True
