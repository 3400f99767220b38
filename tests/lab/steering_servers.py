"""Who answers on the laboratory's internet: TCP, HTTP, HTTPS, DNS; a portal and a liar as well.

``python -m tests.lab.steering_servers FOLDER ADDRESS...`` serves TCP on every address there is, and
DNS on those named, since a datagram must be answered from the address that it was sent to. The
certificate and its authority are in FOLDER.
"""

import asyncio
import ssl
import sys
from pathlib import Path
from typing import Any

import dns.exception
import dns.message
import dns.rrset
import trustme

from tests.lab.internet import DNS_PORT, HTTP_PORT, DnsServer, HttpHello, TcpEcho, raise_file_limit
from tests.lab.steering_cases import TCP_PORT

HTTPS_PORT, LIAR_PORT, STRANGER_PORT = 443, 5353, 8443
PORTAL_PORT, ADVERT_PORT = 8080, 8081
LIE, TRUTH = "192.0.2.66", "192.0.2.7"
NAME = "probe.example.com"
AUTHORITY, CERTIFICATE, STRANGER = "authority.pem", "server.pem", "stranger.pem"
PORTAL = "http://login.portal.example/"


class Page(asyncio.Protocol):
    """Answers everybody who asks for any page with one and the same."""

    head, body = "200 OK", "This page is not the one that was asked for.\n"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport: Any = transport

    def data_received(self, data: bytes) -> None:
        """Answer."""
        del data
        head = f"HTTP/1.1 {self.head}\r\nContent-Length: {len(self.body)}\r\nConnection: close"
        self._transport.write(f"{head}\r\n\r\n{self.body}".encode())
        self._transport.close()


class Portal(Page):
    """Sends everybody to a page of its own."""

    head, body = f"302 Found\r\nLocation: {PORTAL}", ""


class NamedAddress(DnsServer):
    """Answers every question with one A record."""

    def __init__(self, address: str) -> None:
        self._address = address

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer what is a question."""
        try:
            question = dns.message.from_wire(data)
        except dns.exception.DNSException:
            return
        answer = dns.message.make_response(question)
        name = question.question[0].name
        answer.answer.append(dns.rrset.from_text(name, 60, "IN", "A", self._address))
        self._transport.sendto(answer.to_wire(), addr)


def make_certificates(folder: Path, *names: str) -> None:
    """Write a certificate for names and networks, its authority, and one of an unknown authority."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / AUTHORITY))
    for issuer, file in ((authority, CERTIFICATE), (trustme.CA(), STRANGER)):
        issued = issuer.issue_cert(*names)
        issued.private_key_and_cert_chain_pem.write_to_path(str(folder / file))


def _context(file: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


async def serve(folder: Path, addresses: list[str]) -> None:
    """Serve until cancelled; raises OSError when a port cannot be had."""
    loop = asyncio.get_running_loop()
    for port, protocol, file in (
        (TCP_PORT, TcpEcho, None),
        (HTTP_PORT, HttpHello, None),
        (PORTAL_PORT, Portal, None),
        (ADVERT_PORT, Page, None),
        (HTTPS_PORT, HttpHello, CERTIFICATE),
        (STRANGER_PORT, HttpHello, STRANGER),
    ):
        context = None if file is None else _context(folder / file)
        await loop.create_server(protocol, None, port, backlog=1024, ssl=context)
    for address in addresses:
        for port, record in ((DNS_PORT, TRUTH), (LIAR_PORT, LIE)):
            await loop.create_datagram_endpoint(
                lambda record=record: NamedAddress(record),  # type: ignore[misc]
                (address, port),
            )
    print("ready", flush=True)  # noqa: T201 - whoever started it waits for this line
    await asyncio.Event().wait()


if __name__ == "__main__":
    raise_file_limit()
    asyncio.run(serve(Path(sys.argv[1]), sys.argv[2:]))
