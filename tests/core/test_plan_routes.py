"""Which default routes are taken out, and what stays whatever happens."""

from dataclasses import replace

import pytest

from tests.core.model_router import ModelRouter, content
from tests.factories import (
    CARRY,
    KEEP,
    OUT,
    default,
    gateway,
    router,
    routing,
    rule,
    specs,
    with_mangle,
    with_routes,
    without_address,
)
from wanwatch.core.model import Disposition
from wanwatch.core.plan import Plan, Reason, Step
from wanwatch.core.planning import PlanOptions, make_plan
from wanwatch.core.restore import restore_plan
from wanwatch.core.snapshot import NextHop, Route, Snapshot

ROUTER = router({1: 1, 2: 1, 3: 1})
TABLES = ROUTER.routes[:3]
MAIN = ROUTER.routes[3:]
ALL = [gateway(n) for n in (1, 2, 3)]
ECMP = with_routes(ROUTER, *TABLES, default("ecmp", ALL, comment="all"))


def plan_of(snapshot: Snapshot, *states: Disposition) -> Plan:
    names = [f"wan{n}" for n in (1, 2, 3)]
    return make_plan(snapshot, specs(3), dict(zip(names, states, strict=True)))


def routes_of(plan: Plan) -> list[Step]:
    return [step for step in plan.steps if step.menu == "/ip/route"]


def after(snapshot: Snapshot, *states: Disposition) -> Snapshot:
    return ModelRouter(snapshot).apply(plan_of(snapshot, *states).steps).snapshot


def route(snapshot: Snapshot, row_id: str) -> Route:
    return next(each for each in snapshot.routes if each.id == row_id)


def test_a_dead_wans_routes_are_disabled_those_of_main_last() -> None:
    mixed = with_routes(ROUTER, *MAIN, *TABLES)
    steps = routes_of(plan_of(mixed, OUT, CARRY, CARRY))
    assert [step.id for step in steps] == ["route-wan1", "main-wan1"]
    assert {step.reason for step in steps} == {Reason.ROUTE_DISABLED}
    assert dict(steps[0].attributes) == {
        "disabled": "yes",
        "comment": "[wanwatch: wan=wan1 disabled=no]",
    }


def test_a_dead_wans_fallback_in_anothers_table_is_disabled_too() -> None:
    fallback = default("fallback", gateway(1), "to-wan2", 2)
    steps = routes_of(plan_of(with_routes(ROUTER, *ROUTER.routes, fallback), OUT, CARRY, CARRY))
    assert "fallback" in [step.id for step in steps]


def test_a_return_waits_for_the_route_its_table_depends_on() -> None:
    returned = routes_of(plan_of(after(ROUTER, OUT, CARRY, CARRY), CARRY, CARRY, CARRY))
    assert [(step.id, step.await_active) for step in returned] == [
        ("route-wan1", True),
        ("main-wan1", False),
    ]
    assert {step.reason for step in returned} == {Reason.ROUTE_RETURNED}


def test_an_ecmp_row_loses_the_dead_gateway_alone_and_remembers_all() -> None:
    [step] = [s for s in routes_of(plan_of(ECMP, OUT, CARRY, CARRY)) if s.id == "ecmp"]
    assert step.reason is Reason.GATEWAY_REMOVED
    assert dict(step.attributes) == {
        "gateway": f"{ALL[1]},{ALL[2]}",
        "comment": f"all [wanwatch: wan=wan1 gateway={','.join(ALL)}]",
    }


def test_a_gateway_returns_before_the_rules_and_another_goes_after_them() -> None:
    steps = plan_of(after(ECMP, OUT, CARRY, CARRY), CARRY, OUT, CARRY).steps
    of_row = [(n, step) for n, step in enumerate(steps) if step.id == "ecmp"]
    (first, back), (last, out) = of_row
    assert (back.reason, dict(back.attributes)["gateway"]) == (
        Reason.ROUTE_RETURNED,
        ",".join(ALL),
    )
    assert (out.reason, dict(out.attributes)["gateway"]) == (
        Reason.GATEWAY_REMOVED,
        f"{ALL[0]},{ALL[2]}",
    )
    rules = [n for n, step in enumerate(steps) if step.menu.endswith("mangle")]
    assert first < min(rules) <= max(rules) < last


def test_an_ecmp_row_whose_gateways_are_all_dead_stays_as_the_last_of_main() -> None:
    two = with_routes(ROUTER, *TABLES, default("ecmp", ALL[:2]))
    plan = plan_of(two, OUT, OUT, CARRY)
    assert "ecmp" not in [step.id for step in plan.steps]
    assert "last-main-default-kept" in [finding.code for finding in plan.findings]


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_the_last_default_of_main_stays_in_whatever_order_its_wans_die(
    order: tuple[int, int],
) -> None:
    two = with_routes(ROUTER, *TABLES, *MAIN[:2])
    first = after(two, *(OUT if n == order[0] else CARRY for n in (1, 2, 3)))
    second = after(first, OUT, OUT, CARRY)
    assert route(second, f"main-wan{order[0]}").disabled
    assert not route(second, f"main-wan{order[1]}").disabled
    assert not plan_of(second, OUT, OUT, CARRY).steps


