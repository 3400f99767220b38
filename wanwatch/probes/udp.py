"""UDP echo (RFC 862): a datagram with a token of its own has to come back as it was.

For operators with an echo host of theirs, and for the built-in demo, whose lines are echo servers.
"Port unreachable" is a loss here: the host stands, but it did not echo.
"""

import asyncio
import secrets
import socket

from wanwatch.core.target import Target
from wanwatch.probes.faults import judge_late_error, local_error, take_notices
from wanwatch.probes.results import ErrorReason, LocalFault, ProbeError, ProbeResult, Reply, Timeout
from wanwatch.probes.steering import Steering, open_steered

_TOKEN_BYTES = 16
_LONGEST_DATAGRAM = 65535


class UdpEchoProber:
    """Probes UDP echo servers, each probe from a source port of its own."""

    def __init__(self, steering: Steering) -> None:
        self._steering = steering
        self._closed = False

    async def probe(self, target: Target, *, patience: float) -> ProbeResult:
        """Send a fresh token and wait until it comes back."""
        if self._closed:
            return ProbeError(ErrorReason.CLOSED)
        try:
            sock = open_steered(target.address, socket.SOCK_DGRAM, 0, self._steering)
        except LocalFault as fault:
            return fault.error
        with sock:
            return await _echo(sock, target, patience)

    async def close(self) -> None:
        """Refuse further probes; no socket outlives its probe."""
        self._closed = True


async def _echo(sock: socket.socket, target: Target, patience: float) -> ProbeResult:
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
