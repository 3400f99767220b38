"""Which rules share out one hash space, what they were, and who has which share now."""

from dataclasses import replace

import pytest

from tests.core.model_router import ModelRouter
from tests.factories import CARRY, OUT, pcc, router, routing, specs, with_mangle
from wanwatch.core.classifier import Bucket
from wanwatch.core.groups import (
    Groups,
    current_owners,
    current_shares,
    find_groups,
)
from wanwatch.core.planning import make_plan
from wanwatch.core.snapshot import MangleRule, Snapshot
from wanwatch.core.wans import bind

THREE = router({1: 1, 2: 1, 3: 1})
OUT_1 = {"wan1": OUT, "wan2": CARRY, "wan3": CARRY}


def groups_of(snapshot: Snapshot) -> Groups:
    return find_groups(snapshot, bind(specs(3), snapshot))


def failed_over() -> Snapshot:
    return ModelRouter(THREE).apply(make_plan(THREE, specs(3), OUT_1).steps).snapshot


def with_rules(*rules: MangleRule) -> Snapshot:
    return with_mangle(THREE, *rules, *THREE.mangle)


def test_the_operators_buckets_are_read_back_whatever_was_done_to_them() -> None:
    [group] = groups_of(failed_over()).groups
    assert group.own() == groups_of(THREE).groups[0].own()
    assert [len(base.added) for base in group.rules] == [1, 0, 0]


def test_rules_that_match_otherwise_are_a_group_of_their_own() -> None:
    guests = pcc("g", "wan1-conn", "both-addresses:3/0", in_interface="guests")
    others = pcc("o", "wan1-conn", "src-address:3/0")
    assert [len(g.rules) for g in groups_of(with_rules(guests, others)).groups] == [1, 1, 3]


def test_rules_that_differ_in_their_log_are_one_group() -> None:
    logged = pcc("l", "wan1-conn", "both-addresses:3/0", log="true", log_prefix="pcc")
    snapshot = with_mangle(THREE, logged, *THREE.mangle[1:])
    assert [len(g.rules) for g in groups_of(snapshot).groups] == [3]


def test_a_mark_stands_for_its_wan_as_the_group_uses_it() -> None:
    [group] = groups_of(THREE).groups
    assert group.mark_of("wan2") == "wan2-conn"
    assert group.mark_of("elsewhere") is None


def test_what_is_off_or_made_by_the_router_is_no_ones_bucket() -> None:
    off = replace(THREE.mangle[0], disabled=True)
    made = replace(THREE.mangle[1], dynamic=True)
    counting = pcc("c", "", "both-addresses:3/0", action="passthrough")
    [group] = groups_of(with_mangle(THREE, off, made, counting, *THREE.mangle[2:])).groups
    assert [base.rule.id for base in group.rules] == ["pcc-wan3-2"]


def test_an_invalid_rule_takes_no_part_and_is_said_so() -> None:
    snapshot = with_mangle(THREE, replace(THREE.mangle[0], invalid=True), *THREE.mangle[1:])
    found = groups_of(snapshot)
    assert [(f.code, f.where) for f in found.findings] == [("mangle-rule-invalid", "pcc-wan1-0")]
    assert len(found.groups[0].rules) == 2
    assert not found.blocked


@pytest.mark.parametrize("text", ["!both-addresses:3/0", "colour:3/0"])
def test_a_classifier_of_another_kind_is_left_alone(text: str) -> None:
    found = groups_of(with_rules(pcc("n", "wan1-conn", text)))
    assert [f.code for f in found.findings] == ["pcc-classifier-unsupported"]
    assert not found.blocked


def test_several_remainders_block_planning_and_the_valid_rules_are_spelled_out() -> None:
    listed = pcc("bad", "wan1-conn", "both-addresses:10/0,4", "the big line", passthrough="true")
    found = groups_of(with_rules(listed))
    assert found.blocked
    [finding] = found.findings
    assert (finding.code, finding.where) == ("pcc-classifier-invalid", "bad")
    assert [line.partition("classifier=")[2] for line in finding.fix] == [
        'both-addresses:10/0 passthrough=yes comment="the big line"',
        'both-addresses:10/4 passthrough=yes comment="the big line"',
    ]


