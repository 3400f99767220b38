"""The demo's world: a router with four lines, hosts behind them, and clients that never rest.

The router is ``demo_router.rsc``, loaded as any export is. Cuts are made here and nowhere else;
the daemon is not told of them.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from importlib.resources import files
from types import TracebackType
from typing import Self

from wanwatch.cli.demo_record import ROUTE, Owner, Record
from wanwatch.routeros.wire import Sentence
from wanwatch.sim.clients import Clients, Counts, Flow, Manners
from wanwatch.sim.export import load_export
from wanwatch.sim.export_write import write_export
from wanwatch.sim.factory import furnish
from wanwatch.sim.faults import Faults
from wanwatch.sim.internet import Internet
from wanwatch.sim.packet import to_number, to_text
from wanwatch.sim.server import ApiServer
from wanwatch.sim.store import Store
from wanwatch.sim.world import World

DELAYS = {"fibre": 0.006, "cable": 0.014, "dsl": 0.022, "lte": 0.038}
"""The lines, as their interfaces are named, and the round-trip time of each in seconds."""
SOURCES = {name: f"127.0.10.{number}" for number, name in enumerate(DELAYS, 1)}
"""The address that leads a probe into a line: by ``demo_router.rsc``."""
HOSTS = ("127.1.1.1", "127.8.8.8", "127.9.9.9")
FIELDS = "both-addresses-and-ports"
BUCKETS = 10

_JITTER = 0.1
_STEP = 0.01
"""Seconds between two looks at what the clients are to do; so finely their doings are stamped."""
_CLIENTS, _CONNECTIONS = 20, 8
_MANNERS = Manners(hold=(2.0, 8.0), talk_every=0.5, pause=0.3)
_SEED = 7


class DemoWorld:
    """The world, running; an asynchronous context manager. ``clock`` gives wall time."""

    def __init__(
        self, faults: Faults | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        store = Store()
        text = files("wanwatch.cli").joinpath("demo_router.rsc").read_text("latin-1")
        self.version = load_export(text, store).version
        furnish(store, self.version)
        self.world = World(store, self.version, clock=time.monotonic, seed=_SEED)
        self._clock = clock
        self.record = Record(clock, self._line_of)
        self._server = ApiServer(self.world, faults=faults)
        self._server.served.faults.on_sentence = self._heard
        self._internet = Internet(self.world, [(host, 0) for host in HOSTS])
        self._clients = Clients(self.world, _CLIENTS, _CONNECTIONS, manners=_MANNERS, seed=_SEED)
        self._lines = {
            to_number(row.properties["address"].partition("/")[0]): row.properties["interface"]
            for row in store.items("/ip/address")
        }
        self._owners = self._owners_now()
        self._stack = AsyncExitStack()
        self._is_first: Callable[[Flow], bool] | None = None
        self.address = ("", 0)
        self.first_connection_at: float | None = None
        """When the connection that is looked out for was first answered."""
        self.calm_at: float | None = None
        """Since when no connection hangs; None while one does."""
        self.most_hung = 0
        self._cut = ""
        self.active_when_written: int | None = None
        """How many routes of the cut line the router held to be active when it was first told."""
        for name in DELAYS:
            self._give_delay(name)
        store.on_change(self.record.change)

    async def __aenter__(self) -> Self:
        """Start to serve; raises OSError when a loopback address cannot be had."""
        async with AsyncExitStack() as stack:
            self.address = await self._server.start()
            stack.push_async_callback(self._server.close)
            await stack.enter_async_context(self._internet)
            living = asyncio.create_task(self._live(), name="demo clients")
            stack.push_async_callback(_end, living)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    @property
    def targets(self) -> tuple[str, ...]:
        """The hosts behind the lines, as the configuration writes them."""
        return tuple(f"udp:{host}:{port}" for host, port in self._internet.endpoints)

    def cut(self, name: str) -> float:
        """Cut a line beyond its first hop, and look out for who gets through all the same."""
        self.world.line(name).cut(beyond=True)
        self._cut, self.active_when_written = name, None
        self._look_out(lambda flow: flow.line != name and self._owner_of(flow) == name)
        return self._clock()

    def mend(self, name: str) -> float:
        """Mend a line, and look out for who uses it again."""
        self.world.line(name).mend()
        self._give_delay(name)
        self._look_out(lambda flow: flow.line == name and flow.unanswered_since is None)
        return self._clock()

    def configuration(self) -> str:
        """The router's configuration, as it would export it."""
        return write_export(self.world.store, self.version)

    def counts(self) -> dict[str, Counts]:
        """What the clients feel, by line."""
        return self._clients.counts()

    def active_routes(self, name: str) -> int:
        """How many of a line's routes the router itself holds to be active, those of probes not."""
        gateways = {
            item.properties["gateway"]
            for item in self.world.rows(ROUTE)
            if item.properties.get("routing-table") == f"to-{name}"
            and item.properties.get("distance") == "1"
        }
        return sum(
            self.world.computed(ROUTE, item).get("active") == "true"
            for item in self.world.rows(ROUTE)
            if item.properties.get("gateway") in gateways
            and not item.properties.get("routing-table", "").startswith("probe-")
        )

    def _heard(self, words: Sentence) -> None:
        written = len(self.record.writes)
        self.record.sentence(words)
        if self._cut and self.active_when_written is None and len(self.record.writes) > written:
            self.active_when_written = self.active_routes(self._cut)

    def _give_delay(self, name: str) -> None:
        delay = DELAYS[name]
        self.world.line(name).set(delay=delay, jitter=_JITTER * delay)

    def _look_out(self, is_first: Callable[[Flow], bool]) -> None:
        self._is_first, self.first_connection_at = is_first, None
        self.calm_at, self.most_hung = None, 0

    async def _live(self) -> None:
        """Let the clients do what they do, and note what became of them."""
        while True:
            self._clients.step(time.monotonic())
            now = self._clock()
            self._look(now)
            await asyncio.sleep(_STEP)

    def _look(self, now: float) -> None:
        hung = 0
        for flow in self._clients.flows:
            hung += flow.unanswered_since is not None
            if (
                self.first_connection_at is None
                and self._is_first is not None
                and flow.outside is not None
                and self._is_first(flow)
            ):
                self.first_connection_at = now
        self.most_hung = max(self.most_hung, hung)
        if hung:
            self.calm_at = None
        elif self.calm_at is None:
            self.calm_at = now

    def _owner_of(self, flow: Flow) -> str:
        """Whose hash value a connection has, by the rules as the operator wrote them."""
        return self._owners[self.world.hash_of(FIELDS, flow.packet) % BUCKETS]

    def _owners_now(self) -> dict[int, str]:
        owners = {}
        for rule in self.world.store.items("/ip/firewall/mangle"):
            classifier = rule.properties.get("per-connection-classifier", "")
            if classifier:
                remainder = int(classifier.rpartition("/")[2])
                owners[remainder] = rule.properties["new-connection-mark"]
        return owners

    def _line_of(self, item: str) -> Owner | None:
        entry = self.world.conntrack.get(item)
        if entry is None:
            return None
        line = self._lines.get(entry.nat_src, entry.out_interface)
        return Owner(line, to_text(entry.src) in SOURCES.values())


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        if not task.cancelled():
            raise
