"""A DNS server on loopback that answers as it is told to, right or wrong."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable
from typing import TypeAlias, cast

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

from wanwatch.core.dns_question import DnsQuestion
from wanwatch.core.target import Target, TargetKind

Answers: TypeAlias = Callable[[dns.message.Message], Iterable[bytes]]


class DnsHost(asyncio.DatagramProtocol):
    """Answers each query with the datagrams that ``answers`` makes of it, ``delay`` seconds late."""

    def __init__(self, answers: Answers, delay: float = 0.0) -> None:
        self.answers = answers
        self.delay = delay
        self.peers: list[tuple[str, int]] = []
        self.queries: list[dns.message.Message] = []
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.peers.append(addr)
        query = dns.message.from_wire(data)
        self.queries.append(query)
        for datagram in self.answers(query):
            if self.delay:
                asyncio.get_running_loop().call_later(self.delay, self._send, datagram, addr)
            else:
                self._send(datagram, addr)

    def _send(self, datagram: bytes, addr: tuple[str, int]) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(datagram, addr)


def with_records(*records: str) -> Answers:
    """Answer with records, each as in ``example.com. 60 IN A 192.0.2.7``."""

    def answers(query: dns.message.Message) -> Iterable[bytes]:
        response = dns.message.make_response(query)
        for record in records:
            name, ttl, klass, kind, value = record.split(maxsplit=4)
            response.answer.append(dns.rrset.from_text(name, int(ttl), klass, kind, value))
        return [response.to_wire()]

    return answers


def with_code(rcode: str) -> Answers:
    """Answer with a response code and no records."""

    def answers(query: dns.message.Message) -> Iterable[bytes]:
        response = dns.message.make_response(query)
        response.set_rcode(dns.rcode.from_text(rcode))
        return [response.to_wire()]

    return answers


def cut_short(query: dns.message.Message) -> Iterable[bytes]:
    """Answer with the flag that says that the answer did not fit."""
    response = dns.message.make_response(query)
    response.flags |= dns.flags.TC
    return [response.to_wire()]


@contextlib.asynccontextmanager
async def dns_host(
    answers: Answers | None = None,
    question: DnsQuestion | None = None,
    *,
    delay: float = 0.0,
    address: str = "127.0.0.1",
) -> AsyncIterator[tuple[Target, DnsHost]]:
    """A server, and the target that asks it a question."""
    host = DnsHost(answers or with_records(". 60 IN NS a.root-servers.net."), delay)
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: host, local_addr=(address, 0)
    )
    port = transport.get_extra_info("sockname")[1]
    try:
        yield Target(TargetKind.DNS, address, port, question), host
    finally:
        transport.close()
        await asyncio.sleep(0)
