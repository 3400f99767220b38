"""A packet as the world sees it, and IPv4 addresses as numbers, which are quick to compare."""

import ipaddress
from dataclasses import dataclass, replace
from functools import lru_cache

PORT_PROTOCOLS = frozenset({"tcp", "udp", "udp-lite", "sctp", "dccp"})
_ALL_ONES = 0xFFFFFFFF


def to_number(text: str) -> int:
    """The address as a number; raises ValueError on anything but an IPv4 address."""
    return int(ipaddress.IPv4Address(text))


@lru_cache(maxsize=65536)
def to_text(number: int) -> str:
    """The address as people write it."""
    return f"{number >> 24}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def mask_of(length: int) -> int:
    """The network mask of a prefix length."""
    return (_ALL_ONES << (32 - length)) & _ALL_ONES


def is_private(number: int) -> bool:
    """True for an address that no internet provider carries: RFC 1918, 6598, loopback, link."""
    return any(number & mask == network for network, mask in _PRIVATE)


_PRIVATE = tuple(
    (int(network.network_address), int(network.netmask))
    for network in map(
        ipaddress.IPv4Network,
        (
            *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),
            *("100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "0.0.0.0/8"),
        ),
    )
)


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet at the router; without an ``in_interface`` the router itself sends it.

    A source of 0 in a packet of the router's own means: the address of the line it leaves by.
    ``icmp_id`` is the identifier of an ICMP echo and counts in the place of a port; ``dscp`` is the
    class a sender asks for, 0 to 63.
    """

    src: int
    dst: int
    protocol: str = "tcp"
    src_port: int = 0
    dst_port: int = 0
    in_interface: str = ""
    icmp_id: int = 0
    dscp: int = 0

    @classmethod
    def of(
        cls,
        src: str,
        dst: str,
        protocol: str = "tcp",
        *,
        src_port: int = 0,
        dst_port: int = 0,
        in_interface: str = "",
        icmp_id: int = 0,
        dscp: int = 0,
    ) -> "Packet":
        """A packet between addresses written as text; raises ValueError on a bad one."""
        numbers = (to_number(src), to_number(dst))
        return cls(*numbers, protocol, src_port, dst_port, in_interface, icmp_id, dscp)

    @property
    def has_ports(self) -> bool:
        """True when the protocol has ports for rules and classifiers to look at."""
        return self.protocol in PORT_PROTOCOLS

    def from_source(self, src: int) -> "Packet":
        """The same packet with this source address."""
        return replace(self, src=src)

    def with_dscp(self, dscp: int) -> "Packet":
        """The same packet in another class."""
        return replace(self, dscp=dscp)
