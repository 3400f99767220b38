"""What a firewall rule asks of a packet: each matcher's text becomes a function of the walk.

Sources: RouterOS manual, "Matchers" of mangle and NAT, and "Per connection classifier".
"""

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from wanwatch.sim.classifier import KEYS, classifier_hash
from wanwatch.sim.conntrack import Entry
from wanwatch.sim.packet import Packet

_HIGHEST_DSCP = 63


class InvalidRuleError(ValueError):
    """A rule RouterOS marks as invalid: it names what is not there, or is malformed."""


class UnsupportedError(ValueError):
    """A property that the world does not know how to match."""


@dataclass(slots=True)
class Walk:
    """A packet on its way through the chains, with everything the rules may ask or set."""

    packet: Packet
    entry: Entry
    state: str
    """The connection state as ``connection-state`` names it: new or established."""
    out_interface: str = ""
    routing_mark: str = ""
    packet_mark: str = ""
    hits: list[str] | None = None
    """Ids of the rules that matched; None when nobody wants to know."""
    hashes: dict[str, int] = field(default_factory=dict)


Match = Callable[[Walk], bool]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the names in rules refer to."""

    interfaces: frozenset[str] = frozenset()
    lists: Mapping[str, frozenset[str]] = field(default_factory=dict)
    tables: frozenset[str] | None = None
    """The routing tables a mark may name; None where marks need no declaration (RouterOS 6)."""
    local: frozenset[int] = frozenset()
    broadcast: frozenset[int] = frozenset()
    address_lists: Mapping[str, Callable[[int], bool]] = field(default_factory=dict)
    initval: int = 0


def compile_match(name: str, text: str, facts: Facts) -> Match:
    """The function for one matcher; raises InvalidRuleError or UnsupportedError."""
    maker = _MAKERS.get(name)
    if maker is None:
        raise UnsupportedError(name)
    if name == "per-connection-classifier":
        return _classifier(text, facts)
    if text.startswith("!"):
        match = maker(text[1:], facts)
        return lambda walk: not match(walk)
    return maker(text, facts)


def address_test(text: str) -> Callable[[int], bool]:
    """A test for an address, a prefix or a range; raises InvalidRuleError on other text."""
    try:
        low_text, _, high_text = text.partition("-")
        if high_text:
            low, high = (int(ipaddress.IPv4Address(part)) for part in (low_text, high_text))
        else:
            network = ipaddress.IPv4Network(text, strict=False)
            low, high = int(network.network_address), int(network.broadcast_address)
    except ValueError as error:
        raise InvalidRuleError(text) from error
    return lambda number: low <= number <= high


def _src_address(text: str, _facts: Facts) -> Match:
    test = address_test(text)
    return lambda walk: test(walk.packet.src)


def _dst_address(text: str, _facts: Facts) -> Match:
    test = address_test(text)
    return lambda walk: test(walk.packet.dst)


def _nobody(_number: int) -> bool:
    return False


def _src_list(text: str, facts: Facts) -> Match:
    test = facts.address_lists.get(text, _nobody)
    return lambda walk: test(walk.packet.src)


def _dst_list(text: str, facts: Facts) -> Match:
    test = facts.address_lists.get(text, _nobody)
    return lambda walk: test(walk.packet.dst)


def _type_test(text: str, facts: Facts) -> Callable[[int], bool]:
    negated = text.startswith("!")
    wanted = frozenset(text.removeprefix("!").split(","))
    if not wanted <= {"local", "unicast", "broadcast", "multicast"}:
        raise InvalidRuleError(text)

    def is_wanted(number: int) -> bool:
        if number in facts.local:
            found = "local"
        elif number in facts.broadcast or number == 0xFFFFFFFF:
            found = "broadcast"
        else:
            found = "multicast" if number >> 28 == 14 else "unicast"
        return (found in wanted) != negated

    return is_wanted


def _src_type(text: str, facts: Facts) -> Match:
    test = _type_test(text, facts)
    return lambda walk: test(walk.packet.src)


def _dst_type(text: str, facts: Facts) -> Match:
    test = _type_test(text, facts)
    return lambda walk: test(walk.packet.dst)


def _is_some(name: str) -> bool:
    return bool(name)


def _interfaces(text: str, facts: Facts) -> Callable[[str], bool]:
    if text == "all":
        return _is_some
    if text not in facts.interfaces:
        raise InvalidRuleError(f"no interface {text}")
    return lambda name: name == text


def _in_interface(text: str, facts: Facts) -> Match:
    test = _interfaces(text, facts)
    return lambda walk: test(walk.packet.in_interface)


def _out_interface(text: str, facts: Facts) -> Match:
    test = _interfaces(text, facts)
    return lambda walk: test(walk.out_interface)


def _members(text: str, facts: Facts) -> Callable[[str], bool]:
    if text == "all":
        return _is_some
    if text == "none":
        return lambda _name: False
    if text not in facts.lists:
        raise InvalidRuleError(f"no interface list {text}")
    return facts.lists[text].__contains__


def _in_list(text: str, facts: Facts) -> Match:
    test = _members(text, facts)
    return lambda walk: test(walk.packet.in_interface)


def _out_list(text: str, facts: Facts) -> Match:
    test = _members(text, facts)
    return lambda walk: test(walk.out_interface)


def _mark(text: str) -> str:
    return "" if text == "no-mark" else text


def _connection_mark(text: str, _facts: Facts) -> Match:
    wanted = _mark(text)
    return lambda walk: walk.entry.mark == wanted


def _packet_mark(text: str, _facts: Facts) -> Match:
    wanted = _mark(text)
    return lambda walk: walk.packet_mark == wanted


def _routing_mark(text: str, facts: Facts) -> Match:
    wanted = "" if text == "main" else _mark(text)
    if wanted and facts.tables is not None and wanted not in facts.tables:
        raise InvalidRuleError(f"no routing table {text}")
    return lambda walk: walk.routing_mark == wanted


def _state(text: str, _facts: Facts) -> Match:
    wanted = frozenset(text.split(","))
    if not wanted <= {"new", "established", "related", "invalid", "untracked"}:
        raise InvalidRuleError(text)
    return lambda walk: walk.state in wanted


def _protocol(text: str, _facts: Facts) -> Match:
    wanted = {"1": "icmp", "6": "tcp", "17": "udp"}.get(text, text)
    return lambda walk: walk.packet.protocol == wanted


def _port_test(text: str) -> Callable[[int], bool]:
    ranges = []
    for part in text.split(","):
        low, dash, high = part.partition("-")
        if not low.isdecimal() or (dash and not high.isdecimal()):
            raise InvalidRuleError(text)
        ranges.append((int(low), int(high or low)))
    return lambda port: any(low <= port <= high for low, high in ranges)


def _src_port(text: str, _facts: Facts) -> Match:
    test = _port_test(text)
    return lambda walk: walk.packet.has_ports and test(walk.packet.src_port)


def _dst_port(text: str, _facts: Facts) -> Match:
    test = _port_test(text)
    return lambda walk: walk.packet.has_ports and test(walk.packet.dst_port)


def dscp_number(text: str) -> int:
    """A DSCP value; raises InvalidRuleError on anything but 0 to 63."""
    if not text.isdecimal() or int(text) > _HIGHEST_DSCP:
        raise InvalidRuleError(text)
    return int(text)


def _dscp(text: str, _facts: Facts) -> Match:
    wanted = dscp_number(text)
    return lambda walk: walk.packet.dscp == wanted


_CLASSIFIER = re.compile(r"(!?)([a-z-]+):(\d+)/(\d+)")


def _classifier(text: str, facts: Facts) -> Match:
    parts = _CLASSIFIER.fullmatch(text)
    if parts is None or parts[2] not in KEYS or int(parts[3]) == 0:
        raise InvalidRuleError(text)
    negated, fields = bool(parts[1]), parts[2]
    denominator, remainder = int(parts[3]), int(parts[4])
    initval = facts.initval

    def match(walk: Walk) -> bool:
        value = walk.hashes.get(fields)
        if value is None:
            value = walk.hashes[fields] = classifier_hash(fields, walk.packet, initval)
        return (value % denominator == remainder) != negated

    return match


_MAKERS: Mapping[str, Callable[[str, Facts], Match]] = {
    "src-address": _src_address,
    "dst-address": _dst_address,
    "src-address-list": _src_list,
    "dst-address-list": _dst_list,
    "src-address-type": _src_type,
    "dst-address-type": _dst_type,
    "in-interface": _in_interface,
    "out-interface": _out_interface,
    "in-interface-list": _in_list,
    "out-interface-list": _out_list,
    "connection-mark": _connection_mark,
    "packet-mark": _packet_mark,
    "routing-mark": _routing_mark,
    "connection-state": _state,
    "protocol": _protocol,
    "src-port": _src_port,
    "dst-port": _dst_port,
    "dscp": _dscp,
    "per-connection-classifier": _classifier,
}
