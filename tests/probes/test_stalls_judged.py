"""A loop that is blocked, from the socket to the judge of lines: no line is charged for it."""

import asyncio
import time
from collections.abc import Sequence

import pytest

from tests.probes.echo_contract import need
from tests.probes.virtual import run_virtually, virtual_loop
from wanwatch.core.health.health_config import HealthConfig
from wanwatch.core.health.judge import Judge, WatchedWan
from wanwatch.core.target import Target
from wanwatch.probes.distrust import Clocks, StallGuard
from wanwatch.probes.icmp import engines
from wanwatch.probes.results import Reply
from wanwatch.probes.runner import ProbeRunner, WanProbes
from wanwatch.probes.steering import Steering
from wanwatch.service.metrics import Metrics
from wanwatch.service.watcher import Watcher

TARGETS = tuple(Target.parse(f"127.0.0.{number}") for number in range(1, 13))
LIMITS = HealthConfig(timeout=0.4, timeout_shortest=0.1, fall=2)
BLOCKS: tuple[Sequence[float], ...] = ((0.15, 0.15, 0.15), (0.5, 0.9))
"""Too short for the guard to call it a stall, and longer than any patience."""


@pytest.mark.parametrize("blocks", BLOCKS)
@pytest.mark.parametrize("engine", engines)
async def test_a_blocked_loop_costs_no_line_a_loss(engine: str, blocks: Sequence[float]) -> None:
    need("raw")
    loop = asyncio.get_running_loop()
    judge = Judge({"one": WatchedWan(tuple(str(target) for target in TARGETS), LIMITS)})
    guard = StallGuard(Clocks(monotonic=loop.time))
    prober = engines[engine](Steering())
    told: list[object] = []
    suspicions: list[tuple[str, bool]] = []

    def catch_up() -> None:
        runner.catch_up()

    def suspect(wan: str, *, suspected: bool) -> None:
        suspicions.append((wan, suspected))

    watcher = Watcher(
        judge,
        {"one": TARGETS},
        guard=guard,
        metrics=Metrics("0"),
        clock=loop.time,
        on_transitions=told.extend,
        on_suspicion=suspect,
        catch_up=catch_up,
    )
    runner = ProbeRunner([WanProbes("one", TARGETS, prober, 0.05, 0.8)], watcher, guard)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(part.run()) for part in (guard, runner, watcher)]
        await asyncio.sleep(0.5)
        for seconds in blocks:
            time.sleep(seconds)  # noqa: ASYNC251 - blocking the loop is what is tested
            await asyncio.sleep(0.3)
        await asyncio.sleep(0.8)
        for task in tasks:
            task.cancel()
    await prober.close()
    figures = [target.figures for target in judge.report(loop.time()).wans[0].targets]
    assert min(each.judged for each in figures) > 10
    assert sum(each.lost for each in figures) == 0
    assert [str(getattr(each, "after", "")) for each in told] == ["up"]
    if engine == "kernel":
        assert suspicions == []


def test_the_answers_that_wait_are_read_before_a_sample_is_found_lost() -> None:
    async def scene() -> tuple[int, int]:
        loop = virtual_loop()
        judge = Judge({"one": WatchedWan(("127.0.0.1",), LIMITS)})
        reads: list[float] = []

        def catch_up() -> None:
            reads.append(loop.now)
            watcher.finished("one", TARGETS[0], 0, Reply(0.01), loop.now)

        watcher = Watcher(
            judge,
            {"one": TARGETS[:1]},
            guard=StallGuard(Clocks(loop.time, loop.time, loop.time), threshold=60),
            metrics=Metrics("0"),
            clock=loop.time,
            on_transitions=lambda _: None,
            on_suspicion=lambda *_, **__: None,
            catch_up=catch_up,
        )
        watcher.sent("one", TARGETS[0], 0, loop.now)
        watching = asyncio.create_task(watcher.run())
        await asyncio.sleep(LIMITS.timeout * 1.5)
        watching.cancel()
        figures = judge.report(loop.now).wans[0].targets[0].figures
        return len(reads), figures.lost

    assert run_virtually(scene()) == (1, 0)
