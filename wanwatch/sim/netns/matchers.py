"""What each matcher of RouterOS asks of a packet, as expressions of nftables.

Here are the matchers that ask who, where and which mark; ``matchers_packet`` has those that look
into the packet or count. A matcher that is in neither cannot be rendered, and its rule matches
nothing. Sources: RouterOS manual, "Mangle", "Filter" and "NAT" (matchers); nft(8).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from wanwatch.sim.matchers import InvalidRuleError, UnsupportedError
from wanwatch.sim.netns.classifier import classifier_condition
from wanwatch.sim.netns.conditions import (
    ALWAYS,
    NEVER,
    Condition,
    Term,
    choice,
    compared,
    of_text,
    unless,
)
from wanwatch.sim.netns.devices import device_name
from wanwatch.sim.netns.matchers_packet import PACKET_MATCHERS
from wanwatch.sim.netns.numbers import PACKET_MASK, ROUTING_MASK, Numbers
from wanwatch.sim.netns.protocols import protocol_number
from wanwatch.sim.netns.sets import NamedSets, address_span, span_text

_TYPES = frozenset(
    {"local", "unicast", "broadcast", "multicast", "blackhole", "unreachable", "prohibit"}
)
_STATES = frozenset({"new", "established", "related", "invalid", "untracked"})
_NAT_STATES: Mapping[str, str] = {"srcnat": "snat", "dstnat": "dnat"}
_PACKET_SHIFT = 16


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the names in the rules of one family refer to."""

    family: str
    """``ip`` or ``ip6``, as nftables calls them."""
    interfaces: frozenset[str]
    lists: Mapping[str, frozenset[str]]
    tables: frozenset[str] | None
    """The routing tables a mark may name; None where marks need no declaration (RouterOS 6)."""
    numbers: Numbers
    sets: NamedSets
    seed: int

    def connection_mark(self, name: str) -> int:
        """The number of a connection mark, 0 for ``no-mark``."""
        return self.numbers.connection.number(_mark(name))

    def packet_mark(self, name: str) -> int:
        """A packet mark where the packet bears it: in the high half."""
        return self.numbers.packet.number(_mark(name)) << _PACKET_SHIFT

    def routing_mark(self, name: str) -> int:
        """A routing mark, 0 for ``main``; raises InvalidRuleError on a table that is not there."""
        name = "" if name == "main" else _mark(name)
        if name and self.tables is not None and name not in self.tables:
            raise InvalidRuleError(f"no routing table {name}")
        return self.numbers.routing.number(name)


def condition_of(name: str, text: str, around: Surroundings) -> Condition:
    """The condition of one matcher; raises InvalidRuleError or UnsupportedError."""
    if name == "per-connection-classifier":
        return classifier_condition(text, around.family, around.seed)
    in_packet = PACKET_MATCHERS.get(name)
    if in_packet is not None:
        return in_packet(text, around.family)
    maker = _MAKERS.get(name)
    if maker is None:
        raise UnsupportedError(name)
    return maker(text.removeprefix("!"), around, text.startswith("!"))


def _mark(text: str) -> str:
    return "" if text == "no-mark" else text


def _address(side: str) -> "_Maker":
    def make(text: str, around: Surroundings, is_negated: bool) -> Condition:  # noqa: FBT001
        try:
            span = address_span(text, around.family)
        except ValueError as error:
            raise InvalidRuleError(text) from error
        value = span_text(span, around.family)
        return compared(f"{around.family} {side}", value, is_negated=is_negated)

    return make


def _on_list(side: str) -> "_Maker":
    def make(text: str, around: Surroundings, is_negated: bool) -> Condition:  # noqa: FBT001
        return around.sets.on_list(text, side, is_negated=is_negated)

    return make


def _type(side: str) -> "_Maker":
    def make(text: str, _around: Surroundings, is_negated: bool) -> Condition:  # noqa: FBT001
        wanted = sorted(set(text.split(",")))
        if not _TYPES.issuperset(wanted):
            raise InvalidRuleError(text)
        return compared(f"fib {side} type", choice(wanted), is_negated=is_negated)

    return make


