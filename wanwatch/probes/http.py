"""HTTP and HTTPS: a page is asked for, and the answer has to be one that counts.

What is measured is the time from the SYN to the end of the answer's head, or, where a text has to be
in its body, to the part of the body that decides. So it is three or four times the line's own
round-trip time, and the server's work. It has to be all of it, since what was measured says how long
the next answer is waited for.

Nothing is followed, kept or looked up: no redirect, no connection, no cookie, no proxy, no name. A
probe whose SYN or data had to be repeated is slow, not lost; the timeout decides.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError

from wanwatch import __version__
from wanwatch.core.http_page import HttpPage
from wanwatch.core.target import Target
from wanwatch.probes.http_answer import BODY_READ, wrong_body, wrong_status
from wanwatch.probes.http_connection import Ended, HttpConnection
from wanwatch.probes.http_tls import context_for, tls_failure
from wanwatch.probes.remote_text import shown
from wanwatch.probes.results import ErrorReason, LocalFault, ProbeError, ProbeResult, Reply, Timeout
from wanwatch.probes.steering import Steering

_HEADERS = {
    "User-Agent": f"wanwatch/{__version__}",
    "Accept": "*/*",
    "Accept-Encoding": "identity",
    "Connection": "close",
}


class HttpProber:
    """Asks for pages, each probe by a connection of its own.

    ``context`` takes the place of the one that trusts the authorities of this host.
    """

    def __init__(self, steering: Steering, *, context: ssl.SSLContext | None = None) -> None:
        self._steering = steering
        self._trusted = context
        self._contexts: dict[bool, ssl.SSLContext] = {}
        self._closed = False

    async def probe(self, target: Target, *, patience: float) -> ProbeResult:
        """Ask for the target's page and judge the answer."""
        if self._closed:
            return ProbeError(ErrorReason.CLOSED)
        page = target.request
        if not isinstance(page, HttpPage):
            return ProbeError(ErrorReason.UNSUPPORTED, f"{target} has no page")
        try:
            context = await self._context_of(page)
            with HttpConnection(target, self._steering) as connection:
                return await _ask(connection, target, page, context, patience)
        except LocalFault as fault:
            return fault.error

    async def close(self) -> None:
        """Refuse further probes; no connection outlives its probe."""
        self._closed = True

    async def _context_of(self, page: HttpPage) -> ssl.SSLContext | None:
        """Return the context for a page; made once and in a thread, for that would stall the loop."""
        if not page.tls:
            return None
        verifies = page.needs_authority
        if verifies and self._trusted is not None:
            return self._trusted
        context = self._contexts.get(verifies)
        if context is None:
            context = await asyncio.to_thread(context_for, verifies=verifies)
            self._contexts[verifies] = context
        return context


async def _ask(
    connection: HttpConnection,
    target: Target,
    page: HttpPage,
    context: ssl.SSLContext | None,
    patience: float,
) -> ProbeResult:
    loop = asyncio.get_running_loop()
    sent_at = loop.time()
    try:
        async with asyncio.timeout_at(sent_at + patience):
            await connection.connect()
            await connection.begin(page, context)
            wrong = await _exchange(connection, target, page)
    except TimeoutError:
        awaited = connection.awaited
        return Timeout(f"connected, but the {awaited} did not come in time" if awaited else "")
    except Ended as ended:
        return ended.result
    except (OSError, aiohttp.ClientError, HttpProcessingError) as error:
        return _meaning(connection, error)
    return Reply(loop.time() - sent_at) if wrong is None else Timeout(wrong)


def _meaning(connection: HttpConnection, error: Exception) -> ProbeResult:
    """Return what an error means that came after the connection was begun."""
    error = connection.ended_by or error
    if isinstance(error, ssl.SSLError):
        return tls_failure(error)
    if isinstance(error, aiohttp.ClientPayloadError | aiohttp.ServerDisconnectedError):
        return Timeout(f"hung up before the {connection.awaited}")
    if isinstance(error, OSError):
        return connection.judge(error)
    return Timeout(f"no HTTP: {shown(getattr(error, 'message', '') or str(error))}")


async def _exchange(connection: HttpConnection, target: Target, page: HttpPage) -> str | None:
    """Send the request; return why the answer does not count, None where it does."""
    url = target.url
    async with (
        connection.session() as session,
        session.get(url, headers=_HEADERS, allow_redirects=False) as response,
    ):
        location = response.headers.get("Location")
        wrong = wrong_status(page, url, response.status, location)
        if wrong is not None or not page.body:
            return wrong
        connection.awaited = "end of the body"
        return wrong_body(page, await _beginning(response.content.iter_any(), page.body.encode()))


async def _beginning(chunks: AsyncIterator[bytes], wanted: bytes) -> bytes:
    """Read a body until it holds what is wanted, or enough of it."""
    beginning = b""
    async for chunk in chunks:
        beginning = (beginning + chunk)[:BODY_READ]
        if wanted in beginning or len(beginning) == BODY_READ:
            break
    return beginning
