"""How a probe is made to leave by its WAN: source address, DSCP, firewall mark, bound device.

The router tells probes apart by these (one alias address per WAN is the usual way). Whatever
cannot be set is an error of ours with its remedy, never a probe that leaves unsteered: it would
measure another line.
"""

import errno
import socket
import sys
from dataclasses import dataclass
from ipaddress import ip_address

from wanwatch.probes.faults import keep_notices, local_fault
from wanwatch.probes.results import ErrorReason, LocalFault, ProbeError

# Linux UAPI: asm-generic/socket.h; the names are missing from Python elsewhere.
_SO_MARK: int | None = getattr(socket, "SO_MARK", None)
_SO_BINDTODEVICE: int | None = getattr(socket, "SO_BINDTODEVICE", None)
_LONGEST_DEVICE = 15


@dataclass(frozen=True, slots=True)
class Steering:
    """What marks the probes of one WAN; None leaves a thing as the host would have it.

    ``dscp`` is the six-bit code point (RFC 2474), ``fwmark`` the mark that this host's own policy
    rules see, ``device`` an interface of this host. Raises ValueError for what no socket takes.
    """

    source: str | None = None
    dscp: int | None = None
    fwmark: int | None = None
    device: str | None = None

    def __post_init__(self) -> None:
        """Refuse values that no socket would take."""
        if self.source is not None:
            ip_address(self.source)
        if self.dscp is not None and self.dscp not in range(64):
            raise ValueError(f"dscp {self.dscp} is outside 0..63")
        if self.fwmark is not None and self.fwmark not in range(2**32):
            raise ValueError(f"fwmark {self.fwmark} is outside 0..4294967295")
        if self.device is not None and not 0 < len(self.device.encode()) <= _LONGEST_DEVICE:
            raise ValueError(f"device {self.device!r} is not 1 to {_LONGEST_DEVICE} bytes long")

    def unset(self) -> bool:
        """Return whether nothing is set, so that the host's main route decides."""
        return self == Steering()


def family_of(address: str) -> socket.AddressFamily:
    """Return the address family of an address."""
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def open_steered(
    target: str, kind: socket.SocketKind, protocol: int, steering: Steering, *, port: int = 0
) -> socket.socket:
    """Return a non-blocking, steered socket towards ``target``; the caller closes it.

    ``port`` is the local port to bind (for ICMP datagram sockets: the id). Raises LocalFault, and
    then leaves no socket open.
    """
    try:
        sock = socket.socket(family_of(target), kind, protocol)
    except OSError as error:
        raise local_fault(error, f"open a {kind.name} socket") from error
    try:
        sock.settimeout(0)
        keep_notices(sock)
        steer(sock, steering, port=port)
    except OSError as error:
        sock.close()
        raise local_fault(error, "prepare the socket") from error
    except BaseException:
        sock.close()
        raise
    return sock


def steer(sock: socket.socket, steering: Steering, *, port: int = 0) -> None:
    """Make a socket's packets leave as ``steering`` says; raise LocalFault with a remedy."""
    if steering.device is not None:
        _bind_device(sock, steering.device)
    if steering.fwmark is not None:
        _set_mark(sock, steering.fwmark)
    if steering.dscp is not None:
        _set_dscp(sock, steering.dscp)
    if steering.source is not None or port:
        _bind_source(sock, steering.source, port)


def _bind_device(sock: socket.socket, device: str) -> None:
    if _SO_BINDTODEVICE is None:
        raise _unsupported("binding to a device")
    try:
        sock.setsockopt(socket.SOL_SOCKET, _SO_BINDTODEVICE, device.encode() + b"\0")
    except PermissionError as error:
        raise _needs("CAP_NET_RAW", f"bind to device {device}") from error
    except OSError as error:
        raise local_fault(error, f"bind to device {device}") from error


def _set_mark(sock: socket.socket, fwmark: int) -> None:
    if _SO_MARK is None:
        raise _unsupported("a firewall mark")
    try:
        # The kernel takes 32 bits; the option's C type is a signed int.
        sock.setsockopt(socket.SOL_SOCKET, _SO_MARK, fwmark.to_bytes(4, sys.byteorder))
    except PermissionError as error:
        raise _needs("CAP_NET_ADMIN", f"set fwmark {fwmark}") from error
    except OSError as error:
        raise local_fault(error, f"set fwmark {fwmark}") from error


def _set_dscp(sock: socket.socket, dscp: int) -> None:
    try:
        if sock.family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, dscp << 2)
        else:
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, dscp << 2)
    except PermissionError as error:
        raise _needs("CAP_NET_ADMIN", f"set dscp {dscp}") from error
    except OSError as error:
        raise local_fault(error, f"set dscp {dscp}") from error


def _bind_source(sock: socket.socket, source: str | None, port: int) -> None:
    if source is None:
        source = "::" if sock.family == socket.AF_INET6 else "0.0.0.0"  # noqa: S104 - the route picks the source; nothing listens
    elif family_of(source) != sock.family:
        raise LocalFault(
            ProbeError(
                ErrorReason.WRONG_FAMILY,
                f"the source {source} and the target are of different address families: "
                "give the WAN a source for this family, or another target",
            )
        )
    try:
        sock.bind((source, port))
    except OSError as error:
        raise local_fault(error, f"bind to {source}") from error


def _needs(capability: str, doing: str) -> LocalFault:
    return LocalFault(
        ProbeError(
            ErrorReason.NOT_PERMITTED,
            f"{doing}: needs {capability} (AmbientCapabilities={capability} in the unit)",
        )
    )


def _unsupported(what: str) -> LocalFault:
    return LocalFault(ProbeError(ErrorReason.UNSUPPORTED, f"{what} needs Linux"))


def is_port_taken(fault: LocalFault) -> bool:
    """Return whether the fault is a local port (or ICMP id) that another socket holds."""
    cause = fault.__cause__
    return isinstance(cause, OSError) and cause.errno == errno.EADDRINUSE
