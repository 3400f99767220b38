"""The laws of planning where a router balances IPv6 beside IPv4."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.dual_stack import DualRouter, DualWorld, dual_worlds
from tests.core.first_packets import tables_of
from tests.core.generated import Dispositions, World, histories
from tests.factories import CARRY, OUT, SPARE
from wanwatch.core.families import is_ipv6
from wanwatch.core.plan import Plan
from wanwatch.core.planning import make_plan
from wanwatch.core.restore import restore_plan
from wanwatch.core.snapshot import MAIN_TABLE, Snapshot

fast = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def plan_for(world: DualWorld, router: DualRouter, wanted: Dispositions) -> Plan:
    return make_plan(router.snapshot, world.ipv4.specs, wanted)


def after(world: DualWorld, history: list[Dispositions]) -> DualRouter:
    router = world.router
    for wanted in history:
        router = router.apply(plan_for(world, router, wanted).steps)
    return router


def prefixes(router: DualRouter, plan: Plan) -> list[DualRouter]:
    routers = [router]
    for step in plan.steps:
        routers.append(routers[-1].apply([step]))
    return routers


def wans_of_main(world: World, snapshot: Snapshot) -> set[str]:
    interfaces = {
        hop.interface
        for r in snapshot.routes
        if r.table == MAIN_TABLE and r.is_default and not r.disabled
        for hop in r.next_hops
    }
    return {line.name for line in world.lines if line.interface in interfaces}


def is_carried(world: World, wanted: Dispositions) -> bool:
    """True where a line that carries has the family."""
    return any(wanted[name] is CARRY for name in world.names)


@fast
@given(dual_worlds(), st.data())
def test_a_router_that_is_as_desired_in_both_families_gets_no_steps(
    world: DualWorld, data: st.DataObject
) -> None:
    assert not plan_for(world, world.router, dict.fromkeys(world.ipv4.names, CARRY)).steps
    router = world.router
    for wanted in data.draw(histories(world.ipv4)):
        router = router.apply(plan_for(world, router, wanted).steps)
        assert not plan_for(world, router, wanted).steps


@settings(fast, max_examples=60)
@given(dual_worlds(), st.data())
def test_main_of_each_family_keeps_a_default_through_a_wan_that_is_not_out(
    world: DualWorld, data: st.DataObject
) -> None:
    router = world.router
    for wanted in data.draw(histories(world.ipv4)):
        steps = prefixes(router, plan_for(world, router, wanted))
        for family, rows in world.families:
            had = wans_of_main(family, rows(router))
            could = wans_of_main(family, rows(world.router))
            for between in steps:
                has = wans_of_main(family, rows(between))
                assert bool(has) == bool(could)
                if any(wanted[name] is not OUT for name in had):
                    assert any(wanted[name] is not OUT for name in has)
        router = steps[-1]


@fast
@given(dual_worlds(), st.data())
def test_no_hash_value_of_either_family_is_ever_without_a_table(
    world: DualWorld, data: st.DataObject
) -> None:
    router = world.router
    for wanted in data.draw(histories(world.ipv4)):
        steps = prefixes(router, plan_for(world, router, wanted))
        for between in steps:
            for family, rows in world.families:
                for traffic in family.traffic:
                    assert "" not in tables_of(rows(between), traffic)
        router = steps[-1]


@settings(fast, max_examples=40)
@given(dual_worlds(), st.data())
def test_first_packets_of_either_family_leave_by_open_wans_and_all_others_by_their_own(
    world: DualWorld, data: st.DataObject
) -> None:
    history = data.draw(histories(world.ipv4))
    wanted, router = history[-1], after(world, history)
    for family, rows in world.families:
        has_tables = rows(router) is router.ipv4.snapshot or rows(router).version.major > 6
        if not has_tables or not is_carried(family, wanted):
            continue
        for traffic in family.traffic:
            before = tables_of(rows(world.router), traffic)
            for table, values in tables_of(rows(router), traffic).items():
                assert wanted[family.wan_of_table(table)] is CARRY
                for was, had in before.items():
                    if was != table and had & values:
                        assert wanted[family.wan_of_table(was)] in (OUT, SPARE)


@fast
@given(dual_worlds(), st.data())
def test_probe_tables_of_either_family_are_never_touched(
    world: DualWorld, data: st.DataObject
) -> None:
    router = world.router
    probes = {
        (number, route.id)
        for number, (_, rows) in enumerate(world.families)
        for route in rows(router).routes
        if route.table.startswith("probe") or route.disabled
    }
    for wanted in data.draw(histories(world.ipv4)):
        steps = plan_for(world, router, wanted).steps
        touched = {(int(is_ipv6(s.menu)), s.id) for s in steps if s.menu.endswith("route")}
        assert not touched & probes
        router = router.apply(steps)


@fast
@given(dual_worlds(), st.data())
def test_a_family_that_no_carrying_wan_has_is_left_as_it_is(
    world: DualWorld, data: st.DataObject
) -> None:
    history = data.draw(histories(world.ipv4, most=2))
    router = after(world, history[:-1])
    plan = plan_for(world, router, history[-1])
    if not is_carried(world.ipv6, history[-1]):
        assert not any(is_ipv6(step.menu) for step in plan.steps)
        assert not any(is_ipv6(flush.menu) for flush in plan.flushes)


@fast
@given(dual_worlds(), st.data())
def test_restore_gives_back_both_families_after_any_history(
    world: DualWorld, data: st.DataObject
) -> None:
    router = after(world, data.draw(histories(world.ipv4)))
    restored = router.apply(restore_plan(router.snapshot).steps)
    assert restored.contents() == world.router.contents()
    assert not restore_plan(restored.snapshot).steps


@fast
@given(dual_worlds(), st.data())
def test_the_return_of_all_wans_gives_back_both_families(
    world: DualWorld, data: st.DataObject
) -> None:
    router = after(world, data.draw(histories(world.ipv4)))
    back = router.apply(plan_for(world, router, dict.fromkeys(world.ipv4.names, CARRY)).steps)
    assert back.contents() == world.router.contents()


@fast
@given(dual_worlds(), st.data())
def test_every_step_of_either_family_can_be_taken_back(
    world: DualWorld, data: st.DataObject
) -> None:
    history = data.draw(histories(world.ipv4))
    start = after(world, history[:-1])
    for plan in (plan_for(world, start, history[-1]), restore_plan(start.snapshot)):
        steps = plan.steps[: data.draw(st.integers(0, len(plan.steps)))]
        router, done = start, []
        for step in steps:
            router, item = router.step(step)
            done.append((step, item))
        for step, item in reversed(done):
            router = router.undo(step, item)
        assert router.contents() == start.contents()


@fast
@given(dual_worlds(), st.data())
def test_killed_after_any_step_a_fresh_plan_ends_in_the_same_router(
    world: DualWorld, data: st.DataObject
) -> None:
    history = data.draw(histories(world.ipv4))
    start = after(world, history[:-1])
    steps = plan_for(world, start, history[-1]).steps
    killed = start.apply(steps[: data.draw(st.integers(0, len(steps)))])
    again = killed.apply(plan_for(world, killed, history[-1]).steps)
    assert again.contents() == start.apply(steps).contents()


@fast
@given(dual_worlds(), st.data())
def test_returns_of_both_come_first_then_rules_then_what_goes_and_main_last(
    world: DualWorld, data: st.DataObject
) -> None:
    history = data.draw(histories(world.ipv4))
    plan = plan_for(world, after(world, history[:-1]), history[-1])
    order = {"route-returned": 0, "route-disabled": 2, "gateway-removed": 2}
    places = [order.get(step.reason, 1) for step in plan.steps]
    assert places == sorted(places)
    gone = [("table", MAIN_TABLE) in s.data for s in plan.steps if order.get(s.reason) == 2]
    assert gone == sorted(gone)


@fast
@given(dual_worlds(), st.data())
def test_connections_go_from_the_table_of_their_family_and_never_by_anothers_address(
    world: DualWorld, data: st.DataObject
) -> None:
    wanted = data.draw(histories(world.ipv4, most=1))[0]
    out = {name for name, state in wanted.items() if state is OUT}
    for flush in plan_for(world, world.router, wanted).flushes:
        assert flush.wan in out
        family = world.ipv6 if is_ipv6(flush.menu) else world.ipv4
        own = next(line for line in family.lines if line.name == flush.wan)
        theirs = {line.mark for line in family.lines if line is not own}
        assert not flush.connection_marks & theirs
        for address in family.router.snapshot.addresses:
            number = address.address.partition("/")[0]
            assert (number in flush.addresses) == (address.interface == own.interface)
