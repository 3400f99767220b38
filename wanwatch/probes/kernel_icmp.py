"""The kernel-timestamp ICMP engine: a stall of ours is never a loss of theirs.

One steered socket per WAN and address family sends all echo requests and stays open. The kernel
stamps the replies as they arrive, the socket is read empty before a timeout is believed, and the
stamp alone says whether a reply came within the patience. Linux only.

Every probe has an id that is fresh at the router, as a constant one pins an old connection entry
there. On a raw socket any id can be sent. A datagram socket's id is its local port, so there no
socket is kept for good: one is used for at most one probe to each target, and the next probe to any
of these opens the next socket, with the next id. That is one socket for each round of the cadence,
and at the router, which knows an echo by source, target and id, no id comes twice.

A socket that fails because the source address or the device has gone is opened anew, so the probe
says which of them is missing; the old one stays until its echoes are over.
"""

import asyncio
import errno
import heapq
import itertools
import secrets
import socket
from collections.abc import Callable

from wanwatch.core.target import Target
from wanwatch.probes.faults import local_error
from wanwatch.probes.icmp_sockets import IdCycle, SocketStyle, icmp_capability
from wanwatch.probes.kernel_icmp_echo import Echo, Peer
from wanwatch.probes.kernel_icmp_options import await_stamping
from wanwatch.probes.kernel_icmp_socket import EchoSocket, open_echo_socket
from wanwatch.probes.results import ErrorReason, LocalFault, ProbeError, ProbeResult
from wanwatch.probes.steering import Steering, is_port_taken

_RECEIVE_BUFFER = 8 << 20
_ID_ATTEMPTS = 8
_RESEND_AFTER = 0.001
_LEAST_WAIT = 0.002
"""Between two looks at the deadlines: a dead line does not cost a wake-up for each probe."""
_MAY_BE_STALE = frozenset(
    (
        *(errno.EINVAL, errno.EADDRNOTAVAIL, errno.ENETDOWN, errno.ENODEV, errno.ENXIO),
        *(errno.ENETUNREACH, errno.EHOSTUNREACH),
    )
)
"""Errors of sending that a socket gives whose address or device has gone, or came anew."""
_IDS = IdCycle()
_STYLES: tuple[SocketStyle, ...] = ("raw", "datagram")


