"""The lease and the passes: who does not hold it shows and does not write."""

from collections.abc import Callable

from tests.service.rig import DOWN, UP, Rig, rig
from wanwatch.routeros.errors import WriteForbidden
from wanwatch.service.clock import Clock
from wanwatch.service.lease_watch import LeaseView
from wanwatch.service.reconciler import Reconciler


class Paper:
    """A lease that the test gives and takes."""

    view: LeaseView | None = None

    def __init__(self) -> None:
        self.obstacle = ""
        self.tenure = 1
        self.confirmed = 0
        self.on_confirm: Callable[[], None] = lambda: None

    async def keep(self) -> None:
        """Nothing to renew."""

    async def confirm(self) -> None:
        self.confirmed += 1
        self.on_confirm()
        if self.obstacle:
            raise WriteForbidden("another wanwatch holds the lease")


def with_lease(one: Rig) -> Paper:
    """Give the rig's reconciler a lease."""
    paper = Paper()
    before = one.reconciler
    one.reconciler = Reconciler(
        one.router,
        before._settings,
        one.states,
        budget=one.budget,
        metrics=one.metrics,
        history=one.history,
        clock=Clock(one.hands.monotonic, one.hands.wall),
        lease=paper,
    )
    return paper


async def test_standing_by_it_plans_shows_and_does_not_write() -> None:
    async with rig() as one:
        paper = with_lease(one)
        one.connect()
        await one.passes()
        paper.obstacle = "standby"
        one.judged(one=DOWN)
        await one.passes(2)
        assert (one.written, one.flushes, paper.confirmed) == ([], 0, 0)
        assert one.reconciler.frozen == "standby"
        assert one.reconciler.pending > 0
        assert one.reconciler.dispositions["one"].value == "out"
        paper.obstacle = ""
        paper.tenure += 1
        await one.passes()
        assert one.reconciler.frozen == ""
        assert [c.outcome for c in one.changes("failover")] == ["verified"]


async def test_without_steps_the_lease_is_not_asked_for() -> None:
    async with rig() as one:
        paper = with_lease(one)
        await one.passes(3)
        assert paper.confirmed == 0


async def test_what_was_read_under_another_tenure_is_read_again_first() -> None:
    async with rig() as one:
        paper = with_lease(one)
        await one.passes()

        def taken_anew() -> None:
            paper.tenure = 2

        paper.on_confirm = taken_anew
        one.judged(one=DOWN)
        assert await one.passes() == 0
        assert one.written == []
        await one.passes()
        assert one.is_touched()


async def test_a_lease_that_is_lost_before_the_first_step_is_trouble_and_is_retried() -> None:
    async with rig() as one:
        paper = with_lease(one)
        await one.passes()

        def lose() -> None:
            paper.obstacle = "lease-not-held"

        paper.on_confirm = lose
        one.judged(one=DOWN)
        await one.passes()
        assert (one.reconciler.conversation.reason, one.written) == ("write-forbidden", [])
        assert one.reconciler.frozen == "lease-not-held"
        paper.obstacle, paper.on_confirm = "", lambda: None
        await one.passes()
        assert one.is_touched()
        one.judged(one=UP)
        await one.passes()
        assert not one.is_touched()
