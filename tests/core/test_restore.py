"""What bears a tag is undone from the router alone."""

from dataclasses import replace

from tests.core.model_router import ModelRouter, content
from tests.factories import CARRY, OUT, default, gateway, router, rule, specs, with_routes
from wanwatch.core.plan import Command, Reason
from wanwatch.core.planning import make_plan
from wanwatch.core.restore import restore_plan
from wanwatch.core.snapshot import Snapshot

THREE = router({1: 1, 2: 1, 3: 1})
OUT_1 = {"wan1": OUT, "wan2": CARRY, "wan3": CARRY}


def failed_over(snapshot: Snapshot = THREE) -> ModelRouter:
    return ModelRouter(snapshot).apply(make_plan(snapshot, specs(3), OUT_1).steps)


def test_a_router_without_tags_gets_no_steps() -> None:
    assert not restore_plan(THREE).steps


def test_routes_come_first_then_rules_and_added_rules_go_last() -> None:
    plan = restore_plan(failed_over().snapshot)
    assert [(step.menu, step.command) for step in plan.steps] == [
        ("/ip/route", Command.SET),
        ("/ip/route", Command.SET),
        ("/ip/firewall/mangle", Command.SET),
        ("/ip/firewall/mangle", Command.REMOVE),
    ]
    assert {step.reason for step in plan.steps} == {Reason.RESTORED}
    assert {step.wan for step in plan.steps} == {"wan1"}


def test_the_operators_comment_stays_byte_for_byte() -> None:
    odd = replace(THREE.mangle[0], comment="\xd0\x9c [a] ")
    snapshot = replace(THREE, mangle=(odd, *THREE.mangle[1:]))
    changed = failed_over(snapshot)
    restored = changed.apply(restore_plan(changed.snapshot).steps)
    assert changed.snapshot.mangle != snapshot.mangle
    assert restored.snapshot.mangle[0].comment == "\xd0\x9c [a] "


def test_a_rule_that_was_added_comes_back_to_its_place_when_the_removal_is_taken_back() -> None:
    router_now = failed_over()
    steps = restore_plan(router_now.snapshot).steps
    undone = router_now.apply(steps)
    for step in reversed(steps):
        undone = undone.undo(step.menu, step.undo, step.id)
    assert content(undone.snapshot) == content(router_now.snapshot)


def test_a_rule_of_ours_that_somebody_disabled_comes_back_disabled() -> None:
    ours = replace(rule("x", "[wanwatch: wan=wan1 added=both-addresses:3/0]"), disabled=True)
    [step] = restore_plan(replace(THREE, mangle=(ours, *THREE.mangle))).steps
    assert ("disabled", "yes") in step.undo.attributes
    assert step.undo.place_before == THREE.mangle[0].id


def test_gateways_that_somebody_set_anew_are_not_overwritten() -> None:
    tag = f"uplinks [wanwatch: wan=wan1 gateway={gateway(1)},{gateway(2)}]"
    edited = default("main", "10.9.9.9", comment=tag)
    [step] = restore_plan(with_routes(THREE, edited)).steps
    assert step.attributes == (("comment", "uplinks"),)


def test_a_dynamic_row_is_never_written() -> None:
    tag = "[wanwatch: wan=wan1 disabled=no]"
    dynamic = replace(default("d", gateway(1), comment=tag), dynamic=True)
    assert not restore_plan(with_routes(THREE, dynamic)).steps
