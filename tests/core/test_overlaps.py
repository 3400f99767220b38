"""Rules of one hash that overlap: each dead line's rule is moved in its place, and no other."""

from dataclasses import replace

import pytest

from tests.core.model_router import ModelRouter
from tests.factories import CARRY, OUT, pcc, router, routing, rule, specs, with_mangle
from wanwatch.core.classifier import Bucket
from wanwatch.core.groups import current_shares, find_groups
from wanwatch.core.layers import layers_of, overlap
from wanwatch.core.plan import Command, Plan
from wanwatch.core.planning import make_plan
from wanwatch.core.snapshot import MangleRule, Snapshot
from wanwatch.core.wans import bind

MANGLE = "/ip/firewall/mangle"
THREE = router({1: 1, 2: 1, 3: 1})
FOUR = router({1: 1, 2: 1, 3: 1, 4: 1})


def planned(snapshot: Snapshot, count: int, *closed: int) -> Plan:
    wanted = {f"wan{n}": OUT if n in closed else CARRY for n in range(1, count + 1)}
    return make_plan(snapshot, specs(count), wanted)


def moves(plan: Plan) -> list[tuple[str, str, str]]:
    return [
        (
            step.id or f"before {step.place_before}",
            dict(step.data)["bucket"],
            dict(step.data)["to"],
        )
        for step in plan.steps
        if step.menu == MANGLE
    ]


def mixed(guard: str = "no-mark") -> Snapshot:
    """Three thirds, and a quarter of the same hash for a fourth line."""
    rows = [
        pcc(f"p{n}", f"wan{n}-conn", f"both-addresses:{bucket}", connection_mark=guard)
        for n, bucket in ((1, "3/0"), (2, "3/1"), (3, "3/2"), (4, "4/3"))
    ]
    clean = [replace(r, properties={n: v for n, v in r.properties.items() if v}) for r in rows]
    return with_mangle(FOUR, *clean, *FOUR.mangle[4:])


def test_a_lone_rule_of_another_denominator_has_the_whole_hash_as_survivors() -> None:
    assert moves(planned(mixed(), 4, 4)) == [
        ("before p4", "both-addresses:12/7", "wan2"),
        ("before p4", "both-addresses:12/11", "wan3"),
        ("p4", "both-addresses:12/3", "wan1"),
    ]


def test_every_rule_of_a_dead_line_is_moved_and_none_of_anothers() -> None:
    assert {row for row, _, _ in moves(planned(mixed(), 4, 1))} <= {"p1", "before p1"}


@pytest.mark.parametrize(("guard", "fourth"), [("no-mark", 0), ("", 1 / 4)])
def test_shares_are_what_the_order_of_the_rules_makes_of_them(guard: str, fourth: float) -> None:
    snapshot = mixed(guard)
    shares = current_shares(snapshot, bind(specs(4), snapshot))
    assert shares["wan4"] == pytest.approx(fourth)
    assert shares["wan1"] == pytest.approx((1 - fourth) / 3)


def test_a_hash_refined_by_hand_is_shared_out_as_one() -> None:
    rows = [
        pcc(f"p{n}", f"wan{n}-conn", f"both-addresses:{bucket}")
        for n, bucket in ((1, "2/0"), (2, "4/1"), (3, "4/3"))
    ]
    snapshot = with_mangle(THREE, *rows, *THREE.mangle[3:])
    after = ModelRouter(snapshot).apply(planned(snapshot, 3, 2).steps).snapshot
    shares = current_shares(after, bind(specs(3), after))
    assert shares["wan1"] == pytest.approx(2 / 3, abs=1 / 24)
    assert shares["wan3"] == pytest.approx(1 / 3, abs=1 / 24)


def test_of_two_rules_for_one_remainder_the_dead_lines_is_moved_wherever_it_stands() -> None:
    twice = pcc("twice", "wan2-conn", "both-addresses:3/0")
    for rows in ((twice, *THREE.mangle), (*THREE.mangle[:3], twice, *THREE.mangle[3:])):
        snapshot = with_mangle(THREE, *rows)
        assert {r.removeprefix("before ") for r, _, _ in moves(planned(snapshot, 3, 1))} == {
            "pcc-wan1-0"
        }
        assert {r.removeprefix("before ") for r, _, _ in moves(planned(snapshot, 3, 2))} == {
            "twice",
            "pcc-wan2-1",
        }


