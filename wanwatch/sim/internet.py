"""An internet on loopback: real UDP sockets whose answers the world's lines carry or do not.

Every host echoes a datagram (RFC 862), if the router of the world would have brought it there and
the answer back: the datagram's source, port and target are walked through mangle, routing and NAT,
and the line it leaves by decides about loss and delay. So real probes need no privilege.
"""

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from wanwatch.sim.packet import Packet, to_number
from wanwatch.sim.world import World

Endpoint = tuple[str, int]


class Internet:
    """Hosts of the simulated internet; an asynchronous context manager.

    ``hosts`` are (address, port) on loopback; port 0 lets the system choose, see ``endpoints``.
    Datagrams are taken to enter the router by ``in_interface``, its LAN when none is named.
    """

    def __init__(
        self, world: World, hosts: Sequence[Endpoint], *, in_interface: str | None = None
    ) -> None:
        self._world = world
        self._hosts = tuple(hosts)
        lan = world.lan()
        self.in_interface = in_interface or ("" if lan is None else lan.interface)
        self._transports: list[asyncio.DatagramTransport] = []
        self._pending: set[asyncio.TimerHandle] = set()

    async def start(self) -> None:
        """Bind all hosts; raises OSError when one cannot be bound, and leaves none bound then."""
        loop = asyncio.get_running_loop()
        try:
            for host in self._hosts:
                transport, _ = await loop.create_datagram_endpoint(
                    lambda: _Host(self), local_addr=host
                )
                self._transports.append(transport)
        except OSError:
            await self.close()
            raise

    async def close(self) -> None:
        """Close every socket and forget the answers under way."""
        for handle in self._pending:
            handle.cancel()
        self._pending.clear()
        for transport in self._transports:
            transport.close()
        self._transports.clear()
        await asyncio.sleep(0)

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """Where the hosts listen, in the order they were named."""
        names = (transport.get_extra_info("sockname") for transport in self._transports)
        return tuple((name[0], name[1]) for name in names)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def ask(self, transport: asyncio.DatagramTransport, data: bytes, source: Endpoint) -> None:
        """Take a datagram through the world and send its answer when it is due, if ever."""
        target = transport.get_extra_info("sockname")
        packet = Packet(
            to_number(source[0]),
            to_number(target[0]),
            "udp",
            source[1],
            target[1],
            self.in_interface,
        )
        self._world.attach(packet.src, self.in_interface)
        delay = self._world.ask(packet).delay
        if delay is None:
            return
        if delay <= 0:
            transport.sendto(data, source)
            return
        handle: asyncio.TimerHandle

        def answer() -> None:
            self._pending.discard(handle)
            transport.sendto(data, source)

        handle = asyncio.get_running_loop().call_later(delay, answer)
        self._pending.add(handle)


class _Host(asyncio.DatagramProtocol):
    def __init__(self, internet: Internet) -> None:
        self._internet = internet
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        """Keep the transport to answer by."""
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Endpoint) -> None:
        """Hand a datagram to the world."""
        if self._transport is not None:
            self._internet.ask(self._transport, data, addr)

    def error_received(self, exc: Exception) -> None:
        """Ignore an ICMP error: who asked has closed the socket by now."""
