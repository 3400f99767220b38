"""When the guard says that we were not fit to measure."""

import asyncio
import time

import pytest

from tests.probes.virtual import VirtualLoop, run_virtually, virtual_loop
from wanwatch.probes.distrust import (
    Clocks,
    Disturbance,
    DisturbanceKind,
    StallGuard,
    lag_threshold,
)


class World:
    """Three clocks that run together unless told otherwise."""

    def __init__(self) -> None:
        self.monotonic = 0.0
        self.asleep = 0.0
        self.set_by = 0.0
        self.guard = StallGuard(
            Clocks(
                monotonic=lambda: self.monotonic,
                boottime=lambda: self.monotonic + self.asleep,
                realtime=lambda: 1.7e9 + self.monotonic + self.asleep + self.set_by,
            ),
            threshold=0.2,
            tick=0.05,
        )

    def run(self, seconds: float) -> None:
        """Let time pass as on a healthy host: somebody looks every tick."""
        for _ in range(round(seconds / 0.05)):
            self.monotonic += 0.05
            assert self.guard.look() == []


def test_a_loop_that_comes_in_time_disturbs_nothing() -> None:
    world = World()
    world.run(30)
    assert world.guard.overlapped(0, 30) is None
    assert world.guard.worst_lag < 0.001


def test_a_stall_is_found_by_whoever_looks_first() -> None:
    world = World()
    world.run(1)
    world.monotonic += 0.5
    found = world.guard.overlapped(0.9, 1.4)
    assert found is not None
    assert found.kind is DisturbanceKind.STALL
    assert (found.start, found.end) == pytest.approx((1.0, 1.5))
    assert found.seconds == pytest.approx(0.45)
    assert world.guard.worst_lag == pytest.approx(0.45)


def test_a_stall_is_counted_once_however_many_look() -> None:
    world = World()
    world.monotonic += 0.5
    assert len(world.guard.look()) == 1
    assert world.guard.look() == []
    assert world.guard.counts[DisturbanceKind.STALL] == 1


def test_samples_before_and_after_a_stall_are_believed() -> None:
    world = World()
    world.run(1)
    world.monotonic += 0.5
    world.guard.look()
    noticed_at = world.monotonic
    world.run(1)
    assert world.guard.overlapped(0.2, 0.9) is None
    assert world.guard.overlapped(noticed_at, 1.7) is None
    assert world.guard.overlapped(0.2, 2.0) is not None


def test_a_lag_below_the_threshold_is_borne() -> None:
    world = World()
    world.monotonic += 0.24
    assert world.guard.look() == []
    assert world.guard.worst_lag == pytest.approx(0.19)


def test_a_suspend_is_seen_though_monotonic_time_stood_still() -> None:
    world = World()
    world.run(1)
    world.asleep += 3600
    world.monotonic += 0.05
    (found,) = world.guard.look()
    assert found.kind is DisturbanceKind.SUSPEND
    assert found.seconds == pytest.approx(3600)
    assert world.guard.overlapped(0.5, 1.2) == found


@pytest.mark.parametrize("seconds", [1.5, -7200.0])
def test_a_set_wall_clock_is_seen_in_either_direction(seconds: float) -> None:
    world = World()
    world.run(1)
    world.set_by += seconds
    world.monotonic += 0.05
    (found,) = world.guard.look()
    assert found.kind is DisturbanceKind.CLOCK_JUMP
    assert found.seconds == pytest.approx(seconds)


def test_a_slewed_wall_clock_is_no_jump() -> None:
    world = World()
    for _ in range(100):
        world.set_by += 0.05
        world.run(0.05)
    assert sum(world.guard.counts.values()) == 0


def test_listeners_hear_of_a_disturbance_in_the_call_that_notices_it() -> None:
    world = World()
    heard: list[Disturbance] = []
    world.guard.subscribe(heard.append)
    world.monotonic += 1
    assert world.guard.look() == heard
    assert len(heard) == 1


@pytest.mark.parametrize(("timeout", "lag"), [(0.2, 0.05), (0.8, 0.2), (5.0, 0.2)])
def test_a_short_timeout_bears_less_lag(timeout: float, lag: float) -> None:
    assert lag_threshold(timeout) == pytest.approx(lag)


def _guard_of(loop: VirtualLoop) -> StallGuard:
    return StallGuard(Clocks(loop.time, loop.time, loop.time), threshold=0.2, tick=0.05)


def test_the_ticker_sees_a_stall_nobody_else_looks_for() -> None:
    async def scene() -> None:
        loop = virtual_loop()
        guard = _guard_of(loop)
        ticking = asyncio.create_task(guard.run())
        await asyncio.sleep(10)
        assert guard.counts[DisturbanceKind.STALL] == 0
        loop.stall(0.7)
        await asyncio.sleep(0.2)
        assert guard.counts[DisturbanceKind.STALL] == 1
        assert guard.lag == pytest.approx(0, abs=1e-6)
        assert 0.6 < guard.worst_lag <= 0.7
        ticking.cancel()

    run_virtually(scene())


def test_the_clocks_of_this_host_agree() -> None:
    guard = StallGuard()
    assert [each for each in guard.look() if each.kind is not DisturbanceKind.STALL] == []
    assert Clocks().boottime() >= time.monotonic() - 1