@pytest.mark.parametrize("text", ["both-addresses:10/0,4", "both-addresses-3/0", "3/0"])
def test_a_rule_that_is_refused_stops_its_own_group_only(text: str) -> None:
    guests = pcc("g", "wan1-conn", "src-address:1/0", in_interface="guests")
    found = groups_of(with_rules(pcc("bad", "wan1-conn", text), guests))
    assert not found.blocked
    assert [family.rules[0].rule.id for family in found.families] == ["g"]
    assert [family.rules[0].rule.id for family in found.refused] == ["pcc-wan1-0"]
    assert [(f.code, f.where) for f in found.findings] == [("pcc-group-refused", "bad")]


def test_a_rule_that_is_refused_by_other_fields_stops_no_group() -> None:
    found = groups_of(with_rules(pcc("bad", "wan1-conn", "both-addresses-and-ports-2/0")))
    assert not found.refused
    assert not found.blocked


def test_a_remainder_that_never_matches_is_left_alone() -> None:
    found = groups_of(with_rules(pcc("never", "wan1-conn", "both-addresses:3/3")))
    assert not found.refused
    [finding] = found.findings
    assert (finding.code, finding.where) == ("pcc-classifier-unsupported", "never")


def test_a_bucket_that_is_two_wans_at_once_is_both_ones() -> None:
    twice = pcc("twice", "wan2-conn", "both-addresses:3/0")
    found = groups_of(with_rules(twice))
    assert not found.findings
    own = found.groups[0].own()
    assert own["wan1"] == (Bucket(3, 0),)
    assert own["wan2"] == (Bucket(3, 0), Bucket(3, 1))


def test_the_same_rule_twice_is_two_rules_of_one_bucket() -> None:
    twice = pcc("twice", "wan1-conn", "both-addresses:3/0")
    [group] = groups_of(with_rules(twice)).groups
    assert len(group.rules) == 4
    assert group.own()["wan1"] == (Bucket(3, 0),)


def test_an_added_rule_belongs_to_the_rule_it_was_added_for_wherever_that_stands() -> None:
    first, *others = failed_over().mangle
    for mangle in ((first, *others), (*others, first)):
        found = groups_of(with_mangle(THREE, *mangle))
        assert not found.orphans
        assert found.groups[0].rules[0].added == (first,)


def test_an_added_rule_is_not_taken_for_another_groups() -> None:
    first, _gone, *others = failed_over().mangle
    guests = pcc("g", "wan1-conn", "both-addresses:3/0", in_interface="guests")
    found = groups_of(with_mangle(THREE, first, guests, *others))
    assert found.orphans == (first,)


def test_shares_are_the_buckets_as_the_rules_are_now() -> None:
    wans = bind(specs(3), THREE)
    assert current_shares(THREE, wans) == {n: pytest.approx(1 / 3) for n in OUT_1}
    assert current_shares(failed_over(), wans) == {
        "wan1": 0.0,
        "wan2": pytest.approx(1 / 2),
        "wan3": pytest.approx(1 / 2),
    }


def test_between_two_steps_a_hash_value_is_counted_once() -> None:
    first = make_plan(THREE, specs(3), OUT_1).steps[0]
    between = ModelRouter(THREE).apply([first]).snapshot
    wans = bind(specs(3), between)
    owners = current_owners(groups_of(between).groups[0], wans)
    assert sum(bucket.size for buckets in owners.values() for bucket in buckets) == 1
    assert owners["wan1"] == [Bucket(6, 0)]


def test_a_disabled_added_rule_takes_no_share() -> None:
    first, *others = failed_over().mangle
    snapshot = with_mangle(THREE, replace(first, disabled=True), *others)
    shares = current_shares(snapshot, bind(specs(3), snapshot))
    assert sum(shares.values()) == pytest.approx(5 / 6)


def test_the_routers_own_traffic_and_marks_of_no_wan_do_not_count() -> None:
    own = pcc("own", "wan1-conn", "both-addresses:1/0", chain="output", in_interface="")
    voip = pcc("voip", "voip", "src-address:1/0")
    snapshot = with_rules(own, voip)
    shares = current_shares(snapshot, bind(specs(3), snapshot))
    assert shares["wan1"] == pytest.approx(1 / 3)


def test_the_routers_own_traffic_counts_where_there_is_no_other() -> None:
    own = pcc("own", "wan1-conn", "both-addresses:1/0", chain="output", in_interface="")
    snapshot = with_mangle(THREE, own, routing("r", "wan1-conn", "to-wan1", chain="output"))
    assert current_shares(snapshot, bind(specs(3), snapshot))["wan1"] == pytest.approx(1)
