"""IPv6 beside IPv4: which of its rows a plan touches, and which of its connections go."""

from dataclasses import replace
from typing import Any

from tests.factories import CARRY, KEEP, OUT, default, pcc, router, routing, rule, specs
from wanwatch.core.families import is_ipv6
from wanwatch.core.model import Disposition, WanSpec
from wanwatch.core.plan import Plan, Step
from wanwatch.core.planning import PlanOptions, make_plan
from wanwatch.core.restore import restore_plan
from wanwatch.core.snapshot import Address, NatRule, NextHop, Route, Snapshot, Version

ROUTE, MANGLE, CONNECTIONS = "/ipv6/route", "/ipv6/firewall/mangle", "/ipv6/firewall/connection"
DOWN_1 = {"wan1": OUT, "wan2": CARRY}


def default6(row_id: str, number: int, table: str = "main", distance: int = 1) -> Route:
    """A default route by the link-local neighbour on a line; the same address on all of them."""
    route = default(row_id, f"fe80::1%ether{number}", table, distance)
    hops = (NextHop("fe80::1", f"ether{number}"),)
    return replace(route, dst_address="::/0", next_hops=hops, active=distance == 1)


def side(*lines: int, **changes: Any) -> Snapshot:
    """The IPv6 side of ``router()``, over these lines, by marks of its own."""
    lines = lines or (1, 2)
    own = replace(
        router(),
        routes=(
            *(default6(f"route6-wan{n}", n, f"to-wan{n}") for n in lines),
            *(default6(f"main6-wan{n}", n, distance=n) for n in lines),
        ),
        mangle=(
            *(
                pcc(f"pcc6-{r}", f"v6-{n}", f"src-address:{len(lines)}/{r}")
                for r, n in enumerate(lines)
            ),
            *(routing(f"routing6-{n}", f"v6-{n}", f"to-wan{n}") for n in lines),
        ),
        nat=(),
        addresses=(Address("2001:db8:88::1/64", "bridge"),),
    )
    return replace(own, **changes)


def plan_of(
    ipv6: Snapshot,
    states: dict[str, Disposition] | None = None,
    wans: tuple[WanSpec, ...] | None = None,
    options: PlanOptions | None = None,
) -> Plan:
    snapshot = replace(router(), version=ipv6.version, ipv6=ipv6)
    return make_plan(snapshot, wans or specs(), states or DOWN_1, options)


def ipv6_steps(plan: Plan) -> list[Step]:
    return [step for step in plan.steps if is_ipv6(step.menu)]


def ids(plan: Plan, menu: str) -> list[str]:
    return [step.id for step in plan.steps if step.menu == menu]


def codes(plan: Plan) -> list[str]:
    return [finding.code for finding in plan.findings]


def test_buckets_move_and_routes_go_in_ipv6s_menus_after_ipv4s() -> None:
    plan = plan_of(side())
    assert [(step.menu, step.id) for step in plan.steps] == [
        ("/ip/firewall/mangle", "pcc-wan1-0"),
        (MANGLE, "pcc6-0"),
        ("/ip/route", "route-wan1"),
        (ROUTE, "route6-wan1"),
        ("/ip/route", "main-wan1"),
        (ROUTE, "main6-wan1"),
    ]
    assert dict(plan.steps[1].attributes)["new-connection-mark"] == "v6-2"
    assert codes(plan) == []


def test_the_same_link_local_gateway_on_every_line_is_told_by_its_interface() -> None:
    plan = plan_of(side(), {"wan1": CARRY, "wan2": OUT})
    assert ids(plan, ROUTE) == ["route6-wan2", "main6-wan2"]


def test_a_line_without_ipv6_is_no_finding_and_gets_no_buckets() -> None:
    three = replace(router({1: 1, 2: 1, 3: 1}), ipv6=side())
    plan = make_plan(three, specs(3), {"wan1": OUT, "wan2": CARRY, "wan3": CARRY})
    moved = [dict(step.attributes) for step in plan.steps if step.menu == MANGLE]
    assert [words.get("new-connection-mark") for words in moved] == ["v6-2"]
    assert codes(plan) == []


