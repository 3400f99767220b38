"""Rules that also catch what comes in by a WAN, although they are meant for the LAN's traffic.

A packet that comes in by a WAN and gets a WAN's routing mark is sent back out instead of to the
LAN, for the table of a WAN has a default route and nothing else (RouterOS manual, "Per connection
classifier": mark-routing names the LAN's interface). Mangle's prerouting comes before destination
NAT, so what is to be translated back has the router's own address there, and
``dst-address-type=!local`` leaves it out (RouterOS manual, "Packet Flow in RouterOS").
"""

from collections.abc import Iterator

from wanwatch.core.discovery.found import TableKind
from wanwatch.core.lint.context import Flow, found_rules, from_interface
from wanwatch.core.lint.matching import holds_interface, implies, matchers, overlap
from wanwatch.core.lint.own_addresses import hides
from wanwatch.core.lint.passage import Way
from wanwatch.core.lint.picture import ROUTE
from wanwatch.core.model import Finding, Severity
from wanwatch.core.snapshot import MangleRule

_FROM_INSIDE = (
    *("src-address", "src-address-list", "src-mac-address", "src-address-type", "hotspot"),
    *("packet-mark", "routing-mark", "routing-table", "in-bridge-port", "in-bridge-port-list"),
    *("dst-address", "dst-address-list", "connection-nat-state", "ingress-priority"),
    *("out-interface", "out-interface-list"),
)
"""A condition on one of these, unless negated, is taken to leave out what comes from a WAN."""
_MOST_MENDED = 24
_NOT_LEADING_OUT = frozenset(
    {TableKind.MAIN, TableKind.LAN, TableKind.VRF, TableKind.BLACKHOLE, TableKind.TUNNEL}
)


def mark_routing_from_wan(flow: Flow) -> Iterator[Finding]:
    """mark-routing that packets from a WAN meet too: they are sent back out.

    A rule that names the interface list PCC names is meant for the same side, whatever the list
    holds.
    """
    lists_of_pcc = {
        text for group in flow.groups if (text := group.first.properties.get("in-interface-list"))
    }
    open_to_wan: list[MangleRule] = []
    guarded: list[MangleRule] = []
    guards: dict[str, None] = {}
    for rule in flow.passage.rules:
        if not _routes_by_mark(rule) or _is_led_home(flow, rule.new_routing_mark):
            continue
        if rule.properties.get("in-interface-list", "") in lists_of_pcc:
            continue
        for way in flow.passage.ways(rule):
            caught = [] if excludes_local(way) else caught_from(flow, way)
            if way.root == "prerouting" and caught:
                partly = {i: _guards_of(flow, way, i) for i in caught}
                guards.update(dict.fromkeys(end for ends in partly.values() for end in ends))
                (guarded if all(partly.values()) else open_to_wan).append(rule)
                break
    if open_to_wan:
        fix = _for_the_lan_alone(flow, open_to_wan)
        yield found_rules("mark-routing-from-wan", Severity.ERROR, open_to_wan, fix)
    if guarded:
        by = ", ".join(guards)
        yield found_rules("mark-routing-open-to-wan", Severity.WARNING, guarded, by=by)


def pcc_from_wan(flow: Flow) -> Iterator[Finding]:
    """PCC that shares out the connections from outside as well."""
    found = [
        rule
        for group in flow.groups
        if group.first.action == "mark-connection"
        and any(
            way.root == "prerouting" and caught_from(flow, way) and not excludes_local(way)
            for way in group.ways
        )
        and not any(
            m not in ("", "no-mark") for w in group.ways for m in w.values("connection-mark")
        )
        for rule in group.rules
    ]
    if found:
        yield found_rules("pcc-from-wan", Severity.WARNING, found)


def negated_interface(flow: Flow) -> Iterator[Finding]:
    """``in-interface=!WAN1`` lets in what comes by all other WANs."""
    found: list[MangleRule] = []
    for group in flow.groups:
        text = group.first.properties.get("in-interface", "")
        if not text.startswith("!") or text[1:] not in flow.lines:
            continue
        caught = [way for way in group.ways if way.root == "prerouting" and caught_from(flow, way)]
        if caught and all(excludes_local(way) for way in caught):
            found += group.rules
    if found:
        names = dict.fromkeys(rule.properties["in-interface"] for rule in found)
        yield found_rules("in-interface-negated", Severity.INFO, found, names=", ".join(names))


