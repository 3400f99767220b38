"""Connections of a WAN that went out: looked for again for a while, and not for ever."""

from tests.service.rig import DOWN, INTERVAL, SETTLE, UNKNOWN, UP, rig
from wanwatch.service.flush_watch import FLUSH_WATCH, FlushWatch


async def test_a_wan_that_went_out_is_flushed_for_a_minute_and_not_for_ever() -> None:
    async with rig() as one:
        one.judged(one=DOWN)
        assert await one.passes() == 5
        one.flushes = 0
        assert await one.passes(11, after=5) == 5
        assert one.flushes == 11
        assert await one.passes(after=5) == INTERVAL
        await one.passes(5, after=INTERVAL)
        assert one.flushes == 11


async def test_connections_that_come_late_are_removed_and_counted() -> None:
    async with rig() as one:
        one.connect()
        one.judged(one=DOWN)
        one.home.faults.stall_on = "/ip/firewall/connection/print"
        await one.passes()
        one.home.faults.stall_on = ""
        assert "198.18.0.2" in one.entries
        await one.passes(after=5)
        assert set(one.entries) == {"198.18.1.2"}
        (flushed,) = one.changes("flush")
        assert flushed.wan == "one"
        assert flushed.connections_removed > 0
        assert one.value("connections_removed_total", wan="one") == flushed.connections_removed
        assert one.value("phase_duration_seconds_count", phase="flush") == 1


async def test_the_minute_begins_anew_with_steps_that_came_late() -> None:
    async with rig() as one:
        one.home.faults.deny_write = True
        one.judged(one=DOWN)
        await one.passes()
        await one.passes(3, after=FLUSH_WATCH)
        one.home.faults.deny_write = False
        assert await one.passes(after=INTERVAL) == 5
        one.flushes = 0
        await one.passes(after=5)
        assert one.flushes == 1


async def test_a_fresh_daemon_flushes_a_wan_that_is_down_on_a_router_as_desired() -> None:
    async with rig() as one:
        one.judged(one=DOWN)
        await one.passes()
        one.written.clear()
        one.flushes = 0
        one.states["one"] = UNKNOWN
        one.fresh()
        await one.passes()
        assert (one.reconciler.frozen, one.flushes) == ("settling", 0)
        one.judged(one=DOWN)
        assert await one.passes(after=1) == 5
        assert (one.written, one.flushes) == ([], 1)


async def test_nobody_is_flushed_while_nothing_is_left_to_go_to() -> None:
    async with rig() as one:
        one.connect()
        held = len(one.entries)
        one.hands.now += SETTLE
        one.judged(one=DOWN, two=DOWN)
        assert await one.passes() == INTERVAL
        assert (one.flushes, len(one.entries)) == (0, held)


async def test_a_wan_that_goes_out_again_is_flushed_again() -> None:
    async with rig() as one:
        for state in (DOWN, UP):
            one.judged(one=state)
            await one.passes(after=100)
        await one.passes(after=100)
        one.flushes = 0
        one.judged(one=DOWN)
        assert await one.passes() == 5
        assert one.flushes > 0


async def test_the_watch_is_no_slower_than_the_interval_that_was_configured() -> None:
    async with rig() as one:
        one.fresh(interval=2.0)
        one.judged(one=DOWN)
        assert await one.passes() == 2.0


def test_the_watch_forgets_a_wan_that_is_back() -> None:
    watch = FlushWatch()
    watch.see(["a", "b"], 0.0)
    assert watch.watched == {"a", "b"}
    watch.see(["b"], 1.0)
    assert watch.watched == {"b"}
    watch.moved(["a", "b"], 50.0)
    watch.see(["b"], FLUSH_WATCH + 1)
    assert watch.watched == {"b"}
    watch.see(["b"], FLUSH_WATCH + 50)
    assert not watch.watched