def test_a_route_that_is_kept_disabled_is_no_default_to_rely_on() -> None:
    two = with_routes(ROUTER, *TABLES, *MAIN[:2])
    down = after(two, OUT, CARRY, CARRY)
    plan = plan_of(down, KEEP, OUT, CARRY)
    assert "main-wan2" not in [step.id for step in plan.steps]


def test_an_unreachable_route_of_no_wan_is_no_default_to_rely_on() -> None:
    foreign = default("lte", "100.64.0.1", distance=9)
    lost = with_routes(ROUTER, *TABLES, MAIN[0], foreign)
    assert not route(after(lost, OUT, CARRY, CARRY), "main-wan1").disabled
    there = with_routes(
        ROUTER, *TABLES, MAIN[0], replace(foreign, next_hops=(NextHop("100.64.0.1", "lte1"),))
    )
    assert "main-wan1" in [step.id for step in plan_of(there, OUT, CARRY, CARRY).steps]


def test_a_dynamic_route_cannot_be_disabled_and_it_is_said() -> None:
    dynamic = replace(MAIN[0], dynamic=True, active=True)
    plan = plan_of(with_routes(ROUTER, *TABLES, dynamic, *MAIN[1:]), OUT, CARRY, CARRY)
    assert dynamic.id not in [step.id for step in plan.steps]
    assert ("dynamic-default-route", "wan1") in [(f.code, f.where) for f in plan.findings]


def test_what_the_operator_disabled_stays_disabled() -> None:
    off = replace(MAIN[1], disabled=True, comment="maintenance")
    snapshot = with_routes(ROUTER, *TABLES, MAIN[0], off)
    for states in ((CARRY, OUT, CARRY), (CARRY, CARRY, CARRY)):
        assert off.id not in [step.id for step in plan_of(snapshot, *states).steps]


def test_a_route_disabled_for_a_dead_wan_stays_so_when_its_lease_is_lost() -> None:
    down = after(ROUTER, OUT, CARRY, CARRY)
    assert not plan_of(without_address(down, "ether1"), OUT, CARRY, CARRY).steps


def test_gateways_that_somebody_set_anew_are_the_operators() -> None:
    down = after(ECMP, OUT, CARRY, CARRY)
    edited = replace(route(down, "ecmp"), gateways=(ALL[1], "100.64.0.1"))
    rows = tuple(edited if each.id == "ecmp" else each for each in down.routes)
    [step] = [s for s in plan_of(with_routes(down, *rows), OUT, CARRY, CARRY).steps if s.id]
    assert (step.id, step.attributes) == ("ecmp", (("comment", "all"),))


def test_a_hand_that_enables_a_dead_wans_route_is_answered_in_the_next_pass() -> None:
    down = after(ROUTER, OUT, CARRY, CARRY)
    rows = tuple(replace(r, disabled=False) if r.id == "main-wan1" else r for r in down.routes)
    again = after(with_routes(down, *rows), OUT, CARRY, CARRY)
    assert content(again) == content(down)


def test_routes_stay_where_the_operator_wants_them_left() -> None:
    options = PlanOptions(disable_routes=False)
    wanted = {"wan1": OUT, "wan2": CARRY, "wan3": CARRY}
    plan = make_plan(ROUTER, specs(3), wanted, options)
    assert plan.steps
    assert not routes_of(plan)
    assert plan.flushes


def test_a_weighted_row_gets_back_every_gateway_in_its_place() -> None:
    weighted = (ALL[0], ALL[0], ALL[1], "ether3")
    snapshot = with_routes(ROUTER, *TABLES, default("ecmp", weighted, comment="2:1:1"))
    for states, alive in (
        ((OUT, CARRY, CARRY), weighted[2:]),
        ((CARRY, OUT, CARRY), (*weighted[:2], "ether3")),
        ((CARRY, CARRY, OUT), weighted[:3]),
        ((OUT, CARRY, OUT), weighted[2:3]),
    ):
        down = after(snapshot, *states)
        assert route(down, "ecmp").gateways == alive
        assert content(after(down, CARRY, CARRY, CARRY)) == content(snapshot)
        assert content(ModelRouter(down).apply(restore_plan(down).steps).snapshot) == content(
            snapshot
        )


def test_of_several_rows_at_one_distance_the_dead_wans_are_disabled() -> None:
    rows = [default(f"ecmp{n}", gateway(n)) for n in (1, 2, 3)]
    shared = [default(f"both{n}", gateway(n), "both") for n in (1, 2)]
    both = routing("routing-both", "both", "both")
    snapshot = with_mangle(with_routes(ROUTER, *TABLES, *rows, *shared), *ROUTER.mangle, both)
    plan = plan_of(snapshot, OUT, CARRY, CARRY)
    assert [step.id for step in routes_of(plan)] == ["route-wan1", "both1", "ecmp1"]
    [finding] = [f for f in plan.findings if f.code == "table-of-several-wans"]
    assert (finding.where, dict(finding.data)["wans"]) == ("both", "wan1, wan2")
    assert not [f for f in plan_of(snapshot, CARRY, CARRY, OUT).findings if f.where == "both"]


