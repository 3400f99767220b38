"""What PCC rules leave out: connections that are classified already, and the router's own networks.

Without ``connection-mark=no-mark`` or ``connection-state=new`` every packet of a connection is
classified anew. Without ``dst-address-type=!local`` and accept rules for the connected networks,
what is not meant for the internet is shared out over the WANs too (RouterOS manual, "Per
connection classifier").
"""

from collections.abc import Iterator

from wanwatch.core.lint.context import Flow, PccGroup, found_rules, from_interface
from wanwatch.core.lint.matching import Span, overlap, span, within
from wanwatch.core.lint.passage import Way
from wanwatch.core.lint.sides import Network
from wanwatch.core.model import Finding, Severity
from wanwatch.core.snapshot import MangleRule

_MOST_MENDED = 24
"""Rules a fix writes a command for; a longer one is for a script."""
_PRIVATE = tuple(filter(None, map(span, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))))
_TO = frozenset({"dst-address", "dst-address-list", "dst-address-type"})


def reclassified(flow: Flow) -> Iterator[Finding]:
    """PCC rules that mark the connection again with every packet."""
    found = [
        group
        for group in flow.groups
        if group.first.action == "mark-connection"
        and group.ways
        and not all(_asks_once(way) for way in group.ways)
    ]
    if not found:
        return
    rules = [rule for group in found for rule in group.rules]
    yield found_rules(
        "pcc-classifies-again", Severity.WARNING, rules, _with(flow, rules, "connection-mark")
    )


def own_addresses_shared_out(flow: Flow) -> Iterator[Finding]:
    """PCC rules by which what is for the router itself, or what it answers, leaves by a WAN."""
    found = [group for group in flow.groups if _loses_router(flow, group)]
    if found:
        rules = [rule for group in found for rule in group.rules]
        fix = _with(flow, rules, "dst-address-type")
        yield found_rules("pcc-includes-router", Severity.ERROR, rules, fix)


def router_alone(flow: Flow) -> Iterator[Finding]:
    """PCC rules for what goes to the router: a ``!`` is missing."""
    found = [
        rule
        for group in flow.groups
        if "local" in group.first.properties.get("dst-address-type", "").split(",")
        and group.roots == {"prerouting"}
        for rule in group.rules
    ]
    if found:
        yield found_rules("pcc-for-router-alone", Severity.ERROR, found)


def networks_shared_out(flow: Flow) -> Iterator[Finding]:
    """PCC rules by which what is for another connected network leaves by a WAN."""
    inside: dict[str, list[MangleRule]] = {}
    outside: dict[str, list[MangleRule]] = {}
    unguarded: list[MangleRule] = []
    for group in flow.groups:
        if "prerouting" not in group.roots or _loses_router(flow, group):
            continue
        if not flow.inside and not _exemptions(flow, group) and _routes(flow, group):
            unguarded += group.rules
        modems = [n for n in flow.outside if any(within(n.span, p) for p in _PRIVATE)]
        for kept, networks in ((inside, flow.inside), (outside, modems)):
            for network in networks:
                if _is_shared_out(flow, group, network):
                    kept.setdefault(network.text, []).extend(group.rules)
    if unguarded:
        yield found_rules("pcc-includes-connected", Severity.WARNING, unguarded)
    for code, severity, lost in (
        ("pcc-includes-lan", Severity.WARNING, inside),
        ("pcc-includes-modems", Severity.INFO, outside),
    ):
        if lost:
            rules = {rule.id: rule for several in lost.values() for rule in several}
            yield found_rules(code, severity, rules.values(), networks=", ".join(lost))


def _asks_once(way: Way) -> bool:
    if any(not text.startswith("!") for text in way.values("connection-mark")):
        return True
    return any(
        ("established" in text[1:].split(","))
        if text.startswith("!")
        else "established" not in text.split(",")
        for text in way.values("connection-state")
    )


def _with(flow: Flow, rules: list[MangleRule], name: str) -> tuple[str, ...]:
    """Commands that add the missing condition; none where another mark was meant to be replaced."""
    value = {"connection-mark": "no-mark", "dst-address-type": "!local"}[name]
    if len(rules) > _MOST_MENDED or any(rule.properties.get(name) for rule in rules):
        return ()
    if name == "connection-mark":
        own = {rule.new_connection_mark for group in flow.groups for rule in group.rules}
        set_elsewhere = {
            rule.new_connection_mark
            for rule in flow.passage.rules
            if rule.action == "mark-connection"
        }
        if not set_elsewhere <= own:
            return ()
    lines = [line for rule in rules for line in flow.fixes.set(rule, {name: value})]
    return tuple(lines) if len(lines) == len(rules) else ()


def _loses_router(flow: Flow, group: PccGroup) -> bool:
    """True when LAN hosts cannot reach the router itself, or not be answered by it.

    RouterOS 7 routes by the mark before it looks at its own addresses; 6 looks at them first, but
    answers by the mark where a rule in chain output sets it.
    """
    if "prerouting" not in group.roots or not all(map(_leaves_router_in, group.entries)):
        return False
    own = flow.inside
    routes = _routes(flow, group)
    if flow.has_tables and routes and _leaves_router_in(routes):
        if not own:
            return not _exemptions(flow, group)
        return not all(_covers_own(flow, group, routes, n) for n in own)
    answers = [w for m in _marks(group) for w in flow.routed(m, "output") if _answers_all(w)]
    if group.first.action != "mark-connection" or not answers:
        return False
    return bool(own) and not all(_covers_own(flow, group, (), n) for n in own)


def _marks(group: PccGroup) -> list[str]:
    return list(dict.fromkeys(rule.new_connection_mark for rule in group.rules))


