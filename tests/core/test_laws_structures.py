"""The laws of planning over the structures of the field, overlapping rules among them."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.first_packets import (
    EVERY,
    VALUES,
    Traffic,
    marks_of,
    matchers_of,
    tables_of,
    values_of,
)
from tests.core.generated import Dispositions, World, histories, worlds
from tests.core.model_router import ModelRouter, content
from tests.core.structures import VIRTUAL, owner_of, structures
from tests.factories import CARRY, KEEP, OUT, SPARE
from wanwatch.core.effective import effective_owners, effective_shares
from wanwatch.core.goals import Goals
from wanwatch.core.groups import claims_of, current_shares, find_groups
from wanwatch.core.mark_routing import MarkRouting
from wanwatch.core.plan import Plan
from wanwatch.core.planning import make_plan
from wanwatch.core.restore import restore_plan
from wanwatch.core.shares import TOLERANCE, targets
from wanwatch.core.snapshot import MAIN_TABLE, Snapshot
from wanwatch.core.tags import split_comment
from wanwatch.core.wans import bind

CLOSED = (OUT, SPARE)
fast = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def plan_for(world: World, router: ModelRouter, wanted: Dispositions) -> Plan:
    return make_plan(router.snapshot, world.specs, wanted)


def after(world: World, history: list[Dispositions]) -> ModelRouter:
    router = world.router
    for wanted in history:
        router = router.apply(plan_for(world, router, wanted).steps)
    return router


def taken(world: World, snapshot: Snapshot, traffic: Traffic) -> dict[str, int]:
    """WAN -> the hash values whose connections go by it; by the mark where one is set."""
    direct = ("action", "mark-routing") in traffic.matchers
    found = tables_of(snapshot, traffic) if direct else marks_of(snapshot, traffic)
    names = {n.table if direct else n.mark: n.name for n in world.lines}
    result = dict.fromkeys((*world.names, ""), 0)
    for goal, values in found.items():
        result[names.get(goal, "")] |= values
    return result


def left_alone(plan: Plan, name: str) -> int:
    """The hash values of a closed WAN that a finding says were left."""
    values = 0
    for finding in plan.findings:
        if finding.code == "no-survivor-in-group" and name in finding.where.split(", "):
            values = EVERY
        if finding.code == "pcc-bucket-left":
            values |= values_of(dict(finding.data)["classifier"])
    return values


@settings(fast, max_examples=80)
@given(structures(), st.data())
def test_values_of_open_wans_never_move_and_those_of_closed_ones_go_to_open_ones(
    world: World, data: st.DataObject
) -> None:
    history = data.draw(histories(world))
    wanted, router = history[-1], after(world, history)
    plan = plan_for(world, router, wanted)
    for traffic in world.traffic:
        before, now = (taken(world, r.snapshot, traffic) for r in (world.router, router))
        for name, values in before.items():
            if not name or wanted[name] not in CLOSED:
                assert now[name] & values == values
            else:
                assert not now[name] & values & ~left_alone(plan, name)
                assert not now[""] & values


@settings(fast, max_examples=40)
@given(structures(), st.data())
def test_first_packets_follow_where_they_did(world: World, data: st.DataObject) -> None:
    """A value whose first packet left by its own line does so by its new one, if it could move."""
    history = data.draw(histories(world))
    router = after(world, history)
    plan = plan_for(world, router, history[-1])
    for traffic in world.traffic:
        old, new = (
            taken(world, world.router.snapshot, traffic),
            taken(world, router.snapshot, traffic),
        )
        tables, now = (tables_of(r.snapshot, traffic) for r in (world.router, router))
        for line in world.lines:
            for other in world.lines:
                sound = old[line.name] & tables.get(line.table, 0) & new[other.name]
                sound &= ~left_alone(plan, line.name)
                assert not sound & ~now.get(other.table, 0)


@fast
@given(structures(), st.data())
def test_no_prefix_of_a_plan_moves_what_stays_or_leaves_a_value_without_a_mark(
    world: World, data: st.DataObject
) -> None:
    history = data.draw(histories(world))
    router = after(world, history[:-1])
    steps = plan_for(world, router, history[-1]).steps
    for traffic in world.traffic:
        old = taken(world, router.snapshot, traffic)
        new = taken(world, router.apply(steps).snapshot, traffic)
        owned = EVERY & ~old[""]
        between = router
        for step in steps:
            between = between.apply([step])
            now = taken(world, between.snapshot, traffic)
            assert not now[""] & owned
            for name, values in old.items():
                stays = values & new[name]
                assert now[name] & stays == stays


@settings(fast, max_examples=60)
@given(structures(), st.data())
def test_no_step_is_on_anything_that_is_not_a_closed_wans(
    world: World, data: st.DataObject
) -> None:
    wanted = data.draw(histories(world, most=1))[0]
    closed = {name for name, state in wanted.items() if state in CLOSED}
    gone = {name for name in closed if wanted[name] is OUT}
    rules = {rule.id: rule for rule in world.router.snapshot.mangle}
    routes = {route.id: route for route in world.router.snapshot.routes}
    for step in plan_for(world, world.router, wanted).steps:
        assert step.wan in closed
        if step.id in routes:
            route = routes[step.id]
            assert {n.name for n in world.lines if n.gateway in route.gateways} & gone
            assert VIRTUAL not in route.gateways
            assert route.is_default
        elif step.id:
            assert rules[step.id].classifier
            assert owner_of(rules[step.id], world.lines) in closed
        else:
            tag = split_comment(dict(step.attributes)["comment"])[1]
            assert tag is not None
            assert tag.added
            assert tag.wan in closed


@fast
@given(structures(), st.data())
def test_a_closed_wans_static_routes_are_out_wherever_they_stand_but_for_the_last_of_main(
    world: World, data: st.DataObject
) -> None:
    history = data.draw(histories(world))
    wanted, router = history[-1], after(world, history)
    gateways = {n.gateway for n in world.lines if wanted[n.name] is OUT}
    kept = {f.where for f in plan_for(world, router, wanted).findings}
    for route in router.snapshot.routes:
        if route.is_default and not (
            route.disabled or route.dynamic or {route.id, route.table} & kept
        ):
            assert not gateways & set(route.gateways)
    main = [r for r in router.snapshot.routes if r.table == MAIN_TABLE and r.is_default]
    assert any(not route.disabled for route in main)


@fast
@given(structures(), st.data())
def test_any_history_can_be_undone_and_ended_again(world: World, data: st.DataObject) -> None:
    history = data.draw(histories(world))
    router = after(world, history)
    restored = router.apply(restore_plan(router.snapshot).steps)
    assert content(restored.snapshot) == content(world.router.snapshot)
    back = router.apply(plan_for(world, router, dict.fromkeys(world.names, CARRY)).steps)
    assert content(back.snapshot) == content(world.router.snapshot)
    assert not plan_for(world, router, history[-1]).steps
    fresh = after(world, history[-1:]).snapshot
    for traffic in world.traffic:
        assert taken(world, fresh, traffic) == taken(world, router.snapshot, traffic)


@fast
@given(structures(), st.data())
def test_killed_after_any_step_a_fresh_plan_ends_the_same(
    world: World, data: st.DataObject
) -> None:
    history = data.draw(histories(world))
    start = after(world, history[:-1])
    steps = plan_for(world, start, history[-1]).steps
    killed = start.apply(steps[: data.draw(st.integers(0, len(steps)))])
    again = killed.apply(plan_for(world, killed, history[-1]).steps)
    assert content(again.snapshot) == content(start.apply(steps).snapshot)


@fast
@given(structures(), st.data())
def test_a_wan_nothing_is_known_of_keeps_what_it_has(world: World, data: st.DataObject) -> None:
    wanted = data.draw(histories(world, most=1))[0]
    unknown = data.draw(st.sampled_from(world.names))
    plan = plan_for(world, world.router, {**wanted, unknown: KEEP})
    assert all(step.wan != unknown for step in plan.steps)


@settings(fast, max_examples=60)
@given(structures(), st.data())
def test_effective_owners_are_who_the_packets_go_to(world: World, data: st.DataObject) -> None:
    snapshot = after(world, data.draw(histories(world))).snapshot
    wans = bind(world.specs, snapshot)
    goals = Goals(snapshot.mangle, wans)
    routing = MarkRouting(snapshot.mangle, goals)
    for family in find_groups(snapshot, wans).families:
        traffic = next(t for t in world.traffic if matchers_of(family.rules[0].rule) == t.matchers)
        owners = effective_owners(claims_of(family, goals, routing))
        if owners is None:
            continue
        real = taken(world, snapshot, traffic)
        for place, value in enumerate(VALUES):
            owner = owners[value % len(owners)]
            has = [name for name in world.names if real[name] >> place & 1]
            assert has == ([owner] if owner else [])
    shares = current_shares(snapshot, wans)
    assert sum(shares.values()) <= 1 + 1e-9


@settings(fast, max_examples=40)
@given(worlds(), st.data())
def test_shares_are_within_one_part_in_24_of_the_weights(world: World, data: st.DataObject) -> None:
    """Weights of the operator's own that his buckets contradict are kept to for one WAN closed."""
    history = data.draw(histories(world))
    wanted, snapshot = history[-1], after(world, history).snapshot
    wans = bind(world.specs, snapshot)
    goals = Goals(snapshot.mangle, wans)
    routing = MarkRouting(snapshot.mangle, goals)
    given_weights = {spec.name: spec.weight for spec in world.specs}
    for family in find_groups(snapshot, wans).families:
        own = family.own()
        weights = {n: given_weights[n] or len(own[n]) for n in own if wanted[n] is CARRY}
        is_weighted = any(given_weights[n] not in (None, len(own[n])) for n in own)
        if weights and not (is_weighted and len(own) - len(weights) > 1):
            has = {name: float(sum(b.size for b in own[name])) for name in weights}
            ideal = targets(has, weights, float(sum(b.size for n in own for b in own[n])))
            shares = effective_shares(claims_of(family, goals, routing))
            for name in weights:
                assert abs(float(shares[name]) - ideal[name]) <= TOLERANCE + 1e-9
