"""The people on the LAN: they open connections, hold calls, look up names, read pages, all the time.

``python -m tests.lab.clients`` reads a JSON description (``Manners``) from standard input and writes
records (``records.py``) to standard output until it is ended. A flow uses the same five-tuple again
and again, so that the router's classifier puts it into the same bucket every time: where it went
before an outage says where it belongs.
"""

import asyncio
import json
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from tests.lab.internet import ECHO_PORT, raise_file_limit
from tests.lab.questions import ask_once, exchange, get_page, open_echo, resolve, tcp_socket
from tests.lab.records import Attempt

_FIRST_PORT = 10000
_GIVE_UP = 100.0
"""Seconds after which an attempt is written down as failed; Linux retries a SYN for longer."""
_LATE = 5.0
"""Seconds after which a packet of a call is lost."""


@dataclass(frozen=True, slots=True)
class Manners:
    """Who the clients are and what they do; durations in seconds."""

    clients: tuple[str, ...]
    targets: tuple[str, ...]
    desks: int = 5
    """Five-tuples of each client that are used for one short connection after the other."""
    pause: float = 4.0
    """Between two connections of one desk."""
    call_interval: float = 0.1
    calls: int = 24
    long_connections: int = 24
    long_interval: float = 0.5
    lookup_interval: float = 3.0
    """Between two DNS questions of one client; without an answer it asks again after a second."""
    page_interval: float = 3.0
    """Between two HTTP requests of one client."""
    idle: int = 0
    """Connections that are opened at the start and kept without a word, over all clients."""


class People:
    """All clients."""

    def __init__(self, manners: Manners, write: Callable[[Attempt], None]) -> None:
        self._manners = manners
        self._write = write
        self._idle: list[socket.socket] = []

    async def live(self) -> None:
        """Do everything at once until cancelled."""
        m = self._manners
        desks = [
            (client, _FIRST_PORT + number, m.targets[(number + place) % len(m.targets)])
            for number in range(m.desks)
            for place, client in enumerate(m.clients)
        ]
        async with asyncio.TaskGroup() as group:
            for number, (client, port, target) in enumerate(desks):
                phase = m.pause * number / len(desks)
                group.create_task(self._desk(client, port, target, phase))
            for number in range(m.calls):
                client, target = self._pair(number)
                phase = m.call_interval * number / m.calls
                group.create_task(self._call(client, _FIRST_PORT + number, target, phase))
            for number in range(m.long_connections):
                client, target = self._pair(number)
                phase = m.long_interval * number / m.long_connections
                group.create_task(self._hold(client, number, target, phase))
            for number, client in enumerate(m.clients):
                part = number / len(m.clients)
                target = m.targets[number % len(m.targets)]
                group.create_task(self._look_up(client, target, m.lookup_interval * part))
                group.create_task(self._read_pages(client, target, m.page_interval * part))
            group.create_task(self._sit_idle())

    def _pair(self, number: int) -> tuple[str, str]:
        m = self._manners
        turn = number + number // len(m.clients)
        return m.clients[number % len(m.clients)], m.targets[turn % len(m.targets)]

    async def _desk(self, client: str, port: int, target: str, phase: float) -> None:
        flow = f"tcp {client}:{port} {target}"

        async def attempt() -> None:
            await self._try("tcp", flow, client, lambda: ask_once(client, port, target))

        await _every(self._manners.pause, phase, attempt)

    async def _read_pages(self, client: str, target: str, phase: float) -> None:
        async def attempt() -> None:
            await self._try("http", "", client, lambda: get_page(client, target))

        await _every(self._manners.page_interval, phase, attempt)

    async def _look_up(self, client: str, target: str, phase: float) -> None:
        async def attempt() -> None:
            await self._try("dns", "", client, lambda: resolve(client, target))

        await _every(self._manners.lookup_interval, phase, attempt)

    async def _try(
        self, kind: str, flow: str, client: str, ask: Callable[[], Awaitable[str]], life: int = 0
    ) -> str:
        """Make one attempt and write it down; returns the error's word."""
        started, seen, error = time.monotonic(), "", ""
        try:
            async with asyncio.timeout(_GIVE_UP):
                seen = await ask()
        except asyncio.CancelledError:
            self._write(Attempt(kind, flow, client, started, None, "", "stopped", life))
            raise
        except TimeoutError:
            error = "timeout"
        except OSError as failed:
            error = type(failed).__name__.removeprefix("Connection").removesuffix("Error").lower()
        self._write(Attempt(kind, flow, client, started, time.monotonic(), seen, error, life))
        return error

    async def _hold(self, client: str, number: int, target: str, phase: float) -> None:
        """Hold one connection, ask over it now and then; when told that it is dead, open another."""
        flow = f"long {client} {number} {target}"
        await asyncio.sleep(phase)
        life = 0
        while True:
            with tcp_socket(client) as held:
                opened = await self._talk(flow, client, held, target, life)
            if not opened:
                await asyncio.sleep(self._manners.long_interval)
            life += 1

    async def _talk(
        self, flow: str, client: str, held: socket.socket, target: str, life: int
    ) -> bool:
        """Open a connection and ask over it until it fails; False when it was never open."""
        if await self._try("long", flow, client, lambda: open_echo(held, target), life):
            return False
        error = ""
        while not error:
            await asyncio.sleep(self._manners.long_interval)
            error = await self._try("long", flow, client, lambda: exchange(held), life)
        return True

    async def _call(self, client: str, port: int, target: str, phase: float) -> None:
        """Send a packet every interval and note which ones are answered, as a VoIP phone does."""
        await asyncio.sleep(phase)
        flow = f"call {client}:{port} {target}"
        call = _Call(flow, client, self._write)
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(
            lambda: call, (client, port), (target, ECHO_PORT)
        )
        try:
            await _every(self._manners.call_interval, 0.0, call.send)
        finally:
            transport.close()

    async def _sit_idle(self) -> None:
        m = self._manners
        for number in range(m.idle):
            client, target = self._pair(number)
            held = tcp_socket(client)
            self._idle.append(held)
            ask = partial(open_echo, held, target)
            await self._try("idle", f"idle {number}", client, ask)


