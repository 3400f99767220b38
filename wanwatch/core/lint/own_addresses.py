"""The router's own addresses on its lines, and which rules take out what comes in for them.

In mangle's prerouting all that is to be translated back has the router's own address on the line
as its destination: destination NAT comes later (RouterOS manual, "Packet Flow in RouterOS").
"""

from wanwatch.core.lint.context import Flow
from wanwatch.core.lint.matching import Span, holds_interface, matchers, span, within
from wanwatch.core.snapshot import MangleRule

_TO_ADDRESS = frozenset({"dst-address", "in-interface", "in-interface-list", "dst-address-list"})


def hides(flow: Flow, guard: MangleRule, interface: str) -> bool:
    """True when a rule takes out all that comes in by an interface for the router's own address."""
    asked = matchers(guard.properties)
    own = own_addresses(flow, interface)
    if guard.action != "accept" or not own or not asked.keys() <= _TO_ADDRESS:
        return False
    for name in ("in-interface", "in-interface-list"):
        if name in asked and holds_interface(name, asked[name], interface, flow.lists) is not True:
            return False
    if (text := asked.get("dst-address")) is not None:
        found = span(text)
        if found is None or found[0] == found[1]:
            return False
        return all(within(number, found) for number in own)
    if (text := asked.get("dst-address-list")) is not None and not text.startswith("!"):
        spans = flow.addresses.get(text, ())
        return all(any(s is not None and within(n, s) for s in spans) for n in own)
    return False


def own_addresses(flow: Flow, interface: str) -> list[Span]:
    """The router's own addresses on a line, in the network of its gateway where that is known.

    Of a line whose address is not known, its gateway stands for it: both are in one network.
    """
    wan = flow.picture.discovery.wan(flow.lines[interface])
    gateways = [found for text in (wan.gateways if wan else ()) if (found := span(text))]
    own = [n for n in flow.outside if n.interface == interface]
    near = [n for n in own if any(within(gateway, n.span) for gateway in gateways)]
    return [(n.own, n.own) for n in near or own] or gateways
