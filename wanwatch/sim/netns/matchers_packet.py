"""The matchers that look into the packet's headers, measure it, or count it.

Sources: RouterOS manual, "Filter" (matchers); nft(8). Numbers are as RouterOS writes them: ports
and lengths may be lists and ranges, ``icmp-options`` is ``type:code`` or ``type:code-code``.
"""

import re
from collections.abc import Callable, Mapping

from wanwatch.sim.matchers import InvalidRuleError, UnsupportedError
from wanwatch.sim.netns.conditions import (
    EVERY,
    ICMP,
    ICMP6,
    PORTED,
    TCP,
    Condition,
    Term,
    compared,
    numbers,
    of_text,
    other_numbers,
)
from wanwatch.sim.values import parse_time

_FLAGS: Mapping[str, int] = {
    name: 1 << bit
    for bit, name in enumerate(["fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr"])
}
_SIGNS: Mapping[str, str] = {
    "equal": "==",
    "not-equal": "!=",
    "less-than": "<",
    "greater-than": ">",
}
_UNITS: Mapping[str, int] = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
_LIMIT = re.compile(r"(\d+)(?:/(\w+))?,(\d+)(?::(packet|bit))?")
_ICMP = re.compile(r"(\d+)(?::(\d+)(?:-(\d+))?)?")
_HIGHEST_PORT, _HIGHEST_CODE, _HIGHEST_LENGTH, _HIGHEST_DSCP = 65535, 255, 65535, 63


def _spans(text: str, highest: int) -> list[tuple[int, int]]:
    found = []
    for part in text.split(","):
        low, dash, high = part.partition("-")
        if not low.isdecimal() or (dash and not high.isdecimal()):
            raise InvalidRuleError(text)
        span = (int(low), int(high or low))
        if not span[0] <= span[1] <= highest:
            raise InvalidRuleError(text)
        found.append(span)
    return found


def _number_or_other(text: str, highest: int) -> str:
    spans = _spans(text.removeprefix("!"), highest)
    return other_numbers(spans) if text.startswith("!") else numbers(spans)


def _port(side: str) -> "_Maker":
    def make(text: str, _family: str) -> Condition:
        spans = _spans(text.removeprefix("!"), _HIGHEST_PORT)
        if text.startswith("!"):
            others = Term((f"th {side} {other_numbers(spans)}",), PORTED)
            return (others, Term((), EVERY - PORTED))
        return of_text(f"th {side} {numbers(spans)}", PORTED)

    return make


def _either_port(text: str, _family: str) -> Condition:
    spans = _spans(text.removeprefix("!"), _HIGHEST_PORT)
    own, other = numbers(spans), other_numbers(spans)
    if text.startswith("!"):
        neither = Term((f"th sport {other}", f"th dport {other}"), PORTED)
        return (neither, Term((), EVERY - PORTED))
    return (
        Term((f"th sport {own}",), PORTED),
        Term((f"th sport {other}", f"th dport {own}"), PORTED),
    )


def _dscp(text: str, family: str) -> Condition:
    return of_text(f"{family} dscp {_number_or_other(text, _HIGHEST_DSCP)}")


def _life(text: str, family: str) -> Condition:
    """``ttl`` and ``hop-limit``: ``equal:64``, ``less-than:5``."""
    sign, _, value = text.removeprefix("!").partition(":")
    if sign not in _SIGNS or not value.isdecimal() or int(value) > _HIGHEST_CODE:
        raise InvalidRuleError(text)
    if text.startswith("!"):
        raise UnsupportedError("ttl")
    field = "ip ttl" if family == "ip" else "ip6 hoplimit"
    return of_text(f"{field} {_SIGNS[sign]} {value}")


def _size(text: str, _family: str) -> Condition:
    return of_text(f"meta length {_number_or_other(text, _HIGHEST_LENGTH)}")


def _segment(text: str, _family: str) -> Condition:
    value = _number_or_other(text, _HIGHEST_LENGTH)
    return of_text(f"tcp option maxseg size {value}", frozenset({TCP}))


def _flags(text: str, _family: str) -> Condition:
    """Every flag named must be set, and every flag with a ``!`` must not be."""
    asked = wanted = 0
    for part in text.split(","):
        flag = _FLAGS.get(part.removeprefix("!"))
        if flag is None:
            raise InvalidRuleError(text)
        asked |= flag
        wanted |= 0 if part.startswith("!") else flag
    return of_text(f"tcp flags & {asked:#x} == {wanted:#x}", frozenset({TCP}))