class _Call(asyncio.DatagramProtocol):
    """One UDP flow: what was sent, and what of it came back."""

    def __init__(self, flow: str, client: str, write: Callable[[Attempt], None]) -> None:
        self._flow, self._client, self._write = flow, client, write
        self._waiting: dict[int, float] = {}
        self._next = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = transport

    async def send(self) -> None:
        """Send the next packet, and give up those that are too late."""
        now = time.monotonic()
        for number in [n for n, at in self._waiting.items() if now - at > _LATE]:
            started = self._waiting.pop(number)
            self._write(Attempt("call", self._flow, self._client, started, error="timeout"))
        self._next += 1
        self._waiting[self._next] = now
        self._transport.sendto(b"%d" % self._next)  # type: ignore[attr-defined] # a datagram's

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:  # noqa: ARG002 - the protocol's
        """Note an answer; one that was given up counts as lost."""
        number, seen = data.decode().split(" ")
        started = self._waiting.pop(int(number), None)
        if started is not None:
            now = time.monotonic()
            self._write(Attempt("call", self._flow, self._client, started, now, seen))

    def error_received(self, exc: Exception) -> None:
        """Do nothing: the packet it speaks of stays unanswered."""


async def _every(
    interval: float, phase: float, do: Callable[[], Coroutine[None, None, None]]
) -> None:
    """Do something on a grid of time; what takes longer than an interval leaves some out."""
    loop = asyncio.get_running_loop()
    due = loop.time() + phase
    while True:
        await asyncio.sleep(due - loop.time())
        await do()
        due = max(due + interval, due + interval * int((loop.time() - due) / interval))


async def _main() -> None:
    raise_file_limit()
    manners = Manners(**json.load(sys.stdin))

    def write(attempt: Attempt) -> None:
        sys.stdout.write(attempt.line())

    living = asyncio.create_task(People(manners, write).live())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, living.cancel)
    flushing = asyncio.create_task(_flush_often())
    with suppress(asyncio.CancelledError):
        await living
    flushing.cancel()
    sys.stdout.flush()


async def _flush_often() -> None:
    while True:
        await asyncio.sleep(0.05)
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_main())
