"""ICMP echo: the engines by name, what this process may open, and the aioping engine.

The aioping engine sends and receives with aioping's own functions, on a socket that is made,
steered, connected to the target and closed here. Connected, because a raw socket else receives
every reply of every other one; closed here, because aioping leaves its socket to the garbage
collector when it is cancelled. Where raw sockets are not allowed it uses datagram sockets.

The engine takes its time stamps in Python, so a stall of the loop distorts them. Its samples are to
be judged with ``distrust``.
"""

import asyncio
import socket
import struct
from collections.abc import Callable, Mapping
from typing import Any

import aioping

from wanwatch.core.target import Target
from wanwatch.probes.faults import Notice, judge_late_error, local_error, take_notices
from wanwatch.probes.icmp_sockets import (
    FreshIds,
    SocketStyle,
    filter_replies,
    icmp_capability,
    socket_of,
)
from wanwatch.probes.kernel_icmp import KernelIcmpProber
from wanwatch.probes.kernel_icmp_options import has_kernel_timestamps
from wanwatch.probes.prober import Prober
from wanwatch.probes.results import ErrorReason, LocalFault, ProbeError, ProbeResult, Reply, Timeout
from wanwatch.probes.steering import Steering, family_of, is_port_taken, open_steered

_ID_ATTEMPTS = 8


class AiopingProber:
    """Sends ICMP echo requests by aioping, one socket and one id for each.

    ``style`` None takes what the process may open, raw first.
    """

    def __init__(self, steering: Steering, *, style: SocketStyle | None = None) -> None:
        self._steering = steering
        self._styles: tuple[SocketStyle, ...] = (style,) if style else ("raw", "datagram")
        self._allowed: dict[socket.AddressFamily, SocketStyle] = {}
        self._ids = FreshIds()
        self._closed = False

    async def probe(self, target: Target, *, patience: float) -> ProbeResult:
        """Send one echo request and wait for its reply."""
        if self._closed:
            return ProbeError(ErrorReason.CLOSED)
        family = family_of(target.address)
        if family not in self._allowed:
            capability = icmp_capability(family, self._styles)
            if capability.style is None:
                return ProbeError(ErrorReason.NOT_PERMITTED, capability.remedy)
            self._allowed[family] = capability.style
        try:
            sock, id_ = self._open(target, family, self._allowed[family])
        except LocalFault as fault:
            return fault.error
        try:
            return await _Echo(sock, id_, target, patience).run()
        finally:
            _close(sock)

    async def close(self) -> None:
        """Refuse further probes; no socket outlives its probe."""
        self._closed = True

    def _open(
        self, target: Target, family: socket.AddressFamily, style: SocketStyle
    ) -> tuple[socket.socket, int]:
        kind, protocol = socket_of(style, family)
        for attempts_left in reversed(range(_ID_ATTEMPTS)):
            id_ = self._ids.take()
            # The local port of a datagram socket is the id its echo requests bear; a raw socket has
            # no port.
            port = id_ if style == "datagram" else 0
            try:
                sock = open_steered(target.address, kind, protocol, self._steering, port=port)
            except LocalFault as fault:
                if not is_port_taken(fault) or not attempts_left:
                    raise
                continue
            if style == "raw":
                filter_replies(sock)
            return sock, id_
        raise AssertionError("the last attempt returns or raises")


def _close(sock: socket.socket) -> None:
    """Close a socket that aioping may have left with the loop, or closed itself."""
    if sock.fileno() >= 0:
        loop = asyncio.get_running_loop()
        loop.remove_writer(sock)
        loop.remove_reader(sock)
        sock.close()


class _SendingSocket:
    """The socket as aioping's sender sees it: it sends nothing once its task is being cancelled.

    aioping's writer callback completes a future without asking whether it was cancelled in the same
    turn of the loop; told that the socket would block, it leaves the future alone.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._task = asyncio.current_task()
        self._cancels = self._task.cancelling() if self._task else 0

    def fileno(self) -> int:
        return self._sock.fileno()

    def sendto(self, packet: bytes, address: tuple[Any, ...]) -> int:
        if self._task is not None and self._task.cancelling() > self._cancels:
            raise BlockingIOError
        return self._sock.sendto(packet, address)


class _Echo:
    """One echo request and its reply on a socket of their own."""

    def __init__(self, sock: socket.socket, id_: int, target: Target, patience: float) -> None:
        self._sock = sock
        self._id = id_
        self._target = target
        self._address = (target.address, 0, 0, 0) if target.is_ipv6 else (target.address, 0)
        self._loop = asyncio.get_running_loop()
        self._sent_at = self._loop.time()
        self._deadline = self._sent_at + patience

    async def run(self) -> ProbeResult:
        try:
            self._sock.connect(self._address)
            await self._send()
        except TimeoutError:
            return ProbeError(ErrorReason.NO_RESOURCES, "the socket's send buffer stayed full")
        except OSError as error:
            return local_error(error, f"send to {self._target}")
        return await self._receive()

    async def _send(self) -> None:
        async with asyncio.timeout_at(self._deadline):
            await aioping.send_one_ping(
                _SendingSocket(self._sock), self._address, self._id, None, self._sock.family
            )

    async def _receive(self) -> ProbeResult:
        while True:
            left = max(0.0, self._deadline - self._loop.time())
            try:
                rtt = await aioping.receive_one_ping(self._sock, self._id, left)
            except TimeoutError:
                return Timeout()
            except struct.error:
                return Timeout("the reply was cut short")
            except OSError as error:
                notices = take_notices(self._sock)
                own = [notice for notice in notices if self._is_own(notice)]
                if own or not notices:
                    return judge_late_error(self._sock, self._target.address, error, own)
                continue  # about another probe of the same target: raw sockets hear of them all
            if not 0 <= rtt <= self._loop.time() - self._sent_at:
                return Timeout("the reply did not return the time it was sent")
            return Reply(rtt)

    def _is_own(self, notice: Notice) -> bool:
        """Return whether an ICMP error quotes this echo request; too short a quote is believed."""
        if self._sock.type != socket.SOCK_RAW or len(notice.packet) < 8:
            return True
        return bool(struct.unpack_from("=BBHH", notice.packet)[3] == self._id)


engines: Mapping[str, Callable[[Steering], Prober]] = {
    "kernel": KernelIcmpProber,
    "aioping": AiopingProber,
}
"""The ICMP engines by the name the configuration gives them."""


def best_engine() -> str:
    """Return the name of the best engine that this host allows."""
    return "kernel" if has_kernel_timestamps() else "aioping"


def describe_engine(name: str) -> str:
    """Say for people which engine a configuration's word stands for here, and by what sockets."""
    engine = best_engine() if name == "auto" else name
    capability = icmp_capability()
    if capability.style is None:
        return f"{engine} engine, but this user may open no ICMP socket: {capability.remedy}"
    return f"{engine} engine, {capability.style} sockets"
