"""The router's trouble: said, counted, retried, and never a WAN's."""

from collections.abc import Callable

import pytest

from tests.service.rig import DOWN, INTERVAL, MANGLE, ROUTE, UP, Rig, rig
from wanwatch.routeros.errors import WriteForbidden
from wanwatch.routeros.session import RouterSession
from wanwatch.sim.store import Item

Words = tuple[str, ...]

ADDRESS_OF_TWO = "198.18.1.2"


def before_each(one: Rig, act: Callable[[Words], None]) -> None:
    """Have something happen before the router carries out a sentence."""
    notice = one.home.faults.on_sentence

    def both(words: Words) -> None:
        if notice is not None:
            notice(words)
        act(words)

    one.home.faults.on_sentence = both


def bucket_rule(one: Rig) -> Item:
    """The rule of the first bucket."""
    return next(r for r in one.rows(MANGLE) if "per-connection-classifier" in r.properties)


def replace_rule(one: Rig) -> None:
    """Somebody removes the first bucket's rule and adds it again: its id is another one."""
    rules = one.rows(MANGLE)
    place = next(n for n, r in enumerate(rules) if r.id == bucket_rule(one).id)
    old = rules[place]
    one.home.store.remove(MANGLE, old.id)
    one.home.store.add(MANGLE, dict(old.properties), before=rules[place + 1].id)


async def test_a_plan_that_is_stale_is_made_anew_at_once() -> None:
    async with rig() as one:
        await one.passes()
        hands_in = [1]

        def meddle(words: Words) -> None:
            if words[0] == f"{MANGLE}/set" and hands_in:
                hands_in.clear()
                replace_rule(one)

        before_each(one, meddle)
        one.judged(one=DOWN)
        assert await one.passes() == 0
        assert one.reconciler.conversation.reason == ""
        await one.passes()
        assert [c.outcome for c in one.changes("failover")] == ["verified", "stale"]
        assert one.reconciler.pending == 0


async def test_a_plan_that_is_stale_again_and_again_waits_from_the_fourth_time_on() -> None:
    async with rig() as one:
        await one.passes()
        meddling = [True]

        def meddle(words: Words) -> None:
            if words[0] == f"{MANGLE}/set" and meddling:
                replace_rule(one)

        before_each(one, meddle)
        one.judged(one=DOWN)
        assert [await one.passes() for _ in range(5)] == [0, 0, 0, INTERVAL, INTERVAL]
        assert one.reconciler.conversation.reason == "item-vanished"
        assert one.reconciler.pending > 0
        meddling.clear()
        await one.passes()
        assert (one.reconciler.conversation.reason, one.reconciler.pending) == ("", 0)
        one.judged(one=UP)
        await one.passes()
        meddling.append(True)
        one.judged(one=DOWN)
        assert await one.passes() == 0


async def test_a_refusal_is_shown_and_tried_again_after_the_interval() -> None:
    async with rig() as one:
        await one.passes()
        one.home.faults.deny_write = True
        one.judged(one=DOWN)
        assert await one.passes() == INTERVAL
        assert one.reconciler.conversation.reason == "permission-missing"
        assert "not enough permissions" in one.reconciler.conversation.error
        assert one.value("apply_total", outcome="refused") == 1
        assert one.reconciler.pending > 0
        assert one.value("writes_total") == 0
        since = one.reconciler.conversation.since
        await one.passes(after=INTERVAL)
        assert one.reconciler.conversation.since == since
        one.home.faults.deny_write = False
        await one.passes(after=INTERVAL)
        assert (one.reconciler.conversation.reason, one.reconciler.conversation.error) == ("", "")
        assert one.reconciler.pending == 0


async def test_a_refusal_that_lasts_fills_no_history() -> None:
    async with rig() as one:
        one.home.faults.deny_write = True
        one.judged(one=DOWN)
        await one.passes(5, after=INTERVAL)
        (refused,) = one.changes("failover")
        assert (refused.outcome, refused.steps) == ("refused", 0)
        assert refused.at == one.hands.wall()


async def test_without_the_permit_nothing_is_written_and_the_cause_is_shown() -> None:
    class Withheld:
        async def require(self) -> None:
            raise WriteForbidden("another wanwatch holds the lease")

    async with rig() as one:
        session: RouterSession = one.router.session
        session.permit = Withheld()
        one.judged(one=DOWN)
        await one.passes()
        assert one.written == []
        assert one.reconciler.conversation.reason == "write-forbidden"
        assert one.reconciler.conversation.error == "another wanwatch holds the lease"


