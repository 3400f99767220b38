"""Whether a connection's first packet meets the mark and then the routing by it, in that order.

Rules are asked from the top, and ``passthrough`` decides whether the next one is asked after a
match (RouterOS manual, "Mangle"). A first packet that leaves by main is translated for main's
line; what follows it by another line keeps that address and is lost.
"""

from collections.abc import Iterator

from wanwatch.core.lint.context import Flow, found_rules
from wanwatch.core.lint.passage import Way, ends_chain
from wanwatch.core.model import Finding, Severity
from wanwatch.core.snapshot import MangleRule

_MOST_MENDED = 24
_INTERFACES = ("in-interface", "in-interface-list", "src-address", "src-address-list")


def mark_ends_chain(flow: Flow) -> Iterator[Finding]:
    """PCC marks with ``passthrough=no`` above the mark-routing that their packets then miss."""
    found = [
        rule
        for rule in _classifying(flow)
        if ends_chain(rule)
        and any(_follows(flow, way, rule.new_connection_mark) for way in flow.passage.ways(rule))
    ]
    if found:
        fix = tuple(
            line
            for rule in found[:_MOST_MENDED]
            for line in flow.fixes.set(rule, {"passthrough": "yes"})
        )
        complete = fix if len(fix) == len(found) else ()
        yield found_rules("mark-skips-mark-routing", Severity.ERROR, found, complete)


def marked_too_late(flow: Flow) -> Iterator[Finding]:
    """PCC marks after which no mark-routing comes, although there is one that came before."""
    found, routing = [], {}
    for rule in _classifying(flow):
        for way in flow.passage.ways(rule):
            missed = _missed(flow, way, rule.new_connection_mark)
            if missed:
                found.append(rule)
                routing.update({other.id: other for other in missed})
                break
    if found:
        yield found_rules(
            "mark-after-mark-routing", Severity.ERROR, found, routing=", ".join(routing)
        )


def _missed(flow: Flow, way: Way, mark: str) -> list[MangleRule]:
    """The mark-routing that a first packet has passed when it is marked, if none comes after."""
    if way.root in ("prerouting", "output"):
        serving = flow.routed(mark, way.root)
        if any(_is_after(flow, other, way) for other in serving):
            return []
    elif way.root in ("forward", "postrouting"):
        serving = flow.routed(mark, "prerouting")
    else:
        return []
    return [other.rules[-1] for other in serving if _may_meet(way, other)]


def _classifying(flow: Flow) -> Iterator[MangleRule]:
    for group in flow.groups:
        if group.first.action == "mark-connection":
            yield from group.rules


def _follows(flow: Flow, way: Way, mark: str) -> bool:
    """True when mark-routing for the mark comes after the last rule of a way."""
    passage = flow.passage
    for rule in flow.routing.get(mark, ()):
        for other in passage.ways(rule):
            if other.root == way.root and _is_after(flow, other, way) and _may_meet(way, other):
                return True
    return False


def _is_after(flow: Flow, later: Way, earlier: Way) -> bool:
    """Compare where two ways part: the place of their first rules that differ."""
    for one, other in zip(later.rules, earlier.rules, strict=False):
        if one.id != other.id:
            return flow.passage.place(one) > flow.passage.place(other)
    return False


def _may_meet(way: Way, other: Way) -> bool:
    """True unless two ways plainly ask for different sources or interfaces."""
    for name in _INTERFACES:
        one, two = set(way.values(name)), set(other.values(name))
        if one and two and one.isdisjoint(two):
            return False
    return True
