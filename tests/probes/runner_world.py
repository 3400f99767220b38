"""Lines without packets, in virtual time, and a sink that writes down what a runner tells it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.probes.virtual import virtual_loop
from wanwatch.core.target import Target
from wanwatch.probes.distrust import Clocks, StallGuard
from wanwatch.probes.results import ProbeError, ProbeResult, Reply, Timeout
from wanwatch.probes.runner import ProbeRunner


@dataclass
class Diary:
    """A sink that writes everything down."""

    sends: list[tuple[str, Target, int, float]] = field(default_factory=list)
    results: list[tuple[str, Target, int, ProbeResult, float]] = field(default_factory=list)
    voids: list[tuple[str, Target, int, str, float]] = field(default_factory=list)
    another: asyncio.Event = field(default_factory=asyncio.Event)

    def sent(self, wan: str, target: Target, seq: int, at: float) -> None:
        self.sends.append((wan, target, seq, at))
        self.another.set()

    def finished(self, wan: str, target: Target, seq: int, result: ProbeResult, at: float) -> None:
        self.results.append((wan, target, seq, result, at))

    def voided(self, wan: str, target: Target, seq: int, reason: str, at: float) -> None:
        self.voids.append((wan, target, seq, reason, at))

    async def until_sent(self, count: int) -> None:
        while len(self.sends) < count:
            self.another.clear()
            await self.another.wait()

    def instants(self, wan: str, target: Target) -> list[float]:
        return [at for w, t, _, at in self.sends if (w, t) == (wan, target)]

    def fates(self) -> Counter[tuple[str, Target, int]]:
        ends = [entry[:3] for entry in self.results] + [entry[:3] for entry in self.voids]
        return Counter(ends)


class Line:
    """A line of a fixed delay, without packets; None loses everything."""

    def __init__(self, delay: float | None = 0.02, error: ProbeError | None = None) -> None:
        self.delay = delay
        self.error = error
        self.under_way = 0
        self.asked: list[Target] = []

    async def probe(self, target: Target, *, patience: float) -> ProbeResult:
        if self.error is not None:
            return self.error
        self.asked.append(target)
        self.under_way += 1
        try:
            if self.delay is None or self.delay > patience:
                await asyncio.sleep(patience)
                return Timeout()
            await asyncio.sleep(self.delay)
            return Reply(self.delay)
        finally:
            self.under_way -= 1

    async def close(self) -> None:
        """Nothing is held."""


class StampedLine(Line):
    """A line whose answers bear their times: a late reader finds them as they were."""

    def __init__(self, delay: float | None = 0.02) -> None:
        super().__init__(delay)
        self.out: list[Stamped] = []

    def begin(
        self, target: Target, *, patience: float, tell: Callable[[ProbeResult], None]
    ) -> "Stamped":
        self.asked.append(target)
        stamped = Stamped(tell, virtual_loop().now, self)
        self.out.append(stamped)
        virtual_loop().call_later(min(patience, self.delay or patience), self.catch_up)
        virtual_loop().call_later(patience, self.catch_up)
        return stamped

    def catch_up(self) -> None:
        for stamped in list(self.out):
            age = virtual_loop().now - stamped.sent_at
            if self.delay is not None and age >= self.delay - 1e-9:
                stamped.cancel()
                stamped.tell(Reply(self.delay))


@dataclass(eq=False)
class Stamped:
    tell: Callable[[ProbeResult], None]
    sent_at: float
    line: StampedLine

    def cancel(self) -> None:
        if self in self.line.out:
            self.line.out.remove(self)


@asynccontextmanager
async def running(runner: ProbeRunner, guard: StallGuard) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(guard.run()), group.create_task(runner.run())]
        yield
        for task in tasks:
            task.cancel()


def guard_of_the_loop() -> StallGuard:
    """A guard that goes by the virtual clock."""
    loop = virtual_loop()
    return StallGuard(Clocks(loop.time, loop.time, loop.time))
