"""Two small routers as exports, and the built-in world served from a thread of its own.

The commands run their own event loop, so the router they talk to cannot live in the test's.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from wanwatch.sim.clients import Clients
from wanwatch.sim.export import load_export
from wanwatch.sim.export_write import write_export
from wanwatch.sim.factory import furnish
from wanwatch.sim.login import User
from wanwatch.sim.server import ApiServer
from wanwatch.sim.store import Store
from wanwatch.sim.world import World

TWO_LINES_7 = """# 2026-01-10 10:00:00 by RouterOS 7.20.8
/interface bridge
add name=bridge
/ip address
add address=192.168.88.1/24 interface=bridge network=192.168.88.0
add address=203.0.113.2/29 interface=ether1 network=203.0.113.0
add address=198.51.100.2/29 interface=ether2 network=198.51.100.0
/routing table
add disabled=no fib name=wan1
add disabled=no fib name=wan2
/ip firewall mangle
add action=mark-connection chain=prerouting comment="first line" connection-mark=no-mark \\
    in-interface=bridge new-connection-mark=c1 per-connection-classifier=both-addresses:2/0
add action=mark-connection chain=prerouting comment="\\CC\\E5" connection-mark=no-mark \\
    in-interface=bridge new-connection-mark=c2 per-connection-classifier=both-addresses:2/1
add action=mark-routing chain=prerouting connection-mark=c1 in-interface=bridge new-routing-mark=wan1
add action=mark-routing chain=prerouting connection-mark=c2 in-interface=bridge new-routing-mark=wan2
/ip firewall nat
add action=masquerade chain=srcnat out-interface=ether1
add action=masquerade chain=srcnat out-interface=ether2
/ip route
add dst-address=0.0.0.0/0 gateway=203.0.113.1 routing-table=wan1
add dst-address=0.0.0.0/0 gateway=198.51.100.1 routing-table=wan2
add distance=1 dst-address=0.0.0.0/0 gateway=203.0.113.1
add distance=2 dst-address=0.0.0.0/0 gateway=198.51.100.1
"""

THREE_LINES_6 = """# jan/02/2022 10:11:12 by RouterOS 6.49
/interface bridge
add name=bridge
/ip address
add address=192.168.88.1/24 interface=bridge network=192.168.88.0
add address=203.0.113.2/30 interface=ether1 network=203.0.113.0
add address=203.0.113.6/30 interface=ether2 network=203.0.113.4
add address=203.0.113.10/30 interface=ether3 network=203.0.113.8
/ip firewall mangle
add action=mark-routing chain=prerouting in-interface=bridge new-routing-mark="to one" \\
    per-connection-classifier=src-address:3/0
add action=mark-routing chain=prerouting in-interface=bridge new-routing-mark="to two" \\
    per-connection-classifier=src-address:3/1
add action=mark-routing chain=prerouting in-interface=bridge new-routing-mark="to three" \\
    per-connection-classifier=src-address:3/2
/ip firewall nat
add action=masquerade chain=srcnat out-interface=ether1
add action=masquerade chain=srcnat out-interface=ether2
add action=masquerade chain=srcnat out-interface=ether3
/ip route
add distance=1 gateway=203.0.113.1 routing-mark="to one"
add distance=1 gateway=203.0.113.5 routing-mark="to two"
add distance=1 gateway=203.0.113.9 routing-mark="to three"
add distance=1 gateway=203.0.113.1,203.0.113.5,203.0.113.9
"""

SEVERAL_REMAINDERS = TWO_LINES_7.replace("both-addresses:2/0", "both-addresses:3/0,1")

Result = TypeVar("Result")


class ServedWorld:
    """A world on a loopback port; ``call`` runs a function in the thread it lives in."""

    def __init__(self, export: str, users: tuple[User, ...] = (User(),)) -> None:
        store = Store()
        version = load_export(export, store).version
        furnish(store, version)
        self.world = World(store, version, clock=time.monotonic, seed=1)
        self.server = ApiServer(self.world, users)
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="router", daemon=True)

    def start(self) -> None:
        """Serve on a free port."""
        self._thread.start()
        starting = asyncio.run_coroutine_threadsafe(self.server.start(), self._loop)
        _, self.port = starting.result(10)

    def stop(self) -> None:
        """End the server and its thread."""
        asyncio.run_coroutine_threadsafe(self.server.close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def call(self, function: Callable[[], Result]) -> Result:
        """Run a function where the world lives."""

        async def run() -> Result:
            return function()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(10)

    def export(self) -> str:
        """The configuration as it is now."""
        return self.call(lambda: write_export(self.world.store, self.world.version))

    def connect(self, clients: int) -> None:
        """Let clients open connections."""
        self.call(lambda: Clients(self.world, 0).populate(clients))

    def exits(self) -> list[str]:
        """The uplink of every connection there is."""
        return self.call(lambda: [entry.out_interface for entry in self.world.entries()])


@contextmanager
def served(export: str, *users: User) -> Iterator[ServedWorld]:
    """The export as a running router."""
    world = ServedWorld(export, users or (User(),))
    world.start()
    try:
        yield world
    finally:
        world.stop()


def write_config(folder: Path, port: int | None, wans: int = 2, extra: str = "") -> str:
    """A configuration of lines one, two, three on ether1, ether2, ether3; its path."""
    lines = []
    if port is not None:
        lines += ["[router]", 'address = "127.0.0.1"', f"port = {port}", 'user = "admin"']
    for number, name in enumerate(("one", "two", "three")[:wans], 1):
        lines += ["[[wan]]", f'name = "{name}"', f'interface = "ether{number}"']
    path = folder / "wanwatch.toml"
    path.write_text("\n".join([*lines, extra, ""]), encoding="utf-8")
    return str(path)


def write_router(folder: Path, export: str) -> str:
    """An export as a file; its path."""
    path = folder / "router.rsc"
    path.write_bytes(export.encode("latin-1"))
    return str(path)
