"""A router for measuring, in a process of its own, so that its cost is not the daemon's.

``python -m tests.bench.served`` prints one JSON line about where it listens, and ends when its
standard input does.
"""

import asyncio
import json
import sys
import time
from typing import Any

from wanwatch.cli.demo_world import SOURCES, DemoWorld
from wanwatch.sim.clients import Clients
from wanwatch.sim.export import load_export
from wanwatch.sim.factory import furnish
from wanwatch.sim.server import ApiServer
from wanwatch.sim.store import Store
from wanwatch.sim.world import World

_EXPORT = """# by RouterOS 7.20.8
/interface bridge
add name=lan
/ip address
add address=10.0.0.1/16 interface=lan
add address=203.0.113.2/29 interface=ether1
/ip firewall nat
add action=masquerade chain=srcnat out-interface=ether1
/ip route
add dst-address=0.0.0.0/0 gateway=203.0.113.1
"""


async def demo() -> None:
    """Serve the demo's four lines, its clients with them."""
    async with DemoWorld() as world:
        _tell({"address": world.address, "targets": world.targets, "sources": SOURCES})
        await _until_stdin_ends()


async def crowd(connections: int) -> None:
    """Serve a router with so many connections."""
    store = Store()
    version = load_export(_EXPORT, store).version
    furnish(store, version)
    world = World(store, version, clock=time.monotonic, seed=1)
    Clients(world, 0, 0).populate(connections)
    server = ApiServer(world)
    try:
        _tell({"address": await server.start(), "connections": len(world.entries())})
        await _until_stdin_ends()
    finally:
        await server.close()


async def export(latency: float, text: str) -> None:
    """Serve the router of a configuration that takes so many seconds to begin with a command."""
    store = Store()
    version = load_export(text, store).version
    furnish(store, version)
    server = ApiServer(World(store, version, clock=time.monotonic, seed=1))
    server.served.faults.latency = latency
    try:
        _tell({"address": await server.start()})
        await _until_stdin_ends()
    finally:
        await server.close()


def _tell(facts: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


async def _until_stdin_ends() -> None:
    await asyncio.to_thread(sys.stdin.read)


def main(arguments: list[str]) -> None:
    """Serve what the first argument names."""
    if arguments[:1] == ["crowd"]:
        asyncio.run(crowd(int(arguments[1])))
    elif arguments[:1] == ["export"]:
        asyncio.run(export(float(arguments[1]), arguments[2]))
    else:
        asyncio.run(demo())


if __name__ == "__main__":
    main(sys.argv[1:])
