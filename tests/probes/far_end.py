"""The far end of a line, in a network namespace: servers of every kind, and what arrived there.

``python -m tests.probes.far_end NAME`` waits for a line of standard input, by when its device l0 has
to be there, and prints "ready"; for each further line it prints, as a JSON list, DSCP and source
address of each packet that came to a far address since. Needs root and ip(8).
"""

import asyncio
import contextlib
import ipaddress
import json
import socket
import sys
from pathlib import Path

from tests.probes.dns_hosts import DnsHost, with_records
from tests.probes.hosts import EchoHost
from tests.probes.http_hosts import answer, saying, server_context
from tests.probes.own_network import ip

FAR = {"ipv4": "198.51.100.1", "ipv6": "2001:db8:100::1"}
THEIRS = {"a": ("10.0.1.2", "fd00:1::2"), "b": ("10.0.2.2", "fd00:2::2")}
FAR_AWAY = (
    ("-4", "ipv4/ip_forward", "203.0.113.0/24"),
    ("-6", "ipv6/conf/all/forwarding", "2001:db8:200::/48"),
)
PORTS = {"tcp": 8853, "udp": 7007, "dns": 5353, "http": 8080, "https": 8443}
_EVERY_PROTOCOL = 3
_TCP = 6
_RESET = 4


def up(device: str, *addresses: str) -> None:
    """Give a device its addresses, without waiting whether somebody else has them."""
    ip(f"link set {device} up")
    for address in addresses:
        prefix, flags = ("64", " nodad") if ":" in address else ("24", "")
        ip(f"address add {address}/{prefix} dev {device}{flags}")


def refuse() -> None:
    """Be a router that says what it has no route to."""
    Path("/proc/sys/net/ipv4/icmp_ratelimit").write_text("0")
    for family, file, network in FAR_AWAY:
        Path("/proc/sys/net", file).write_text("1")
        ip(f"{family} route add unreachable {network}")


async def line(name: str) -> None:
    """Be the far end of a line; for each line of standard input print what arrived since."""
    await asyncio.to_thread(sys.stdin.readline)
    up("lo")
    for address in FAR.values():
        ip(f"address add {address}/{128 if ':' in address else 32} dev lo")
    up("l0", *THEIRS[name])
    refuse()
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_EVERY_PROTOCOL)) as seen:
        seen.settimeout(0)
        async with contextlib.AsyncExitStack() as stack:
            for address in FAR.values():
                await _serve(stack, address)
            print("ready", flush=True)  # noqa: T201 - to the process above
            while await asyncio.to_thread(sys.stdin.readline):
                print(json.dumps(_arrived(seen)), flush=True)  # noqa: T201 - as above


async def _serve(stack: contextlib.AsyncExitStack, address: str) -> None:
    loop = asyncio.get_running_loop()
    root = with_records(". 60 IN NS a.root-servers.net.")
    for kind, protocol in (("udp", EchoHost()), ("dns", DnsHost(root))):
        transport, _ = await loop.create_datagram_endpoint(
            lambda protocol=protocol: protocol,  # type: ignore[misc] # bound early
            local_addr=(address, PORTS[kind]),
        )
        stack.callback(transport.close)
    play = saying(answer(body=b"all is ok"))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            await play(writer)
        writer.close()

    for kind in ("tcp", "http", "https"):
        tls = server_context("house.example") if kind == "https" else None
        server = await asyncio.start_server(serve, address, PORTS[kind], ssl=tls)
        stack.callback(server.close)


def _arrived(seen: socket.socket) -> list[tuple[int, str]]:
    """Return DSCP and source of each packet to a far address that came since the last call."""
    found = []
    with contextlib.suppress(BlockingIOError):
        while True:
            packet, (_, _, how, *_) = seen.recvfrom(65535)
            head = _head(packet)
            if how == socket.PACKET_HOST and head is not None and head[2] in FAR.values():
                found.append(head[:2])
    return found


def _head(packet: bytes) -> tuple[int, str, str] | None:
    """Return DSCP, source and destination of a packet (RFC 791, RFC 8200), None for a reset.

    The kernel sends resets for connections that are over, and marks them as it likes.
    """
    if packet[0] >> 4 == 4:
        addresses = packet[12:16], packet[16:20]
        dscp, protocol, inner = packet[1] >> 2, packet[9], (packet[0] & 0xF) * 4
    elif packet[0] >> 4 == 6:
        addresses = packet[8:24], packet[24:40]
        dscp, protocol, inner = int.from_bytes(packet[:2], "big") >> 6 & 0x3F, packet[6], 40
    else:
        return None
    if protocol == _TCP and packet[inner + 13] & _RESET:
        return None
    source, destination = (str(ipaddress.ip_address(each)) for each in addresses)
    return dscp, source, destination


if __name__ == "__main__":
    asyncio.run(line(sys.argv[1]))
