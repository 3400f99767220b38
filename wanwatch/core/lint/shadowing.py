"""Rules that no packet reaches, because an earlier rule of their chain ends the passage for all.

An accept, a return, or a mark with ``passthrough=no`` ends a packet's way through its chain; a
later rule that matches nothing else is dead.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from wanwatch.core.lint.context import Flow, found_rules
from wanwatch.core.lint.matching import SET_ON_THE_WAY, Lists, matchers
from wanwatch.core.lint.passage import MARKING, ends_chain
from wanwatch.core.lint.wider import Wider
from wanwatch.core.model import Finding, Severity
from wanwatch.core.snapshot import MangleRule

Counts = dict[str, int]
"""Action -> how many rules of it stand above."""


def shadowed(flow: Flow) -> Iterator[Finding]:
    """Rules that are never reached: marking ones together, and all others together.

    Another rule that bears a comment of its own is taken for a place that somebody, or a script,
    fills in.
    """
    marking: list[tuple[MangleRule, MangleRule]] = []
    other: list[tuple[MangleRule, MangleRule]] = []
    for chain in flow.passage.chains.values():
        for rule, by in _shadowed_in(chain, flow.lists):
            if rule.action in MARKING:
                marking.append((rule, by))
            elif rule.comment in ("", by.comment):
                other.append((rule, by))
    if marking:
        severity = Severity.WARNING
        if any(rule.classifier or rule.action == "mark-routing" for rule, _ in marking):
            severity = Severity.ERROR
        yield _finding("mark-rule-never-reached", severity, marking)
    if other:
        yield _finding("rule-never-reached", Severity.INFO, other)


def _finding(code: str, severity: Severity, pairs: list[tuple[MangleRule, MangleRule]]) -> Finding:
    above = dict.fromkeys(by.id for _, by in pairs)
    return found_rules(code, severity, [rule for rule, _ in pairs], by=", ".join(above))


def _shadowed_in(
    chain: Iterable[MangleRule], lists: Lists
) -> Iterator[tuple[MangleRule, MangleRule]]:
    ends: Wider[tuple[MangleRule, Counts]] = Wider(lists)
    counts: Counts = defaultdict(int)
    for rule in chain:
        asked = matchers(rule.properties)
        by = next(
            (
                end
                for wide, (end, before) in ends.covering(asked)
                if _is_steady(wide, before, counts)
            ),
            None,
        )
        if by is not None:
            yield rule, by
        elif ends_chain(rule):
            ends.keep(asked, (rule, dict(counts)))
        counts[rule.action] += 1


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
