"""From samples to verdicts: what is fed, what is counted, and a stall that is nobody's loss."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.probes.virtual import run_virtually, virtual_loop
from wanwatch.core.health.health_config import HealthConfig
from wanwatch.core.health.judge import Judge, WatchedWan
from wanwatch.core.health.wan_health import Transition
from wanwatch.core.model import HealthState
from wanwatch.core.target import Target
from wanwatch.probes.distrust import Clocks, Disturbance, StallGuard
from wanwatch.probes.results import ErrorReason, ProbeError, Reply, Timeout
from wanwatch.probes.runner import ProbeRunner, WanProbes
from wanwatch.service.metrics import Metrics
from wanwatch.service.watcher import Watcher

T1, T2 = Target.parse("192.0.2.1"), Target.parse("192.0.2.2")
FAST = HealthConfig(timeout=0.51, fall=3, rise=2, hold_down=2.0)
CONFIRMING = 0.2


@dataclass
class Line:
    """A line of 20 ms, which may be cut."""

    is_cut: bool = False
    delay: float = 0.02
    error: ProbeError | None = None
    probed: int = 0

    async def probe(self, target: Target, *, patience: float) -> Reply | Timeout | ProbeError:
        del target
        self.probed += 1
        if self.error is not None:
            return self.error
        if self.is_cut:
            await asyncio.sleep(patience)
            return Timeout()
        await asyncio.sleep(self.delay)
        return Reply(self.delay)

    async def close(self) -> None:
        """Hold nothing."""


@dataclass
class Scene:
    """Two WANs with two targets each, judged for real; in the running loop's time."""

    lines: dict[str, Line] = field(default_factory=lambda: {"a": Line(), "b": Line()})
    metrics: Metrics = field(default_factory=lambda: Metrics("0"))
    told: list[Transition] = field(default_factory=list)
    suspicions: list[tuple[str, bool]] = field(default_factory=list)

    def __post_init__(self) -> None:
        now = asyncio.get_running_loop().time
        guard = StallGuard(Clocks(now, now, now), threshold=0.1)
        targets = dict.fromkeys(self.lines, (T1, T2))
        names = tuple(str(target) for target in (T1, T2))
        self.watcher = Watcher(
            Judge({wan: WatchedWan(names, FAST) for wan in self.lines}),
            targets,
            guard=guard,
            metrics=self.metrics,
            clock=now,
            on_transitions=self.told.extend,
            on_suspicion=self.suspect,
        )
        probes = [WanProbes(w, (T1, T2), line, 1.0, 0.8) for w, line in self.lines.items()]
        self.runner = ProbeRunner(probes, self.watcher, guard)
        self.work = (guard.run(), self.runner.run())

    def suspect(self, wan: str, *, suspected: bool) -> None:
        self.suspicions.append((wan, suspected))
        self.runner.set_interval(wan, CONFIRMING if suspected else 1.0)

    async def until(self, holds: Callable[[], bool], within: float = 30.0) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(within):
            while not holds():  # noqa: ASYNC110 - asked of the world, which sends no event
                await asyncio.sleep(0.01)

    def changes(self) -> list[tuple[str, str]]:
        """Who went where."""
        return [(t.wan, t.after.value) for t in self.told]

    def count(self, wan: str, result: str) -> float:
        """How many probes to the first target ended so."""
        labels = {"wan": wan, "target": str(T1), "result": result}
        return self.metrics.registry.get_sample_value("wanwatch_probes_total", labels) or 0.0


def play(story: Callable[[Scene], Awaitable[None]]) -> None:
    """Run a story beside the probes and the watcher."""

    async def main() -> None:
        scene = Scene()
        tasks = [asyncio.create_task(work) for work in (*scene.work, scene.watcher.run())]
        try:
            await story(scene)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    run_virtually(main())


def test_wans_that_answer_come_up_and_one_that_is_cut_goes_down() -> None:
    async def story(scene: Scene) -> None:
        assert set(scene.watcher.states.values()) == {HealthState.UNKNOWN}
        assert scene.watcher.reasons == {"a": "", "b": ""}
        await scene.until(lambda: set(scene.watcher.states.values()) == {HealthState.UP})
        scene.lines["a"].is_cut = True
        await scene.until(lambda: scene.watcher.states["a"] is HealthState.DOWN)
        assert sorted(scene.changes()) == [("a", "down"), ("a", "up"), ("b", "up")]
        assert scene.watcher.reasons == {"a": "targets-fail", "b": "targets-answer"}
        assert scene.watcher.report().wan("a").state is HealthState.DOWN

    play(story)


def test_a_verdict_comes_when_the_last_sample_is_overdue_not_when_the_next_event_comes() -> None:
    async def story(scene: Scene) -> None:
        await scene.until(lambda: len(scene.told) == 2)
        scene.lines["a"].is_cut = True
        await scene.until(lambda: len(scene.told) == 3)
        # Probes leave every 0.05 s, answers come 0.02 s after them.
        late = (scene.told[-1].at - FAST.timeout) % 0.05
        assert min(late, 0.05 - late) < 0.001

    play(story)


