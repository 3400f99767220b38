"""Hosts on loopback that answer, keep silent or answer late, and ways to look at what they saw."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import cast

from wanwatch.core.target import Target, TargetKind


class EchoHost(asyncio.DatagramProtocol):
    """A UDP echo server; ``delay`` None keeps every datagram until ``release``."""

    def __init__(self, delay: float | None = 0.0) -> None:
        self.delay = delay
        self.peers: list[tuple[str, int]] = []
        self.kept: list[tuple[bytes, tuple[str, int]]] = []
        self.garble = False
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.peers.append(addr)
        if self.garble:
            data = data[::-1] + b"?"
        if self.delay is None:
            self.kept.append((data, addr))
        elif self.delay == 0.0:
            self._answer(data, addr)
        else:
            asyncio.get_running_loop().call_later(self.delay, self._answer, data, addr)

    def release(self) -> None:
        """Answer what was kept, and from now on at once."""
        self.delay = 0.0
        for data, addr in self.kept:
            self._answer(data, addr)
        self.kept.clear()

    def _answer(self, data: bytes, addr: tuple[str, int]) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(data, addr)


@contextlib.asynccontextmanager
async def echo_host(
    delay: float | None = 0.0, *, address: str = "127.0.0.1"
) -> AsyncIterator[tuple[Target, EchoHost]]:
    host = EchoHost(delay)
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: host, local_addr=(address, 0)
    )
    port = transport.get_extra_info("sockname")[1]
    try:
        yield Target(TargetKind.UDP, address, port), host
    finally:
        transport.close()
        await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def listening_host(
    *, address: str = "127.0.0.1"
) -> AsyncIterator[tuple[Target, list[tuple[str, int]]]]:
    """A TCP server that accepts and hangs up, and the peers it saw."""
    peers: list[tuple[str, int]] = []

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peers.append(writer.get_extra_info("peername")[:2])
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    server = await asyncio.start_server(hang_up, address, 0, backlog=256)
    try:
        port = server.sockets[0].getsockname()[1]
        yield Target(TargetKind.TCP, address, port), peers
    finally:
        server.close()
        await server.wait_closed()
        await asyncio.sleep(0.01)


@contextlib.contextmanager
def crowded_host() -> Iterator[tuple[Target, Callable[[], None]]]:
    """A TCP port whose queue is full, so that the kernel drops every further SYN (listen(2)).

    Yields the target and a function that empties the queue, so that it accepts again.
    """
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        server.settimeout(0)
        callers = []
        address = server.getsockname()
        for _ in range(4):
            caller = stack.enter_context(socket.socket())
            caller.settimeout(0)
            caller.connect_ex(address)
            callers.append(caller)

        def empty() -> None:
            for caller in callers:
                caller.close()
            with contextlib.suppress(BlockingIOError):
                while True:
                    server.accept()[0].close()

        yield Target(TargetKind.TCP, *address), empty


@contextlib.contextmanager
def deserted_port(kind: TargetKind) -> Iterator[Target]:
    """A port that is bound, so that nobody else gets it, on which a connection is refused."""
    style = socket.SOCK_STREAM if kind is TargetKind.TCP else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET, style) as sock:
        sock.bind(("127.0.0.1", 0))
        if kind is TargetKind.UDP:
            port = sock.getsockname()[1]
            # Connected elsewhere, the socket takes no datagram of ours: the kernel refuses those.
            sock.connect(("127.0.0.2", 9))
            yield Target(kind, "127.0.0.1", port)
        else:
            yield Target(kind, *sock.getsockname())


@contextlib.contextmanager
def echo_request_ids(address: str) -> Iterator[list[int]]:
    """Collect, at the end, the ids of the echo requests to an address of loopback (needs raw)."""
    ids: list[int] = []
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as sniffer:
        sniffer.settimeout(0)
        yield ids
        with contextlib.suppress(BlockingIOError):
            while True:
                packet = sniffer.recv(2048)
                kind, _, _, id_ = struct.unpack_from("=BBHH", packet, 20)
                if kind == 8 and packet[16:20] == socket.inet_aton(address):
                    ids.append(id_)


def open_files() -> int:
    """Return how many file descriptors this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))