async def test_a_router_out_of_reach_is_tried_when_the_session_would() -> None:
    async with rig() as one:
        await one.passes()
        before = dict(one.states)
        await one.home.server.become_unreachable()
        delays = [await one.passes(after=40) for _ in range(8)]
        assert one.reconciler.conversation.reason == "unreachable"
        assert one.reconciler.conversation.error
        assert one.value("router_errors_total", reason="unreachable") >= 6
        assert delays[-1] >= 15
        assert delays[-1] == one.router.state.retry_in
        assert (one.states, one.history.newest()) == (before, ())
        await one.home.server.become_reachable()
        await one.passes(after=delays[-1])
        assert (one.reconciler.conversation.reason, one.reconciler.conversation.error) == ("", "")


async def test_a_login_that_is_refused_is_tried_less_often() -> None:
    async with rig() as one:
        one.home.faults.refuse_login = True
        assert await one.passes() == 10
        assert one.reconciler.conversation.reason == "login-refused"
        assert one.reconciler.frozen == "settling"
        one.home.faults.refuse_login = False
        await one.passes(after=10)
        assert (one.reconciler.conversation.reason, one.reconciler.frozen) == ("", "")


@pytest.mark.parametrize(
    ("command", "stage"),
    [
        (f"{ROUTE}/print", "observe"),
        ("/ip/firewall/connection/print", "flush"),
        ("/ip/firewall/connection/remove", "flush"),
    ],
)
async def test_a_router_that_stalls_at_any_stage_is_said_and_asked_again(
    command: str, stage: str
) -> None:
    async with rig() as one:
        one.connect()
        await one.passes()
        one.home.faults.stall_on = command
        one.judged(one=DOWN)
        assert await one.passes() == 1, stage
        assert one.reconciler.conversation.reason == "stalled"
        assert one.value("router_errors_total", reason="stalled") == 1
        one.home.faults.stall_on = ""
        await one.passes(2, after=1)
        assert (one.reconciler.conversation.reason, one.reconciler.pending) == ("", 0)
        assert set(one.entries) == {ADDRESS_OF_TWO}


async def test_a_router_that_stalls_when_the_rows_are_read_back_has_verified_nothing() -> None:
    async with rig() as one:
        one.connect()
        await one.passes()

        def stall(words: Words) -> None:
            if words[0] == "/ip/firewall/connection/remove":
                one.home.faults.stall_on = f"{MANGLE}/print"

        before_each(one, stall)
        one.judged(one=DOWN)
        assert await one.passes() == 1
        assert one.changes("failover")[0].outcome == "unverified"
        assert one.reconciler.conversation.reason == "stalled"
        assert one.value("connections_removed_total", wan="one") > 0
        one.home.faults.stall_on = ""
        await one.passes(after=1)
        assert (one.reconciler.conversation.reason, one.reconciler.pending) == ("", 0)


async def test_a_router_that_goes_away_after_the_last_step_is_found_as_it_should_be() -> None:
    async with rig() as one:
        await one.passes()
        steps = [0]

        def hang_up(words: Words) -> None:
            if words[0] == f"{ROUTE}/set":
                steps[0] += 1
            elif steps[0] == 2:
                steps[0] = -10
                one.home.server.disconnect()

        before_each(one, hang_up)
        one.connect()
        one.judged(one=DOWN)
        assert await one.passes() == 1
        assert one.reconciler.conversation.reason == "connection-lost"
        assert [c.outcome for c in one.changes("failover")] == ["unverified"]
        one.written.clear()
        await one.passes(after=1)
        assert one.reconciler.conversation.reason == ""
        assert set(one.written) == {"/ip/firewall/connection/remove"}


async def test_a_connection_lost_between_two_steps_is_taken_up_where_it_stood() -> None:
    async with rig() as one:
        await one.passes()

        def hang_up(words: Words) -> None:
            if words[0] == f"{ROUTE}/set":
                one.home.server.disconnect()

        before_each(one, hang_up)
        one.judged(one=DOWN)
        assert await one.passes() == 1
        assert one.changes("failover")[0].outcome == "lost"
        assert one.reconciler.conversation.reason == "connection-lost"
        assert one.reconciler.pending > 0
