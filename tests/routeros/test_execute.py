"""A plan carried to its end: the wait for routes, the connections, the proof."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from tests.cli.routers import TWO_LINES_7
from tests.sim.tiny_router import TinyRouter
from wanwatch.core.model import Disposition, WanSpec
from wanwatch.core.plan import Plan, Reason
from wanwatch.core.planning import make_plan
from wanwatch.core.snapshot import Snapshot
from wanwatch.routeros.apply import Outcome
from wanwatch.routeros.execute import Patience, execute
from wanwatch.routeros.router import Router
from wanwatch.routeros.session import RouterSession
from wanwatch.sim.clients import Clients
from wanwatch.sim.export import load_export
from wanwatch.sim.faults import Faults
from wanwatch.sim.server import ApiServer
from wanwatch.sim.store import Store
from wanwatch.sim.world import World

SPECS = (WanSpec("one", "ether1"), WanSpec("two", "ether2"))
IMPATIENT = Patience(activation=0.2, flush=5.0)


class Clock:
    """The world's time, which the test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def with_one(disposition: Disposition, snapshot: Snapshot) -> Plan:
    return make_plan(snapshot, SPECS, {"one": disposition, "two": Disposition.CARRY})


def out(snapshot: Snapshot) -> Plan:
    return with_one(Disposition.OUT, snapshot)


def back(snapshot: Snapshot) -> Plan:
    return with_one(Disposition.CARRY, snapshot)


@asynccontextmanager
async def house() -> AsyncIterator[tuple[World, Router, Faults, Clock]]:
    clock, store, faults = Clock(), Store(), Faults()
    version = load_export(TWO_LINES_7, store).version
    world = World(store, version, clock=clock, seed=1)
    Clients(world, 0).populate(40)
    server = ApiServer(world, faults=faults)
    host, port = await server.start()
    async with RouterSession(host, port, "admin", "") as session:
        yield world, Router(session), faults, clock
    await server.close()


async def test_a_failover_is_done_flushed_and_proven() -> None:
    async with house() as (world, router, _, _clock):
        execution = await execute(router, out(await router.observe()), replan=out)
        assert execution.verified
        assert execution.message == ""
        assert [report.wan for report in execution.flushed] == ["one"]
        assert {entry.out_interface for entry in world.entries()} == {"ether2"}
        assert min(execution.phases.apply, execution.phases.flush, execution.phases.verify) > 0


async def test_buckets_return_after_their_route_is_active() -> None:
    async with house() as (_, router, _faults, _clock):
        await execute(router, out(await router.observe()))
        execution = await execute(router, back(await router.observe()), replan=back)
        assert execution.verified
        reasons = [result.step.reason for result in execution.report.done]
        assert reasons.index(Reason.ROUTE_RETURNED) < reasons.index(Reason.BUCKET_RETURNED)


async def test_a_route_that_stays_inactive_holds_its_wans_buckets_back() -> None:
    async with house() as (world, router, _, clock):
        await execute(router, out(await router.observe()))
        world.line("ether1").cut(interface_down=True)
        clock.now += 60
        plan = back(await router.observe())
        execution = await execute(router, plan, replan=back, patience=IMPATIENT)
        assert not execution.verified
        assert {step.wan for step in execution.inactive} == {"one"}
        assert [step.reason for step in execution.held_back] == [Reason.BUCKET_RETURNED]
        assert execution.held_back[0].id in {rule.id for rule in (await router.observe()).mangle}


async def test_nothing_is_cut_when_a_step_was_refused() -> None:
    async with house() as (world, router, faults, _):
        plan = out(await router.observe())
        before = len(world.entries())
        faults.deny_write = True
        execution = await execute(router, plan, replan=out)
        assert execution.report.outcome is Outcome.REFUSED
        assert "not enough permissions" in execution.message
        assert execution.flushed == ()
        assert len(world.entries()) == before
        assert not execution.verified


async def test_a_connection_lost_in_the_flush_is_reported_and_not_raised() -> None:
    async with house() as (_, router, faults, _clock):
        plan = out(await router.observe())
        faults.drop_before = len(plan.steps) + 1
        execution = await execute(router, plan, replan=out)
        assert execution.report.outcome is Outcome.DONE
        assert execution.error is not None
        assert execution.message
        assert not execution.verified


async def test_work_that_is_left_is_no_proof() -> None:
    async with house() as (_, router, _faults, _clock):
        plan = out(await router.observe())
        half = replace(plan, steps=plan.steps[:1], flushes=())
        execution = await execute(router, half, replan=out)
        assert execution.left == plan.steps[1:]
        assert not execution.verified


async def test_an_empty_plan_is_proven_at_once() -> None:
    server = ApiServer(TinyRouter())
    host, port = await server.start()
    async with RouterSession(host, port, "admin", "") as session:
        execution = await execute(Router(session), Plan(), replan=lambda _: Plan())
    await server.close()
    assert execution.verified
