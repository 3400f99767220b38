"""The servers of the laboratory's internet: each tells whoever asks which address it is seen from.

``python -m tests.lab.internet ADDRESS...`` serves on every address until it is ended: TCP and UDP
echo, HTTP and DNS. The address that a client is seen from is that of the line it came by.
"""

import asyncio
import resource
import socket
import sys
from typing import Any

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

ECHO_PORT, HTTP_PORT, DNS_PORT = 7007, 80, 53
_BUFFER = 4 << 20
"""Bytes of a UDP socket's receive buffer: what the servers are late for is no loss of a line."""


class TcpEcho(asyncio.Protocol):
    """Answers every line with the address that the connection is seen from."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport and what to say."""
        self._transport: Any = transport
        self._seen = transport.get_extra_info("peername")[0].encode()

    def data_received(self, data: bytes) -> None:
        """Answer as many lines as came."""
        self._transport.write((self._seen + b"\n") * data.count(b"\n"))


class HttpHello(asyncio.Protocol):
    """Answers every request with the address that it is seen from, and closes."""

    def __init__(self) -> None:
        self._request = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport: Any = transport

    def data_received(self, data: bytes) -> None:
        """Answer once the head of the request is there."""
        self._request += data
        if b"\r\n\r\n" not in self._request:
            return
        body = self._transport.get_extra_info("peername")[0] + "\n"
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}"
        self._transport.write(f"{head}\r\nConnection: close\r\n\r\n{body}".encode())
        self._transport.close()


class UdpEcho(asyncio.DatagramProtocol):
    """Answers every datagram with itself, a space, and the address that it is seen from."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport: Any = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer."""
        self._transport.sendto(data + b" " + addr[0].encode(), addr)


class DnsServer(asyncio.DatagramProtocol):
    """Answers every question with a TXT record: the address that it is seen from."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport: Any = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer what is a question."""
        try:
            question = dns.message.from_wire(data)
        except dns.exception.DNSException:
            return
        answer = dns.message.make_response(question)
        answer.flags |= dns.flags.RA
        name = question.question[0].name
        answer.answer.append(dns.rrset.from_text(name, 0, "IN", "TXT", f'"{addr[0]}"'))
        self._transport.sendto(answer.to_wire(), addr)


async def serve(addresses: list[str]) -> None:
    """Serve on every address until cancelled; raises OSError when one cannot be had."""
    loop = asyncio.get_running_loop()
    for address in addresses:
        await loop.create_server(TcpEcho, address, ECHO_PORT, backlog=1024)
        await loop.create_server(HttpHello, address, HTTP_PORT, backlog=1024)
        for port, protocol in ((ECHO_PORT, UdpEcho), (DNS_PORT, DnsServer)):
            transport, _ = await loop.create_datagram_endpoint(protocol, (address, port))
            # As much of it as the system grants: a user namespace may not ask for more.
            wide = transport.get_extra_info("socket")
            wide.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
    print("ready", flush=True)  # noqa: T201 - whoever started it waits for this line
    await asyncio.Event().wait()


def raise_file_limit() -> None:
    """Let this process have as many sockets as the system grants."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


if __name__ == "__main__":
    raise_file_limit()
    asyncio.run(serve(sys.argv[1:]))
