"""One measurement of an ICMP engine, in a process of its own; prints one JSON line.

``python -m tests.bench.probes_run cost ENGINE TARGETS RATE SECONDS PREFIX`` is what a probe costs:
the daemon's own runner, its guard against stalls and the engine, and the whole process is counted.
``... out ENGINE BLOCKED PREFIX`` blocks the loop while 120 probes with a patience of 0.3 s are out.
``... judged ENGINE BLOCKED SECONDS PREFIX`` blocks it at random moments while the runner probes and
the judge of lines watches.
"""

import asyncio
import contextlib
import json
import random
import resource
import sys
import time
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from wanwatch.core.health.health_config import HealthConfig
from wanwatch.core.health.judge import Judge, WatchedWan
from wanwatch.core.target import Target
from wanwatch.probes.distrust import Clocks, StallGuard, lag_threshold
from wanwatch.probes.icmp import engines
from wanwatch.probes.results import ProbeResult, Reply
from wanwatch.probes.runner import ProbeRunner, WanProbes
from wanwatch.probes.steering import Steering
from wanwatch.service.metrics import Metrics
from wanwatch.service.watcher import Watcher

_WARM_UP = 1.0
_OUT = 120
_OUT_PATIENCE = 0.3
_WINDOW = 3600.0
_PATIENCE = 2.0
_CALM = (0.3, 2.0)


@dataclass
class Tally:
    """A sink that counts."""

    answers: int = 0
    others: int = 0
    void: int = 0
    rtts: list[float] = field(default_factory=list)

    def sent(self, wan: str, target: Target, seq: int, at: float) -> None:
        """Count ends only."""

    def finished(self, wan: str, target: Target, seq: int, result: ProbeResult, at: float) -> None:
        del wan, target, seq, at
        if isinstance(result, Reply):
            self.answers += 1
            self.rtts.append(result.rtt)
        else:
            self.others += 1

    def voided(self, wan: str, target: Target, seq: int, reason: str, at: float) -> None:
        del wan, target, seq, reason, at
        self.void += 1


class Judged(Tally):
    """A sink that counts and passes on."""

    watcher: Watcher

    def sent(self, wan: str, target: Target, seq: int, at: float) -> None:
        self.watcher.sent(wan, target, seq, at)

    def finished(self, wan: str, target: Target, seq: int, result: ProbeResult, at: float) -> None:
        super().finished(wan, target, seq, result, at)
        self.watcher.finished(wan, target, seq, result, at)

    def voided(self, wan: str, target: Target, seq: int, reason: str, at: float) -> None:
        super().voided(wan, target, seq, reason, at)
        self.watcher.voided(wan, target, seq, reason, at)


def hosts(prefix: str, count: int) -> tuple[Target, ...]:
    """So many addresses that begin with ``prefix``, two numbers."""
    return tuple(Target.parse(f"{prefix}.{2 + n // 240}.{1 + n % 240}") for n in range(count))


@contextlib.asynccontextmanager
async def running(*work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run all of it meanwhile."""
    tasks = [asyncio.create_task(each) for each in work]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def cost(engine: str, targets: int, rate: float, seconds: float, prefix: str) -> object:
    """What a probe costs."""
    prober, tally = engines[engine](Steering()), Tally()
    guard = StallGuard(Clocks(monotonic=asyncio.get_running_loop().time))
    wan = WanProbes("wan", hosts(prefix, targets), prober, 1.0 / rate, 1.0)
    async with running(guard.run(), ProbeRunner([wan], tally, guard).run()):
        await asyncio.sleep(_WARM_UP)
        before, used = tally.answers + tally.others, _cpu()
        await asyncio.sleep(seconds)
        used, probes = _cpu() - used, tally.answers + tally.others - before
        # Those that are out now are given the time to end.
        await asyncio.sleep(0.1)
    await prober.close()
    return {
        "probes": probes,
        "cpu": used,
        "lost": tally.others,
        "void": tally.void,
        "rtt": median(tally.rtts),
    }


async def out(engine: str, blocked: float, prefix: str) -> object:
    """What probes come back with that are out while the loop is blocked."""
    prober = engines[engine](Steering())
    targets = hosts(prefix, _OUT)
    await asyncio.gather(*(prober.probe(target, patience=2.0) for target in targets))
    probes = [
        asyncio.create_task(prober.probe(target, patience=_OUT_PATIENCE)) for target in targets
    ]
    await asyncio.sleep(0.01)
    time.sleep(blocked)  # noqa: ASYNC251 - blocking the loop is what is measured
    results = await asyncio.gather(*probes)
    await prober.close()
    rtts = [result.rtt for result in results if isinstance(result, Reply)]
    return {"lost": len(results) - len(rtts), "rtt": median(rtts) if rtts else None}


async def judged(engine: str, blocked: float, seconds: float, prefix: str) -> object:
    """What the judge of lines counts while the loop is blocked now and then."""
    loop = asyncio.get_running_loop()
    chance = random.Random(1)  # noqa: S311 - the same moments in every run
    limits = HealthConfig(timeout_shortest=0.2, window=_WINDOW)
    targets = {f"wan{n}": hosts(prefix, 12)[4 * n : 4 * n + 4] for n in range(3)}
    judge = Judge({w: WatchedWan(tuple(str(t) for t in of), limits) for w, of in targets.items()})
    guard = StallGuard(Clocks(monotonic=loop.time), threshold=lag_threshold(limits.timeout))
    tally, transitions, suspicions = Judged(), list[object](), list[str]()
    probers = {wan: engines[engine](Steering()) for wan in targets}
    wans = [WanProbes(wan, of, probers[wan], 0.2, _PATIENCE) for wan, of in targets.items()]
    runner = ProbeRunner(wans, tally, guard)
    tally.watcher = Watcher(
        judge,
        targets,
        guard=guard,
        metrics=Metrics("0"),
        clock=loop.time,
        on_transitions=transitions.extend,
        on_suspicion=lambda wan, *, suspected: suspicions.append(wan) if suspected else None,
        catch_up=runner.catch_up,
    )
    async with running(guard.run(), runner.run(), tally.watcher.run()):
        await asyncio.sleep(3.0)
        ends = loop.time() + seconds
        while loop.time() < ends:
            time.sleep(blocked)  # noqa: ASYNC251 - as above
            await asyncio.sleep(chance.uniform(*_CALM))
        await asyncio.sleep(_PATIENCE)
        report = judge.report(loop.time())
    for prober in probers.values():
        await prober.close()
    figures = [target.figures for wan in report.wans for target in wan.targets]
    return {
        "judged": sum(each.judged for each in figures),
        "lost": sum(each.lost for each in figures),
        "void": tally.void,
        "worst_rtt": max(tally.rtts),
        "suspicions": len(suspicions),
        "downs": sum(str(getattr(each, "after", "")) == "down" for each in transitions),
    }


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main(what: str, engine: str, *rest: str) -> None:
    """Measure, and tell."""
    *numbers, prefix = rest
    values = [float(number) for number in numbers]
    if what == "cost":
        work = cost(engine, int(values[0]), values[1], values[2], prefix)
    elif what == "out":
        work = out(engine, values[0], prefix)
    else:
        work = judged(engine, values[0], values[1], prefix)
    sys.stdout.write(json.dumps(asyncio.run(work)) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
