"""While our own measurements are not to be believed the router is left as it is."""

from tests.service.rig import DOWN, INTERVAL, UNKNOWN, UP, Rig, rig
from tests.service.test_router_watch import Desk
from wanwatch.probes.distrust import Disturbance, DisturbanceKind
from wanwatch.service.trust import Trust


def distrusting(one: Rig, seconds: float) -> None:
    """Have the host stall for so long, just now."""
    one.trust = Trust(Desk().watcher, one.hands.monotonic, lambda: None)
    one.trust.disturbed(Disturbance(DisturbanceKind.STALL, 0.0, one.hands.now, seconds))
    one.fresh()


async def test_after_a_stall_a_verdict_waits_for_as_long_as_the_stall_lasted() -> None:
    async with rig() as one:
        distrusting(one, 3.0)
        one.judged(one=DOWN)
        delay = await one.passes()
        assert (one.reconciler.frozen, one.written, delay) == ("stall", [], 3.0)
        await one.passes(after=delay)
        assert (one.reconciler.frozen, one.is_touched()) == ("", True)
        assert [c.outcome for c in one.changes("failover")] == ["verified"]


async def test_what_was_done_before_stays_done_meanwhile() -> None:
    async with rig() as one:
        one.judged(one=DOWN)
        await one.passes()
        during = one.home.export()
        distrusting(one, 3.0)
        one.judged(one=UP)
        await one.passes()
        assert (one.reconciler.pending, one.home.export()) == (0, during)
        assert await one.passes(after=3.0) == INTERVAL
        assert not one.is_touched()


async def test_settling_is_not_forgotten_over_it() -> None:
    async with rig() as one:
        distrusting(one, 3.0)
        assert one.reconciler.is_settling
        one.states["two"] = UNKNOWN
        await one.passes()
        assert (one.reconciler.frozen, one.reconciler.is_settling) == ("stall", True)
        one.states["two"] = UP
        await one.passes(after=3.0)
        assert not one.reconciler.is_settling
