"""What the runner sends when, and what it tells the sink."""

import asyncio
import itertools
import time
from contextlib import AsyncExitStack

import pytest

from tests.probes.hosts import echo_host, open_files
from tests.probes.runner_world import Diary, Line, Stamped, StampedLine, guard_of_the_loop, running
from tests.probes.virtual import run_virtually, virtual_loop
from wanwatch.core.target import Target
from wanwatch.probes.distrust import Clocks, StallGuard, lag_threshold
from wanwatch.probes.results import ErrorReason, ProbeError, ProbeResult, Reply, Timeout
from wanwatch.probes.runner import ProbeRunner, WanProbes
from wanwatch.probes.steering import Steering
from wanwatch.probes.udp import UdpEchoProber

A, B, C = (Target.parse(f"192.0.2.{number}") for number in (1, 2, 3))


def test_each_target_is_probed_on_its_own_grid_without_drift() -> None:
    async def scene() -> Diary:
        diary, guard = Diary(), guard_of_the_loop()
        wans = [WanProbes(name, (A, B), Line(), 1.0, 0.5) for name in ("one", "two")]
        async with running(ProbeRunner(wans, diary, guard), guard):
            await asyncio.sleep(60.1)
        return diary

    diary = run_virtually(scene())
    for wan, target, phase in (
        ("one", A, 0.0),
        ("two", A, 0.25),
        ("one", B, 0.5),
        ("two", B, 0.75),
    ):
        instants = diary.instants(wan, target)
        assert len(instants) == 60
        assert (instants[0] - phase + 0.001) % 1.0 == pytest.approx(0.001, abs=1e-6)
        assert instants == pytest.approx([instants[0] + beat for beat in range(60)])
    assert diary.voids == []


def test_each_sample_gets_one_fate_and_numbers_count_up() -> None:
    async def scene() -> Diary:
        diary, guard = Diary(), guard_of_the_loop()
        wans = [
            WanProbes("one", (A,), Line(), 1.0, 0.5),
            WanProbes("two", (A,), Line(None), 1.0, 3.0),
        ]
        async with running(ProbeRunner(wans, diary, guard), guard):
            await asyncio.sleep(20)
        return diary

    diary = run_virtually(scene())
    for wan in ("one", "two"):
        numbers = [seq for w, _, seq, _ in diary.sends if w == wan]
        assert numbers == list(range(len(numbers)))
    assert set(diary.fates().values()) == {1}
    results = {
        wan: {type(r) for w, _, _, r, _ in diary.results if w == wan} for wan in ("one", "two")
    }
    assert results == {"one": {Reply}, "two": {Timeout}}


def test_patience_longer_than_the_interval_does_not_hold_up_the_beat() -> None:
    async def scene() -> tuple[Diary, int]:
        diary, guard, line = Diary(), guard_of_the_loop(), Line(None)
        async with running(
            ProbeRunner([WanProbes("one", (A,), line, 0.5, 3.0)], diary, guard), guard
        ):
            await asyncio.sleep(10.1)
            most = line.under_way
        assert line.under_way == 0
        return diary, most

    diary, most = run_virtually(scene())
    assert len(diary.sends) == 20
    assert most in (6, 7)


def test_the_interval_of_one_wan_can_be_changed_while_running() -> None:
    async def scene() -> Diary:
        diary, guard = Diary(), guard_of_the_loop()
        wans = [WanProbes(name, (A,), Line(), 10.0, 0.5) for name in ("one", "two")]
        runner = ProbeRunner(wans, diary, guard)
        async with running(runner, guard):
            await asyncio.sleep(1.05)
            runner.set_interval("one", 0.2)
            await asyncio.sleep(2.0)
            runner.set_interval("one", 10.0)
            await asyncio.sleep(20)
        return diary

    diary = run_virtually(scene())
    fast = [at for at in diary.instants("one", A) if 1001 < at < 1003.1]
    assert len(fast) == 10
    assert fast == pytest.approx([1001.2 + 0.2 * beat for beat in range(10)])
    assert diary.instants("one", A)[-2:] == pytest.approx([1010.0, 1020.0])
    assert len(diary.instants("two", A)) == 2