def test_where_ipv6_is_not_balanced_only_its_default_routes_are_handled() -> None:
    plan = plan_of(side(mangle=(rule("accept", action="accept"),)))
    assert ids(plan, MANGLE) == []
    assert ids(plan, ROUTE) == ["route6-wan1", "main6-wan1"]
    assert [flush.wan for flush in plan.flushes if is_ipv6(flush.menu)] == []


def test_the_last_ipv6_default_of_main_stays_whatever_ipv4s_main_has() -> None:
    only = tuple(route for route in side().routes if route.id != "main6-wan2")
    plan = plan_of(side(routes=only))
    assert ids(plan, ROUTE) == ["route6-wan1"]
    assert [(f.code, f.where, f.menu) for f in plan.findings] == [
        ("last-main-default-kept", "main6-wan1", ROUTE)
    ]
    assert ("family", "IPv6") in plan.findings[0].data


def test_ipv6_over_the_dead_line_alone_is_kept_and_told() -> None:
    plan = plan_of(side(1))
    assert ipv6_steps(plan) == []
    assert [(f.code, f.where) for f in plan.findings] == [("no-ipv6-survivor", "wan1")]
    assert [flush.menu for flush in plan.flushes] == ["/ip/firewall/connection"]


def test_nothing_is_told_of_ipv6_while_nothing_is_known() -> None:
    assert codes(plan_of(side(1), {"wan1": KEEP, "wan2": CARRY})) == []


def test_on_routeros_6_there_is_main_alone() -> None:
    main = tuple(replace(route, table="main") for route in side().routes[2:])
    plan = plan_of(side(routes=main, version=Version(6, 49), tables=()))
    assert ids(plan, ROUTE) == ["main6-wan1"]
    assert ids(plan, MANGLE) == []


def test_all_of_the_ipv6_internet_counts_as_a_default_route() -> None:
    old = tuple(replace(route, dst_address="2000::/3") for route in side().routes)
    assert ids(plan_of(side(routes=old)), ROUTE) == ["route6-wan1", "main6-wan1"]


def test_a_table_that_ipv4_balances_by_is_managed_for_ipv6_too() -> None:
    plan = plan_of(side(mangle=()))
    assert "route6-wan1" in ids(plan, ROUTE)


def test_a_table_that_a_single_ipv6_host_is_marked_for_is_not_managed() -> None:
    own = side()
    probe = rule(
        "probe",
        action="mark-routing",
        src_address="2001:db8:88::99/128",
        new_routing_mark="probe1",
    )
    plan = plan_of(
        side(mangle=(probe, *own.mangle), routes=(default6("probe1", 1, "probe1"), *own.routes))
    )
    assert ids(plan, ROUTE) == ["route6-wan1", "main6-wan1"]


def test_marks_and_gateways_of_the_configuration_count_for_the_family_that_knows_them() -> None:
    wan1, wan2 = specs()
    wan1 = replace(
        wan1,
        connection_marks=("wan1-conn",),
        gateways=("203.0.1.1", "fe80::1"),
        addresses=("203.0.1.2", "2001:db8:1::2"),
    )
    plan = plan_of(side(), wans=(wan1, wan2))
    assert ids(plan, MANGLE) == ["pcc6-0"]
    ipv4, ipv6 = plan.flushes
    assert ipv4.addresses == {"203.0.1.2"}
    assert ipv4.connection_marks == {"wan1-conn"}
    assert ipv6.addresses == {"2001:db8:1::2"}
    assert ipv6.connection_marks == {"v6-1"}


def test_a_table_that_leads_ipv6_out_by_another_line_is_that_lines_for_ipv6() -> None:
    crossed = tuple(
        replace(route, table={"to-wan1": "to-wan2", "to-wan2": "to-wan1"}.get(route.table, "main"))
        for route in side().routes
    )
    wan1, wan2 = specs()
    wan1 = replace(wan1, routing_tables=("to-wan1",), connection_marks=("wan1-conn", "v6-1"))
    wan2 = replace(wan2, routing_tables=("to-wan2",), connection_marks=("wan2-conn", "v6-2"))
    plan = plan_of(side(routes=crossed), wans=(wan1, wan2))
    assert ids(plan, MANGLE) == ["pcc6-1"]
    assert ids(plan, ROUTE) == ["route6-wan1", "main6-wan1"]
    assert [f.connection_marks for f in plan.flushes if is_ipv6(f.menu)] == [{"v6-2"}]


