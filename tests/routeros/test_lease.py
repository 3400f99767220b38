"""Taking, renewing, losing and giving up the lease, on the built-in router over the API."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.e2e.house import ROUTERS
from wanwatch.core.lease import LEASE_ADDRESS, LEASE_LIST, Holder, LeaseTerm
from wanwatch.routeros.errors import PermissionMissing, RouterError, WriteForbidden
from wanwatch.routeros.lease import MENU, Lease
from wanwatch.routeros.session import RouterSession, Timeouts
from wanwatch.sim.export import load_export
from wanwatch.sim.factory import furnish
from wanwatch.sim.faults import Faults
from wanwatch.sim.login import User
from wanwatch.sim.server import ApiServer
from wanwatch.sim.store import Item, Store
from wanwatch.sim.world import World

TERM = LeaseTerm.of(30.0, 1.0)


class Desk:
    """A router whose clock is that of the instances, and is set by hand."""

    def __init__(self, export: str) -> None:
        self.now = 1000.0
        self.dead: set[str] = set()
        self.sessions: list[RouterSession] = []
        self.store = Store()
        version = load_export(export, self.store).version
        furnish(self.store, version)
        self.world = World(self.store, version, clock=lambda: self.now, seed=1)
        self.faults = Faults()
        self.server = ApiServer(self.world, (User(),), self.faults)
        self.address = ("", 0)

    def lease(self, name: str, token: str = "") -> Lease:
        """One more instance."""
        host, port = self.address
        session = RouterSession(
            host, port, "admin", "", timeouts=Timeouts(0.5, 0.5), clock=lambda: self.now
        )
        self.sessions.append(session)
        me = Holder(name, token or f"token-{name}")
        return Lease(
            session, me, TERM, clock=lambda: self.now, is_dead=lambda h: h.name in self.dead
        )

    @property
    def entries(self) -> list[Item]:
        """What stands on the router."""
        self.world.tick()
        rows = self.store.items(MENU)
        return [row for row in rows if row.properties.get("list") == LEASE_LIST]


@asynccontextmanager
async def desk(name: str = "v7-two-interleaved") -> AsyncIterator[Desk]:
    one = Desk((ROUTERS / f"{name}.rsc").read_text("latin-1"))
    one.address = await one.server.start()
    try:
        yield one
    finally:
        for session in one.sessions:
            await session.close()
        await one.server.close()


@pytest.mark.parametrize("name", ["v6-two-pppoe", "v7-two-interleaved"])
async def test_the_first_one_has_it_and_the_second_sees_who(name: str) -> None:
    async with desk(name) as one:
        first, second = one.lease("first"), one.lease("second")
        await first.keep()
        await second.keep()
        assert (first.is_held, first.tenure, second.is_held) == (True, 1, False)
        assert second.other == Holder("first", "token-first")
        assert 28 <= second.other_left <= 30
        (entry,) = one.entries
        assert entry.dynamic
        assert entry.properties["address"] == LEASE_ADDRESS
        with pytest.raises(WriteForbidden, match="first holds the lease"):
            await second.require()


async def test_it_is_renewed_when_a_third_of_it_is_over_and_not_before() -> None:
    async with desk() as one:
        lease = one.lease("first")
        await lease.keep()
        one.now += 9
        await lease.keep()
        assert lease.renew_in == 1
        one.now += 1
        await lease.keep()
        assert (lease.renew_in, lease.tenure) == (10, 1)
        assert len(one.entries) == 1


async def test_one_that_slept_past_its_lease_does_not_write_and_finds_another_in_its_place() -> (
    None
):
    async with desk() as one:
        first, second = one.lease("first"), one.lease("second")
        await first.keep()
        one.now += 31
        await second.keep()
        assert second.is_held
        assert not first.is_held
        with pytest.raises(WriteForbidden):
            await first.require()
        await first.keep()
        assert (first.is_held, first.other) == (False, Holder("second", "token-second"))


async def test_a_write_that_would_end_too_late_renews_the_lease_first() -> None:
    async with desk() as one:
        lease = one.lease("first")
        await lease.keep()
        one.now += 28
        assert lease.is_held
        await lease.require()
        assert lease.renew_in == 10


async def test_a_clock_that_stood_still_meanwhile_is_found_out_before_a_plan() -> None:
    async with desk() as one:
        first, second = one.lease("first"), one.lease("second")
        await first.keep()
        (entry,) = one.entries
        one.store.remove(MENU, entry.id)
        await second.keep()
        assert first.is_held
        with pytest.raises(WriteForbidden):
            await first.confirm()
        assert not first.is_held


async def test_an_entry_that_vanished_is_made_anew_as_another_tenure() -> None:
    async with desk() as one:
        lease = one.lease("first")
        await lease.keep()
        one.store.remove(MENU, one.entries[0].id)
        one.now += 10
        await lease.keep()
        assert (lease.is_held, lease.tenure) == (True, 2)


async def test_after_a_restart_no_entry_of_somebody_elses_is_touched() -> None:
    async with desk() as one:
        lease = one.lease("first")
        await lease.keep()
        one.store.remove(MENU, one.entries[0].id)
        one.server.disconnect()
        await asyncio.sleep(0.05)
        now_elsewhere = one.store.add(MENU, {"list": "admins", "address": "192.168.88.5"})
        lease._id = now_elsewhere.id
        one.now += 10
        await lease.keep()
        assert (lease.is_held, lease.tenure) == (True, 2)
        assert "timeout" not in now_elsewhere.properties


async def test_over_a_new_connection_it_is_still_the_same_lease() -> None:
    async with desk() as one:
        lease = one.lease("first")
        await lease.keep()
        one.server.disconnect()
        one.now += 10
        await lease.keep()
        one.now += 1
        await lease.keep()
        assert (lease.is_held, lease.tenure, lease.error) == (True, 1, None)


@pytest.mark.parametrize("carried_out", [False, True])
async def test_an_answer_that_was_lost_on_the_way_leaves_one_entry_and_no_doubt(
    *, carried_out: bool
) -> None:
    async with desk() as one:
        lease = one.lease("first")
        logged_in_and_added = 2
        if carried_out:
            one.faults.drop_after = logged_in_and_added
        else:
            one.faults.drop_before = logged_in_and_added
        await lease.keep()
        assert (lease.is_held, lease.error is None) == (False, False)
        assert len(one.entries) == carried_out
        one.now += 5
        await lease.keep()
        assert (lease.is_held, lease.tenure, len(one.entries)) == (True, 1, 1)


async def test_the_same_process_knows_its_own_after_a_reload() -> None:
    async with desk() as one:
        before, after = one.lease("old-name", "t"), one.lease("new-name", "t")
        await before.keep()
        await after.keep()
        assert after.is_held
        assert len(one.entries) == 1


async def test_what_was_given_up_is_taken_at_once_by_one_alone() -> None:
    async with desk() as one:
        first, second, third = one.lease("first"), one.lease("second"), one.lease("third")
        await first.keep()
        await second.keep()
        await first.give_up()
        assert len(one.entries) == 1
        await second.keep()
        await third.keep()
        assert (first.is_held, second.is_held, third.is_held) == (False, True, False)


async def test_one_that_is_surely_dead_is_not_waited_for() -> None:
    async with desk() as one:
        first, second = one.lease("first"), one.lease("second")
        await first.keep()
        await second.keep()
        assert not second.is_held
        one.dead.add("first")
        await second.keep()
        assert second.is_held


async def test_without_the_right_to_write_it_says_so() -> None:
    async with desk() as one:
        one.faults.deny_write = True
        lease = one.lease("first")
        await lease.keep()
        assert isinstance(lease.error, PermissionMissing)
        with pytest.raises(PermissionMissing):
            await lease.require()


async def test_a_router_out_of_reach_takes_nothing_away_before_the_time_is_over() -> None:
    async with desk() as one:
        lease = one.lease("first")
        await lease.keep()
        await one.server.become_unreachable()
        one.now += 12
        await lease.keep()
        assert lease.error is not None
        assert lease.is_held
        await lease.require()
        one.now += 17.5
        assert not lease.is_held
        with pytest.raises(RouterError):
            await lease.require()