def _icmp(text: str, family: str) -> Condition:
    parts = _ICMP.fullmatch(text.removeprefix("!"))
    if parts is None:
        raise InvalidRuleError(text)
    word, protocol = ("icmp", ICMP) if family == "ip" else ("icmpv6", ICMP6)
    kind, low = int(parts[1]), int(parts[2] or 0)
    high = int(parts[3] or (parts[2] or _HIGHEST_CODE))
    if not low <= high <= _HIGHEST_CODE or kind > _HIGHEST_CODE:
        raise InvalidRuleError(text)
    codes = [] if (low, high) == (0, _HIGHEST_CODE) else [(low, high)]
    own = frozenset({protocol})
    is_kind = f"{word} type {kind}"
    if not text.startswith("!"):
        return (Term((is_kind, *(f"{word} code {numbers(codes)}" for _ in codes)), own),)
    return (
        *(Term((is_kind, f"{word} code {other_numbers(codes)}"), own) for _ in codes),
        Term((f"{word} type {other_numbers([(kind, kind)])}",), own),
        Term((), EVERY - own),
    )


def _fragment(text: str, family: str) -> Condition:
    if text not in ("yes", "no", "true", "false"):
        raise InvalidRuleError(text)
    if family != "ip":
        raise UnsupportedError("fragment")
    sign = "!=" if text in ("yes", "true") else "=="
    return of_text(f"ip frag-off & 0x1fff {sign} 0")


def _source_mac(text: str, _family: str) -> Condition:
    mac = text.removeprefix("!")
    if not re.fullmatch(r"[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}", mac):
        raise InvalidRuleError(text)
    return compared("ether saddr", mac.lower(), is_negated=text.startswith("!"))


def _bytes(text: str, _family: str) -> Condition:
    """``connection-bytes``: from and to; 0 as the end is no end."""
    low, _, high = text.removeprefix("!").partition("-")
    if not low.isdecimal() or not high.isdecimal():
        raise InvalidRuleError(text)
    is_negated = text.startswith("!")
    if int(high) == 0:
        return of_text(f"ct bytes {'<' if is_negated else '>='} {low}")
    if int(high) < int(low):
        raise InvalidRuleError(text)
    return compared("ct bytes", f"{low}-{high}", is_negated=is_negated)


def _random(text: str, _family: str) -> Condition:
    percent = text.removeprefix("!")
    if not percent.isdecimal() or not 1 <= int(percent) <= 99:
        raise InvalidRuleError(text)
    return of_text(f"numgen random mod 100 {'>=' if text.startswith('!') else '<'} {percent}")


def _nth(text: str, _family: str) -> Condition:
    every, _, place = text.removeprefix("!").partition(",")
    if not every.isdecimal() or not place.isdecimal() or not 1 <= int(place) <= int(every):
        raise UnsupportedError("nth")
    sign = "!= " if text.startswith("!") else ""
    return of_text(f"numgen inc mod {every} {sign}{int(place) - 1}")


def _limit(text: str, _family: str) -> Condition:
    parts = _LIMIT.fullmatch(text.removeprefix("!"))
    if parts is None or parts[4] == "bit" or int(parts[1]) == 0:
        raise UnsupportedError("limit")
    span = parse_time(parts[2]) if parts[2] else 1
    if not span:
        raise UnsupportedError("limit")
    for unit, seconds in _UNITS.items():
        rate = int(parts[1]) * seconds / span
        if rate >= 1 and rate.is_integer():
            over = "over " if text.startswith("!") else ""
            burst = max(1, int(parts[3]))
            return of_text(f"limit rate {over}{int(rate)}/{unit} burst {burst} packets")
    raise UnsupportedError("limit")


_Maker = Callable[[str, str], Condition]

PACKET_MATCHERS: Mapping[str, _Maker] = {
    "src-port": _port("sport"),
    "dst-port": _port("dport"),
    "port": _either_port,
    "any-port": _either_port,
    "dscp": _dscp,
    "ttl": _life,
    "hop-limit": _life,
    "packet-size": _size,
    "tcp-mss": _segment,
    "tcp-flags": _flags,
    "icmp-options": _icmp,
    "fragment": _fragment,
    "src-mac-address": _source_mac,
    "connection-bytes": _bytes,
    "random": _random,
    "nth": _nth,
    "limit": _limit,
}
"""By name; each takes the whole text, ``!`` included, and the family."""