def test_an_interval_that_cannot_be_is_refused() -> None:
    runner = ProbeRunner([WanProbes("one", (A,), Line(), 1.0, 1.0)], Diary(), StallGuard())
    with pytest.raises(ValueError, match="is not positive"):
        runner.set_interval("one", 0)
    with pytest.raises(ValueError, match="a WAN 'three'"):
        runner.set_interval("three", 1)
    with pytest.raises(ValueError, match="have to be positive"):
        WanProbes("one", (A,), Line(), 1.0, 0.0)


def test_what_is_under_way_in_a_stall_is_void_at_once_and_stays_so() -> None:
    async def scene() -> tuple[Diary, Diary]:
        loop, diary, guard = virtual_loop(), Diary(), guard_of_the_loop()
        wans = [WanProbes("one", (A, B, C), Line(None), 1.0, 2.0)]
        async with running(ProbeRunner(wans, diary, guard), guard):
            await asyncio.sleep(0.9)
            loop.stall(0.6)
            guard.look()
            at_once = Diary(list(diary.sends), list(diary.results), list(diary.voids))
            await asyncio.sleep(10)
        return at_once, diary

    at_once, diary = run_virtually(scene())
    assert len(at_once.sends) > 0
    assert {entry[:3] for entry in at_once.voids} == {entry[:3] for entry in at_once.sends}
    assert {entry[3] for entry in diary.voids} == {"stall"}
    assert set(diary.fates().values()) == {1}
    assert len(diary.results) > 0


def test_a_stall_voids_nothing_of_a_prober_that_is_proof_against_it() -> None:
    async def scene() -> tuple[Diary, Diary]:
        loop, diary, guard = virtual_loop(), Diary(), guard_of_the_loop()
        wans = [
            WanProbes("stamped", (A, B, C), StampedLine(), 1.0, 2.0),
            WanProbes("plain", (A, B, C), Line(0.3), 1.0, 2.0),
        ]
        async with running(ProbeRunner(wans, diary, guard), guard):
            await asyncio.sleep(5.01)
            loop.stall(0.6)
            guard.look()
            at_once = Diary(list(diary.sends), list(diary.results), list(diary.voids))
            await asyncio.sleep(5)
        return at_once, diary

    at_once, diary = run_virtually(scene())
    assert {wan for wan, *_ in diary.voids} == {"plain"}
    sent = {(wan, target, seq) for wan, target, seq, _ in at_once.sends if wan == "stamped"}
    assert sent == {entry[:3] for entry in at_once.results if entry[0] == "stamped"}
    assert {r for wan, _, _, r, _ in diary.results if wan == "stamped"} == {Reply(0.02)}


@pytest.mark.parametrize("kind", ["suspend", "clock-jump"])
def test_other_disturbances_void_whatever_is_under_way(kind: str) -> None:
    async def scene() -> Diary:
        loop, diary = virtual_loop(), Diary()
        moved = [0.0]
        is_suspend = kind == "suspend"
        clocks = Clocks(
            loop.time,
            lambda: loop.time() + (moved[0] if is_suspend else 0.0),
            lambda: loop.time() + moved[0],
        )
        guard = StallGuard(clocks)
        wans = [WanProbes("stamped", (A,), StampedLine(0.3), 1.0, 2.0)]
        async with running(ProbeRunner(wans, diary, guard), guard):
            await asyncio.sleep(3.1)
            moved[0] = 30.0
            await asyncio.sleep(3)
        return diary

    diary = run_virtually(scene())
    assert [entry[3] for entry in diary.voids] == [kind]
    assert set(diary.fates().values()) == {1}


def test_what_has_arrived_can_be_had_before_a_loss_is_believed() -> None:
    async def scene() -> int:
        loop, diary, guard = virtual_loop(), Diary(), guard_of_the_loop()
        runner = ProbeRunner([WanProbes("one", (A,), StampedLine(), 1.0, 2.0)], diary, guard)
        async with running(runner, guard):
            await asyncio.sleep(1.001)
            loop.stall(0.1)
            answered = len(diary.results)
            runner.catch_up()
            return len(diary.results) - answered

    assert run_virtually(scene()) == 1