def caught_from(flow: Flow, way: Way) -> list[str]:
    """The lines' interfaces whose packets certainly pass a way to its last rule.

    An empty name stands for a line whose interface is not known: its packets pass where no
    interface is asked for.
    """
    for name in _FROM_INSIDE:
        if any(not text.startswith("!") for text in way.values(name)):
            return []
    open_to_all = not any(
        True for n in ("in-interface", "in-interface-list") for _ in way.values(n)
    )
    interfaces = list(flow.lines) or ([""] if open_to_all else [])
    return [
        interface
        for interface in interfaces
        if from_interface(way, interface, flow.lists) is True
        and not _is_let_by(flow, way, interface)
    ]


def excludes_local(way: Way) -> bool:
    """True for ``dst-address-type=!local``: only what is not translated is left of a WAN's."""
    return any(
        text.startswith("!") and "local" in text[1:].split(",")
        for text in way.values("dst-address-type")
    )


def _routes_by_mark(rule: MangleRule) -> bool:
    mark = rule.connection_mark
    if rule.action != "mark-routing" or rule.new_routing_mark in ("", "main"):
        return False
    return bool(rule.classifier) or (mark not in ("", "no-mark") and not mark.startswith("!"))


def _for_the_lan_alone(flow: Flow, rules: list[MangleRule]) -> tuple[str, ...]:
    """Commands that name the interface PCC names, where all of the LAN comes in by it."""
    named = {
        (name, text)
        for group in flow.groups
        for way in group.ways
        for name in ("in-interface", "in-interface-list")
        for text in way.values(name)
    }
    if len(named) != 1 or not flow.inside or len(rules) > _MOST_MENDED:
        return ()
    name, text = next(iter(named))
    insides = {network.interface for network in flow.inside}
    if not all(holds_interface(name, text, inside, flow.lists) for inside in insides):
        return ()
    if text.startswith("!") or any(holds_interface(name, text, i, flow.lists) for i in flow.lines):
        return ()
    lines = [line for rule in rules for line in flow.fixes.set(rule, {name: text})]
    return tuple(lines) if len(lines) == len(rules) else ()


def _is_let_by(flow: Flow, way: Way, interface: str) -> bool:
    """True when an earlier rule takes out all that comes in by the interface.

    Where no WAN's interface is known, a rule that takes out what comes by any interface is taken
    to mean the WANs.
    """
    for end in flow.passage.ends_before(way):
        asked = matchers(end.properties)
        if interface:
            if implies({"in-interface": interface}, asked, flow.lists):
                return True
        elif asked.keys() and asked.keys() <= {"in-interface", "in-interface-list"}:
            return True
    return False


def _guards_of(flow: Flow, way: Way, interface: str) -> list[str]:
    """Earlier rules that take out what comes in by a line for the router's own address there.

    Of a line that nothing is known of, every rule that names an interface may be one.
    """
    return [
        end.id
        for end in flow.passage.ends_before(way)
        if (hides(flow, end, interface) if interface else _names_interface(end))
    ]


def _names_interface(rule: MangleRule) -> bool:
    names = ("in-interface", "in-interface-list")
    return any(not rule.properties.get(name, "!").startswith("!") for name in names)


def _is_led_home(flow: Flow, table: str) -> bool:
    """True when packets to the LAN find it from the table too, or the table is no WAN's."""
    found = flow.picture.discovery.table(table)
    kind = TableKind.UNKNOWN if found is None else found.kind
    if kind in _NOT_LEADING_OUT:
        return True
    if kind is TableKind.EMPTY and flow.picture.survey.of(ROUTE):
        return True
    leading = (*flow.homes.get(table, ()), *flow.homes.get("", ()))
    if not flow.inside:
        return bool(leading)
    return any(overlap(to, network.span) for to in leading for network in flow.inside)
