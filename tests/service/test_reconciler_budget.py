"""The write budget in the loop: what waits, what goes on, what is said."""

from tests.service.rig import DOWN, INTERVAL, MANGLE, ROUTE, UP, Rig, rig
from wanwatch.core.write_budget import HOUR


async def failed_over(one: Rig, wan: str) -> None:
    """Take a WAN out, and note how many writes that took."""
    one.judged(**{wan: DOWN})
    await one.passes()
    assert one.reconciler.pending == 0
    one.written.clear()


async def test_putting_back_waits_for_the_budget_and_says_so() -> None:
    async with rig("v7-four-equal", limit=8) as one:
        await failed_over(one, "w1")
        assert one.budget.last_hour(one.hands.now) == one.value("writes_total")
        one.judged(w1=UP)
        assert await one.passes() == INTERVAL
        assert one.reconciler.frozen == "write-budget-spent"
        assert one.reconciler.pending > 0
        assert (one.written, one.is_touched()) == ([], True)
        await one.passes(after=HOUR)
        assert (one.reconciler.frozen, one.reconciler.pending) == ("", 0)
        assert not one.is_touched()
        assert "decide" not in one.changes("failback")[0].phases


async def test_protection_goes_on_to_twice_the_budget() -> None:
    async with rig("v7-four-equal", limit=8) as one:
        await failed_over(one, "w1")
        used = one.budget.last_hour(one.hands.now)
        one.judged(w2=DOWN)
        await one.passes()
        assert one.reconciler.frozen == ""
        assert one.budget.last_hour(one.hands.now) > max(used, 8)
        one.written.clear()
        one.judged(w3=DOWN)
        await one.passes()
        assert one.reconciler.frozen == "write-budget-spent"
        assert one.written == []
        assert one.reconciler.dispositions["w3"].value == "out"


async def test_a_first_failover_is_made_however_small_the_budget() -> None:
    async with rig("v7-four-equal", limit=1) as one:
        await failed_over(one, "w1")
        assert one.reconciler.frozen == ""


async def test_removed_connections_are_no_writes() -> None:
    async with rig() as one:
        one.connect()
        one.judged(one=DOWN)
        await one.passes()
        removals = [w for w in one.written if "connection" in w]
        assert removals
        assert one.budget.last_hour(one.hands.now) == len(one.written) - len(removals)


async def test_connections_of_a_dead_wan_go_while_putting_back_another_waits() -> None:
    async with rig("v7-four-equal") as one:
        await failed_over(one, "w1")
        left = next(r for r in one.rows(ROUTE) if "[wanwatch:" in r.properties.get("comment", ""))
        disabled = dict(left.properties)
        one.judged(w1=UP)
        await one.passes()
        await failed_over(one, "w2")
        one.home.store.update(ROUTE, left.id, disabled)
        one.budget.limit = 1
        one.fresh()
        one.flushes = 0
        assert await one.passes() == 5
        assert one.reconciler.frozen == "write-budget-spent"
        assert (one.written, one.flushes) == ([], 1)


async def test_a_row_that_is_not_as_it_was_sent_costs_two_writes() -> None:
    async with rig("v7-four-equal") as one:
        await one.passes()

        def spoil(words: tuple[str, ...]) -> None:
            if words[0] == f"{MANGLE}/print" and any("?.id" in word for word in words):
                added = next(w for w in words if w.startswith("?.id="))[5:]
                one.home.store.update(MANGLE, added, {"in-interface-list": ""})

        notice = one.home.faults.on_sentence

        def both(words: tuple[str, ...]) -> None:
            if notice is not None:
                notice(words)
            spoil(words)

        one.home.faults.on_sentence = both
        one.judged(w1=DOWN)
        await one.passes()
        assert one.changes("failover")[0].outcome == "mismatch"
        assert one.reconciler.conversation.reason == "mismatch"
        assert "in-interface-list" in one.reconciler.conversation.error
        assert one.written == [f"{MANGLE}/add", f"{MANGLE}/remove"]
        assert one.budget.last_hour(one.hands.now) == 2
        assert one.value("writes_total") == 2
        assert not one.is_touched()
