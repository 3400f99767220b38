"""One socket of the kernel-timestamp engine: what it sent, and what it reads of the answers.

The kernel stamps a reply as it arrives (SO_TIMESTAMPNS, socket(7)), by the wall clock. Both clocks
are read when the reply is, and the stamp is turned into loop time: only a wall clock that is set
while a reply waits can falsify it, not one that is set while a probe is out. What comes out
impossible is judged by the moment it was read.
"""

import asyncio
import errno
import math
import os
import secrets
import socket
import time
from collections.abc import Callable

from wanwatch.probes.faults import (
    Notice,
    is_address_of_this_host,
    judge_notice,
    local_error,
    local_fault,
    take_notices,
)
from wanwatch.probes.icmp_sockets import SocketStyle, filter_replies, socket_of
from wanwatch.probes.kernel_icmp_echo import Echo, judge_arrival
from wanwatch.probes.kernel_icmp_options import (
    ANCILLARY_SPACE,
    count_drops,
    raise_buffers,
    stamp_arrivals,
    stamp_of,
)
from wanwatch.probes.kernel_icmp_packet import admit_only, echo_request, quoted_key, read_reply
from wanwatch.probes.results import ErrorReason, ProbeError, ProbeResult, Timeout
from wanwatch.probes.steering import Steering, family_of, open_steered

_PACKET_SPACE = 192
_SEND_BUFFER = 1 << 20
_POLL_EVERY = 0.025
_CLOSE_TOGETHER = 50e-6
_UNBOUND = ("0.0.0.0", "::")  # noqa: S104 - compared with, not bound to


