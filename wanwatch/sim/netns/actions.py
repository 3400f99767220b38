"""What each action of mangle, filter and raw does, as statements of nftables.

FastTrack is rendered as accept: no packet takes a path around the rules here, which RouterOS's
fast path does. ``log`` and ``set-priority`` do nothing that could be seen. An action that is not
here cannot be rendered, and its rule matches nothing. Source: RouterOS manual, "Mangle", "Filter",
"Raw" (actions, and ``passthrough``, which is yes unless it says no).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from wanwatch.sim.matchers import InvalidRuleError, UnsupportedError
from wanwatch.sim.netns.conditions import EVERY, TCP
from wanwatch.sim.netns.matchers import Surroundings
from wanwatch.sim.netns.numbers import PACKET_MASK, ROUTING_MASK
from wanwatch.sim.values import parse_time

Row = Mapping[str, str]

_REJECTIONS: Mapping[str, Mapping[str, str]] = {
    "ip": {
        "icmp-network-unreachable": "net-unreachable",
        "icmp-host-unreachable": "host-unreachable",
        "icmp-protocol-unreachable": "prot-unreachable",
        "icmp-port-unreachable": "port-unreachable",
        "icmp-net-prohibited": "net-prohibited",
        "icmp-host-prohibited": "host-prohibited",
        "icmp-admin-prohibited": "admin-prohibited",
    },
    "ip6": {
        "icmp-no-route": "no-route",
        "icmp-admin-prohibited": "admin-prohibited",
        "icmp-address-unreachable": "addr-unreachable",
        "icmp-port-unreachable": "port-unreachable",
    },
}
_FIRST_REJECTION = {"ip": "icmp-network-unreachable", "ip6": "icmp-no-route"}
_HIGHEST_DSCP, _HIGHEST_TTL, _HIGHEST_MSS = 63, 255, 65535
_MAY_CLAMP = frozenset({"forward", "output", "postrouting"})
"""Where the kernel knows the way a packet takes (``nft_rt_validate``)."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What is done to a packet that meets a rule; only packets of these protocols can meet it."""

    statement: str = ""
    verdict: str = ""
    protocols: frozenset[int] = EVERY
    is_per_protocol: bool = False
    """True when nftables wants a rule for each protocol, as it does to translate ports."""


_PLAIN: Mapping[str, Deed] = {
    "accept": Deed(verdict="accept"),
    "drop": Deed(verdict="drop"),
    "return": Deed(verdict="return"),
    "fasttrack-connection": Deed(verdict="accept"),
    "notrack": Deed("notrack"),
    "log": Deed(),
    "passthrough": Deed(),
    "set-priority": Deed(),
}
_PASSING = frozenset(
    {
        *("mark-connection", "mark-packet", "mark-routing", "change-dscp", "change-mss"),
        *("change-ttl", "change-hop-limit", "clear-df", "set-priority"),
    }
)
"""Actions that have a ``passthrough``."""


def deed_of(action: str, row: Row, base: str, around: Surroundings) -> Deed:
    """What a row does in the chains of a base chain; raises InvalidRuleError, UnsupportedError."""
    deed = _PLAIN.get(action)
    if deed is None:
        maker = _MAKERS.get(action)
        if maker is None:
            raise UnsupportedError(f"action={action}")
        deed = maker(row, base, around)
    if action in _PASSING and row.get("passthrough") in ("false", "no"):
        return Deed(deed.statement, "accept", deed.protocols)
    return deed


def _mark_connection(row: Row, _base: str, around: Surroundings) -> Deed:
    return Deed(f"ct mark set {around.connection_mark(row.get('new-connection-mark', '')):#x}")


def _mark_packet(row: Row, _base: str, around: Surroundings) -> Deed:
    return _marked(ROUTING_MASK, around.packet_mark(row.get("new-packet-mark", "")))


def _mark_routing(row: Row, _base: str, around: Surroundings) -> Deed:
    return _marked(PACKET_MASK, around.routing_mark(row.get("new-routing-mark", "")))


def _marked(kept: int, value: int) -> Deed:
    return Deed(f"meta mark set meta mark & {kept:#010x} | {value:#x}")


def _change_dscp(row: Row, _base: str, around: Surroundings) -> Deed:
    return Deed(f"{around.family} dscp set {_number(row, 'new-dscp', _HIGHEST_DSCP)}")


def _change_life(name: str) -> "_Maker":
    """``set:64``; nftables cannot count up or down from what is there."""

    def make(row: Row, _base: str, around: Surroundings) -> Deed:
        word, _, value = row.get(name, "").partition(":")
        if word != "set" or not value.isdecimal() or int(value) > _HIGHEST_TTL:
            raise UnsupportedError(name)
        field = "ip ttl" if around.family == "ip" else "ip6 hoplimit"
        return Deed(f"{field} set {value}")

    return make


def _change_mss(row: Row, base: str, _around: Surroundings) -> Deed:
    if row.get("new-mss") == "clamp-to-pmtu":
        if base not in _MAY_CLAMP:
            raise UnsupportedError("new-mss")
        return Deed("tcp option maxseg size set rt mtu", protocols=frozenset({TCP}))
    size = _number(row, "new-mss", _HIGHEST_MSS)
    return Deed(f"tcp option maxseg size set {size}", protocols=frozenset({TCP}))


def _clear_df(_row: Row, _base: str, around: Surroundings) -> Deed:
    if around.family != "ip":
        raise UnsupportedError("action=clear-df")
    return Deed("ip frag-off set ip frag-off & 0xbfff")


def _reject(row: Row, _base: str, around: Surroundings) -> Deed:
    word = row.get("reject-with") or _FIRST_REJECTION[around.family]
    if word == "tcp-reset":
        return Deed(verdict="reject with tcp reset", protocols=frozenset({TCP}))
    reason = _REJECTIONS[around.family].get(word)
    if reason is None:
        raise UnsupportedError("reject-with")
    kind = "icmp" if around.family == "ip" else "icmpv6"
    return Deed(verdict=f"reject with {kind} {reason}")


def _add_to_list(side: str) -> "_Maker":
    def make(row: Row, _base: str, around: Surroundings) -> Deed:
        name, lifetime = row.get("address-list", ""), row.get("address-list-timeout", "")
        if not name:
            raise InvalidRuleError("no address-list")
        seconds = parse_time(lifetime)
        return Deed(around.sets.adding(name, side, int(seconds) if seconds else None))

    return make


def _number(row: Row, name: str, highest: int) -> int:
    text = row.get(name, "")
    if not text.isdecimal():
        raise UnsupportedError(name)
    if int(text) > highest:
        raise InvalidRuleError(f"{name}={text}")
    return int(text)


_Maker = Callable[[Row, str, Surroundings], Deed]

_MAKERS: Mapping[str, _Maker] = {
    "mark-connection": _mark_connection,
    "mark-packet": _mark_packet,
    "mark-routing": _mark_routing,
    "change-dscp": _change_dscp,
    "change-ttl": _change_life("new-ttl"),
    "change-hop-limit": _change_life("new-hop-limit"),
    "change-mss": _change_mss,
    "clear-df": _clear_df,
    "reject": _reject,
    "add-src-to-address-list": _add_to_list("saddr"),
    "add-dst-to-address-list": _add_to_list("daddr"),
}
