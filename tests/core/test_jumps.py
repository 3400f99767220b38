"""PCC rules that jump to a chain for each line: whose they are, and where they are sent."""

from dataclasses import replace

import pytest

from tests.core.model_router import ModelRouter, content
from tests.factories import CARRY, OUT, pcc, router, routing, rule, specs, with_mangle
from wanwatch.core.goals import Goals
from wanwatch.core.groups import current_shares, find_groups
from wanwatch.core.plan import Command, Plan, Reason
from wanwatch.core.planning import make_plan
from wanwatch.core.snapshot import MangleRule, Snapshot
from wanwatch.core.wans import bind

MANGLE = "/ip/firewall/mangle"
BASE = router({1: 1, 2: 1, 3: 1})


def jump(number: int, classifier: str, **words: str) -> MangleRule:
    words = {"new_connection_mark": "", "action": "jump", "jump_target": f"lb{number}", **words}
    made = pcc(f"jump{number}", "", classifier, **words)
    return replace(made, properties={n: v for n, v in made.properties.items() if v})


def chain(number: int, *, routes: bool = True, to: int = 0) -> tuple[MangleRule, ...]:
    """The chain that marks for a line, or routes by another's table."""
    mark = rule(f"mark{number}", chain=f"lb{number}", action="mark-connection",
                new_connection_mark=f"wan{number}-conn")  # fmt: skip
    route = rule(f"route{number}", chain=f"lb{number}", action="mark-routing",
                 new_routing_mark=f"to-wan{to or number}", passthrough="no")  # fmt: skip
    return (mark, route) if routes else (mark,)


def with_jumps(*rules: MangleRule) -> Snapshot:
    """Three lines by jumps, and what routes connections that are marked already."""
    jumps = [jump(n, f"both-addresses:3/{n - 1}") for n in (1, 2, 3)]
    return with_mangle(BASE, *jumps, *rules, *BASE.mangle[3:])


CHAINS = (*chain(1), *chain(2), *chain(3))


def planned(snapshot: Snapshot, *closed: int) -> Plan:
    return make_plan(
        snapshot, specs(3), {f"wan{n}": OUT if n in closed else CARRY for n in (1, 2, 3)}
    )


def test_a_jump_is_its_lines_bucket_and_is_sent_to_the_survivors_chain() -> None:
    snapshot = with_jumps(*CHAINS)
    assert current_shares(snapshot, bind(specs(3), snapshot)) == {
        f"wan{n}": pytest.approx(1 / 3) for n in (1, 2, 3)
    }
    plan = planned(snapshot, 1)
    add, moved = [step for step in plan.steps if step.menu == MANGLE]
    assert (add.command, add.place_before, dict(add.attributes)["jump-target"]) == (
        Command.ADD,
        "jump1",
        "lb3",
    )
    assert (moved.id, moved.reason, dict(moved.attributes)["jump-target"]) == (
        "jump1",
        Reason.BUCKET_MOVED,
        "lb2",
    )
    changed = ModelRouter(snapshot).apply(plan.steps)
    assert not planned(changed.snapshot, 1).steps
    back = changed.apply(planned(changed.snapshot).steps)
    assert content(back.snapshot) == content(snapshot)


def test_rules_in_the_chains_are_never_rewritten() -> None:
    inside = {each.id for each in CHAINS}
    for closed in ((1,), (2,), (1, 3)):
        assert not inside & {step.id for step in planned(with_jumps(*CHAINS), *closed).steps}


def test_a_chain_that_marks_for_two_lines_is_nobodys_and_it_is_said() -> None:
    snapshot = with_jumps(*chain(1, to=2), *chain(2), *chain(3))
    plan = planned(snapshot, 1)
    assert not [step for step in plan.steps if step.menu == MANGLE]
    [finding] = [f for f in plan.findings if f.code == "pcc-chain-of-several-wans"]
    assert (finding.where, dict(finding.data)["wans"]) == ("jump1", "wan1, wan2")


def test_a_chain_that_marks_for_no_line_is_nobodys() -> None:
    voip = rule("voip", chain="lb1", action="mark-packet", new_packet_mark="voip")
    snapshot = with_jumps(voip, *chain(2), *chain(3))
    goals = Goals(snapshot.mangle, bind(specs(3), snapshot))
    assert goals.owner("jump-target", "lb1") is None
    assert goals.owner("jump-target", "there is no such chain") is None
    assert not [s for s in planned(snapshot, 1).steps if s.menu == MANGLE]


def test_a_chain_that_routes_by_an_unknown_table_is_nobodys() -> None:
    odd = rule("odd", chain="lb1", action="mark-routing", new_routing_mark="elsewhere")
    snapshot = with_jumps(*chain(1, routes=False), odd, *chain(2), *chain(3))
    assert Goals(snapshot.mangle, bind(specs(3), snapshot)).owner("jump-target", "lb1") is None


def test_a_chain_behind_a_chain_counts_as_well() -> None:
    deep = rule("deep", chain="lb1", action="jump", jump_target="lb1b")
    inner = [
        replace(r, id=f"{r.id}b", properties={**r.properties, "chain": "lb1b"}) for r in chain(1)
    ]
    loop = rule("loop", chain="lb1b", action="jump", jump_target="lb1")
    snapshot = with_jumps(deep, *inner, loop, *chain(2), *chain(3))
    owner = Goals(snapshot.mangle, bind(specs(3), snapshot)).owner("jump-target", "lb1")
    assert owner is not None
    assert owner.name == "wan1"


def test_rules_that_share_out_in_the_chain_jumped_to_are_moved_there() -> None:
    inner = [
        pcc(f"in{n}", f"wan{n}-conn", f"src-address:2/{n - 1}", chain="lb1", in_interface="bridge")
        for n in (1, 2)
    ]
    snapshot = with_jumps(*inner, *chain(2), *chain(3))
    plan = planned(snapshot, 1)
    assert [s.id for s in plan.steps if s.menu == MANGLE] == ["in1"]
    assert "pcc-chain-of-several-wans" not in [f.code for f in plan.findings]


def test_a_jump_whose_mark_is_routed_before_it_is_added_ahead() -> None:
    marking = (*chain(1, routes=False), *chain(2, routes=False))
    rows = []
    for n in (1, 2):
        rows += [
            jump(n, f"both-addresses:2/{n - 1}"),
            routing(f"q{n}", f"wan{n}-conn", f"to-wan{n}", passthrough="no"),
        ]
    snapshot = with_mangle(BASE, *rows, *marking)
    [add, _] = [s for s in planned(snapshot, 2, 3).steps if s.menu == MANGLE]
    assert (add.command, add.place_before) == (Command.ADD, "q1")


def test_the_jumps_of_a_group_are_one_group() -> None:
    snapshot = with_jumps(*CHAINS)
    [group] = find_groups(snapshot, bind(specs(3), snapshot)).groups
    assert [base.mark for base in group.rules] == ["lb1", "lb2", "lb3"]