class KernelIcmpProber:
    """Sends ICMP echo requests, and takes their round-trip times from the kernel.

    ``style`` None takes what the process may open, raw first. ``receive_buffer`` in bytes: what is
    read too late has to wait there.
    """

    def __init__(
        self,
        steering: Steering,
        *,
        style: SocketStyle | None = None,
        receive_buffer: int = _RECEIVE_BUFFER,
    ) -> None:
        self._steering = steering
        self._styles: tuple[SocketStyle, ...] = (style,) if style else _STYLES
        self._receive_buffer = receive_buffer
        self._allowed: dict[socket.AddressFamily, SocketStyle] = {}
        self._peers: dict[str, Peer] = {}
        self._current: dict[socket.AddressFamily, EchoSocket] = {}
        self._sockets: dict[EchoSocket, set[str]] = {}
        """Every open socket and, of a datagram socket, the targets that it asked."""
        self._deadlines: list[tuple[float, int, Echo]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._numbers = itertools.count(secrets.randbits(32))
        self._closed = False

    async def probe(self, target: Target, *, patience: float) -> ProbeResult:
        """Send one echo request and wait for its reply."""
        answer: asyncio.Future[ProbeResult] = asyncio.get_running_loop().create_future()

        def tell(result: ProbeResult) -> None:
            if not answer.done():
                answer.set_result(result)

        echo = self.begin(target, patience=patience, tell=tell)
        try:
            return await answer
        except asyncio.CancelledError:
            echo.cancel()
            raise

    def begin(
        self, target: Target, *, patience: float, tell: Callable[[ProbeResult], None]
    ) -> Echo:
        """Send one echo request; ``tell`` hears its result, perhaps before this returns."""
        echo = Echo(tell)
        self._begin(echo, target.address, patience, None)
        return echo

    def catch_up(self) -> None:
        """Read the replies that wait in the sockets."""
        for sock in list(self._sockets):
            sock.receive()

    async def close(self) -> None:
        """Close every socket; probes under way are a ``ProbeError`` (closed), as later ones are."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        for sock in list(self._sockets):
            sock.close()
        self._deadlines.clear()

    def _begin(self, echo: Echo, address: str, patience: float, give_up_at: float | None) -> None:
        """Send, and while the send buffer is full again and again until ``give_up_at``."""
        try:
            self._send(echo, address, patience)
        except LocalFault as fault:
            echo.finish(fault.error)
        except BlockingIOError:
            loop = asyncio.get_running_loop()
            give_up_at = loop.time() + patience if give_up_at is None else give_up_at
            if loop.time() < give_up_at:
                loop.call_later(_RESEND_AFTER, self._again, echo, address, patience, give_up_at)
            else:
                full = "the socket's send buffer stayed full"
                echo.finish(ProbeError(ErrorReason.NO_RESOURCES, full))

    def _again(self, echo: Echo, address: str, patience: float, give_up_at: float) -> None:
        if echo.tell is not None:
            self._begin(echo, address, patience, give_up_at)

    def _send(self, echo: Echo, address: str, patience: float) -> None:
        """Send an echo request; raise LocalFault, BlockingIOError when the send buffer is full."""
        if self._closed:
            raise LocalFault(ProbeError(ErrorReason.CLOSED))
        peer = self._peers.get(address)
        if peer is None:
            peer = self._peers[address] = Peer(address)
        echo.peer = peer
        sock = self._socket_for(echo)
        try:
            sock.send(echo, patience)
        except BlockingIOError:
            raise
        except OSError as error:
            if error.errno not in _MAY_BE_STALE:
                raise LocalFault(local_error(error, f"send to {address}")) from error
            self._current.pop(peer.family).retire()
            sock = self._socket_for(echo)
            try:
                sock.send(echo, patience)
            except OSError as still:
                raise LocalFault(local_error(still, f"send to {address}")) from still
        heapq.heappush(self._deadlines, (echo.deadline, echo.token, echo))
        if self._timer is None or echo.deadline < self._timer.when():
            if self._timer is not None:
                self._timer.cancel()
            self._timer = asyncio.get_running_loop().call_at(echo.deadline, self._expire)

    def _socket_for(self, echo: Echo) -> EchoSocket:
        """Return the socket to ask the echo's target by, and number the echo."""
        peer = echo.peer
        sock = self._current.get(peer.family)
        if sock is None:
            sock = self._open(peer)
        elif peer.text in self._sockets[sock]:
            # While one socket is open, the kernel goes on stamping for the next.
            spent, sock = sock, self._open(peer)
            spent.retire()
        if self._allowed[peer.family] == "datagram":
            self._sockets[sock].add(peer.text)
            id_ = sock.port
        else:
            id_ = _IDS.take()
        number = next(self._numbers)
        echo.key = id_ << 16 | number & 0xFFFF
        echo.token = number & 0xFFFFFFFF
        return sock

    def _open(self, peer: Peer) -> EchoSocket:
        style = self._allowed.get(peer.family)
        if style is None:
            capability = icmp_capability(peer.family, self._styles)
            if capability.style is None:
                raise LocalFault(ProbeError(ErrorReason.NOT_PERMITTED, capability.remedy))
            style = self._allowed[peer.family] = capability.style
        for attempts_left in reversed(range(_ID_ATTEMPTS)):
            try:
                sock = open_echo_socket(
                    peer.text,
                    style,
                    self._steering,
                    id_=_IDS.take(),
                    receive_buffer=self._receive_buffer,
                )
            except LocalFault as fault:
                if not is_port_taken(fault) or not attempts_left:
                    raise
                continue
            if not self._sockets:
                await_stamping()
            self._sockets[sock] = set()
            self._current[peer.family] = sock
            sock.on_close = self._forget
            return sock
        raise AssertionError("the last attempt returns or raises")

    def _forget(self, sock: EchoSocket) -> None:
        del self._sockets[sock]
        self._current = {family: kept for family, kept in self._current.items() if kept is not sock}

    def _expire(self) -> None:
        """Look at the deadlines that have passed, once the sockets are read empty."""
        self.catch_up()
        loop = asyncio.get_running_loop()
        now = loop.time()
        due = self._deadlines
        while due and (due[0][2].tell is None or due[0][0] <= now):
            echo = heapq.heappop(due)[2]
            if echo.tell is not None and echo.sock is not None:
                echo.finish(echo.sock.overdue(echo))
        self._timer = None
        if due:
            self._timer = loop.call_at(max(due[0][0], now + _LEAST_WAIT), self._expire)
