"""One connection to the router: TCP, TLS, login. Every failure comes out as a typed error.

Sends the login of RouterOS 6.43 and later; a router before that answers with a challenge, which is
then answered (RouterOS manual, API, "Initial login").
"""

import asyncio
import hashlib
import os
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from librouteros.connections import AsyncSocketTransport
from librouteros.exceptions import (
    ConnectionClosed,
    LibRouterosError,
    MultiTrapError,
    TrapError,
)

from wanwatch.routeros.errors import (
    LoginRefused,
    RouterStalled,
    RouterUnreachable,
    TlsRefused,
    refusal,
    says_login_refused,
)
from wanwatch.routeros.protocol import TextApi, TextProtocol
from wanwatch.routeros.text import router_text
from wanwatch.routeros.tls import TlsMode, TlsOptions

Password = str | Callable[[], str]
"""The password, or what gives it when it is needed."""

_KEEPALIVE_IDLE = 30
_KEEPALIVE_INTERVAL = 10
_KEEPALIVE_COUNT = 3


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the router's API listens and who logs in."""

    address: str
    port: int
    user: str
    password: Password
    tls: TlsOptions | None = None

    def __repr__(self) -> str:
        """Without the password."""
        return f"Endpoint({self.user!r} at {self.address}:{self.port})"


async def connect(endpoint: Endpoint, limit: float) -> TextApi:
    """Open a connection and log in; ``limit`` seconds for the opening and for each sentence.

    Raises RouterUnreachable, TlsRefused, LoginRefused or RouterStalled.
    """
    password = _password(endpoint)
    reader, writer = await _open(endpoint, limit)
    api = TextApi(TextProtocol(AsyncSocketTransport(reader, writer), limit))
    logged_in = False
    try:
        _keep_alive(writer)
        if endpoint.tls is not None:
            tls_object = writer.get_extra_info("ssl_object")
            endpoint.tls.check(tls_object.getpeercert(binary_form=True))
        await _login(api, endpoint, password)
        logged_in = True
    finally:
        if not logged_in:
            api.protocol.abort()
    return api


async def _open(
    endpoint: Endpoint, limit: float
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    where = f"{endpoint.address}:{endpoint.port}"
    tls = endpoint.tls
    name = None
    if tls is not None and tls.mode is TlsMode.CA:
        name = tls.server_name or endpoint.address
    elif tls is not None:
        name = ""
    try:
        async with asyncio.timeout(limit):
            return await asyncio.open_connection(
                endpoint.address,
                endpoint.port,
                ssl=None if tls is None else tls.context(),
                server_hostname=name,
            )
    except TimeoutError as error:
        what = "connection" if tls is None else "TLS session"
        raise RouterUnreachable(f"no {what} with {where} within {limit:g} s") from error
    except ssl.SSLCertVerificationError as error:
        raise TlsRefused(f"{where}: {error.verify_message}") from error
    except ssl.SSLError as error:
        raise TlsRefused(f"{where}: no TLS session: {error.reason or error}") from error
    except ConnectionResetError as error:
        if tls is None:
            raise RouterUnreachable(f"no connection to {where}: {error}") from error
        raise TlsRefused(f"{where} closed the connection during the TLS handshake") from error
    except OSError as error:
        # asyncio words errors of its own; the system's word for the number is what people know.
        said = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
        raise RouterUnreachable(f"no connection to {where}: {said}") from error
    except UnicodeError as error:
        raise RouterUnreachable(f"{endpoint.address!r} is no host name") from error


def _password(endpoint: Endpoint) -> str:
    given = endpoint.password
    try:
        return router_text(given if isinstance(given, str) else given())
    except (OSError, UnicodeError) as error:
        raise LoginRefused(f"the password for {endpoint.user!r} cannot be read: {error}") from error


def _keep_alive(writer: asyncio.StreamWriter) -> None:
    """Let the kernel notice a router that is gone: a dead one leaves the socket hanging."""
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (
        ("TCP_KEEPIDLE", _KEEPALIVE_IDLE),
        ("TCP_KEEPINTVL", _KEEPALIVE_INTERVAL),
        ("TCP_KEEPCNT", _KEEPALIVE_COUNT),
    ):
        option = getattr(socket, name, None)
        if option is not None:
            sock.setsockopt(socket.IPPROTO_TCP, option, value)


async def _login(api: TextApi, endpoint: Endpoint, password: str) -> None:
    where = f"{endpoint.address}:{endpoint.port}"
    user = router_text(endpoint.user)
    try:
        await _exchange(api, "/login", f"=name={user}", f"=password={password}")
        challenge = api.done.get("ret")
        if challenge:
            answer = challenge_response(challenge, password)
            await _exchange(api, "/login", f"=name={user}", f"=response={answer}")
    except (TrapError, MultiTrapError) as error:
        message = refusal(error, ()).message
        if says_login_refused(message):
            raise LoginRefused(
                f"{where} does not accept user {endpoint.user!r}: {message}"
            ) from None
        raise LoginRefused(f"{where} refused the login: {message}") from None
    except TimeoutError as error:
        raise RouterStalled(f"{where} did not answer the login") from error
    except (ConnectionClosed, OSError) as error:
        raise LoginRefused(
            f"{where} closed the connection before the login's end; "
            "does '/ip service' list this host's address under 'address=', and is a session free?"
        ) from error
    except (LibRouterosError, ValueError) as error:
        raise LoginRefused(f"{where} does not speak the RouterOS API: {error}") from error


async def _exchange(api: TextApi, command: str, *words: str) -> None:
    await api.protocol.writeSentence(command, *words)
    async for _ in api.batches(api.protocol.timeout):
        pass


def challenge_response(challenge: str, password: str) -> str:
    """The answer of a login before RouterOS 6.43; raises ValueError on a challenge that is not hex."""
    secret = b"\x00" + password.encode("latin-1") + bytes.fromhex(challenge)
    return "00" + hashlib.md5(secret, usedforsecurity=False).hexdigest()
