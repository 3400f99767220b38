"""What the actions of NAT do, as statements of nftables.

``dst-nat`` and ``redirect`` work in dstnat, the others in srcnat, ``netmap`` in both; elsewhere
they cannot be rendered. A rule without an address keeps the packet's own. Source: RouterOS manual,
"NAT".
"""

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import replace

from wanwatch.sim.matchers import InvalidRuleError, UnsupportedError
from wanwatch.sim.netns.actions import Deed, Row, deed_of
from wanwatch.sim.netns.conditions import PORTED
from wanwatch.sim.netns.matchers import Surroundings
from wanwatch.sim.netns.sets import address_span, address_text

_SOURCE, _DESTINATION = "srcnat", "dstnat"
_SHARED = frozenset(
    {
        *("accept", "return", "log", "passthrough"),
        *("add-src-to-address-list", "add-dst-to-address-list"),
    }
)
_HIGHEST_PORT = 65535
_NO_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 (RouterOS writes "none" so; nothing is bound)


def nat_deed_of(action: str, row: Row, base: str, around: Surroundings) -> Deed:
    """What a row of NAT does; raises InvalidRuleError, UnsupportedError."""
    if action in _SHARED:
        return deed_of(action, row, base, around)
    maker, bases = _MAKERS.get(action, (None, ()))
    if maker is None or base not in bases:
        raise UnsupportedError(f"action={action}")
    return maker(row, base, around)


def _masquerade(row: Row, _base: str, _around: Surroundings) -> Deed:
    return _to("masquerade", "", _ports(row))


def _redirect(row: Row, _base: str, _around: Surroundings) -> Deed:
    return _to("redirect", "", _ports(row))


def _source(row: Row, _base: str, around: Surroundings) -> Deed:
    return _translated("snat", row, around)


def _destination(row: Row, _base: str, around: Surroundings) -> Deed:
    return _translated("dnat", row, around)


def _same(row: Row, _base: str, around: Surroundings) -> Deed:
    deed = _translated("snat", row, around)
    return deed if deed.verdict == "accept" else replace(deed, verdict=f"{deed.verdict} persistent")


def _translated(verb: str, row: Row, around: Surroundings) -> Deed:
    text = _target(row)
    ports = _ports(row)
    if not text:
        return _to(verb, "", ports) if ports else Deed(verdict="accept")
    try:
        span = address_span(text, around.family)
    except ValueError as error:
        raise InvalidRuleError(text) from error
    low, high = (address_text(number, around.family) for number in span)
    if ports and around.family == "ip6":
        low, high = f"[{low}]", f"[{high}]"
    return _to(verb, low if low == high else f"{low}-{high}", ports)


def _to(verb: str, addresses: str, ports: str) -> Deed:
    """The verdict of a translation; ports need a protocol that has them."""
    if not ports:
        return Deed(verdict=f"{verb} to {addresses}" if addresses else verb)
    return Deed("", f"{verb} to {addresses}:{ports}", PORTED, is_per_protocol=True)


def _netmap(row: Row, base: str, around: Surroundings) -> Deed:
    text = _target(row)
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise UnsupportedError("action=netmap") from error
    if network.version != (4 if around.family == "ip" else 6):
        raise InvalidRuleError(text)
    verb, side = ("snat", "saddr") if base == _SOURCE else ("dnat", "daddr")
    everywhere = "0.0.0.0/0" if around.family == "ip" else "::/0"
    family = around.family
    return Deed("", f"{verb} {family} prefix to {family} {side} map {{ {everywhere} : {network} }}")


def _target(row: Row) -> str:
    text = row.get("to-addresses") or row.get("to-address", "")
    return "" if text in _NO_ADDRESS else text


def _ports(row: Row) -> str:
    text = row.get("to-ports", "")
    if not text or text == "0-65535":
        return ""
    low, dash, high = text.partition("-")
    if not low.isdecimal() or (dash and not high.isdecimal()):
        raise InvalidRuleError(f"to-ports={text}")
    if not int(low) <= int(high or low) <= _HIGHEST_PORT:
        raise InvalidRuleError(f"to-ports={text}")
    return text if dash else low


_Maker = Callable[[Row, str, Surroundings], Deed]

_MAKERS: Mapping[str, tuple[_Maker, tuple[str, ...]]] = {
    "masquerade": (_masquerade, (_SOURCE,)),
    "src-nat": (_source, (_SOURCE,)),
    "same": (_same, (_SOURCE,)),
    "dst-nat": (_destination, (_DESTINATION,)),
    "redirect": (_redirect, (_DESTINATION,)),
    "netmap": (_netmap, (_SOURCE, _DESTINATION)),
}
