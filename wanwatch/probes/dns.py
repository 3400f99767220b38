"""DNS query: a question to a server, by UDP, from a source port and with an id of its own.

What is measured is the time to the answer, which is the server's own work too: the default question
is one that a resolver answers from what it always holds. An answer that is cut short (TC) counts,
since it came. "Port unreachable" is a loss, as for UDP echo: the host stands, but does not resolve.
"""

import asyncio
import socket

import dns.message

from wanwatch.core.dns_question import DnsQuestion
from wanwatch.core.target import Target
from wanwatch.probes.dns_answer import read_answer, what_is_wrong
from wanwatch.probes.faults import judge_late_error, local_error, take_notices
from wanwatch.probes.results import ErrorReason, ProbeError, ProbeResult, Reply, Timeout
from wanwatch.probes.socket_prober import SocketProber

_LONGEST_DATAGRAM = 65535


class DnsProber(SocketProber):
    """Asks DNS servers, each probe by a socket of its own."""

    socket_type = socket.SOCK_DGRAM

    async def _exchange(self, sock: socket.socket, target: Target, patience: float) -> ProbeResult:
        if not isinstance(target.request, DnsQuestion):
            return ProbeError(ErrorReason.UNSUPPORTED, f"{target} has no DNS question")
        return await _ask(sock, target, target.request, patience)


async def _ask(
    sock: socket.socket, target: Target, question: DnsQuestion, patience: float
) -> ProbeResult:
    loop = asyncio.get_running_loop()
    # The id is dnspython's choice, from a generator fit for cryptography.
    query = dns.message.make_query(question.name, question.type)
    wire = query.to_wire()
    try:
        sock.connect((target.address, target.port))
        sent_at = loop.time()
        sock.send(wire)
    except OSError as error:
        return local_error(error, f"send to {target}")
    try:
        async with asyncio.timeout_at(sent_at + patience):
            while True:
                datagram = await loop.sock_recv(sock, _LONGEST_DATAGRAM)
                rtt = loop.time() - sent_at
                answer = read_answer(query, datagram)
                if answer is not None:
                    break
                await asyncio.sleep(0)  # a flood must hold up neither the loop nor the timeout
    except TimeoutError:
        return Timeout()
    except OSError as error:
        return judge_late_error(sock, target.address, error, take_notices(sock))
    wrong = what_is_wrong(question, answer, datagram)
    return Reply(rtt) if wrong is None else Timeout(wrong)
