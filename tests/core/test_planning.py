"""The whole plan: its order, what is flushed, and when nothing is done."""

from dataclasses import replace

from tests.factories import CARRY, KEEP, OUT, SPARE, pcc, router, specs, with_mangle
from wanwatch.core.plan import Command
from wanwatch.core.planning import PlanOptions, make_plan
from wanwatch.core.snapshot import NatRule

ROUTER = router({1: 1, 2: 1, 3: 1})
OUT_1 = {"wan1": OUT, "wan2": CARRY, "wan3": CARRY}


def test_new_connections_move_before_routes_go() -> None:
    plan = make_plan(ROUTER, specs(3), OUT_1)
    assert [(step.menu, step.command) for step in plan.steps] == [
        ("/ip/firewall/mangle", Command.ADD),
        ("/ip/firewall/mangle", Command.SET),
        ("/ip/route", Command.SET),
        ("/ip/route", Command.SET),
    ]


def test_a_wan_that_is_out_is_flushed_by_its_address_and_its_mark() -> None:
    [flush] = make_plan(ROUTER, specs(3), OUT_1).flushes
    assert flush.wan == "wan1"
    assert flush.addresses == {"203.0.1.2"}
    assert flush.connection_marks == {"wan1-conn"}
    assert flush.other_addresses == {"203.0.2.2", "203.0.3.2"}


def test_an_address_that_two_wans_share_is_flushed_for_neither() -> None:
    nat = tuple(
        NatRule(f"n{n}", "srcnat", "src-nat", f"ether{n}", to_addresses="198.51.100.9")
        for n in (1, 2)
    )
    [flush] = make_plan(replace(ROUTER, nat=nat), specs(3), OUT_1).flushes
    assert flush.addresses == {"203.0.1.2"}
    assert "198.51.100.9" in flush.other_addresses


def test_a_flush_is_asked_for_as_long_as_the_wan_is_out() -> None:
    plan = make_plan(with_mangle(ROUTER), specs(3), OUT_1)
    assert [flush.wan for flush in plan.flushes] == ["wan1"]


def test_nothing_is_flushed_where_the_operator_does_not_want_it() -> None:
    assert not make_plan(ROUTER, specs(3), OUT_1, PlanOptions(flush_connections=False)).flushes


def test_a_spare_wans_connections_stay() -> None:
    assert not make_plan(ROUTER, specs(3), {**OUT_1, "wan1": SPARE}).flushes


def test_without_a_wan_that_carries_nothing_is_done() -> None:
    for states in ((OUT, OUT, OUT), (OUT, KEEP, SPARE), (SPARE, SPARE, SPARE)):
        wanted = dict(zip(OUT_1, states, strict=True))
        plan = make_plan(ROUTER, specs(3), wanted)
        assert not plan.steps
        assert not plan.flushes


def test_a_rule_of_unknown_share_stops_everything() -> None:
    listed = pcc("bad", "wan1-conn", "both-addresses:10/0,1")
    plan = make_plan(with_mangle(ROUTER, listed, *ROUTER.mangle), specs(3), OUT_1)
    assert not plan.steps
    assert not plan.flushes
    assert [finding.code for finding in plan.findings] == ["pcc-classifier-invalid"]


def test_a_wans_name_may_be_in_any_script() -> None:
    named = [replace(spec, name=f"Линия {n}") for n, spec in enumerate(specs(3))]
    wanted = {spec.name: CARRY for spec in named} | {"Линия 0": OUT}
    plan = make_plan(ROUTER, named, wanted)
    comments = [dict(step.attributes)["comment"] for step in plan.steps]
    assert all(comment.isascii() for comment in comments)
