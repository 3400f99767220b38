"""How rules are rewritten: where each part of a bucket goes, and at which place in the chain."""

from dataclasses import replace

import pytest

from tests.core.first_packets import EVERY, Traffic, matchers_of, tables_of
from tests.core.model_router import ModelRouter, content
from tests.factories import (
    CARRY,
    KEEP,
    OUT,
    SPARE,
    pcc,
    router,
    routing,
    rule,
    specs,
    with_mangle,
)
from wanwatch.core.model import Disposition
from wanwatch.core.plan import Command, Plan, Reason
from wanwatch.core.planning import PlanOptions, make_plan
from wanwatch.core.snapshot import MangleRule, Snapshot

TWO = router()
THREE = router({1: 1, 2: 1, 3: 1})
MANGLE = "/ip/firewall/mangle"


def planned(snapshot: Snapshot, count: int, *closed: int, whole: bool = False) -> Plan:
    wanted = {f"wan{n}": OUT if n in closed else CARRY for n in range(1, count + 1)}
    return make_plan(snapshot, specs(count), wanted, PlanOptions(whole_buckets=whole))


def rules_after(snapshot: Snapshot, plan: Plan) -> list[tuple[str, str]]:
    rows = ModelRouter(snapshot).apply(plan.steps).snapshot.mangle
    return [
        (row.classifier.partition(":")[2] or row.connection_mark, row.new_connection_mark)
        for row in rows
    ]


def test_the_only_survivor_gets_the_bucket_whole() -> None:
    [step] = [s for s in planned(TWO, 2, 1).steps if s.menu == MANGLE]
    assert (step.command, step.reason, step.wan) == (Command.SET, Reason.BUCKET_MOVED, "wan1")
    assert dict(step.attributes) == {
        "new-connection-mark": "wan2-conn",
        "comment": "[wanwatch: wan=wan1 new-connection-mark=wan1-conn]",
    }
    assert dict(step.undo.attributes) == {"new-connection-mark": "wan1-conn", "comment": ""}
    assert dict(step.data)["to"] == "wan2"


def test_two_survivors_share_a_bucket_by_an_added_rule_before_it() -> None:
    plan = planned(THREE, 3, 1)
    add = plan.steps[0]
    assert (add.command, add.reason, add.place_before) == (
        Command.ADD,
        Reason.BUCKET_SHARED,
        "pcc-wan1-0",
    )
    assert rules_after(THREE, plan)[:2] == [("6/3", "wan3-conn"), ("6/0", "wan2-conn")]


def test_an_added_rule_is_a_copy_but_for_its_bucket_mark_and_comment() -> None:
    odd = pcc("pcc-wan1-0", "wan1-conn", "both-addresses:3/0", "Bucket 1", dst_limit="odd")
    snapshot = with_mangle(THREE, odd, *THREE.mangle[1:])
    added = dict(planned(snapshot, 3, 1).steps[0].attributes)
    assert added.pop("comment") == "Bucket 1 [wanwatch: wan=wan1 added=both-addresses:3/0]"
    assert added == {
        **odd.properties,
        "per-connection-classifier": "both-addresses:6/3",
        "new-connection-mark": "wan3-conn",
    }


def test_whole_buckets_need_no_added_rule() -> None:
    plan = planned(THREE, 3, 1, whole=True)
    assert all(step.command is Command.SET for step in plan.steps)


def test_weights_of_the_configuration_share_out_the_bucket() -> None:
    wanted = {"wan1": OUT, "wan2": CARRY, "wan3": CARRY}
    heavy = make_plan(THREE, specs(3, wan2=1, wan3=1000), wanted)
    assert rules_after(THREE, heavy)[0] == ("3/0", "wan3-conn")
    none = make_plan(THREE, specs(3, wan2=0, wan3=1), wanted)
    assert rules_after(THREE, none)[0] == ("3/0", "wan3-conn")


def test_a_spare_wan_gives_its_buckets_and_keeps_its_routes() -> None:
    plan = make_plan(TWO, specs(), {"wan1": SPARE, "wan2": CARRY})
    assert [step.menu for step in plan.steps] == [MANGLE]
    assert not plan.flushes


def test_a_group_that_knows_only_the_dead_wan_goes_to_others_by_their_marks() -> None:
    guests = pcc("g", "wan1-conn", "src-address:1/0", in_interface="guests")
    snapshot = with_mangle(THREE, guests, *THREE.mangle)
    steps = [
        s for s in planned(snapshot, 3, 1).steps if dict(s.data).get("bucket", "").startswith("src")
    ]
    assert [(dict(s.data)["bucket"], dict(s.data)["to"]) for s in steps] == [
        ("src-address:2/1", "wan3"),
        ("src-address:2/0", "wan2"),
    ]


def test_where_no_survivor_has_a_mark_the_buckets_stay_and_it_is_said() -> None:
    alone = with_mangle(TWO, pcc("a", "wan1-conn", "src-address:1/0"), TWO.mangle[2])
    plan = planned(alone, 2, 1)
    assert not [step for step in plan.steps if step.menu == MANGLE]
    assert "no-survivor-in-group" in [finding.code for finding in plan.findings]


def test_direct_routing_marks_are_rewritten_to_the_survivors_table() -> None:
    words = {"action": "mark-routing", "new_connection_mark": "", "connection_mark": ""}
    direct = [
        pcc(f"d{n}", "", f"src-address:2/{n - 1}", **words, new_routing_mark=f"to-wan{n}")
        for n in (1, 2)
    ]
    [step] = [s for s in planned(with_mangle(TWO, *direct), 2, 2).steps if s.menu == MANGLE]
    assert ("new-routing-mark", "to-wan1") in step.attributes
    assert step.id == "d2"


