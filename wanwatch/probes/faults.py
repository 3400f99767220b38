"""Whose fault a socket's error is: ours, or somebody's beyond this host.

Errors of ``connect`` and ``send`` on a fresh socket are local: nothing has left yet. An error that
arrives later comes from an ICMP message, and the kernel keeps that message on the socket's error
queue (ip(7), IP_RECVERR; ipv6(7), IPV6_RECVERR) with the address of its sender. Sent by our own
address, it means that neighbour resolution failed on our LAN; sent by anybody else, that the packet
left this host and will not be answered.
"""

import errno
import os
import socket
import struct
import sys
from dataclasses import dataclass

from wanwatch.probes.results import ErrorReason, LocalFault, ProbeError, Timeout

# Linux UAPI: linux/in.h, linux/in6.h, linux/errqueue.h. Python 3.11 has no names for them.
_IP_RECVERR = 11
_IPV6_RECVERR = 25
_EXTENDED_ERROR = struct.Struct("=IBBBBII")
_ORIGIN_LOCAL = 1
_ANCILLARY_SPACE = 512
_PACKET_SPACE = 256

_REASONS = {
    errno.EPERM: (ErrorReason.NOT_PERMITTED, "is a firewall on this host in the way?"),
    errno.EACCES: (ErrorReason.NOT_PERMITTED, "is a route or firewall on this host in the way?"),
    errno.ENETUNREACH: (ErrorReason.NO_ROUTE, "give this host a default route to the router"),
    errno.EHOSTUNREACH: (ErrorReason.NO_ROUTE, "give this host a route to the target"),
    errno.EINVAL: (ErrorReason.NO_ROUTE, "the target cannot be reached from this source"),
    errno.EADDRNOTAVAIL: (ErrorReason.SOURCE_MISSING, "add the source address to this host"),
    errno.ENETDOWN: (ErrorReason.DEVICE_MISSING, "bring the interface up"),
    errno.ENODEV: (ErrorReason.DEVICE_MISSING, "name a device of this host ('ip link' lists them)"),
    errno.EAFNOSUPPORT: (ErrorReason.WRONG_FAMILY, "this host has that address family disabled"),
    errno.EADDRINUSE: (ErrorReason.NO_RESOURCES, "no free port is left at the source address"),
    errno.EAGAIN: (ErrorReason.NO_RESOURCES, "the socket's send buffer is full"),
    errno.ENOBUFS: (ErrorReason.NO_RESOURCES, "the interface's queue is full"),
    errno.ENOMEM: (ErrorReason.NO_RESOURCES, "memory is short"),
    errno.EMFILE: (ErrorReason.NO_RESOURCES, "raise LimitNOFILE of the service"),
    errno.ENFILE: (ErrorReason.NO_RESOURCES, "raise fs.file-max of this host"),
}


def local_error(error: OSError, doing: str) -> ProbeError:
    """Name a failure of ours: ``doing`` says what was tried, as in "bind to 192.0.2.1"."""
    reason, remedy = _REASONS.get(error.errno or 0, (ErrorReason.SOCKET, ""))
    words = error.strerror or str(error)
    return ProbeError(reason, f"{doing}: {words}" + (f" ({remedy})" if remedy else ""))


def local_fault(error: OSError, doing: str) -> LocalFault:
    """Return the exception that carries ``local_error``."""
    return LocalFault(local_error(error, doing))


@dataclass(frozen=True, slots=True)
class Notice:
    """One entry of a socket's error queue.

    ``packet`` is the head of what we sent, as the message quoted it (for ICMP sockets from the ICMP
    header on); ``sender`` is None where the kernel itself raised the error. ``peer`` is where the
    packet was sent to, and ``code`` the error number that the message stands for.
    """

    sender: str | None
    packet: bytes
    peer: str = ""
    code: int = 0


def keep_notices(sock: socket.socket) -> None:
    """Have the kernel keep the ICMP errors that arrive for a socket (Linux; nothing elsewhere)."""
    if not sys.platform.startswith("linux"):
        return
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_RECVERR, 1)
    else:
        sock.setsockopt(socket.IPPROTO_IP, _IP_RECVERR, 1)


def take_notices(sock: socket.socket) -> list[Notice]:
    """Empty the error queue, oldest first; a queue left full would keep the loop spinning."""
    notices: list[Notice] = []
    if not sys.platform.startswith("linux"):
        return notices
    while True:
        try:
            packet, ancillary, _, peer = sock.recvmsg(
                _PACKET_SPACE, _ANCILLARY_SPACE, socket.MSG_ERRQUEUE
            )
        except OSError:
            return notices
        notices += [
            Notice(_sender(data), packet, peer[0] if peer else "", _code(data))
            for level, kind, data in ancillary
            if (level, kind)
            in ((socket.IPPROTO_IP, _IP_RECVERR), (socket.IPPROTO_IPV6, _IPV6_RECVERR))
        ]


def _code(data: bytes) -> int:
    return int(_EXTENDED_ERROR.unpack_from(data)[0])


def _sender(data: bytes) -> str | None:
    """Read the sender's address, which follows the extended error as a socket address."""
    _, origin, *_ = _EXTENDED_ERROR.unpack_from(data)
    rest = data[_EXTENDED_ERROR.size :]
    if origin == _ORIGIN_LOCAL or len(rest) < 8:
        return None
    (family,) = struct.unpack_from("=H", rest)
    if family == socket.AF_INET:
        return socket.inet_ntop(socket.AF_INET, rest[4:8])
    if family == socket.AF_INET6 and len(rest) >= 24:
        return socket.inet_ntop(socket.AF_INET6, rest[8:24])
    return None


def judge_late_error(
    sock: socket.socket, peer: str, error: OSError, notices: list[Notice]
) -> Timeout | ProbeError:
    """Decide whose fault an error is that arrived after the packet to ``peer`` had left.

    Without a notice (not Linux, or TCP on Linux before 5.9) an error the network can cause is
    taken as the network's, for else a line that only ever answers "unreachable" would never be
    seen as down.
    """
    code = error.errno or 0
    if notices:
        return judge_notice(notices[-1], peer, sock.getsockname()[0], code)
    if code in (errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ETIMEDOUT):
        return Timeout(_words(code, error))
    return local_error(error, "wait for the answer")


def judge_notice(notice: Notice, peer: str, own: str, code: int) -> Timeout | ProbeError:
    """Decide whose fault a notice about a packet to ``peer`` is; ``own`` is our own address.

    ``code`` is the error number that names what is wrong.
    """
    error = OSError(code, os.strerror(code))
    sender = notice.sender
    if sender is None:
        return local_error(error, "send the probe")
    words = _words(code, error)
    if sender == own and sender != peer:
        return ProbeError(
            ErrorReason.LAN_UNREACHABLE,
            f"{own} cannot reach its next hop ({words}): is the LAN to the router up?",
        )
    return Timeout(f"{sender} says: {words}")


def is_address_of_this_host(address: str) -> bool:
    """Return whether a socket may be bound to an address, as only those of this host may be."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.bind((address, 0))
    except OSError:
        return False
    return True


def _words(code: int, error: OSError) -> str:
    return os.strerror(code).lower() if code else str(error)
