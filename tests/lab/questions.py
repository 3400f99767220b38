"""One question of a client, each of a kind, and the answer: the address the server saw it from.

Each raises OSError when the network says no, and waits for as long as the system retries.
"""

import asyncio
import re
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import dns.message
import dns.rdatatype

from tests.lab.internet import DNS_PORT, ECHO_PORT, HTTP_PORT

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
"""SO_LINGER: the connection ends with a reset, so that its five-tuple is free again at once."""
_PATIENCE = 20.0
"""Seconds that a client waits for an answer over a connection that is open."""
_UNACKED = 24
"""Where struct tcp_info has the number of segments under way (linux/tcp.h)."""


class UnansweredError(OSError):
    """Everything that was sent has arrived, and no answer came.

    Then nothing is sent again, and so there is nothing that anybody could refuse.
    """


@asynccontextmanager
async def _patience(held: socket.socket) -> AsyncIterator[None]:
    """Give up what takes too long; raises UnansweredError or TimeoutError."""
    try:
        async with asyncio.timeout(_PATIENCE):
            yield
    except TimeoutError:
        info = held.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _UNACKED + 4)
        if not struct.unpack_from("=I", info, _UNACKED)[0]:
            raise UnansweredError from None
        raise


def tcp_socket(client: str, port: int = 0) -> socket.socket:
    """Return a socket of a client that leaves its five-tuple free when it is closed."""
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setblocking(False)  # noqa: FBT003 - the standard library's own
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    made.bind((client, port))
    return made


async def open_echo(made: socket.socket, target: str) -> str:
    """Connect to the echo server and ask once."""
    await asyncio.get_running_loop().sock_connect(made, (target, ECHO_PORT))
    return await exchange(made)


async def exchange(held: socket.socket) -> str:
    """Ask once over a connection that is open."""
    loop = asyncio.get_running_loop()
    async with _patience(held):
        await loop.sock_sendall(held, b"?\n")
        answer = await loop.sock_recv(held, 64)
    if not answer:
        raise ConnectionResetError
    return answer.decode().strip()


async def ask_once(client: str, port: int, target: str) -> str:
    """Open a connection, ask once, close."""
    with tcp_socket(client, port) as made:
        return await open_echo(made, target)


async def get_page(client: str, target: str) -> str:
    """Read a page over HTTP."""
    loop = asyncio.get_running_loop()
    with tcp_socket(client, 0) as made:
        await loop.sock_connect(made, (target, HTTP_PORT))
        answer = b""
        async with _patience(made):
            await loop.sock_sendall(made, f"GET / HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
            while not (page := _page(answer)):
                part = await loop.sock_recv(made, 4096)
                if not part:
                    raise ConnectionResetError
                answer += part
    if not answer.startswith(b"HTTP/1.1 200 "):
        raise ConnectionAbortedError
    return page


def _page(answer: bytes) -> str:
    """The body of a whole answer that names its length, empty while something is missing."""
    head, _, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"Content-Length: (\d+)", head)
    if length is None or len(body) < int(length[1]):
        return ""
    return body.decode().strip()


async def resolve(client: str, target: str) -> str:
    """Ask for a name until there is an answer, from a fresh port every second."""
    loop = asyncio.get_running_loop()
    question = dns.message.make_query("whoami.lab.example", dns.rdatatype.TXT)
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
            made.setblocking(False)  # noqa: FBT003 - the standard library's own
            made.bind((client, 0))
            await loop.sock_connect(made, (target, DNS_PORT))
            await loop.sock_sendall(made, question.to_wire())
            with suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    answer = dns.message.from_wire(await loop.sock_recv(made, 1024))
                    return str(answer.answer[0][0]).strip('"')
