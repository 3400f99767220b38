"""Connections from outside: whether they are marked by the line they came in by, and answered by it.

An answer that leaves by another line is translated wrongly or dropped by the provider (RouterOS
manual, "Per connection classifier": the input and output rules). Only the line that main prefers
answers rightly without a mark.
"""

from collections.abc import Iterable, Iterator

from wanwatch.core.lint.chains import carriers_of_lines
from wanwatch.core.lint.context import Flow, found_rules, from_interface
from wanwatch.core.lint.own_addresses import hides
from wanwatch.core.lint.passage import Way
from wanwatch.core.model import Finding, Severity
from wanwatch.core.snapshot import MAIN_TABLE, MangleRule

_INTO = ("prerouting", "input", "forward")


def not_marked(flow: Flow) -> Iterator[Finding]:
    """WANs whose connections from outside get no mark."""
    if not flow.groups or len(flow.picture.discovery.wans) < 2:
        return
    below = {line: carrier for carrier, line in carriers_of_lines(flow).items()}
    marked = {
        flow.lines[i]
        for i in flow.lines
        if _marking(flow, i) or (i in below and _marking(flow, below[i]))
    }
    names = [name for name in dict.fromkeys(flow.lines.values()) if name not in marked]
    lost = [name for name in names if name != _preferred(flow)]
    if lost:
        severity = Severity.WARNING if flow.forwards_in() else Severity.INFO
        yield Finding("inbound-not-marked", severity, lost[0], (("wans", ", ".join(lost)),))


def not_routed_back(flow: Flow) -> Iterator[Finding]:
    """Marks of connections from outside by which the answers are not routed."""
    if len(flow.picture.discovery.wans) < 2:
        return
    router: dict[str, MangleRule] = {}
    hosts: dict[str, MangleRule] = {}
    shares_out = any(
        flow.routed(rule.new_connection_mark, "prerouting")
        for group in flow.groups
        for rule in group.rules
    ) or any(group.first.action == "mark-routing" for group in flow.groups)
    for interface, name in flow.lines.items():
        ways = _marking(flow, interface)
        if not ways or name == _preferred(flow):
            continue
        rule = ways[0].rules[-1]
        marks = {way.rules[-1].new_connection_mark for way in ways}
        if marks & flow.routing.keys() and not any(flow.routed(m, "output") for m in marks):
            router.setdefault(name, rule)
        if flow.forwards_in() and shares_out:
            forwarded = {w.rules[-1].new_connection_mark for w in ways if w.root != "input"}
            is_used = bool(forwarded & flow.routing.keys()) or not forwarded
            if is_used and not any(flow.routed(mark, "prerouting") for mark in forwarded):
                hosts.setdefault(name, rule)
    for code, found in (("answers-not-routed-back", router), ("servers-not-routed-back", hosts)):
        if found:
            yield found_rules(
                code, Severity.WARNING, _unique(found.values()), wans=", ".join(found)
            )


def let_by_before_marked(flow: Flow) -> Iterator[Finding]:
    """Marks of connections from outside that an accept of the line's own network comes before."""
    found: list[MangleRule] = []
    guards: dict[str, MangleRule] = {}
    for rule in flow.passage.rules:
        interface = rule.properties.get("in-interface", "")
        if rule.action != "mark-connection" or rule.classifier or interface not in flow.lines:
            continue
        for way in flow.passage.ways(rule):
            if way.root != "prerouting":
                continue
            guard = next(
                (g for g in flow.passage.ends_before(way) if hides(flow, g, interface)), None
            )
            if guard is not None:
                found.append(rule)
                guards[guard.id] = guard
                break
    if found:
        yield found_rules("inbound-let-by", Severity.WARNING, _unique(found), by=", ".join(guards))


def output_by_out_interface(flow: Flow) -> Iterator[Finding]:
    """mark-routing in chain output that asks for the very line it should lead to."""
    found = [
        rule
        for rule in flow.passage.rules
        if rule.action == "mark-routing"
        and "output" in flow.passage.roots(rule.chain)
        and rule.connection_mark not in ("", "no-mark")
        and _leads_to(flow, rule.properties.get("out-interface", ""), rule.new_routing_mark)
    ]
    if found:
        yield found_rules("output-mark-too-late", Severity.WARNING, found)


def output_asks_hotspot(flow: Flow) -> Iterator[Finding]:
    """mark-routing in chain output that asks what only a hotspot client's packet answers."""
    found = [
        rule
        for rule in flow.passage.rules
        if rule.action == "mark-routing"
        and rule.properties.get("hotspot")
        and flow.passage.roots(rule.chain) == {"output"}
    ]
    if found:
        yield found_rules("output-mark-asks-hotspot", Severity.WARNING, found)


def _marking(flow: Flow, interface: str) -> list[Way]:
    """The ways to rules that mark what comes in by an interface, by that interface."""
    found = []
    for rule in flow.marking_inbound:
        for way in flow.passage.ways(rule):
            names = [*way.values("in-interface"), *way.values("in-interface-list")]
            is_named = any(not name.startswith("!") for name in names)
            may_pass = from_interface(way, interface, flow.lists) is not False
            if way.root in _INTO and is_named and may_pass:
                found.append(way)
    return found


def _preferred(flow: Flow) -> str:
    """The WAN that main leads through, where that is one."""
    table = flow.picture.discovery.table(MAIN_TABLE)
    if table is None:
        return ""
    nearest = {name for distance, name in table.fallbacks if distance == table.fallbacks[0][0]}
    wans = set(table.wans) or nearest
    return next(iter(wans)) if len(wans) == 1 else ""


def _leads_to(flow: Flow, interface: str, table: str) -> bool:
    found = flow.picture.discovery.table(table)
    name = flow.lines.get(interface)
    return found is not None and name is not None and found.wans == (name,)


def _unique(rules: Iterable[MangleRule]) -> list[MangleRule]:
    return list({rule.id: rule for rule in rules}.values())