class EchoSocket:
    """A steered socket that sends echo requests and reads their replies.

    ``retire`` it to send no more: it closes itself when the last of its echoes is over.
    """

    def __init__(self, sock: socket.socket, style: SocketStyle) -> None:
        """Take over a socket that ``open_echo_socket`` made."""
        self._sock = sock
        self._loop = asyncio.get_running_loop()
        self._family = socket.AddressFamily(sock.family)
        self._ip_header = style == "raw" and self._family == socket.AF_INET
        self._mark = secrets.randbits(32)
        self._under_way: dict[int, Echo] = {}
        self._retired = False
        self._drops = 0
        self._overflowed_at = float("-inf")
        self.on_close: Callable[[EchoSocket], None] | None = None
        """Called once, when the socket is closed."""
        if style == "raw":
            filter_replies(sock)
            admit_only(sock, self._mark)
        self._read_at = 0.0
        self._poll: asyncio.TimerHandle | None = None
        self._loop.add_reader(sock, self._readable)

    @property
    def port(self) -> int:
        """The local port: of a datagram socket the id of its echo requests."""
        return int(self._sock.getsockname()[1])

    def send(self, echo: Echo, patience: float) -> None:
        """Send an echo request; raise OSError, BlockingIOError when the send buffer is full."""
        packet = echo_request(self._family, echo.key, self._mark, echo.token)
        self._under_way[echo.key] = echo
        echo.sock = self
        now = self._loop.time
        try:
            echo.sent_at = now()
            self._sock.sendto(packet, echo.peer.address)
        except BlockingIOError:
            self.forget(echo)
            raise
        except OSError:
            # It may be about an earlier probe: an ICMP error makes the socket's next call fail.
            try:
                self._hear_errors()
                echo.sent_at = now()
                self._sock.sendto(packet, echo.peer.address)
            except OSError:
                self.forget(echo)
                raise
        echo.deadline = echo.sent_at + patience

    def forget(self, echo: Echo) -> None:
        """Wait for an echo no longer."""
        self._under_way.pop(echo.key, None)
        if self._retired and not self._under_way:
            self.close()

    def retire(self) -> None:
        """Send no more; what is under way is still waited for."""
        self._retired = True
        if not self._under_way:
            self.close()

    def close(self) -> None:
        """Close the socket; what is under way is a ``ProbeError`` (closed)."""
        if self._sock.fileno() < 0:
            return
        if self._poll is None:
            self._loop.remove_reader(self._sock)
        else:
            self._poll.cancel()
        self._sock.close()
        if self.on_close is not None:
            self.on_close(self)
        for echo in list(self._under_way.values()):
            echo.finish(ProbeError(ErrorReason.CLOSED))

    def _readable(self) -> None:
        """Read what woke us; when that comes often, do not be woken but look at fixed instants.

        The kernel has the time of every reply, so that reading some together, a little later, costs
        nothing but a wake-up for each.
        """
        self.receive()
        now = self._loop.time()
        often = now - self._read_at < _POLL_EVERY
        self._read_at = now
        if often and self._sock.fileno() >= 0:
            self._loop.remove_reader(self._sock)
            self._poll = self._loop.call_at(_next_poll(now), self._look)

    def _look(self) -> None:
        """Read what came since the last look; leave it to the kernel to wake us when it is little."""
        replies = self.receive()
        if self._sock.fileno() < 0:
            return
        if replies > 1:
            self._poll = self._loop.call_at(_next_poll(self._loop.time()), self._look)
        else:
            self._poll = None
            self._loop.add_reader(self._sock, self._readable)

    def receive(self) -> int:
        """Take the replies and errors that wait, until there is none or none is missed.

        Returns how many packets there were.
        """
        recvmsg = self._sock.recvmsg
        packets = 0
        while self._sock.fileno() >= 0:
            try:
                data, ancillary, _, sender = recvmsg(_PACKET_SPACE, ANCILLARY_SPACE)
            except BlockingIOError:
                if not packets:
                    self._hear_errors()  # woken for something: a queue left full keeps waking
                break
            except OSError:
                if not self._hear_errors():
                    break
                continue
            if not packets:
                clocks = self._read_clocks()
            packets += 1
            self._take(data, ancillary, sender[0], clocks)
            if not self._under_way:
                break
        return packets

    def overdue(self, echo: Echo) -> ProbeResult:
        """Return what an echo came to whose reply is not in the socket at its deadline."""
        self._look_for_drops()
        if echo.sent_at <= self._overflowed_at:
            return ProbeError(
                ErrorReason.NO_RESOURCES,
                "the kernel dropped replies, for the receive buffer was full: give the process "
                "CAP_NET_ADMIN, or raise net.core.rmem_max",
            )
        own = str(self._sock.getsockname()[0])
        if own not in _UNBOUND and not is_address_of_this_host(own):
            # IPv6 goes on sending from an address that this host has no more.
            gone = OSError(errno.EADDRNOTAVAIL, os.strerror(errno.EADDRNOTAVAIL))
            return local_error(gone, f"send from {own}")
        return Timeout()

    def _take(
        self,
        data: bytes,
        ancillary: list[tuple[int, int, bytes]],
        sender: str,
        clocks: tuple[float, int],
    ) -> None:
        reply = read_reply(data, self._family, ip_header=self._ip_header)
        if reply is None:
            return
        key, mark, token = reply
        echo = self._under_way.get(key)
        if echo is None or (mark, token) != (self._mark, echo.token) or echo.peer.text != sender:
            return
        read_at, wall = clocks
        stamp = stamp_of(ancillary)
        received_at = read_at if stamp is None else read_at + (stamp - wall) / 1e9
        echo.finish(judge_arrival(echo, received_at, read_at, self._loop.time))

    def _read_clocks(self) -> tuple[float, int]:
        """Return loop time and wall time of one moment, so that a pause between shows."""
        while True:
            before = self._loop.time()
            wall = time.time_ns()
            after = self._loop.time()
            if after - before < _CLOSE_TOGETHER:
                return after, wall

    def _hear_errors(self) -> bool:
        """Take up the ICMP errors that wait; return whether there was one."""
        notices = take_notices(self._sock)
        for notice in notices:
            key = quoted_key(notice.packet)
            echo = None if key is None else self._under_way.get(key)
            if echo is not None and notice.peer in ("", echo.peer.text):
                peer = echo.peer.text
                echo.finish(judge_notice(notice, peer, self._own(notice), notice.code))
        return bool(notices)

    def _own(self, notice: Notice) -> str:
        """Return the address we sent from; unbound, the notice's sender if that is ours."""
        own = str(self._sock.getsockname()[0])
        if own not in _UNBOUND:
            return own
        sender = notice.sender or ""
        return sender if is_address_of_this_host(sender) else own

    def _look_for_drops(self) -> None:
        """Note when the kernel last found the receive buffer full."""
        drops = count_drops(self._sock)
        if drops != self._drops:
            self._overflowed_at = self._loop.time()
        self._drops = drops


def _next_poll(now: float) -> float:
    """Return an instant of the grid that beats lie on as well, so that one wake-up serves both."""
    return (math.floor(now / _POLL_EVERY) + 1) * _POLL_EVERY


def open_echo_socket(
    peer: str, style: SocketStyle, steering: Steering, *, id_: int, receive_buffer: int
) -> EchoSocket:
    """Return a socket for targets of the family of ``peer``; raise LocalFault.

    ``id_`` is the id of a datagram socket's echo requests; ``receive_buffer`` the bytes wanted for
    replies that wait, of which a small one takes 768.
    """
    kind, protocol = socket_of(style, family_of(peer))
    sock = open_steered(peer, kind, protocol, steering, port=id_ if style == "datagram" else 0)
    try:
        stamp_arrivals(sock)
        raise_buffers(sock, receive=receive_buffer, send=_SEND_BUFFER)
        return EchoSocket(sock, style)
    except OSError as error:
        sock.close()
        raise local_fault(error, "have the kernel stamp the replies") from error
