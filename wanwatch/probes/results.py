"""What one probe can come back with: an answer, no answer, or a failure of our own.

The three are kept apart because only the first two say something about the line. What no packet
was sent for (no permission, no route on this host, no buffer), and what broke on this host or on
the LAN between it and the router, is a ``ProbeError`` and is never counted as loss.

An ICMP unreachable from a host other than ourselves is a ``Timeout`` that need not be waited for:
the packet did leave, and its echo will not come. This holds for UDP echo too, where "port
unreachable" (ECONNREFUSED) proves a host but not the echo service that was asked for.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class ErrorReason(StrEnum):
    """Why a probe could not be made; a closed set, so that it can be a metric's label."""

    NOT_PERMITTED = "not-permitted"
    """The kernel refuses the socket, the option or the packet to this process."""
    NO_ROUTE = "no-route"
    """This host has no route to the target from that source."""
    LAN_UNREACHABLE = "lan-unreachable"
    """This host cannot reach its own next hop (ARP or neighbour discovery failed)."""
    SOURCE_MISSING = "source-missing"
    """The source address is not on this host."""
    DEVICE_MISSING = "device-missing"
    """The device is not on this host, or is down."""
    WRONG_FAMILY = "wrong-family"
    """An IPv6 target from an IPv4 source, or the reverse."""
    NO_RESOURCES = "no-resources"
    """Out of buffers, memory, ports or file descriptors."""
    UNSUPPORTED = "unsupported"
    """No prober for this kind of target, or the system lacks the option asked for."""
    CLOCK = "clock"
    """The clock of this host is wrong, so that certificates are not valid yet."""
    CLOSED = "closed"
    """The prober has been closed."""
    SOCKET = "socket-error"
    """Any other error of the socket; the detail has the system's own words."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The target answered; ``rtt`` in seconds, however late it came."""

    rtt: float


@dataclass(frozen=True, slots=True)
class Timeout:
    """No answer came within the patience, or a host on the way said that none will.

    ``detail`` is empty where nothing came at all.
    """

    detail: str = ""


@dataclass(frozen=True, slots=True)
class ProbeError:
    """The probe failed on our side and says nothing about the line; ``detail`` has the remedy."""

    reason: ErrorReason
    detail: str = ""


ProbeResult: TypeAlias = Reply | Timeout | ProbeError


class LocalFault(Exception):  # noqa: N818 - it carries a ProbeError, and is named to differ from it
    """Carries a ``ProbeError`` out of the socket code of a prober; no prober lets it escape."""

    def __init__(self, error: ProbeError) -> None:
        super().__init__(error.reason, error.detail)
        self.error = error
