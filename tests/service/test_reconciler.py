"""The passes of the reconcile loop beside the built-in router: when it acts, and when it waits."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NoReturn

import pytest

from tests.service.jumping import jumping_loop, run_jumping
from tests.service.rig import DEGRADED, DOWN, INTERVAL, MANGLE, SETTLE, UNKNOWN, UP, Rig, rig
from wanwatch.core.model import AdminState, Disposition
from wanwatch.core.snapshot import Snapshot
from wanwatch.routeros.router import Router
from wanwatch.service.clock import Clock
from wanwatch.service.reconciler import Reconciler, Settings


async def test_a_router_that_is_as_it_should_be_is_left_alone() -> None:
    async with rig() as one:
        assert await one.passes() == INTERVAL
        assert (one.written, one.reconciler.frozen, one.reconciler.conversation.reason) == (
            [],
            "",
            "",
        )
        assert one.reconciler.observed_at == one.hands.wall()


async def test_nothing_is_done_before_every_wan_is_judged() -> None:
    async with rig("v7-four-equal") as one:
        one.judged(w1=DOWN, w2=UNKNOWN)
        assert await one.passes(after=SETTLE - 1) <= 1
        assert (one.written, one.reconciler.frozen) == ([], "settling")
        one.judged(w2=UP)
        await one.passes()
        assert one.reconciler.frozen == ""
        assert one.written


async def test_when_settling_took_too_long_the_unknown_wan_is_left_out() -> None:
    async with rig("v7-four-equal") as one:
        one.judged(w1=DOWN, w2=UNKNOWN)
        await one.passes(after=SETTLE)
        assert one.reconciler.frozen == ""
        assert one.reconciler.dispositions["w2"] is Disposition.KEEP
        moved = [r for r in one.rows(MANGLE) if "[wanwatch:" in r.properties.get("comment", "")]
        assert {r.properties["new-connection-mark"] for r in moved} == {"c3", "c4"}


async def test_a_wan_that_is_unknown_later_does_not_settle_again() -> None:
    async with rig("v7-four-equal") as one:
        await one.passes(after=SETTLE)
        one.judged(w1=DOWN, w2=UNKNOWN)
        await one.passes()
        assert one.reconciler.frozen == ""


async def test_a_failover_is_done_once_and_taken_back_to_the_byte() -> None:
    async with rig() as one:
        before = one.home.export()
        one.judged(one=DOWN)
        await one.passes()
        assert [c.outcome for c in one.changes("failover")] == ["verified"]
        one.written.clear()
        await one.passes(2)
        assert one.written == []
        one.judged(one=UP)
        await one.passes()
        assert [c.outcome for c in one.changes("failback")] == ["verified"]
        assert one.home.export() == before


async def test_a_survivor_that_is_being_lost_too_is_no_refuge() -> None:
    async with rig() as one:
        one.doubtful.add("two")
        one.judged(one=DOWN)
        delay = await one.passes()
        assert (one.reconciler.frozen, one.written) == ("survivors-doubtful", [])
        assert delay < 1
        one.doubtful.clear()
        await one.passes(after=delay)
        assert (one.reconciler.frozen, one.is_touched()) == ("", True)


async def test_after_all_were_down_the_first_one_back_waits_for_the_other() -> None:
    async with rig() as one:
        one.judged(one=DOWN, two=DOWN)
        await one.passes()
        one.judged(one=UP)
        await one.passes(after=20)
        assert (one.reconciler.frozen, one.written) == ("settling", [])
        await one.passes(after=SETTLE)
        assert one.reconciler.frozen == ""
        assert [c.outcome for c in one.changes("failover")] == ["verified"]


async def test_with_every_wan_down_nothing_is_changed_and_said_so() -> None:
    async with rig() as one:
        one.judged(one=DOWN, two=DOWN)
        await one.passes()
        assert one.reconciler.frozen == "no-usable-wan"
        assert (one.written, one.reconciler.pending) == ([], 0)
        one.judged(two=UNKNOWN)
        await one.passes()
        await one.passes(after=SETTLE)
        assert (one.reconciler.frozen, one.written) == ("health-unknown", [])


async def test_a_degraded_wan_gives_up_its_buckets_and_nothing_else() -> None:
    async with rig() as one:
        one.connect()
        held = len(one.entries)
        one.judged(one=DEGRADED)
        await one.passes()
        assert set(one.written) == {f"{MANGLE}/set"}
        assert len(one.entries) == held


async def test_the_wish_of_the_operator_is_followed() -> None:
    async with rig() as one:
        one.reconciler.wishes["one"] = AdminState.DISABLED
        await one.passes()
        assert one.reconciler.dispositions["one"] is Disposition.OUT
        assert one.is_touched()


async def test_a_rule_nobody_can_read_blocks_every_step() -> None:
    async with rig() as one:
        rule = next(r for r in one.rows(MANGLE) if "per-connection-classifier" in r.properties)
        wrong = "both-addresses-and-ports:2/0,1"
        one.home.store.update(MANGLE, rule.id, {"per-connection-classifier": wrong})
        one.judged(two=DOWN)
        await one.passes()
        assert (one.reconciler.frozen, one.written) == ("plan-blocked", [])
        assert [f.code for f in one.reconciler.plan.findings] == ["pcc-classifier-invalid"]


async def test_phases_of_a_failover_are_measured_each_once() -> None:
    async with rig() as one:
        one.connect()
        one.judged(one=DOWN)
        await one.passes(after=0.25)
        (failover,) = one.changes("failover")
        assert set(failover.phases) == {"decide", "apply", "flush", "verify"}
        assert failover.phases["decide"] == 0.25
        counts = {p: one.value("phase_duration_seconds_count", phase=p) for p in failover.phases}
        assert set(counts.values()) == {1}
        assert one.value("phase_duration_seconds_count", phase="activation") == 0


async def test_phases_of_a_failback_have_the_waiting_for_routes_and_no_flush() -> None:
    async with rig() as one:
        one.judged(one=DOWN)
        await one.passes()
        one.judged(one=UP)
        await one.passes(after=0.25)
        assert set(one.changes("failback")[0].phases) == {
            "decide",
            "apply",
            "activation",
            "verify",
        }


async def test_a_verdict_that_changed_nothing_is_not_measured_later() -> None:
    async with rig() as one:
        one.reconciler.decided("one", one.hands.now)
        await one.passes()
        one.states["one"] = DOWN
        await one.passes(after=INTERVAL)
        assert "decide" not in one.changes("failover")[0].phases


async def test_a_verdict_that_waited_for_the_router_for_hours_is_not_measured() -> None:
    async with rig() as one:
        await one.home.server.become_unreachable()
        one.judged(one=DOWN)
        await one.passes(after=1)
        await one.home.server.become_reachable()
        await one.passes(after=7200)
        assert "decide" not in one.changes("failover")[0].phases


async def test_a_heartbeat_comes_with_every_stage_of_a_pass() -> None:
    async with rig() as one:
        await one.passes()
        idle = one.reconciler.heart.beats
        one.judged(one=DOWN)
        one.hands.now += 5
        await one.passes()
        assert one.reconciler.heart.beats - idle >= idle + len(one.written)
        assert one.reconciler.heart.last_beat == one.hands.now


class Deaf(Router):
    """A router whose observation never comes, or breaks in a way nobody thought of."""

    def __init__(self, answer: Callable[[], Awaitable[Snapshot]]) -> None:
        self._answer = answer

    async def observe(self) -> Snapshot:
        return await self._answer()


async def test_what_is_not_the_routers_trouble_ends_the_loop() -> None:
    async def broken() -> NoReturn:
        raise ZeroDivisionError

    async with rig() as one:
        loop = one.fresh(Deaf(broken))
        with pytest.raises(ZeroDivisionError):
            await loop.run()


def running(one: Rig, router: Router | None = None, interval: float = INTERVAL) -> Reconciler:
    """A reconciler in the time of the running loop."""
    time = jumping_loop().time
    settings = Settings(one.fresh()._settings.specs, one.reconciler._settings.options, interval, 0)
    return Reconciler(
        router or one.router,
        settings,
        one.states,
        budget=one.budget,
        metrics=one.metrics,
        history=one.history,
        clock=Clock(time, time),
    )


def test_the_loop_looks_at_every_interval_and_at_once_when_woken() -> None:
    async def story() -> None:
        async with rig() as one:
            loop = running(one)
            task = asyncio.create_task(loop.run())
            start = jumping_loop().time()
            await asyncio.sleep(INTERVAL * 3 + 1)
            assert one.value("reconcile_duration_seconds_count") == 4
            beats = loop.heart.beats
            await asyncio.sleep(INTERVAL - 2)
            assert loop.heart.beats - beats >= 5
            loop.wake()
            await asyncio.sleep(0.5)
            assert one.value("reconcile_duration_seconds_count") == 5
            assert jumping_loop().time() - start < INTERVAL * 4
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    run_jumping(story())


def test_the_heart_stops_when_a_pass_hangs() -> None:
    async def story() -> None:
        async with rig() as one:
            loop = running(one, Deaf(asyncio.Event().wait))  # type: ignore[arg-type]
            task = asyncio.create_task(loop.run())
            await asyncio.sleep(1)
            beats, last = loop.heart.beats, loop.heart.last_beat
            await asyncio.sleep(3600)
            assert (loop.heart.beats, loop.heart.last_beat) == (beats, last)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    run_jumping(story())
