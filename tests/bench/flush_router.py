"""``python -m tests.bench.flush_router MAJOR CONNECTIONS LATENCY``: the demo's router with a full table.

A quarter of the connections is each line's. Of ten of a line's, one has its mark alone (nobody
translated it) and one its address alone. ``LATENCY`` is what every command waits, in seconds. The
word ``counts`` asks for the entries of each line, ``expire N`` has so many of the first line's time
out by themselves over the next seconds.
"""

import asyncio
import random
import sys
import time
from collections import Counter
from importlib.resources import files

from tests.bench.talking import answer
from wanwatch.cli.demo_world import DELAYS
from wanwatch.sim.conntrack import Entry
from wanwatch.sim.export import load_export
from wanwatch.sim.factory import furnish
from wanwatch.sim.faults import Faults
from wanwatch.sim.packet import to_number
from wanwatch.sim.server import ApiServer
from wanwatch.sim.store import Store
from wanwatch.sim.world import World

LINES = tuple(DELAYS)
DEAD = LINES[0]
_EXPIRE_WITHIN = 8.0
_LAN, _INTERNET = to_number("192.168.88.10"), to_number("16.0.0.1")


def export(major: int) -> str:
    """The demo's router, as RouterOS 7 or as RouterOS 6 writes it."""
    text = files("wanwatch.cli").joinpath("demo_router.rsc").read_text("latin-1")
    if major >= 7:
        return text
    lines = text.replace("by RouterOS 7.20.8", "by RouterOS 6.49.18").splitlines()
    return "\n".join(
        line.replace("routing-table=", "routing-mark=")
        .replace("add blackhole ", "add type=blackhole ")
        .replace(' gateway=""', "")
        for line in lines
        if line != "/routing table" and not line.startswith("add disabled=no fib")
    )


def world(major: int) -> World:
    """The router, without a connection."""
    store = Store()
    version = load_export(export(major), store).version
    furnish(store, version)
    return World(store, version, clock=time.monotonic, seed=1)


def fill(router: World, connections: int) -> None:
    """Let it track so many connections, evenly of all lines."""
    addresses = {
        item.properties["interface"]: to_number(item.properties["address"].partition("/")[0])
        for item in router.store.items("/ip/address")
    }
    now = router.clock()
    for number in range(connections):
        line, kind = LINES[number % len(LINES)], number // len(LINES) % 10
        source = _LAN + number % 200
        entry = Entry("tcp", source, 1024 + number % 60000, _INTERNET + number, 443)
        entry.mark = "" if kind == 0 else line
        entry.tcp_state, entry.out_interface = "established", line
        entry.packets = entry.replies = 10
        entry.is_assured = True
        router.conntrack.confirm(entry, source if kind == 1 else addresses[line], now)


def expire(router: World, count: int) -> int:
    """Have so many of the dead line's connections time out within the next seconds."""
    chance = random.Random(1)  # noqa: S311 - the same entries in every run
    dead = [entry for entry in router.entries() if entry.out_interface == DEAD]
    for entry in chance.sample(dead, min(count, len(dead))):
        entry.expires_at = router.clock() + chance.uniform(0.0, _EXPIRE_WITHIN)
    return count


async def serve(major: int, connections: int, latency: float) -> None:
    """Serve it until standard input ends."""
    router = world(major)
    fill(router, connections)
    server = ApiServer(router, faults=Faults(latency=latency))

    def on_word(word: str) -> object:
        if word.startswith("expire"):
            return expire(router, int(word.split()[1]))
        return Counter(e.out_interface for e in router.entries() if e.protocol == "tcp")

    try:
        await answer(await server.start(), on_word)
    finally:
        await server.close()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
