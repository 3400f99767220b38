"""The laws of planning, over generated routers and any history of their WANs."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.first_packets import EVERY, tables_of
from tests.core.generated import Dispositions, World, histories, worlds
from tests.core.model_router import ModelRouter, content
from tests.factories import CARRY, KEEP, OUT, SPARE
from wanwatch.core.model import HealthState
from wanwatch.core.plan import Plan, Step
from wanwatch.core.planning import make_plan
from wanwatch.core.policy import dispositions
from wanwatch.core.restore import restore_plan
from wanwatch.core.snapshot import MAIN_TABLE, Snapshot
from wanwatch.core.tags import split_comment

fast = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def plan_for(world: World, router: ModelRouter, wanted: Dispositions) -> Plan:
    return make_plan(router.snapshot, world.specs, wanted)


def reach(world: World, router: ModelRouter, wanted: Dispositions) -> ModelRouter:
    return router.apply(plan_for(world, router, wanted).steps)


def after(world: World, history: list[Dispositions]) -> ModelRouter:
    router = world.router
    for wanted in history:
        router = reach(world, router, wanted)
    return router


def prefixes(router: ModelRouter, steps: tuple[Step, ...]) -> list[ModelRouter]:
    routers = [router]
    for step in steps:
        routers.append(routers[-1].apply([step]))
    return routers


def wans_of_main(world: World, snapshot: Snapshot) -> set[str]:
    """The WANs that an enabled default of main leads through."""
    interfaces = {
        hop.interface
        for r in snapshot.routes
        if r.table == MAIN_TABLE and r.is_default and not r.disabled
        for hop in r.next_hops
    }
    return {line.name for line in world.lines if line.interface in interfaces}


def comments_of(snapshot: Snapshot) -> dict[str, str]:
    routes = {route.id: route.comment for route in snapshot.routes}
    return routes | {rule.id: rule.comment for rule in snapshot.mangle}


def only(snapshot: Snapshot, ids: list[str]) -> Snapshot:
    return replace(
        snapshot,
        routes=tuple(route for route in snapshot.routes if route.id in ids),
        mangle=tuple(rule for rule in snapshot.mangle if rule.id in ids),
    )


@fast
@given(worlds(), st.data())
def test_a_router_that_is_as_desired_gets_no_steps(world: World, data: st.DataObject) -> None:
    assert not plan_for(world, world.router, dict.fromkeys(world.names, CARRY)).steps
    router = world.router
    for wanted in data.draw(histories(world)):
        router = reach(world, router, wanted)
        assert not plan_for(world, router, wanted).steps


@settings(fast, max_examples=60)
@given(worlds(), st.data())
def test_main_always_keeps_a_default_through_a_wan_that_is_not_out(
    world: World, data: st.DataObject
) -> None:
    router = world.router
    for wanted in data.draw(histories(world)):
        had = wans_of_main(world, router.snapshot)
        could = wans_of_main(world, world.router.snapshot)
        for between in prefixes(router, plan_for(world, router, wanted).steps):
            has = wans_of_main(world, between.snapshot)
            assert bool(has) == bool(could)
            if any(wanted[name] is not OUT for name in had):
                assert any(wanted[name] is not OUT for name in has)
        router = reach(world, router, wanted)
        if any(wanted[name] is not OUT for name in could):
            assert any(wanted[n] is not OUT for n in wans_of_main(world, router.snapshot))


@fast
@given(worlds(), st.data())
def test_no_hash_value_is_ever_without_a_rule_and_a_table(
    world: World, data: st.DataObject
) -> None:
    router = world.router
    for wanted in data.draw(histories(world)):
        for between in prefixes(router, plan_for(world, router, wanted).steps):
            for traffic in world.traffic:
                assert "" not in tables_of(between.snapshot, traffic)
        router = reach(world, router, wanted)


@fast
@given(worlds(), st.data())
def test_first_packets_of_closed_wans_leave_by_open_ones_and_all_others_by_their_own(
    world: World, data: st.DataObject
) -> None:
    history = data.draw(histories(world))
    wanted, router = history[-1], after(world, history)
    for traffic in world.traffic:
        before = tables_of(world.router.snapshot, traffic)
        for table, values in tables_of(router.snapshot, traffic).items():
            assert wanted[world.wan_of_table(table)] is CARRY
            for was, had in before.items():
                if was != table and had & values:
                    assert wanted[world.wan_of_table(was)] in (OUT, SPARE)


@fast
@given(worlds(), st.data())
def test_no_step_moves_a_hash_value_that_keeps_its_table(world: World, data: st.DataObject) -> None:
    history = data.draw(histories(world))
    router = after(world, history[:-1])
    final = reach(world, router, history[-1])
    for traffic in world.traffic:
        old = tables_of(router.snapshot, traffic)
        new = tables_of(final.snapshot, traffic)
        for between in prefixes(router, plan_for(world, router, history[-1]).steps):
            now = tables_of(between.snapshot, traffic)
            for table in old.keys() & new.keys():
                stays = old[table] & new[table]
                assert now.get(table, 0) & stays == stays


@fast
@given(worlds(), st.data())
def test_the_owners_of_hash_values_do_not_depend_on_history(
    world: World, data: st.DataObject
) -> None:
    one, other = data.draw(histories(world)), data.draw(histories(world))
    last = one[-1]
    first, second = after(world, one), after(world, [*other, last])
    for traffic in world.traffic:
        assert tables_of(first.snapshot, traffic) == tables_of(second.snapshot, traffic)


@fast
@given(worlds(), st.data())
def test_only_rows_of_closed_wans_are_touched_and_all_else_stays_byte_for_byte(
    world: World, data: st.DataObject
) -> None:
    history = data.draw(histories(world))
    router = after(world, history)
    closed = {name for name, state in history[-1].items() if state in (OUT, SPARE)}
    now, was = comments_of(router.snapshot), comments_of(world.router.snapshot)
    tags = {row_id: split_comment(comment)[1] for row_id, comment in now.items()}
    for row_id, tag in tags.items():
        assert tag is None or tag.wan in closed
        assert (tag is not None and bool(tag.added)) == (row_id not in was)
    untagged = [row_id for row_id in was if tags[row_id] is None]
    assert [i for i in now if i in was] == list(was)
    kept, old = only(router.snapshot, untagged), only(world.router.snapshot, untagged)
    assert content(kept) == content(old)


@fast
@given(worlds(), st.data())
def test_probe_tables_and_what_the_operator_disabled_are_never_touched(
    world: World, data: st.DataObject
) -> None:
    router = world.router
    foreign = {r.id for r in router.snapshot.routes if r.table.startswith("probe") or r.disabled}
    foreign |= {r.id for r in router.snapshot.mangle if r.disabled or r.dynamic}
    foreign |= {r.id for r in router.snapshot.mangle if "src-address" in r.properties}
    for wanted in data.draw(histories(world)):
        steps = plan_for(world, router, wanted).steps
        assert not {step.id for step in steps} & foreign
        router = router.apply(steps)


@fast
@given(worlds(), st.data())
def test_restore_gives_back_the_operators_router_after_any_history(
    world: World, data: st.DataObject
) -> None:
    router = after(world, data.draw(histories(world)))
    restored = router.apply(restore_plan(router.snapshot).steps)
    assert content(restored.snapshot) == content(world.router.snapshot)
    assert [r.id for r in restored.snapshot.mangle] == [r.id for r in world.router.snapshot.mangle]
    assert not restore_plan(restored.snapshot).steps


@fast
@given(worlds(), st.data())
def test_the_return_of_all_wans_gives_back_the_operators_router(
    world: World, data: st.DataObject
) -> None:
    router = after(world, data.draw(histories(world)))
    back = reach(world, router, dict.fromkeys(world.names, CARRY))
    assert content(back.snapshot) == content(world.router.snapshot)


@fast
@given(worlds(), st.data())
def test_every_step_can_be_taken_back(world: World, data: st.DataObject) -> None:
    history = data.draw(histories(world))
    start = after(world, history[:-1])
    for plan in (plan_for(world, start, history[-1]), restore_plan(start.snapshot)):
        steps = plan.steps[: data.draw(st.integers(0, len(plan.steps)))]
        router, done = start, []
        for step in steps:
            router, item = router.step(step)
            done.append((step, item))
        for step, item in reversed(done):
            router = router.undo(step.menu, step.undo, item)
        assert content(router.snapshot) == content(start.snapshot)


@fast
@given(worlds(), st.data())
def test_killed_after_any_step_a_fresh_plan_ends_in_the_same_router(
    world: World, data: st.DataObject
) -> None:
    history = data.draw(histories(world))
    start = after(world, history[:-1])
    steps = plan_for(world, start, history[-1]).steps
    killed = start.apply(steps[: data.draw(st.integers(0, len(steps)))])
    again = reach(world, killed, history[-1])
    assert content(again.snapshot) == content(start.apply(steps).snapshot)


@fast
@given(worlds(), st.data())
def test_a_restore_that_is_killed_and_begun_again_ends_the_same(
    world: World, data: st.DataObject
) -> None:
    start = after(world, data.draw(histories(world)))
    steps = restore_plan(start.snapshot).steps
    killed = start.apply(steps[: data.draw(st.integers(0, len(steps)))])
    again = killed.apply(restore_plan(killed.snapshot).steps)
    assert content(again.snapshot) == content(world.router.snapshot)


@fast
@given(worlds(), st.data())
def test_a_wan_nothing_is_known_of_keeps_its_rows_whatever_happens_to_others(
    world: World, data: st.DataObject
) -> None:
    history = data.draw(histories(world))
    router = after(world, history[:-1])
    unknown = data.draw(st.sampled_from(world.names))
    line = next(line for line in world.lines if line.name == unknown)
    steps = plan_for(world, router, {**history[-1], unknown: KEEP}).steps
    assert all(step.wan != unknown for step in steps)
    mine = {r.id for r in world.router.snapshot.routes if line.gateway in r.gateways}
    mine |= {
        rule.id
        for rule in world.router.snapshot.mangle
        if rule.classifier
        and {rule.new_connection_mark, rule.new_routing_mark} & {line.mark, line.table}
    }
    assert not {step.id for step in steps} & mine


@fast
@given(worlds(), st.data())
def test_nothing_is_known_or_nothing_works_and_nothing_changes(
    world: World, data: st.DataObject
) -> None:
    router = after(world, data.draw(histories(world)))
    for state in (HealthState.UNKNOWN, HealthState.DOWN):
        wanted = dispositions(dict.fromkeys(world.names, state))
        plan = plan_for(world, router, wanted)
        assert not plan.steps
        assert not plan.flushes
    assert not plan_for(world, router, dict.fromkeys(world.names, OUT)).steps


@fast
@given(worlds(), st.data())
def test_returns_come_first_then_rules_then_what_goes(world: World, data: st.DataObject) -> None:
    history = data.draw(histories(world))
    router = after(world, history[:-1])
    plan = plan_for(world, router, history[-1])
    order = {"route-returned": 0, "route-disabled": 2, "gateway-removed": 2}
    places = [order.get(step.reason, 1) for step in plan.steps]
    assert places == sorted(places)
    gone = [("table", MAIN_TABLE) in s.data for s in plan.steps if order.get(s.reason) == 2]
    assert gone == sorted(gone)


@fast
@given(worlds(), st.data())
def test_only_what_is_out_is_flushed_and_never_by_anothers_address(
    world: World, data: st.DataObject
) -> None:
    wanted = data.draw(histories(world, most=1))[0]
    flushes = plan_for(world, world.router, wanted).flushes
    assert {f.wan for f in flushes} == {n for n, state in wanted.items() if state is OUT}
    addresses = {a.interface: a.address.partition("/")[0] for a in world.router.snapshot.addresses}
    for flush in flushes:
        own = next(line for line in world.lines if line.name == flush.wan)
        assert flush.addresses == {addresses[own.interface]}
        assert addresses[own.interface] not in flush.other_addresses
        others = {line.mark for line in world.lines if line is not own}
        assert not flush.connection_marks & others


def test_every_hash_value_has_a_table_to_begin_with() -> None:
    @settings(max_examples=30, deadline=None)
    @given(worlds())
    def has_a_table(world: World) -> None:
        for traffic in world.traffic:
            tables = tables_of(world.router.snapshot, traffic)
            assert sum(tables.values()) == EVERY
            assert "" not in tables

    has_a_table()
