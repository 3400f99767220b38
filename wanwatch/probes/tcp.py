"""TCP connect: the time from SYN to SYN-ACK.

A reset is an answer as well: the target's host sent it, over the line in question, to this very
SYN. So a probe of a closed port measures the line as truly as one of an open port, and an operator
who wants the service itself to count sets ``refused_is_reply`` to False. An ICMP refusal is not
taken for the host's own word, for any firewall on the way sends one.

One probe is one SYN. A connection that came about only after the kernel had sent its SYN again
(after one second, RFC 6298) is a loss: the line did lose a packet.
"""

import asyncio
import errno
import os
import socket
import struct
import sys

from wanwatch.core.target import Target
from wanwatch.probes.faults import judge_late_error, local_error, take_notices
from wanwatch.probes.results import ProbeResult, Reply, Timeout
from wanwatch.probes.socket_prober import SocketProber
from wanwatch.probes.steering import Steering

# struct tcp_info of linux/tcp.h: eight single bytes, then 32-bit words; the 24th counts retransmissions.
_TOTAL_RETRANSMISSIONS_AT = 8 + 23 * 4


class TcpConnectProber(SocketProber):
    """Probes by opening a connection, which is closed at once, from a source port of its own."""

    socket_type = socket.SOCK_STREAM

    def __init__(self, steering: Steering, *, refused_is_reply: bool = True) -> None:
        super().__init__(steering)
        self._refused_is_reply = refused_is_reply

    async def _exchange(self, sock: socket.socket, target: Target, patience: float) -> ProbeResult:
        loop = asyncio.get_running_loop()
        sent_at = loop.time()
        code = sock.connect_ex((target.address, target.port))
        if code == errno.EINPROGRESS:
            try:
                async with asyncio.timeout_at(sent_at + patience):
                    await until_connected(sock)
            except TimeoutError:
                return Timeout()
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        elif code not in (0, errno.ECONNREFUSED):
            return local_error(OSError(code, os.strerror(code)), f"connect to {target}")
        return self._judge(sock, target, code, loop.time() - sent_at)

    def _judge(self, sock: socket.socket, target: Target, code: int, rtt: float) -> ProbeResult:
        if code == 0:
            return Timeout("answered a repeated SYN only") if _repeated(sock) else Reply(rtt)
        notices = take_notices(sock)
        if code == errno.ECONNREFUSED and not notices:
            return Reply(rtt) if self._refused_is_reply else Timeout("connection refused")
        error = OSError(code, os.strerror(code))
        return judge_late_error(sock, target.address, error, notices)


def _repeated(sock: socket.socket) -> bool:
    """Return whether the kernel had to send the SYN more than once (Linux; False elsewhere)."""
    if not sys.platform.startswith("linux"):
        return False
    info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TOTAL_RETRANSMISSIONS_AT + 4)
    if len(info) < _TOTAL_RETRANSMISSIONS_AT + 4:
        return False
    (count,) = struct.unpack_from("=I", info, _TOTAL_RETRANSMISSIONS_AT)
    return bool(count)


async def until_connected(sock: socket.socket) -> None:
    """Wait until a connection attempt has ended, well or badly."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()

    def end() -> None:
        if not ended.done():
            ended.set_result(None)

    loop.add_writer(sock, end)
    try:
        await ended
    finally:
        loop.remove_writer(sock)