def interleaved(*between: MangleRule, extra: str = "") -> Snapshot:
    """Each line's rule and its mark-routing rule, in turn; what stands between them, and at last."""
    rows = []
    for n in (1, 2):
        rows += [
            pcc(f"p{n}", f"wan{n}-conn", f"both-addresses:2/{n - 1}"),
            routing(f"q{n}", f"wan{n}-conn", f"to-wan{n}"),
            *(between if n == 1 else ()),
        ]
    if extra:
        rows.insert(-1, pcc("extra", "wan2-conn", f"both-addresses:{extra}"))
    return with_mangle(router(), *rows)


def left(plan: Plan) -> list[str]:
    return [finding.where for finding in plan.findings if finding.code == "pcc-bucket-left"]


def test_a_rule_that_overlaps_anothers_is_never_added_ahead_of_it() -> None:
    plan = planned(interleaved(extra="3/2"), 2, 2)
    assert left(plan) == ["extra"]
    assert moves(plan)[0] == ("before q1", "both-addresses:2/1", "wan1")


@pytest.mark.parametrize(
    ("words", "is_left"),
    [
        (
            {"action": "mark-connection", "new_connection_mark": "vip", "src_address_list": "v"},
            True,
        ),
        ({"action": "accept", "dst_address_list": "v"}, True),
        ({"action": "accept", "connection_mark": "!wan1-conn"}, True),
        ({"action": "mark-connection", "new_connection_mark": "x", "in_interface": "dmz"}, False),
        ({"action": "mark-packet", "new_packet_mark": "x"}, False),
        ({"action": "accept", "connection_mark": "other"}, False),
    ],
)
def test_a_rule_that_is_meant_to_see_packets_first_is_not_passed_by(
    words: dict[str, str], *, is_left: bool
) -> None:
    plan = planned(interleaved(rule("between", **words)), 2, 2)
    assert left(plan) == (["p2"] if is_left else [])
    assert [s.command for s in plan.steps if s.menu == MANGLE][:1] == (
        [] if is_left else [Command.ADD]
    )


def test_a_bucket_is_not_moved_to_a_mark_that_nothing_routes_there() -> None:
    snapshot = interleaved()
    guests = tuple(
        replace(r, properties={**r.properties, "in-interface": "guests"}) if r.id == "q1" else r
        for r in snapshot.mangle
    )
    assert left(planned(with_mangle(snapshot, *guests), 2, 2)) == ["p2"]


def test_where_no_rule_of_the_group_is_routed_after_it_none_is_added_ahead() -> None:
    snapshot = router()
    early = with_mangle(snapshot, *snapshot.mangle[2:], *snapshot.mangle[:2])
    [step] = [s for s in planned(early, 2, 1).steps if s.menu == MANGLE]
    assert (step.command, step.id) == (Command.SET, "pcc-wan1-0")


def test_rules_that_leave_out_their_own_line_share_one_hash() -> None:
    rows = [
        pcc(f"p{n}", f"wan{n}-conn", f"both-addresses:2/{n - 1}", in_interface=f"!ether{n}")
        for n in (1, 2)
    ]
    snapshot = with_mangle(router(), *rows, *router().mangle[2:])
    wans = bind(specs(), snapshot)
    assert len(find_groups(snapshot, wans).families) == 1
    assert current_shares(snapshot, wans) == {
        "wan1": pytest.approx(0.5),
        "wan2": pytest.approx(0.5),
    }


def test_layers_part_what_overlaps() -> None:
    snapshot = mixed()
    [family] = find_groups(snapshot, bind(specs(4), snapshot)).families
    assert [[base.rule.id for base in layer] for layer in layers_of(family.rules)] == [
        ["p1", "p2", "p3"],
        ["p4"],
    ]
    assert overlap(Bucket(4, 3), Bucket(6, 1))
    assert not overlap(Bucket(4, 3), Bucket(6, 2))
