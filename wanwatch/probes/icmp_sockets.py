"""What ICMP sockets this process may open, and the ids that its echo requests bear.

Raw sockets need CAP_NET_RAW. Datagram sockets need a group within the sysctl
net.ipv4.ping_group_range, which covers IPv6 as well (icmp(7)); their local port is the id of their
echo requests.
"""

import secrets
import socket
import struct
from dataclasses import dataclass
from math import gcd
from typing import Literal

ECHO_REPLY = {socket.AF_INET: 0, socket.AF_INET6: 129}
"""The ICMP type of an echo reply, by address family (RFC 792, RFC 4443)."""
ECHO_REQUEST = {socket.AF_INET: 8, socket.AF_INET6: 128}
"""The ICMP type of an echo request."""

_REMEDY = (
    "give the process CAP_NET_RAW (AmbientCapabilities=CAP_NET_RAW in the unit), or let its group "
    "send pings: sysctl -w net.ipv4.ping_group_range='0 2147483647'"
)
_REMEMBERED_IDS = 4096
_IDS = 65535
# Linux UAPI: linux/icmp.h and linux/icmpv6.h; a set bit blocks its type.
_SOL_RAW = 255
_ICMP_FILTER = 1
_ICMP6_FILTER = 1
_ONLY_ECHO_REPLY = struct.pack("=I", 0xFFFFFFFF ^ 1 << ECHO_REPLY[socket.AF_INET])
_ONLY_ECHO_REPLY_6 = (2**256 - 1 ^ 1 << ECHO_REPLY[socket.AF_INET6]).to_bytes(32, "little")

SocketStyle = Literal["raw", "datagram"]


@dataclass(frozen=True, slots=True)
class IcmpCapability:
    """What ICMP sockets this process may open; ``remedy`` says what to do where it is none."""

    style: SocketStyle | None
    remedy: str = ""


def icmp_capability(
    family: socket.AddressFamily = socket.AF_INET,
    styles: tuple[SocketStyle, ...] = ("raw", "datagram"),
) -> IcmpCapability:
    """Find out, by opening one, which of the socket styles is allowed, the first one first."""
    refused = ""
    for style in styles:
        try:
            socket.socket(family, *socket_of(style, family)).close()
        except OSError as error:
            refused += f"{style} sockets: {error.strerror}; "
        else:
            return IcmpCapability(style)
    return IcmpCapability(None, refused + _REMEDY)


def socket_of(style: SocketStyle, family: socket.AddressFamily) -> tuple[socket.SocketKind, int]:
    """Return the kind and the protocol of a socket of this style."""
    kind = socket.SOCK_RAW if style == "raw" else socket.SOCK_DGRAM
    return kind, socket.IPPROTO_ICMP if family == socket.AF_INET else socket.IPPROTO_ICMPV6


def filter_replies(sock: socket.socket) -> None:
    """Have the kernel drop all ICMP but echo replies, where it can; the reader drops it else."""
    try:
        if sock.family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_ICMPV6, _ICMP6_FILTER, _ONLY_ECHO_REPLY_6)
        else:
            sock.setsockopt(_SOL_RAW, _ICMP_FILTER, _ONLY_ECHO_REPLY)
    except OSError:
        return


class FreshIds:
    """Random ICMP ids, none of them twice within some thousand.

    A router keeps an old id on its old connection entry for as long as probes renew it, and an id
    that is still under way would take the other probe's reply.
    """

    def __init__(self) -> None:
        self._recent: dict[int, None] = {}

    def take(self) -> int:
        """Return an id from 1 to 65535."""
        while True:
            number = 1 + secrets.randbelow(_IDS)
            if number not in self._recent:
                break
        self._recent[number] = None
        if len(self._recent) > _REMEMBERED_IDS:
            del self._recent[next(iter(self._recent))]
        return number


class IdCycle:
    """ICMP ids by turns, from a random one on in random steps: none comes again before all did.

    Cheaper than ``FreshIds``, and meant to be shared: WANs that are steered by DSCP or device may
    have one source address, and the router knows an echo by source, target and id.
    """

    def __init__(self) -> None:
        self._at = secrets.randbelow(_IDS)
        self._step = 1 + secrets.randbelow(_IDS - 1)
        while gcd(self._step, _IDS) > 1:
            self._step = 1 + secrets.randbelow(_IDS - 1)

    def take(self) -> int:
        """Return an id from 1 to 65535."""
        self._at = (self._at + self._step) % _IDS
        return self._at + 1