def test_a_configured_mark_that_moved_away_still_owns_its_bucket() -> None:
    """No other rule than the bucket's bears the mark."""
    wan1, wan2 = (replace(s, connection_marks=(f"v6-{n}",)) for n, s in enumerate(specs(), 1))
    own = side()
    moved = side(mangle=own.mangle[:2])
    down = plan_of(moved, wans=(wan1, wan2))
    assert ids(down, MANGLE) == ["pcc6-0"]
    words = dict(next(step for step in down.steps if step.menu == MANGLE).attributes)
    comment = words.pop("comment")
    rule_1 = replace(
        own.mangle[0], properties={**own.mangle[0].properties, **words}, comment=comment
    )
    back = plan_of(
        side(mangle=(rule_1, own.mangle[1])),
        {"wan1": CARRY, "wan2": CARRY},
        (wan1, wan2),
    )
    assert ids(back, MANGLE) == ["pcc6-0"]


def test_connections_without_translation_are_told_by_their_mark() -> None:
    ipv4, ipv6 = plan_of(side()).flushes
    assert (ipv4.menu, ipv6.menu) == ("/ip/firewall/connection", CONNECTIONS)
    assert ipv6.addresses == frozenset()
    assert ipv6.connection_marks == {"v6-1"}


def test_translated_connections_are_told_by_the_lines_address_and_prefix() -> None:
    addresses = (
        Address("2001:db8:1::2/64", "ether1"),
        Address("2001:db8:2::2/64", "ether2"),
    )
    nat = (
        NatRule("n1", "srcnat", "masquerade", "ether1"),
        NatRule("n2", "srcnat", "netmap", "ether1", to_addresses="2001:db8:a::/56"),
        NatRule("n3", "srcnat", "src-nat", "ether2", to_addresses="2001:db8:b::7/128"),
        NatRule("n4", "srcnat", "netmap", "ether1", to_addresses="2001:db8:c::/64", disabled=True),
    )
    _, flush = plan_of(side(addresses=addresses, nat=nat)).flushes
    assert flush.addresses == {"2001:db8:1::2", "2001:db8:a::/56"}
    assert flush.other_addresses == {"2001:db8:2::2", "2001:db8:b::7"}


def test_a_fault_in_ipv6s_rules_names_them_and_leaves_ipv4_alone() -> None:
    wrong = replace(
        side().mangle[0],
        properties={
            **side().mangle[0].properties,
            "per-connection-classifier": "src-address:2/0,1",
        },
    )
    plan = plan_of(side(mangle=(wrong, *side().mangle[1:])))
    assert ids(plan, "/ip/firewall/mangle") == ["pcc-wan1-0"]
    (fault,) = (f for f in plan.findings if f.code == "pcc-classifier-invalid")
    assert (fault.where, fault.menu) == ("pcc6-0", MANGLE)
    assert all(line.startswith("/ipv6 firewall mangle add ") for line in fault.fix)
    assert not ids(plan, MANGLE)


def test_routes_and_connections_stay_where_the_operator_wants_that() -> None:
    plan = plan_of(side(), options=PlanOptions(disable_routes=False, flush_connections=False))
    assert {step.menu for step in plan.steps} == {"/ip/firewall/mangle", MANGLE}
    assert plan.flushes == ()


def test_restore_undoes_each_family_in_its_own_menus() -> None:
    ipv6 = side(
        routes=(
            replace(side().routes[0], disabled=True, comment="a [wanwatch: wan=wan1 disabled=no]"),
        ),
    )
    plan = restore_plan(replace(router(), ipv6=ipv6))
    assert [(s.menu, s.id, s.attributes) for s in plan.steps] == [
        (ROUTE, "route6-wan1", (("disabled", "no"), ("comment", "a")))
    ]
