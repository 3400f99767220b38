"""Rules that no packet reaches, because an earlier rule of their chain ends the passage for all.

An accept, a return, or a mark with ``passthrough=no`` ends a packet's way through its chain; a
later rule that matches nothing else is dead. A rule is looked for among those above it that name
one of its own values, so that a long mangle costs little.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from wanwatch.core.lint.context import Flow, found_rules
from wanwatch.core.lint.matching import SET_ON_THE_WAY, VARYING, Lists, implies, matchers, span
from wanwatch.core.lint.passage import MARKING, ends_chain
from wanwatch.core.model import Finding, Severity
from wanwatch.core.snapshot import MangleRule

_TELLING = (
    *("src-address", "dst-address", "per-connection-classifier", "src-address-list"),
    *("dst-address-list", "connection-mark", "src-mac-address", "dst-port", "in-interface"),
    *("in-interface-list", "out-interface", "out-interface-list", "protocol"),
)
_BY_PREFIX = frozenset({"src-address", "dst-address"})
_MOST_TRIED = 64
"""Earlier rules that are compared under one value; what lies beyond is not found."""
_UNIVERSAL = ("", "")

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
    holders: dict[str, list[str]] = defaultdict(list)
    for name, members in lists.items():
        for member in members:
            holders[member].append(name)
    ends: dict[tuple[str, str], list[tuple[MangleRule, dict[str, str], Counts]]] = {}
    counts: Counts = defaultdict(int)
    for rule in chain:
        asked = matchers(rule.properties)
        by = _found_above(asked, ends, counts, lists, holders)
        if by is not None:
            yield rule, by
        elif ends_chain(rule) and not VARYING & asked.keys():
            ends.setdefault(_anchor(asked), []).append((rule, asked, dict(counts)))
        counts[rule.action] += 1


def _found_above(
    asked: Mapping[str, str],
    ends: Mapping[tuple[str, str], list[tuple[MangleRule, dict[str, str], Counts]]],
    counts: Counts,
    lists: Lists,
    holders: Mapping[str, list[str]],
) -> MangleRule | None:
    for key in _keys(asked, lists, holders):
        for rule, wide, before in ends.get(key, ())[:_MOST_TRIED]:
            if implies(asked, wide, lists) and _is_steady(wide, before, counts):
                return rule
    return None


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


def _anchor(asked: Mapping[str, str]) -> tuple[str, str]:
    """The value a wider rule is kept under: one that every rule it covers names or lies in."""
    for name in _TELLING:
        text = asked.get(name)
        if not text or text.startswith("!"):
            continue
        if name not in _BY_PREFIX:
            return name, text
        found = span(text)
        if found is not None:
            size = found[1] - found[0] + 1
            if size & (size - 1) == 0 and found[0] % size == 0:
                return name, f"{found[0]}/{size}"
    return _UNIVERSAL


def _keys(
    asked: Mapping[str, str], lists: Lists, holders: Mapping[str, list[str]]
) -> Iterator[tuple[str, str]]:
    """The values under which rules that cover this one may be kept."""
    yield _UNIVERSAL
    for name in _TELLING:
        text = asked.get(name)
        if not text or text.startswith("!"):
            continue
        if name in _BY_PREFIX:
            yield from _prefixes(name, text)
            continue
        yield name, text
        if name.endswith("-interface"):
            yield from ((f"{name}-list", holder) for holder in holders.get(text, ()))
        elif name.endswith("-interface-list") and lists.get(text):
            member = lists[text][0]
            yield name.removesuffix("-list"), member
            yield from ((name, holder) for holder in holders.get(member, ()))


def _prefixes(name: str, text: str) -> Iterator[tuple[str, str]]:
    """Every prefix that holds all of an address text."""
    found = span(text)
    if found is not None:
        for bits in range(33):
            size = 1 << bits
            if size > found[1] - found[0]:
                yield name, f"{found[0] - found[0] % size}/{size}"
