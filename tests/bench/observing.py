"""How long it takes to see how the router is, before anything can be decided."""

import asyncio
import time
from collections.abc import Iterator
from statistics import median

from tests.bench.children import served
from tests.bench.figures import Figure
from tests.bench.planning import export
from wanwatch.routeros.router import Router
from wanwatch.routeros.session import Call, RouterSession

LATENCIES = (0.0, 0.005, 0.020)
"""Seconds that the router takes to begin with a command."""
RUNS = 15
_WANS = ("wan1", "wan2", "wan3")
_IPV6 = """/ipv6 address
add address=2001:db8:1::2/64 interface=wan1
add address=2001:db8:2::2/64 interface=wan2
/ipv6 route
add dst-address=::/0 gateway=2001:db8:1::1 distance=1
add dst-address=::/0 gateway=2001:db8:2::1 distance=2
"""
_RECURSIVE = """/ip route
add dst-address=198.51.100.7/32 gateway=203.0.0.1 scope=10
add dst-address=0.0.0.0/0 gateway=198.51.100.7 distance=9 target-scope=11
"""
_VERSION_6 = """# jan/02/2026 10:11:12 by RouterOS 6.49.17
/interface bridge
add name=lan
/interface pppoe-client
add add-default-route=no disabled=no interface=ether1 name=dsl user=dsl@isp
add add-default-route=no disabled=no interface=ether2 name=fibre user=fibre@isp
/ip address
add address=10.20.0.1/23 interface=lan network=10.20.0.0
add address=198.18.0.2/32 interface=dsl network=198.18.0.1
add address=198.18.1.2/32 interface=fibre network=198.18.1.1
/ip firewall mangle
add action=mark-connection chain=prerouting connection-mark=no-mark in-interface=lan \\
    new-connection-mark=dsl per-connection-classifier=both-addresses:2/0
add action=mark-connection chain=prerouting connection-mark=no-mark in-interface=lan \\
    new-connection-mark=fibre per-connection-classifier=both-addresses:2/1
/ip route
add distance=1 gateway=dsl
add distance=2 gateway=fibre
"""


def routers() -> Iterator[tuple[str, str]]:
    """What is measured, and its configuration."""
    yield "RouterOS 7", export(list(_WANS))
    yield "RouterOS 7, IPv6, recursion", export(list(_WANS)) + _IPV6 + _RECURSIVE
    yield "RouterOS 6", _VERSION_6


def measure() -> list[Figure]:
    """Observe each router, with each latency."""
    figures = []
    for name, text in routers():
        for latency in LATENCIES:
            with served("export", str(latency), text) as router:
                host, port = router["address"]
                times, commands = asyncio.run(_observe(host, port))
            what = f"{name}, {latency * 1000:g} ms, {commands} commands"
            figures.append(
                Figure("observe", what, median(times), "ms", None, (min(times), max(times)))
            )
    return figures


async def _observe(host: str, port: int) -> tuple[list[float], int]:
    """The milliseconds of each observation after the first, and how many commands one takes."""
    calls: list[Call] = []
    times = []
    async with RouterSession(host, port, "admin", "", on_call=calls.append) as session:
        router = Router(session)
        await router.observe()
        calls.clear()
        for _ in range(RUNS):
            began = time.perf_counter()
            await router.observe()
            times.append((time.perf_counter() - began) * 1000.0)
    return times, len(calls) // RUNS