def _routes(flow: Flow, group: PccGroup) -> tuple[Way, ...]:
    """The rules by which the group's traffic gets its routing mark in prerouting."""
    if group.first.action == "mark-routing":
        return group.ways
    return tuple(way for mark in _marks(group) for way in flow.routed(mark, "prerouting"))


def _answers_all(way: Way) -> bool:
    """True for mark-routing in chain output that the router's answers to the LAN meet."""
    asked = ("dst-address", "dst-address-list", "dst-address-type", "out-interface", "hotspot")
    return not any(
        True for n in (*asked, "out-interface-list", "src-address") for _ in way.values(n)
    )


def _leaves_router_in(ways: tuple[Way, ...]) -> bool:
    return any(not any(True for name in _TO for _ in way.values(name)) for way in ways)


def _covers_own(flow: Flow, group: PccGroup, routes: tuple[Way, ...], network: Network) -> bool:
    """True when a guard takes out the router's own address, or nothing comes from there."""
    sources = [n for n in flow.inside if _comes_from(flow, group, n)]
    if network not in sources:
        return True
    number = (network.own, network.own)
    return any(
        _takes_out(flow, end, number, group, is_own=True) for end in _ends(flow, group, routes)
    )


def _ends(flow: Flow, group: PccGroup, routes: tuple[Way, ...]) -> list[MangleRule]:
    """Rules that may take traffic out before it is classified, or before it is routed."""
    return list(
        {
            end.id: end
            for way in (*group.ways, *group.origins, *routes)
            for end in flow.passage.ends_before(way)
        }.values()
    )


def _exemptions(flow: Flow, group: PccGroup) -> bool:
    """True when anything about destinations is asked of the group's traffic."""
    routes = _routes(flow, group)
    passed = (*group.entries, routes) if routes else group.entries
    if not all(map(_leaves_router_in, passed)):
        return True
    return any(_TO & end.properties.keys() for end in _ends(flow, group, routes))


def _comes_from(flow: Flow, group: PccGroup, network: Network) -> bool:
    """True when the group certainly classifies what comes from a network."""
    return all(any(_lets_in(flow, way, network) for way in ways) for ways in group.entries)


def _lets_in(flow: Flow, way: Way, network: Network) -> bool:
    """True when what comes from a network certainly passes a way."""
    if from_interface(way, network.interface, flow.lists) is not True:
        return False
    lists = [text for text in way.values("src-address-list") if not text.startswith("!")]
    sources = [span(text) for text in way.values("src-address") if not text.startswith("!")]
    return all(_touches_list(flow, text, network.span) for text in lists) and all(
        source is not None and overlap(source, network.span) for source in sources
    )


def _is_shared_out(flow: Flow, group: PccGroup, network: Network) -> bool:
    """True when traffic of another network of the LAN to this one certainly leaves by a WAN."""
    sources = [n for n in flow.inside if n is not network and _comes_from(flow, group, n)]
    routes = _routes(flow, group)
    if not any(n.span != network.span for n in sources) or not routes:
        return False
    for ways in (*group.entries, routes):
        if all(_names_destination(flow, way, network) for way in ways):
            return False
    ends = _ends(flow, group, routes)
    if any(_takes_out(flow, end, network.span, group, is_own=False) for end in ends):
        return False
    return not _is_routed_home(flow, network)


def _names_destination(flow: Flow, way: Way, network: Network) -> bool:
    """True when a way leaves the network out by what it says of destinations."""
    for text in way.values("dst-address"):
        found = span(text.removeprefix("!"))
        if found is None or not text.startswith("!") or within(network.span, found):
            return True
    return any(
        not text.startswith("!") or _in_list(flow, text[1:], network.span)
        for text in way.values("dst-address-list")
    )


def _takes_out(
    flow: Flow, end: MangleRule, numbers: Span, group: PccGroup, *, is_own: bool
) -> bool:
    """True when a rule may take what goes to an address out of the group's traffic."""
    asked = end.properties
    if not _TO & asked.keys() or not _is_of_side(flow, end, group):
        return False
    if (text := asked.get("dst-address-type")) is not None:
        return is_own and "local" in text.split(",")
    for name in ("dst-address", "dst-address-list"):
        text = asked.get(name, "")
        if not text:
            continue
        if text.startswith("!"):
            return False
        found = span(text) if name == "dst-address" else None
        if name == "dst-address" and (found is None or not within(numbers, found)):
            return False
        if name == "dst-address-list" and not _in_list(flow, text, numbers):
            return False
    return True


def _is_of_side(flow: Flow, end: MangleRule, group: PccGroup) -> bool:
    """True unless a rule is certainly about other interfaces than the group is."""
    interface = end.properties.get("in-interface", "")
    if not interface or interface.startswith("!"):
        return True
    return any(from_interface(way, interface, flow.lists) is not False for way in group.ways)


def _in_list(flow: Flow, name: str, numbers: Span) -> bool:
    """True when an address list holds the addresses, or when nothing is known of the list."""
    spans = flow.addresses.get(name, ())
    if not spans or None in spans:
        return True
    return any(found is not None and within(numbers, found) for found in spans)


def _touches_list(flow: Flow, name: str, numbers: Span) -> bool:
    """True when an address list holds one of the addresses, or nothing is known of the list."""
    spans = flow.addresses.get(name, ())
    return not spans or any(found is None or overlap(found, numbers) for found in spans)


def _is_routed_home(flow: Flow, network: Network) -> bool:
    """True when a route of a marked table, or a routing rule, leads to the network after all."""
    return any(within(network.span, to) for leading in flow.homes.values() for to in leading)