def test_a_stall_is_voided_before_the_judge_counts_it_as_loss() -> None:
    async def story(scene: Scene) -> None:
        for line in scene.lines.values():
            line.delay = 0.3
        await scene.until(lambda: len(scene.told) == 2)
        for _ in range(8):
            await asyncio.sleep(1.3)
            virtual_loop().stall(2.5)
            await asyncio.sleep(0)
        await asyncio.sleep(2)
        assert len(scene.told) == 2
        voided = sum(scene.count(wan, "void") for wan in "ab")
        assert voided > 0
        assert sum(scene.count(wan, "lost") for wan in "ab") == 0
        for wan in "ab":
            assert all(t.losses == 0 for t in scene.watcher.report().wan(wan).targets)
        worst = scene.metrics.registry.get_sample_value("wanwatch_loop_lag_worst_seconds")
        assert worst is not None
        assert worst > 2

    play(story)


def test_the_clocks_are_looked_at_before_every_verdict() -> None:
    order: list[str] = []

    class Guard(StallGuard):
        def look(self) -> list[Disturbance]:
            order.append("look")
            return super().look()

    class Verdicts(Judge):
        def tick(self, now: float) -> list[Transition]:
            order.append("tick")
            return super().tick(now)

    async def main() -> None:
        now = asyncio.get_running_loop().time
        watcher = Watcher(
            Verdicts({"a": WatchedWan((str(T1),), FAST)}),
            {"a": (T1,)},
            guard=Guard(Clocks(now, now, now)),
            metrics=Metrics("0"),
            clock=now,
            on_transitions=lambda _: None,
            on_suspicion=lambda wan, *, suspected: None,  # noqa: ARG005 - the listener's form
        )
        task = asyncio.create_task(watcher.run())
        for seq in range(3):
            await asyncio.sleep(0.01)
            watcher.sent("a", T1, seq, now())
        await asyncio.sleep(5)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    run_virtually(main())
    assert order == ["look", "tick"] * (len(order) // 2)
    assert len(order) >= 10


def test_errors_of_our_own_are_counted_and_move_no_wan() -> None:
    async def story(scene: Scene) -> None:
        await scene.until(lambda: len(scene.told) == 2)
        scene.lines["a"].error = ProbeError(ErrorReason.NOT_PERMITTED, "run with CAP_NET_RAW")
        await asyncio.sleep(60)
        assert scene.watcher.states["a"] is HealthState.UP
        assert len(scene.told) == 2
        assert scene.count("a", "error") > 50
        blind = scene.watcher.report().wan("a").blind
        assert blind is not None
        assert blind.error == "not-permitted: run with CAP_NET_RAW"
        scene.lines["a"].error = None
        await asyncio.sleep(3)
        assert scene.watcher.report().wan("a").blind is None

    play(story)


def test_every_sample_is_counted_by_its_fate() -> None:
    async def story(scene: Scene) -> None:
        await asyncio.sleep(10.5)
        assert scene.count("a", "reply") in (10, 11)
        scene.lines["a"].is_cut = True
        await scene.until(lambda: scene.watcher.states["a"] is HealthState.DOWN)
        await asyncio.sleep(2)
        lost = scene.count("a", "lost")
        await asyncio.sleep(10)
        assert scene.count("a", "lost") - lost in (9, 10, 11)

    play(story)


def test_a_suspicion_is_told_once_when_it_begins_and_once_when_an_answer_ends_it() -> None:
    async def story(scene: Scene) -> None:
        await scene.until(lambda: len(scene.told) == 2)
        scene.lines["a"].is_cut = True
        await scene.until(lambda: bool(scene.suspicions))
        assert scene.suspicions == [("a", True)]
        scene.lines["a"].is_cut = False
        await scene.until(lambda: len(scene.suspicions) == 2)
        await asyncio.sleep(20)
        assert scene.suspicions == [("a", True), ("a", False)]
        assert len(scene.told) == 2

    play(story)


def test_a_suspicion_ends_with_the_verdict_that_the_line_is_lost() -> None:
    async def story(scene: Scene) -> None:
        await scene.until(lambda: len(scene.told) == 2)
        scene.lines["a"].is_cut = True
        await scene.until(lambda: len(scene.told) == 3)
        assert scene.watcher.states["a"] is HealthState.DOWN
        await asyncio.sleep(20)
        assert scene.suspicions == [("a", True), ("a", False)]

    play(story)


def test_a_suspected_line_is_probed_at_the_confirming_cadence_and_no_other() -> None:
    async def story(scene: Scene) -> None:
        await scene.until(lambda: len(scene.told) == 2)
        began = asyncio.get_running_loop().time()
        scene.lines["a"].is_cut = True
        await scene.until(lambda: scene.watcher.states["a"] is HealthState.DOWN)
        assert scene.told[-1].at - began < FAST.fall * FAST.interval
        scene.lines["a"].probed = scene.lines["b"].probed = 0
        await asyncio.sleep(5)
        assert {line.probed for line in scene.lines.values()} == {10}

    play(story)


def test_an_answer_that_comes_late_ends_the_suspicion() -> None:
    async def story(scene: Scene) -> None:
        await scene.until(lambda: len(scene.told) == 2)
        scene.lines["a"].delay = 0.7  # longer than the timeout, shorter than the patience
        await scene.until(lambda: bool(scene.suspicions))
        began = asyncio.get_running_loop().time()
        await scene.until(lambda: len(scene.suspicions) == 2)
        assert scene.suspicions == [("a", True), ("a", False)]
        assert asyncio.get_running_loop().time() - began < 0.7 - FAST.timeout + 0.02
        assert len(scene.told) == 2

    play(story)