def virtual(*lines: int) -> Snapshot:
    """A default route by a gateway that each of these lines leads to, one after another."""
    hosts = [
        replace(default(f"host{d}", gateway(n), distance=d), dst_address="10.1.1.1/32")
        for d, n in enumerate(lines, 1)
    ]
    return with_routes(ROUTER, *TABLES, default("virtual", "10.1.1.1"), *hosts)


def test_a_gateway_reached_twice_through_one_line_is_that_lines() -> None:
    steps = routes_of(plan_of(virtual(1, 1), OUT, CARRY, CARRY))
    assert [step.id for step in steps] == ["route-wan1"]
    main = default("main-wan2", gateway(2), distance=2)
    snapshot = with_routes(virtual(1, 1), *virtual(1, 1).routes, main)
    assert "virtual" in [step.id for step in routes_of(plan_of(snapshot, OUT, CARRY, CARRY))]


@pytest.mark.parametrize("out", [1, 2])
def test_a_gateway_reached_through_two_lines_by_turns_is_left_and_it_is_said(out: int) -> None:
    plan = plan_of(virtual(1, 2), *(OUT if n == out else CARRY for n in (1, 2, 3)))
    assert "virtual" not in [step.id for step in routes_of(plan)]
    [finding] = [f for f in plan.findings if f.code == "route-by-turns"]
    assert (finding.where, finding.menu) == ("virtual", "/ip/route")
    assert dict(finding.data)["wans"] == "wan1, wan2"
    assert not [
        f for f in plan_of(virtual(1, 2), CARRY, CARRY, OUT).findings if f.where == "virtual"
    ]


def test_a_loop_of_recursive_gateways_ends() -> None:
    loop = [
        replace(default(f"loop{n}", f"10.1.1.{3 - n}"), dst_address=f"10.1.1.{n}/32")
        for n in (1, 2)
    ]
    snapshot = with_routes(ROUTER, *ROUTER.routes, default("x", "10.1.1.1", distance=9), *loop)
    assert "x" not in [step.id for step in routes_of(plan_of(snapshot, OUT, CARRY, CARRY))]


def test_a_table_that_no_rule_marks_for_is_left_and_it_is_said() -> None:
    apart = default("apart", gateway(1), "by-rule")
    plan = plan_of(with_routes(ROUTER, *ROUTER.routes, apart), OUT, CARRY, CARRY)
    assert "apart" not in [step.id for step in plan.steps]
    assert ("table-not-managed", "by-rule") in [(f.code, f.where) for f in plan.findings]


def test_a_table_that_probes_may_use_is_left_without_a_word() -> None:
    probe = default("probe", gateway(1), "probe1")
    stop = replace(default("stop", (), "probe1", 254), blackhole=True)
    by_host = default("probe2", gateway(1), "probe2")
    mark = rule(
        "mark", action="mark-routing", src_address="192.168.88.9", new_routing_mark="probe2"
    )
    snapshot = with_mangle(
        with_routes(ROUTER, *ROUTER.routes, probe, stop, by_host), mark, *ROUTER.mangle
    )
    plan = plan_of(snapshot, OUT, CARRY, CARRY)
    assert not {"probe", "probe2", "stop"} & {step.id for step in plan.steps}
    assert not [f for f in plan.findings if f.code == "table-not-managed"]


def test_only_default_routes_are_touched_and_no_blackhole() -> None:
    canary = replace(default("canary", gateway(1)), dst_address="9.9.9.9/32")
    stop = replace(default("stop", (), "to-wan1", 254), blackhole=True)
    plan = plan_of(with_routes(ROUTER, *ROUTER.routes, canary, stop), OUT, CARRY, CARRY)
    assert not {"canary", "stop"} & {step.id for step in plan.steps}


def test_a_table_whose_only_default_was_the_leases_stays_its_wans_when_that_is_gone() -> None:
    leased = replace(TABLES[0], dynamic=True, active=True)
    named = [
        replace(spec, routing_tables=(f"to-{spec.name}",)) if spec.name == "wan1" else spec
        for spec in specs(3)
    ]
    wanted = {"wan1": OUT, "wan2": CARRY, "wan3": CARRY}
    there = make_plan(with_routes(ROUTER, leased, *TABLES[1:], *MAIN), named, wanted)
    gone = make_plan(with_routes(ROUTER, *TABLES[1:], *MAIN), named, wanted)
    buckets = [step for step in gone.steps if step.menu == "/ip/firewall/mangle"]
    assert {step.wan for step in buckets} == {"wan1"}
    assert buckets == [step for step in there.steps if step.menu == "/ip/firewall/mangle"]
    assert ("dynamic-default-route", "wan1") in [(f.code, f.where) for f in there.findings]
