"""``python -m tests.bench.flush_hosts SOURCE``: hosts that echo, but not to who probes a dead line.

A process of its own, so that a router that is busy with its tables does not answer probes late.
The word ``cut`` makes the hosts deaf for the address SOURCE; everybody else is echoed at once.
"""

import asyncio
import sys

from tests.bench.talking import answer

HOSTS = ("127.1.1.1", "127.8.8.8", "127.9.9.9")


class _Echo(asyncio.DatagramProtocol):
    """A host (RFC 862)."""

    def __init__(self, deaf: set[str]) -> None:
        self._deaf = deaf

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if addr[0] not in self._deaf:
            self._transport.sendto(data, addr)


async def serve(source: str) -> None:
    """Echo until standard input ends."""
    deaf: set[str] = set()
    loop = asyncio.get_running_loop()
    ports = []
    for host in HOSTS:
        transport, _ = await loop.create_datagram_endpoint(
            lambda: _Echo(deaf), local_addr=(host, 0)
        )
        ports.append(transport.get_extra_info("sockname")[1])

    def on_word(word: str) -> str:
        deaf.add(source)
        return word

    await answer([f"udp:{host}:{port}" for host, port in zip(HOSTS, ports, strict=True)], on_word)


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1]))
