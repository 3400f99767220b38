"""What Linux does for a socket of the kernel-timestamp engine: stamps, large buffers, drop counts.

Facts from the kernel's user headers (asm-generic/socket.h) and socket(7); Python lacks the names.
"""

import errno
import socket
import struct
import sys
import time

ANCILLARY_SPACE = 64
"""Bytes that the stamp of one packet needs at most."""
_SO_SNDBUFFORCE = 32
_SO_RCVBUFFORCE = 33
_SO_MEMINFO = 55
_SO_TIMESTAMPNS_NEW = 64
_TIMESPEC = struct.Struct("=qq")
_MEMINFO = struct.Struct("=9I")
_DROPS = 8
_LITTLE = 0.0005
_LONGEST_WAIT = 0.05


def stamp_arrivals(sock: socket.socket) -> None:
    """Have the kernel stamp what arrives; raises OSError before Linux 5.1."""
    sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS_NEW, 1)


def stamp_of(ancillary: list[tuple[int, int, bytes]]) -> int | None:
    """Return when a packet arrived, in nanoseconds of wall time."""
    for level, kind, data in ancillary:
        if kind == _SO_TIMESTAMPNS_NEW and level == socket.SOL_SOCKET:
            seconds, nanoseconds = _TIMESPEC.unpack(data)
            return int(seconds * 1_000_000_000 + nanoseconds)
    return None


def raise_buffers(sock: socket.socket, *, receive: int, send: int) -> None:
    """Make room for so many bytes.

    Without CAP_NET_ADMIN the kernel gives net.core.rmem_max and net.core.wmem_max at most.
    """
    _raise(sock, _SO_RCVBUFFORCE, socket.SO_RCVBUF, receive)
    _raise(sock, _SO_SNDBUFFORCE, socket.SO_SNDBUF, send)


def _raise(sock: socket.socket, forced: int, plain: int, size: int) -> None:
    try:
        sock.setsockopt(socket.SOL_SOCKET, forced, size)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOPROTOOPT):
            raise
        sock.setsockopt(socket.SOL_SOCKET, plain, size)


def count_drops(sock: socket.socket) -> int:
    """Return how many packets found the receive buffer full so far; 0 before Linux 4.12."""
    try:
        counts = sock.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, _MEMINFO.size)
    except OSError:
        return 0
    return int(_MEMINFO.unpack(counts)[_DROPS]) if len(counts) == _MEMINFO.size else 0


def has_kernel_timestamps() -> bool:
    """Find out, by a datagram to ourselves, whether this kernel stamps what arrives."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            return _stamp_of_own(sock) is not None
    except OSError:
        return False


def await_stamping() -> None:
    """Wait until what arrives is stamped as it arrives, 50 ms at most.

    The kernel begins a moment after the first socket has asked for it (net_enable_timestamp has
    work queued for that); until then it stamps a packet as it is read, without saying so. A
    datagram to ourselves, read a little later than it came, tells the one from the other.
    """
    until = time.monotonic() + _LONGEST_WAIT
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            while time.monotonic() < until:
                before = time.time_ns()
                stamp = _stamp_of_own(sock, wait=_LITTLE)
                if stamp is None or stamp < before + int(_LITTLE * 1e9):
                    return
    except OSError:
        return


def _stamp_of_own(sock: socket.socket, wait: float = 0.0) -> int | None:
    """Send a datagram to ourselves, read it after ``wait`` seconds, return its stamp."""
    stamp_arrivals(sock)
    if not sock.getsockname()[1]:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(0.2)
    sock.sendto(b"?", sock.getsockname())
    if wait:
        time.sleep(wait)
    _, ancillary, _, _ = sock.recvmsg(1, ANCILLARY_SPACE)
    return stamp_of(ancillary)
