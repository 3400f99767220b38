"""UDP echo (RFC 862): a datagram with a token of its own has to come back as it was.

For operators with an echo host of theirs, and for the built-in demo, whose lines are echo servers.
"Port unreachable" is a loss here: the host stands, but it did not echo.
"""

import asyncio
import secrets
import socket

from wanwatch.core.target import Target
from wanwatch.probes.faults import judge_late_error, local_error, take_notices
from wanwatch.probes.results import ProbeResult, Reply, Timeout
from wanwatch.probes.socket_prober import SocketProber

_TOKEN_BYTES = 16
_LONGEST_DATAGRAM = 65535


class UdpEchoProber(SocketProber):
    """Probes UDP echo servers, each probe with a fresh token and from a source port of its own."""

    socket_type = socket.SOCK_DGRAM

    async def _exchange(self, sock: socket.socket, target: Target, patience: float) -> ProbeResult:
        loop = asyncio.get_running_loop()
        token = secrets.token_bytes(_TOKEN_BYTES)
        try:
            sock.connect((target.address, target.port))
            sent_at = loop.time()
            sock.send(token)
        except OSError as error:
            return local_error(error, f"send to {target}")
        try:
            async with asyncio.timeout_at(sent_at + patience):
                while await loop.sock_recv(sock, _LONGEST_DATAGRAM) != token:
                    pass
        except TimeoutError:
            return Timeout()
        except OSError as error:
            return judge_late_error(sock, target.address, error, take_notices(sock))
        return Reply(loop.time() - sent_at)
