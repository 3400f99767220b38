"""When one rule's matchers leave nothing for a later rule: what the one asks, the other implies.

Only what is certain counts: a matcher that is not understood is implied by the very same text
alone, and one that says something else from packet to packet (a limit, a counter) by nothing.
Source: RouterOS manual, "Common Firewall Matchers and Actions".
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network

Lists = Mapping[str, Sequence[str]]
Span = tuple[int, int]

NOT_MATCHERS = frozenset(
    {
        *("chain", "action", "passthrough", "log", "log-prefix", "jump-target", "comment"),
        *("new-connection-mark", "new-routing-mark", "new-packet-mark", "new-dscp", "new-mss"),
        *("new-ttl", "new-priority", "address-list", "address-list-timeout", "sniff-id"),
        *("sniff-target", "sniff-target-port", "disabled", "invalid", "dynamic", "new-hop-limit"),
        *("bytes", "packets", "route-dst"),
    }
)
VARYING = frozenset(
    {
        *("nth", "random", "limit", "dst-limit", "connection-limit", "connection-rate", "psd"),
        *("connection-bytes", "content", "layer7-protocol", "tls-host", "packet-size", "time"),
    }
)
"""Matchers that say something else from packet to packet."""
_INTERFACES = ("in-interface", "in-interface-list", "out-interface", "out-interface-list")
SET_ON_THE_WAY = {
    "connection-mark": "mark-connection",
    "packet-mark": "mark-packet",
    "routing-mark": "mark-routing",
    "dscp": "change-dscp",
    "priority": "set-priority",
    "ttl": "change-ttl",
    "tcp-mss": "change-mss",
}
"""Matchers whose answer an action between two rules may change."""


def matchers(properties: Mapping[str, str]) -> dict[str, str]:
    """The properties of a rule that ask something of a packet."""
    return {
        name: text
        for name, text in properties.items()
        if name not in NOT_MATCHERS and name[:1] != "." and not _is_all(name, text)
    }


def implies(narrow: Mapping[str, str], wide: Mapping[str, str], lists: Lists) -> bool:
    """True when every packet that ``narrow`` matches is one that ``wide`` matches."""
    return all(_is_implied(name, text, narrow, lists) for name, text in wide.items())


def _is_implied(name: str, text: str, narrow: Mapping[str, str], lists: Lists) -> bool:
    given = narrow.get(name, "")
    if name in VARYING:
        return False
    if given == text:
        return True
    if name in _INTERFACES:
        return _interfaces_imply(name.partition("-")[0], name, text, narrow, lists)
    compare = _COMPARED.get(name)
    return bool(given) and compare is not None and compare(given, text)


def _interfaces_imply(
    side: str, name: str, text: str, narrow: Mapping[str, str], lists: Lists
) -> bool:
    """``in-interface=ether1`` implies the list it is in, and not being another interface."""
    given = narrow.get(f"{side}-interface", "")
    of_list = narrow.get(f"{side}-interface-list", "")
    if given and not given.startswith("!"):
        return holds_interface(name, text, given, lists) is True
    if of_list and not of_list.startswith("!") and lists.get(of_list):
        return all(holds_interface(name, text, i, lists) is True for i in lists[of_list])
    return False


def holds_interface(name: str, text: str, interface: str, lists: Lists) -> bool | None:
    """Whether an interface matcher holds for an interface; None where the list is not known."""
    negated, wanted = text.startswith("!"), text.removeprefix("!")
    if wanted in ("all", "none"):
        return (wanted == "all") != negated
    if not name.endswith("-list"):
        return (wanted == interface) != negated
    if wanted not in lists:
        return None
    return (interface in lists[wanted]) != negated


def _addresses_imply(given: str, text: str) -> bool:
    inner, outer = span(given.removeprefix("!")), span(text.removeprefix("!"))
    if inner is None or outer is None:
        return False
    if given.startswith("!"):
        return text.startswith("!") and within(outer, inner)
    return not overlap(inner, outer) if text.startswith("!") else within(inner, outer)


def _sets_imply(given: str, text: str) -> bool:
    inner = frozenset(given.removeprefix("!").split(","))
    outer = frozenset(text.removeprefix("!").split(","))
    if given.startswith("!"):
        return text.startswith("!") and outer <= inner
    return inner.isdisjoint(outer) if text.startswith("!") else inner <= outer


def _marks_imply(given: str, text: str) -> bool:
    return text.startswith("!") and not given.startswith("!") and given != text[1:]


@lru_cache(maxsize=8192)
def span(text: str) -> Span | None:
    """An address, a prefix or a range as its first and last number; None where it is none."""
    low, dash, high = text.partition("-")
    try:
        if dash:
            return int(IPv4Address(low)), int(IPv4Address(high))
        network = IPv4Network(text, strict=False)
    except ValueError:
        return None
    return int(network.network_address), int(network.broadcast_address)


def within(inner: Span, outer: Span) -> bool:
    """True when one span lies in the other."""
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def overlap(one: Span, other: Span) -> bool:
    """True when two spans share an address."""
    return one[0] <= other[1] and other[0] <= one[1]


_COMPARED: Mapping[str, Callable[[str, str], bool]] = {
    "src-address": _addresses_imply,
    "dst-address": _addresses_imply,
    "connection-state": _sets_imply,
    "connection-mark": _marks_imply,
    "packet-mark": _marks_imply,
    "routing-mark": _marks_imply,
}


def _is_all(name: str, text: str) -> bool:
    """A matcher that everything matches."""
    if name.endswith(("-interface", "-interface-list")):
        return text == "all"
    return name in ("src-address", "dst-address") and text == "0.0.0.0/0"
