"""One reconciler beside the built-in router on loopback; the test sets what was measured, and time.

Nothing runs by itself: the test asks for passes. ``states`` and ``now`` are the test's to change.
"""

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.house import House, house
from wanwatch.core.model import HealthState, WanSpec
from wanwatch.core.planning import PlanOptions
from wanwatch.core.write_budget import WriteBudget
from wanwatch.routeros.router import Router
from wanwatch.routeros.session import RouterSession, Timeouts
from wanwatch.service.clock import Clock
from wanwatch.service.history import History
from wanwatch.service.metrics import Metrics
from wanwatch.service.reconciler import Reconciler, Settings
from wanwatch.service.status import ChangeStatus
from wanwatch.service.trust import Trust
from wanwatch.sim.packet import to_text
from wanwatch.sim.store import Item

UNKNOWN, UP, DOWN = HealthState.UNKNOWN, HealthState.UP, HealthState.DOWN
DEGRADED = HealthState.DEGRADED
MANGLE, ROUTE = "/ip/firewall/mangle", "/ip/route"
CONNECTIONS = "/ip/firewall/connection/print"

INTERVAL, SETTLE = 30.0, 10.0


@dataclass
class Hands:
    """A clock that is set by hand; the wall's is a million seconds ahead."""

    now: float = 1000.0

    def monotonic(self) -> float:
        return self.now

    def wall(self) -> float:
        return self.now + 1e6


@dataclass
class Rig:
    """The reconciler and everything it touches."""

    home: House
    router: Router
    budget: WriteBudget
    states: dict[str, HealthState]
    hands: Hands = field(default_factory=Hands)
    metrics: Metrics = field(default_factory=lambda: Metrics("0"))
    history: History = field(default_factory=History)
    written: list[str] = field(default_factory=list)
    """Every writing command the router got since the list was cleared."""

    doubtful: set[str] = field(default_factory=set)
    """WANs whose newest probes are lost, whatever their state."""

    trust: Trust | None = None
    """Whether the reconciler is to believe what was judged; for the reconcilers made next."""

    flushes: int = 0
    """How often the connections were asked for, to be removed."""

    def __post_init__(self) -> None:
        self.reconciler = self.fresh()
        notice = self.home.faults.on_sentence

        def note(words: tuple[str, ...]) -> None:
            if words[0].rpartition("/")[2] in ("set", "add", "remove"):
                self.written.append(words[0])
            # A flush asks for the whole table or by address; the count before it asks for a port.
            if words[0] == CONNECTIONS and not any("count-only" in word for word in words):
                self.flushes += 1
            if notice is not None:
                notice(words)

        self.home.faults.on_sentence = note

    def fresh(self, router: Router | None = None, interval: float = INTERVAL) -> Reconciler:
        """A reconciler without a past, as of a new process."""
        self.reconciler = Reconciler(
            router or self.router,
            Settings(
                tuple(WanSpec(u.name, u.interface) for u in self.home.uplinks),
                PlanOptions(),
                interval,
                SETTLE,
            ),
            self.states,
            budget=self.budget,
            metrics=self.metrics,
            history=self.history,
            clock=Clock(self.hands.monotonic, self.hands.wall),
            doubtful=lambda: self.doubtful,
            trust=self.trust,
        )
        return self.reconciler

    def judged(self, **states: HealthState) -> None:
        """Have WANs change, as the judge says it."""
        for wan, state in states.items():
            self.states[wan] = state
            self.reconciler.decided(wan, self.hands.now)

    async def passes(self, count: int = 1, after: float = 0.0) -> float:
        """Make passes, each so many seconds after the one before; the last one's delay."""
        delay = 0.0
        for _ in range(count):
            self.hands.now += after
            delay = await self.reconciler.make_pass()
        return delay

    def connect(self) -> None:
        """Let the people on the LAN open their connections."""
        assert self.home.clients.populate(40) == 40

    @property
    def entries(self) -> list[str]:
        """The translated address of every tracked connection."""
        return [to_text(entry.nat_src) for entry in self.home.world.entries()]

    def changes(self, kind: str) -> list[ChangeStatus]:
        """What history has of one kind, the newest first."""
        return [change for change in self.history.newest() if change.kind == kind]

    def value(self, name: str, **labels: str) -> float:
        """A metric's value; 0 where there is none."""
        return self.metrics.registry.get_sample_value(f"wanwatch_{name}", labels) or 0.0

    def rows(self, menu: str) -> Sequence[Item]:
        """The router's rows of a menu."""
        return list(self.home.store.items(menu))

    def is_touched(self) -> bool:
        """True while anything on the router bears our tag."""
        rows = (*self.rows(MANGLE), *self.rows(ROUTE))
        return any("[wanwatch:" in row.properties.get("comment", "") for row in rows)


@asynccontextmanager
async def rig(name: str = "v7-two-interleaved", limit: int = 1000) -> AsyncIterator[Rig]:
    """A router, everything up, and nothing done yet."""
    home = house(name, Path())
    host, port = await home.server.start()
    hands = Hands()
    session = RouterSession(
        host,
        port,
        "admin",
        "",
        timeouts=Timeouts(sentence=0.2, command=0.2),
        clock=hands.monotonic,
        rng=random.Random(1),  # noqa: S311 - jitter, no secret
    )
    states = dict.fromkeys((uplink.name for uplink in home.uplinks), UP)
    try:
        yield Rig(home, Router(session), WriteBudget(limit), states, hands)
    finally:
        await session.close()
        await home.server.close()
