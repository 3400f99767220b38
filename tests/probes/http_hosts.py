"""HTTP servers on loopback that answer as they are told to: well, badly, late, in half or never."""

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeAlias

import trustme

from wanwatch.core.http_page import HttpPage
from wanwatch.core.target import Target, TargetKind

Play: TypeAlias = Callable[[asyncio.StreamWriter], Awaitable[None]]
NAME = "house.example"


@dataclass
class HttpHost:
    """What a server saw: its peers, and the heads of the requests."""

    peers: list[tuple[str, int]] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)


def saying(*parts: bytes, pause: float = 0.0) -> Play:
    """Write the parts with a pause between them, then hang up."""

    async def play(writer: asyncio.StreamWriter) -> None:
        for number, part in enumerate(parts):
            if number and pause:
                await asyncio.sleep(pause)
            writer.write(part)
            await writer.drain()

    return play


def answer(status: str = "200 OK", body: bytes = b"", **headers: str) -> bytes:
    """A whole answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


async def never(_: asyncio.StreamWriter) -> None:
    """Take the request and say nothing."""
    await asyncio.sleep(60)


async def reset(writer: asyncio.StreamWriter) -> None:
    """Reset the connection."""
    # A linger time of zero makes a reset of the close (socket(7)).
    linger = struct.pack("=ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


@cache
def authority() -> trustme.CA:
    """An authority that the tests trust."""
    return trustme.CA()


@cache
def server_context(*names: str) -> ssl.SSLContext:
    """A server's context with a certificate for some names."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority().issue_cert(*names).configure_cert(context)
    return context


@cache
def trusting() -> ssl.SSLContext:
    """A client's context that trusts the tests' authority."""
    context = ssl.create_default_context(cafile=None, cadata="")
    authority().configure_trust(context)
    return context


@contextlib.asynccontextmanager
async def http_host(
    play: Play | None = None,
    *,
    address: str = "127.0.0.1",
    tls: ssl.SSLContext | None = None,
    delay: float = 0.0,
    wait_for_request: bool = True,
    **page: Any,
) -> AsyncIterator[tuple[Target, HttpHost]]:
    """A server, and the target of a page of it; ``page`` as in ``HttpPage``."""
    host = HttpHost()
    tasks: set[asyncio.Task[None]] = set()
    play = play or saying(answer(body=b"all is ok"))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        host.peers.append(writer.get_extra_info("peername")[:2])
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            if wait_for_request:
                head = await reader.readuntil(b"\r\n\r\n")
                host.heads.append(head.decode("latin-1"))
            if delay:
                await asyncio.sleep(delay)
            await play(writer)
        writer.close()
        tasks.discard(task)

    server = await asyncio.start_server(serve, address, 0, backlog=256, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    try:
        request = HttpPage(tls=tls is not None, **page)
        yield Target(TargetKind.HTTP, address, port, request), host
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.sleep(0.01)
