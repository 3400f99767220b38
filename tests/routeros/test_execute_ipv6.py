"""A plan of both families carried to its end: each family waits for its own routes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from wanwatch.core.families import is_ipv6
from wanwatch.core.model import Disposition, WanSpec
from wanwatch.core.plan import Plan, Reason
from wanwatch.core.planning import make_plan
from wanwatch.core.snapshot import Snapshot
from wanwatch.routeros.execute import Execution, Patience, execute
from wanwatch.routeros.router import Router
from wanwatch.routeros.session import RouterSession
from wanwatch.sim.export import load_export
from wanwatch.sim.server import ApiServer
from wanwatch.sim.store import Store
from wanwatch.sim.world import World

EXPORT = Path(__file__).parents[1] / "cli" / "two_families.rsc"
SPECS = (WanSpec("one", "ether1"), WanSpec("two", "ether2"))


@asynccontextmanager
async def house() -> AsyncIterator[tuple[World, Router]]:
    store = Store()
    version = load_export(EXPORT.read_text(encoding="ascii"), store).version
    world = World(store, version, clock=lambda: 0.0, seed=1)
    server = ApiServer(world)
    host, port = await server.start()
    async with RouterSession(host, port, "admin", "") as session:
        yield world, Router(session)
    await server.close()


def out(snapshot: Snapshot) -> Plan:
    return make_plan(snapshot, SPECS, {"one": Disposition.CARRY, "two": Disposition.OUT})


def back(snapshot: Snapshot) -> Plan:
    return make_plan(snapshot, SPECS, dict.fromkeys(("one", "two"), Disposition.CARRY))


def done(execution: Execution, reason: Reason) -> list[bool]:
    """For each step done for a reason: whether it was IPv6's."""
    results = execution.report.done
    return [is_ipv6(result.step.menu) for result in results if result.step.reason is reason]


async def test_routes_of_both_families_return_before_any_bucket_does() -> None:
    async with house() as (_, router):
        assert (await execute(router, out(await router.observe()), replan=out)).verified
        execution = await execute(router, back(await router.observe()), replan=back)
        assert execution.verified
        assert done(execution, Reason.ROUTE_RETURNED) == [False, False, True, True]
        assert done(execution, Reason.BUCKET_RETURNED) == [False, True]
        reasons = [result.step.reason for result in execution.report.done]
        assert set(reasons[:4]) == {Reason.ROUTE_RETURNED}


async def test_an_ipv6_route_that_stays_inactive_holds_ipv6s_buckets_back_alone() -> None:
    async with house() as (world, router):
        await execute(router, out(await router.observe()))
        address = world.store.find("/ipv6/address", interface="ether2")
        assert address is not None
        world.store.remove("/ipv6/address", address.id)
        plan = back(await router.observe())
        execution = await execute(router, plan, patience=Patience(activation=0.2))
        assert not execution.verified
        assert [step.menu for step in execution.inactive] == ["/ipv6/route"]
        assert [step.menu for step in execution.held_back] == ["/ipv6/firewall/mangle"]
        assert done(execution, Reason.BUCKET_RETURNED) == [False]
