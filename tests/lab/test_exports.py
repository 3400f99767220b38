"""The laboratory's routers are of every kind, and the one that is refused is mended."""

from tests.lab.exports import MENDED, export_of, follows_rules, working_routers
from tests.lab.topology import read_topology
from wanwatch.core.snapshot import Version


def test_the_routers_are_of_both_versions_with_two_three_and_four_lines() -> None:
    found = [read_topology(export_of(name)) for name in working_routers()]
    assert {each.version >= Version(7) for each in found} == {True, False}
    assert {len(each.uplinks) for each in found} == {2, 3, 4}


def test_every_classifier_and_both_guards_are_among_them() -> None:
    text = "".join(export_of(name).replace("\\\n    ", "") for name in working_routers())
    for fields in ("both-addresses:", "both-addresses-and-ports:", "src-address-and-port:"):
        assert fields in text
    rules = [line for line in text.splitlines() if "per-connection-classifier" in line]
    guards = {("no-mark" in rule, "connection-state=new" in rule) for rule in rules}
    assert guards == {(True, True), (True, False), (False, True), (False, False)}


def test_a_router_that_marks_routing_by_pcc_is_told_from_the_others() -> None:
    following = [name for name in working_routers() if follows_rules(export_of(name))]
    assert following == ["v6-direct-crossed", "v6-direct-ecmp"]


def test_the_remedies_make_ten_rules_of_three_that_are_refused() -> None:
    rules = [line for line in export_of(MENDED).splitlines() if "per-connection-classifier" in line]
    assert [rule.partition("ports:")[2].split()[0] for rule in rules] == [
        f"10/{remainder}" for remainder in range(10)
    ]