def test_a_sink_that_fails_ends_the_runner_as_a_task_would() -> None:
    class Broken(Diary):
        def finished(
            self, wan: str, target: Target, seq: int, result: ProbeResult, at: float
        ) -> None:
            super().finished(wan, target, seq, result, at)
            raise LookupError(wan)

    async def scene(line: Line) -> None:
        guard = guard_of_the_loop()
        await ProbeRunner([WanProbes("one", (A,), line, 1.0, 0.5)], Broken(), guard).run()

    for line in (Line(), StampedLine()):
        with pytest.raises(ExceptionGroup) as caught:
            run_virtually(scene(line))
        assert caught.group_contains(LookupError)


def test_nothing_is_told_once_the_runner_is_cancelled() -> None:
    async def scene() -> tuple[int, int, list[Stamped]]:
        diary, guard, line = Diary(), guard_of_the_loop(), StampedLine(0.3)
        async with running(
            ProbeRunner([WanProbes("one", (A, B), line, 0.1, 1.0)], diary, guard), guard
        ):
            await asyncio.sleep(1.0)
        told = len(diary.results)
        await asyncio.sleep(3)
        return told, len(diary.results), line.out

    told, later, out = run_virtually(scene())
    assert told == later > 0
    assert out == []


def test_beats_missed_in_a_stall_are_not_made_up() -> None:
    async def scene() -> Diary:
        loop, diary, guard = virtual_loop(), Diary(), guard_of_the_loop()
        wans = [WanProbes("one", (A, B, C), Line(), 1.0, 0.5)]
        async with running(ProbeRunner(wans, diary, guard), guard):
            await asyncio.sleep(5.1)
            loop.stall(30)
            await asyncio.sleep(5)
        return diary

    diary = run_virtually(scene())
    after = [at for *_, at in diary.sends if at >= 1035]
    assert len(after) in (15, 16)
    gaps = [later - earlier for earlier, later in itertools.pairwise(after)]
    assert min(gaps) > 0.3


def test_an_error_of_ours_is_reported_even_from_within_a_stall() -> None:
    async def scene() -> Diary:
        diary, guard = Diary(), guard_of_the_loop()
        line = Line(error=ProbeError(ErrorReason.NO_ROUTE, "give this host a route"))
        async with running(
            ProbeRunner([WanProbes("one", (A,), line, 1.0, 1.0)], diary, guard), guard
        ):
            await asyncio.sleep(3.1)
        return diary

    diary = run_virtually(scene())
    assert [result for *_, result, _ in diary.results] == [
        ProbeError(ErrorReason.NO_ROUTE, "give this host a route")
    ] * 3


async def test_a_blocked_loop_counts_no_loss_on_healthy_lines() -> None:
    timeout, wans_of, hosts_of = 0.2, 3, 10
    diary = Diary()
    loop = asyncio.get_running_loop()
    guard = StallGuard(Clocks(monotonic=loop.time), threshold=lag_threshold(timeout))
    before = open_files()
    async with AsyncExitStack() as stack:
        hosts = [await stack.enter_async_context(echo_host(delay=None)) for _ in range(hosts_of)]
        targets = tuple(target for target, _ in hosts)
        wans = [
            WanProbes(f"wan{n}", targets, UdpEchoProber(Steering()), 0.1, timeout)
            for n in range(wans_of)
        ]
        async with running(ProbeRunner(wans, diary, guard), guard):
            await diary.until_sent(wans_of * hosts_of)
            blocked_at = loop.time()
            # The hosts keep their answers until now, so that all probes are out in the stall.
            time.sleep(0.5)  # noqa: ASYNC251 - blocking the loop is what is tested
            for _, host in hosts:
                host.release()
            await asyncio.sleep(0.4)
    after_block = [entry for entry in diary.results if entry[4] >= blocked_at]
    assert [entry for entry in after_block if not isinstance(entry[3], Reply)] == []
    assert len(after_block) > 0
    assert len([entry for entry in diary.voids if entry[4] >= blocked_at]) >= 10
    assert set(diary.fates().values()) == {1}
    await asyncio.sleep(0)
    assert open_files() == before


async def test_cancelling_the_runner_closes_every_socket() -> None:
    async with echo_host(delay=None) as (target, _):
        before = open_files()
        diary, guard = Diary(), StallGuard(Clocks(monotonic=asyncio.get_running_loop().time))
        wan = WanProbes("one", (target,), UdpEchoProber(Steering()), 0.01, 60)
        async with running(ProbeRunner([wan], diary, guard), guard):
            await diary.until_sent(10)
            assert open_files() > before
        assert open_files() == before
