"""A whole house: the built-in router on real sockets, people on its LAN, and the real daemon.

Probes are datagrams to loopback hosts that the world's lines answer or do not; the daemon talks
to the router over TCP. Everything is in one event loop, in real time, with a fast cadence.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

from wanwatch.config import load
from wanwatch.service.daemon import Daemon
from wanwatch.service.status import StatusDocument, WanStatus
from wanwatch.service.systemd import Notifier
from wanwatch.sim.clients import Clients
from wanwatch.sim.export import load_export
from wanwatch.sim.export_write import write_export
from wanwatch.sim.factory import furnish
from wanwatch.sim.faults import Faults
from wanwatch.sim.internet import Internet
from wanwatch.sim.login import User
from wanwatch.sim.packet import to_text
from wanwatch.sim.server import ApiServer
from wanwatch.sim.store import Store
from wanwatch.sim.world import World

HOSTS = [(f"127.77.0.{n}", 0) for n in (1, 2, 3)]

FAST = """
[probe]
interval = "100ms"
timeout = "150ms"
patience = "200ms"
[health]
fall = 3
confirm = "0ms"
rise = 3
hold_down = "500ms"
damping = false
degraded_loss = "off"
[failover]
reconcile_interval = "1s"
writes_per_hour = 1000
lease = "5s"
[status]
listen = ""
socket = ""
"""


@dataclass(frozen=True, slots=True)
class Uplink:
    """A WAN of the house: its interface, and the gateway of its probe table."""

    name: str
    interface: str
    gateway: str


class House:
    """The router, its lines and its people; daemons come and go."""

    def __init__(self, export: str, uplinks: list[Uplink], folder: Path) -> None:
        self.uplinks = uplinks
        self._folder = folder
        self.store = Store()
        report = load_export(export, self.store)
        furnish(self.store, report.version)
        self.version = report.version
        for number, uplink in enumerate(uplinks):
            self._steer(number, uplink)
        self.world = World(self.store, report.version, clock=time.monotonic, seed=1)
        self.faults = Faults(on_sentence=self._note_removals)
        self.removed: list[str] = []
        """Of every connection removed over the API, whom it belonged to: its translated address."""
        self.removed_probes = 0
        self.server = ApiServer(self.world, (User(),), self.faults)
        self.internet = Internet(self.world, HOSTS)
        self.clients = Clients(self.world, 20, 4)
        self.port = 0

    def _steer(self, number: int, uplink: Uplink) -> None:
        table = f"probe-{uplink.name}"
        if self.version.major >= 7:
            self.store.add("/routing/table", {"name": table, "fib": "true"})
        name = "routing-table" if self.version.major >= 7 else "routing-mark"
        stop = {"blackhole": "true"} if self.version.major >= 7 else {"type": "blackhole"}
        default = {"dst-address": "0.0.0.0/0", name: table}
        self.store.add("/ip/route", {**default, "gateway": uplink.gateway, "distance": "1"})
        self.store.add("/ip/route", {**default, **stop, "distance": "254"})
        rules = self.store.items("/ip/firewall/mangle")
        self.store.add(
            "/ip/firewall/mangle",
            {
                "chain": "prerouting",
                "action": "mark-routing",
                "src-address": alias(number),
                "new-routing-mark": table,
                "passthrough": "no",
            },
            before=rules[0].id if rules else None,
        )

    def _note_removals(self, words: tuple[str, ...]) -> None:
        if words[0] != "/ip/firewall/connection/remove":
            return
        ids = {i for word in words if word.startswith("=.id=") for i in word[5:].split(",")}
        for entry in self.world.entries():
            if f"*{entry.number:X}" in ids:
                self.removed.append(to_text(entry.nat_src))
                self.removed_probes += to_text(entry.src).startswith("127.")

    def export(self) -> str:
        """The configuration as the router would export it now."""
        return write_export(self.store, self.version)

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator["House"]:
        """Serve the router, answer probes, let people live."""
        _, self.port = await self.server.start()
        await self.internet.start()
        living = asyncio.create_task(self._live())
        try:
            yield self
        finally:
            living.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await living
            await self.internet.close()
            await self.server.close()

    async def _live(self) -> None:
        while True:
            self.clients.step(time.monotonic())
            await asyncio.sleep(0.05)

    def config(self, extra: str = FAST) -> Path:
        """Write a configuration that watches the house."""
        targets = ", ".join(f'"udp:{host}:{port}"' for host, port in self.internet.endpoints)
        lines = [
            "[router]",
            'address = "127.0.0.1"',
            f"port = {self.port}",
            'user = "admin"',
            'password_env = "HOUSE_PASSWORD"',
            'timeout = "1s"',
            extra.replace("[probe]\n", f"[probe]\ntargets = [{targets}]\n"),
        ]
        for number, uplink in enumerate(self.uplinks):
            lines += [
                "[[wan]]",
                f'name = "{uplink.name}"',
                f'interface = "{uplink.interface}"',
                f'source = "{alias(number)}"',
            ]
        path = self._folder / "wanwatch.toml"
        path.write_text("\n".join(lines))
        return path

    @contextlib.asynccontextmanager
    async def watched(self, extra: str = FAST) -> AsyncIterator["Watched"]:
        """Run a daemon beside the router; it is stopped at the end as SIGTERM does."""
        async with self.watched_from(self.config(extra)) as watched:
            yield watched

    @contextlib.asynccontextmanager
    async def watched_from(self, path: Path) -> AsyncIterator["Watched"]:
        """Run a daemon with a configuration of one's own."""
        daemon = Daemon(load(path), path, Notifier.from_environ())
        async with self.watched_by(daemon) as watched:
            yield watched

    @contextlib.asynccontextmanager
    async def watched_by(self, daemon: Daemon) -> AsyncIterator["Watched"]:
        """Run a daemon of one's own."""
        task = asyncio.create_task(daemon.run())
        try:
            yield Watched(daemon, task)
        finally:
            daemon.stop()
            with contextlib.suppress(asyncio.CancelledError):
                await task