def interleaved(guard: str, passthrough: str, count: int = 2) -> Snapshot:
    """Each line's bucket rule, then its mark-routing rule, then the next line's."""
    rows: list[MangleRule] = []
    for n in range(1, count + 1):
        rows += [
            pcc(f"pcc{n}", f"wan{n}-conn", f"src-address:{count}/{n - 1}", connection_mark=guard),
            routing(f"q{n}", f"wan{n}-conn", f"to-wan{n}", passthrough=passthrough),
        ]
    clean = tuple(
        replace(row, properties={n: v for n, v in row.properties.items() if v}) for row in rows
    )
    return with_mangle(router(dict.fromkeys(range(1, count + 1), 1)), *clean)


@pytest.mark.parametrize("guard", ["no-mark", ""])
@pytest.mark.parametrize("passthrough", ["yes", "no"])
def test_a_bucket_behind_the_survivors_mark_routing_rule_is_marked_ahead_of_it(
    guard: str, passthrough: str
) -> None:
    snapshot = interleaved(guard, passthrough)
    traffic = Traffic("prerouting", matchers_of(snapshot.mangle[0]), "bridge")
    plan = planned(snapshot, 2, 2)
    assert rules_after(snapshot, plan) == [
        ("2/0", "wan1-conn"),
        ("2/1", "wan1-conn"),
        ("wan1-conn", ""),
        ("2/1", "wan1-conn"),
        ("wan2-conn", ""),
    ]
    changed = ModelRouter(snapshot).apply(plan.steps)
    assert tables_of(changed.snapshot, traffic) == {"to-wan1": EVERY}
    assert not planned(changed.snapshot, 2, 2).steps
    back = changed.apply(planned(changed.snapshot, 2).steps)
    assert content(back.snapshot) == content(snapshot)


def test_a_bucket_before_the_survivors_mark_routing_rule_needs_no_added_rule() -> None:
    plan = planned(interleaved("", "no"), 2, 1)
    assert [step.command for step in plan.steps if step.menu == MANGLE] == [Command.SET]


def test_of_a_shared_bucket_only_the_part_that_comes_too_late_is_marked_ahead() -> None:
    snapshot = interleaved("no-mark", "no", 3)
    assert rules_after(snapshot, planned(snapshot, 3, 2)) == [
        ("3/0", "wan1-conn"),
        ("6/1", "wan1-conn"),
        ("wan1-conn", ""),
        ("6/4", "wan3-conn"),
        ("wan2-conn", ""),
        ("3/2", "wan3-conn"),
        ("wan3-conn", ""),
    ]


def test_a_mark_routing_rule_of_another_lan_serves_nobody_here() -> None:
    snapshot = interleaved("no-mark", "no")
    guests = routing("guests", "wan1-conn", "to-wan1", in_interface="guests")
    plan = planned(with_mangle(snapshot, *snapshot.mangle, guests), 2, 2)
    assert plan.steps[0].place_before == "q1"
    late = routing("late", "wan1-conn", "to-wan1")
    plan = planned(with_mangle(snapshot, *snapshot.mangle, late), 2, 2)
    assert plan.steps[0].command is Command.SET


def test_mark_routing_after_the_jump_serves_the_chain_jumped_to() -> None:
    rows = [replace(r, properties={**r.properties, "chain": "lan"}) for r in TWO.mangle[:2]]
    jump = rule("jump", action="jump", jump_target="lan")
    plan = planned(with_mangle(TWO, jump, *rows, *TWO.mangle[2:]), 2, 2)
    assert [step.command for step in plan.steps if step.menu == MANGLE] == [Command.SET]


def test_an_added_rule_that_somebody_moved_behind_is_put_ahead_again() -> None:
    snapshot = interleaved("no-mark", "no")
    changed = ModelRouter(snapshot).apply(planned(snapshot, 2, 2).steps).snapshot
    first, ours, *others = changed.mangle
    moved = with_mangle(changed, first, *others, ours)
    mended = ModelRouter(moved).apply(planned(moved, 2, 2).steps)
    assert content(mended.snapshot) == content(changed)


def test_an_added_rule_that_somebody_disabled_is_replaced() -> None:
    changed = ModelRouter(THREE).apply(planned(THREE, 3, 1).steps).snapshot
    ours, *others = changed.mangle
    broken = with_mangle(changed, replace(ours, disabled=True), *others)
    steps = planned(broken, 3, 1).steps
    assert [step.command for step in steps] == [Command.ADD, Command.REMOVE]
    assert content(ModelRouter(broken).apply(steps).snapshot) == content(changed)


def test_added_rules_whose_bucket_is_gone_are_removed_unless_nothing_is_known() -> None:
    changed = ModelRouter(THREE).apply(planned(THREE, 3, 1).steps).snapshot
    orphaned = with_mangle(changed, changed.mangle[0], *changed.mangle[2:])

    def removed(state: Disposition) -> list[str]:
        wanted = {"wan1": state, "wan2": CARRY, "wan3": CARRY}
        steps = make_plan(orphaned, specs(3), wanted).steps
        return [step.id for step in steps if step.command is Command.REMOVE]

    assert removed(OUT) == removed(CARRY) == [changed.mangle[0].id]
    assert removed(KEEP) == []


def test_a_tagged_rule_stays_its_wans_while_its_table_says_nothing() -> None:
    changed = ModelRouter(TWO).apply(planned(TWO, 2, 1).steps).snapshot
    routes = tuple(r for r in changed.routes if r.table != "to-wan1")
    blind = replace(changed, routes=routes)
    assert not [step for step in planned(blind, 2, 1).steps if step.menu == MANGLE]
    [back] = [step for step in planned(blind, 2).steps if step.menu == MANGLE]
    assert back.reason is Reason.BUCKET_RETURNED
