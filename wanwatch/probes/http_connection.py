"""A steered connection for one HTTP exchange: its connect, its handshake, and its end.

The socket is ours all the way, so that it is steered like that of any other probe, so that the
kernel's word on whose fault a failure is can be read from it, and so that it is closed when the
probe is over, whatever a peer still has to say.
"""

import asyncio
import errno
import os
import socket
import ssl
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler

from wanwatch.core.http_page import HttpPage
from wanwatch.core.target import Target
from wanwatch.probes.faults import judge_late_error, local_fault, take_notices
from wanwatch.probes.http_tls import wrong_certificate
from wanwatch.probes.results import ProbeResult, Timeout
from wanwatch.probes.steering import Steering, open_steered
from wanwatch.probes.tcp import until_connected

_HUNG_UP = (ConnectionResetError, BrokenPipeError, ConnectionAbortedError)
# aiohttp passes the codes on under an error of its own.
_HUNG_UP_CODES = (errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED)


class Ended(Exception):  # noqa: N818 - no error of ours; it carries what the probe came to
    """Ends an exchange early; ``result`` is what the probe came to."""

    def __init__(self, result: ProbeResult) -> None:
        super().__init__(result)
        self.result = result


class HttpConnection(AbstractContextManager["HttpConnection"]):
    """One connection to a target; nothing of it is left open at the end of the ``with``.

    ``awaited`` says what has to come next, for an exchange that breaks off; empty until connected.
    """

    def __init__(self, target: Target, steering: Steering) -> None:
        """Open the steered socket. Raises LocalFault."""
        self._target = target
        self._sock = open_steered(target.address, socket.SOCK_STREAM, 0, steering)
        self._protocol: _Protocol | None = None
        self._transport: asyncio.Transport | None = None
        self.awaited = ""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close at once, without the farewells of TLS."""
        if self._transport is not None:
            self._transport.abort()
        self._sock.close()

    async def connect(self) -> None:
        """Connect. Raises LocalFault for what is ours and Ended for what is not."""
        sock, peer = self._sock, (self._target.address, self._target.port)
        code = sock.connect_ex(peer)
        if code == errno.EINPROGRESS:
            await until_connected(sock)
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        elif code not in (0, errno.ECONNREFUSED):
            error = OSError(code, os.strerror(code))
            raise local_fault(error, f"connect to {peer[0]} port {peer[1]}")
        if code:
            raise Ended(self.judge(OSError(code, os.strerror(code))))
        self.awaited = "answer"

    async def begin(self, page: HttpPage, context: ssl.SSLContext | None) -> None:
        """Hand the connection to the protocol, by TLS where there is a context.

        Raises OSError, ssl.SSLError among them, and Ended for a certificate that is not the pinned
        one.
        """
        loop = asyncio.get_running_loop()
        protocol = self._protocol = _Protocol(loop)
        first = protocol if context is None else asyncio.Protocol()
        # The transport below TLS is the one to abort: asyncio does not end that above it when it is
        # closed before its handshake has begun.
        self._transport, _ = await loop.create_connection(lambda: first, sock=self._sock)
        if context is not None:
            await self._secure(self._transport, protocol, page, context)

    async def _secure(
        self,
        transport: asyncio.Transport,
        protocol: "_Protocol",
        page: HttpPage,
        context: ssl.SSLContext,
    ) -> None:
        self.awaited = "end of the TLS handshake"
        tls = await asyncio.get_running_loop().start_tls(
            transport, protocol, context, server_hostname=page.host or self._target.address
        )
        if tls is None:  # the connection was lost meanwhile
            raise ConnectionResetError
        protocol.connection_made(tls)
        shown = tls.get_extra_info("ssl_object").getpeercert(binary_form=True)
        wrong = wrong_certificate(page, shown)
        if wrong is not None:
            raise Ended(Timeout(wrong))
        self.awaited = "answer"

    def session(self) -> aiohttp.ClientSession:
        """Return a session that has this connection and no other; no proxy, no cookie, no login."""
        if self._protocol is None:
            raise RuntimeError("a session needs a connection")
        return aiohttp.ClientSession(
            connector=_OneConnection(self._protocol),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
            auto_decompress=False,
            trust_env=False,
        )

    @property
    def ended_by(self) -> Exception | None:
        """The error that the connection ended by, None where it did not end by one."""
        return self._protocol.ended_by if self._protocol is not None else None

    def judge(self, error: OSError) -> ProbeResult:
        """Decide whose fault an error is that arrived after the first packet had left."""
        notices = take_notices(self._sock)
        if not notices and error.errno == errno.ECONNREFUSED:
            return Timeout("connection refused")
        if not notices and (isinstance(error, _HUNG_UP) or error.errno in _HUNG_UP_CODES):
            return Timeout("the connection was reset")
        return judge_late_error(self._sock, self._target.address, error, notices)


class _Protocol(ResponseHandler):
    """aiohttp's own, which keeps what ended its connection."""

    ended_by: Exception | None = None

    def connection_lost(self, exc: BaseException | None) -> None:
        """Keep it; None stands for a peer that closed in good order."""
        self.ended_by = exc if isinstance(exc, Exception) else None
        super().connection_lost(exc)


class _OneConnection(aiohttp.BaseConnector):
    """Gives out one connection that is there already, once.

    A second one is asked for when the first ended without an answer: aiohttp would try again.
    """

    def __init__(self, protocol: ResponseHandler) -> None:
        super().__init__(force_close=True)
        self._protocol = protocol
        self._given = False

    async def _create_connection(self, *_: Any) -> ResponseHandler:
        if self._given:
            raise aiohttp.ServerDisconnectedError
        self._given = True
        return self._protocol
