"""What is probed: the kinds of target, how an operator writes one, and how it is printed.

A target is an address, never a name: a name has to be looked up before each probe, and the lookup
fails, or answers from a cache, exactly when a line is down. Text forms::

    1.1.1.1                icmp:1.1.1.1            ICMP echo, IPv4
    2620:fe::fe            icmp:[2620:fe::fe]      ICMP echo, IPv6
    tcp:9.9.9.9:853        tcp:[2620:fe::fe]:853   TCP connect
    udp:192.0.2.1:7        udp:[2001:db8::7]:7     UDP echo (RFC 862)
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Self

_BROADCAST = IPv4Address("255.255.255.255")
_PORTS = range(1, 65536)
_PREFIX = re.compile(r"(?P<kind>[a-z]+):(?P<rest>.*)", re.DOTALL)
_BRACKETED = re.compile(r"\[(?P<host>[^\[\]]*)\](?::(?P<port>.*))?", re.DOTALL)
_NAME_LIKE = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9_.-]+")


class TargetKind(StrEnum):
    """How a target is asked whether it is there."""

    ICMP = "icmp"
    TCP = "tcp"
    UDP = "udp"

    @property
    def has_port(self) -> bool:
        """Whether a target of this kind needs a port."""
        return self is not TargetKind.ICMP


_KINDS = tuple(kind.value for kind in TargetKind)


@dataclass(frozen=True, slots=True)
class Target:
    """One address to probe, in one way; equal targets print alike.

    ``address`` is kept in its canonical form. Raises ValueError, with the remedy in its sentence,
    for what cannot be probed.
    """

    kind: TargetKind
    address: str
    port: int | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be probed and bring the address to its canonical form."""
        object.__setattr__(self, "kind", TargetKind(self.kind))
        object.__setattr__(self, "address", _canonical(self.address))
        if not self.kind.has_port and self.port is not None:
            raise ValueError(
                f"{self.kind} target {self.address} has a port, which ICMP does not know: "
                f"write {self.address}, or tcp:{self._host}:{self.port}"
            )
        if self.kind.has_port and self.port is None:
            raise ValueError(
                f"{self.kind} target {self.address} lacks its port: "
                f"write {self.kind}:{self._host}:PORT"
            )
        if self.port is not None and self.port not in _PORTS:
            raise ValueError(f"port {self.port} is outside 1..65535")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a target as an operator writes it; raise ValueError naming the remedy."""
        kind, rest = _split_kind(text.strip())
        host, port = _split_port(rest, kind)
        return cls(kind, host, port)

    @property
    def is_ipv6(self) -> bool:
        """Whether the address is an IPv6 address."""
        return ":" in self.address

    @property
    def _host(self) -> str:
        return f"[{self.address}]" if self.is_ipv6 else self.address

    def __str__(self) -> str:
        """Return the shortest form that parses back to this target."""
        if self.port is None:
            return self.address
        return f"{self.kind}:{self._host}:{self.port}"


def _split_kind(text: str) -> tuple[TargetKind, str]:
    if not text:
        raise ValueError("a target is empty: write an address such as 1.1.1.1")
    if "://" in text:
        raise ValueError(f"{text!r} is a URL: write an address, as in tcp:9.9.9.9:443")
    match = _PREFIX.fullmatch(text)
    if match is None or _is_address(text):
        return TargetKind.ICMP, text
    kind, rest = match["kind"], match["rest"]
    if kind not in _KINDS:
        if rest.isdigit():
            raise ValueError(_name_sentence(kind))
        raise ValueError(f"{kind!r} is no kind of target: it is one of {', '.join(_KINDS)}")
    return TargetKind(kind), rest


def _split_port(text: str, kind: TargetKind) -> tuple[str, int | None]:
    """Take the port off an address; IPv6 addresses stand in brackets before a port."""
    bracketed = _BRACKETED.fullmatch(text)
    if bracketed is not None:
        return bracketed["host"], _port(bracketed["port"], text)
    if text.count(":") > 1:
        if kind.has_port:
            raise ValueError(
                f"{text!r} does not tell the address from the port: put an IPv6 address into "
                f"brackets, as in {kind}:[2620:fe::fe]:853"
            )
        return text, None
    host, colon, port = text.partition(":")
    if colon and kind is TargetKind.ICMP and _is_address(host):
        raise ValueError(f"{text!r} has a port but no kind that has one: write tcp:{text}")
    return host, _port(port if colon else None, text)


def _port(text: str | None, whole: str) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"{text!r} in {whole!r} is no port: write a number from 1 to 65535")
    return int(text)


def _canonical(text: str) -> str:
    try:
        address = ip_address(text)
    except ValueError:
        if _NAME_LIKE.fullmatch(text):
            raise ValueError(_name_sentence(text)) from None
        raise ValueError(f"{text!r} is no IP address: write one such as 1.1.1.1") from None
    if isinstance(address, IPv6Address) and (address.scope_id or address.is_link_local):
        raise ValueError(f"{text} reaches one link only: probe an address beyond the line")
    if address.is_multicast or address.is_unspecified or address == _BROADCAST:
        raise ValueError(f"{text} is no address of one host: probe a host's own address")
    return str(address)


def _name_sentence(name: str) -> str:
    return (
        f"{name!r} is a name: write the address instead, for a name cannot be looked up when a "
        f"line is down ('getent ahosts {name}' shows it)"
    )


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