def _interface(direction: str) -> "_Maker":
    def make(text: str, around: Surroundings, is_negated: bool) -> Condition:  # noqa: FBT001
        if text == "all":
            return of_text(f"{direction} 0" if is_negated else f"{direction} != 0")
        if text not in around.interfaces:
            raise InvalidRuleError(f"no interface {text}")
        return compared(f"{direction}name", f'"{device_name(text)}"', is_negated=is_negated)

    return make


def _interface_list(direction: str) -> "_Maker":
    def make(text: str, around: Surroundings, is_negated: bool) -> Condition:  # noqa: FBT001
        if text == "all":
            return of_text(f"{direction} 0" if is_negated else f"{direction} != 0")
        if text != "none" and text not in around.lists:
            raise InvalidRuleError(f"no interface list {text}")
        members = around.lists.get(text, frozenset()) - {""}
        if not members:
            return ALWAYS if is_negated else NEVER
        value = around.sets.interfaces(text, members)
        return compared(f"{direction}name", value, is_negated=is_negated)

    return make


def _connection_mark(text: str, around: Surroundings, is_negated: bool) -> Condition:  # noqa: FBT001
    return compared("ct mark", f"{around.connection_mark(text):#x}", is_negated=is_negated)


def _packet_mark(text: str, around: Surroundings, is_negated: bool) -> Condition:  # noqa: FBT001
    return _masked(PACKET_MASK, around.packet_mark(text), is_negated=is_negated)


def _routing_mark(text: str, around: Surroundings, is_negated: bool) -> Condition:  # noqa: FBT001
    return _masked(ROUTING_MASK, around.routing_mark(text), is_negated=is_negated)


def _masked(mask: int, value: int, *, is_negated: bool) -> Condition:
    sign = "!=" if is_negated else "=="
    return of_text(f"meta mark & {mask:#010x} {sign} {value:#x}")


def _state(text: str, _around: Surroundings, is_negated: bool) -> Condition:  # noqa: FBT001
    wanted = sorted(set(text.split(",")))
    if not _STATES.issuperset(wanted):
        raise InvalidRuleError(text)
    return of_text(f"ct state & ({'|'.join(wanted)}) {'==' if is_negated else '!='} 0")


def _nat_state(text: str, _around: Surroundings, is_negated: bool) -> Condition:  # noqa: FBT001
    wanted = sorted(set(text.split(",")))
    if not _NAT_STATES.keys() >= set(wanted):
        raise InvalidRuleError(text)
    bits = "|".join(_NAT_STATES[name] for name in wanted)
    return of_text(f"ct status & ({bits}) {'==' if is_negated else '!='} 0")


def _protocol(text: str, _around: Surroundings, is_negated: bool) -> Condition:  # noqa: FBT001
    number = protocol_number(text)
    if number is None:
        raise InvalidRuleError(text)
    wanted = frozenset({number})
    return (Term((), frozenset(range(256)) - wanted if is_negated else wanted),)


def _ipsec(text: str, _around: Surroundings, is_negated: bool) -> Condition:  # noqa: FBT001
    """No packet here is one of IPsec, so the policy that applies is ``none``."""
    direction, _, policy = text.partition(",")
    if direction not in ("in", "out") or policy not in ("ipsec", "none"):
        raise InvalidRuleError(text)
    found = ALWAYS if policy == "none" else NEVER
    return unless(found) if is_negated else found


_Maker = Callable[[str, Surroundings, bool], Condition]

_MAKERS: Mapping[str, _Maker] = {
    "src-address": _address("saddr"),
    "dst-address": _address("daddr"),
    "src-address-list": _on_list("saddr"),
    "dst-address-list": _on_list("daddr"),
    "src-address-type": _type("saddr"),
    "dst-address-type": _type("daddr"),
    "in-interface": _interface("iif"),
    "out-interface": _interface("oif"),
    "in-interface-list": _interface_list("iif"),
    "out-interface-list": _interface_list("oif"),
    "connection-mark": _connection_mark,
    "packet-mark": _packet_mark,
    "routing-mark": _routing_mark,
    "connection-state": _state,
    "connection-nat-state": _nat_state,
    "protocol": _protocol,
    "ipsec-policy": _ipsec,
}