class Watched:
    """A running daemon, and waiting for what it says."""

    def __init__(self, daemon: Daemon, task: asyncio.Task[None]) -> None:
        self.daemon = daemon
        self.task = task

    async def kill(self) -> None:
        """End it as SIGKILL would: no goodbye, wherever it was."""
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.task

    async def until(
        self, holds: Callable[[StatusDocument], bool], within: float = 8.0
    ) -> StatusDocument:
        """Wait until the status says so; fails with the last document."""
        document = None
        try:
            async with asyncio.timeout(within):
                while True:
                    if self.task.done():
                        self.task.result()
                    if self.daemon.parts is not None:
                        document = self.daemon.parts.documents.make()
                        if holds(document):
                            return document
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"it never came to that; last: {document}") from None


ROUTERS = Path(__file__).parent / "routers"

HOUSES = {
    "v6-two-pppoe": [Uplink("dsl", "dsl", "dsl"), Uplink("fibre", "fibre", "fibre")],
    "v6-direct-marks-ecmp": [
        Uplink("a", "ether1", "198.18.0.1"),
        Uplink("b", "ether2", "198.18.0.5"),
    ],
    "v7-four-equal": [Uplink(f"w{n}", f"ether{n}", f"198.18.0.{4 * n - 3}") for n in (1, 2, 3, 4)],
    "v7-two-interleaved": [
        Uplink("one", "ether1", "198.18.0.1"),
        Uplink("two", "ether2", "198.18.1.1"),
    ],
}


def house(name: str, folder: Path) -> House:
    """A house with the router of a file in ``routers``."""
    return House((ROUTERS / f"{name}.rsc").read_text("latin-1"), HOUSES[name], folder)


def alias(number: int) -> str:
    """The source address that the probes of a WAN leave from."""
    return f"127.0.{10 + number}.1"


def wan(document: StatusDocument, name: str) -> WanStatus:
    """One WAN of a document."""
    return next(w for w in document.wans if w.name == name)


def is_quiet(document: StatusDocument) -> bool:
    """All is judged, and nothing is left to do."""
    return document.ready and document.pending_steps == 0 and not document.frozen


def is_out(name: str) -> Callable[[StatusDocument], bool]:
    """A WAN is down and the router is as it should be then."""

    def holds(document: StatusDocument) -> bool:
        one = wan(document, name)
        is_decided = (one.state, one.disposition, one.share) == ("down", "out", 0)
        return is_decided and document.pending_steps == 0 and not document.frozen

    return holds


def is_back(document: StatusDocument) -> bool:
    """Every WAN is up and the router is as the operator configured it."""
    up = all((w.state, w.disposition) == ("up", "carry") for w in document.wans)
    return up and is_quiet(document)
