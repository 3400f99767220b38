"""What the linter says of classifiers: laws over generated groups, and the cases that need words."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from wanwatch.cli.exported import survey_text
from wanwatch.core.classifier import Bucket
from wanwatch.core.discovery.discover import discover
from wanwatch.core.lint.classifiers import classifier_findings
from wanwatch.core.lint.hash_space import covered, is_partition, missing, named, overlap
from wanwatch.core.lint.picture import Picture
from wanwatch.core.model import Finding, Severity
from wanwatch.core.snapshot import MangleRule, Snapshot, Version
from wanwatch.core.survey import Survey

SPACE_FAULTS = {
    *("unowned-hash-values", "contested-hash-values", "mixed-classifiers", "uneven-pcc-rules"),
    "repeated-pcc-rules",
}
buckets = st.builds(
    lambda d, r: Bucket(d, r % d), st.integers(1, 24), st.integers(min_value=0, max_value=23)
)


def pcc(
    fields_and_denominator: str,
    remainder: int | str,
    mark: str = "a",
    match: str = "in-interface=lan",
) -> str:
    return (
        f"add action=mark-connection chain=prerouting {match} new-connection-mark={mark}"
        f" per-connection-classifier={fields_and_denominator}/{remainder}"
    )


def found(*mangle: str, routes: str = "") -> list[Finding]:
    text = "# RouterOS 6.49.10\n/ip firewall mangle\n" + "\n".join(mangle) + "\n" + routes
    survey = survey_text(text)
    return list(classifier_findings(Picture(survey, discover(survey))))


def codes(*mangle: str, routes: str = "") -> set[str]:
    return {finding.code for finding in found(*mangle, routes=routes)}


def data_of(code: str, findings: list[Finding]) -> dict[str, str]:
    return dict(next(finding for finding in findings if finding.code == code).data)


@st.composite
def partitions(draw: st.DrawFn) -> list[Bucket]:
    """One denominator's buckets, some cut in parts."""
    denominator = draw(st.integers(1, 6))
    whole = [Bucket(denominator, remainder) for remainder in range(denominator)]
    return [part for bucket in whole for part in bucket.parts(draw(st.integers(1, 4)))]


@given(st.lists(buckets, max_size=12))
def test_buckets_overlap_exactly_where_a_hash_value_is_in_two(some: list[Bucket]) -> None:
    space = range(24 * 23 * 22)
    shared = any(sum(b.holds(value) for b in some) > 1 for value in space) if some else False
    if all(bucket.denominator in (1, 2, 3, 4, 6, 8, 11, 12, 22, 23, 24) for bucket in some):
        assert overlap(some) == shared


@given(partitions())
def test_buckets_cut_in_parts_are_a_partition(whole: list[Bucket]) -> None:
    assert is_partition(whole)
    assert covered(whole[1:]) == Fraction(1) - whole[0].size
    assert not is_partition(whole[1:])
    assert not is_partition([*whole, whole[0]])


@given(st.integers(1, 40), st.sets(st.integers(0, 39)))
def test_what_is_missing_and_what_is_owned_make_the_whole(denominator: int, own: set[int]) -> None:
    left = missing(denominator, own)
    assert not own & set(left)
    assert left == [r for r in range(denominator) if r not in own][: len(left)]
    assert len(left) == min(9, sum(r not in own for r in range(denominator)))


def test_a_denominator_beyond_counting_is_judged_at_once() -> None:
    assert missing(4294967295, {0, 1}) == [2, 3, 4, 5, 6, 7, 8, 9, 10]
    assert named(missing(4294967295, {0, 1})) == "2, 3, 4, 5, 6, 7, 8, 9, ..."


@given(partitions())
def test_rules_that_share_the_space_out_raise_nothing(whole: list[Bucket]) -> None:
    rules = [pcc(f"both-addresses:{b.denominator}", b.remainder) for b in whole]
    assert not codes(*rules) & SPACE_FAULTS


@given(st.integers(2, 8), st.data())
def test_the_rule_that_is_taken_away_is_named(denominator: int, data: st.DataObject) -> None:
    gone = data.draw(st.integers(0, denominator - 1))
    rules = [pcc(f"src-address:{denominator}", r) for r in range(denominator) if r != gone]
    told = data_of("unowned-hash-values", found(*rules))
    assert told["remainders"] == str(gone)


@given(st.integers(2, 8), st.data())
def test_a_value_that_is_given_to_two_marks_is_found(denominator: int, data: st.DataObject) -> None:
    twice = data.draw(st.integers(0, denominator - 1))
    rules = [pcc(f"src-address:{denominator}", r) for r in range(denominator)]
    told = codes(*rules, pcc(f"src-address:{denominator}", twice, mark="b"))
    assert told & SPACE_FAULTS == {"contested-hash-values"}


def test_a_rule_that_takes_the_rest_leaves_nothing_over() -> None:
    rest = (
        "add action=mark-connection chain=prerouting connection-mark=no-mark new-connection-mark=b"
    )
    assert "unowned-hash-values" in codes(pcc("src-address:2", 0))
    assert "unowned-hash-values" not in codes(pcc("src-address:2", 0), rest)


def test_a_rule_for_other_traffic_takes_no_rest() -> None:
    other = "add action=mark-connection chain=prerouting in-interface=wan new-connection-mark=b"
    assert "unowned-hash-values" in codes(pcc("src-address:2", 0), other)


def test_the_rest_may_be_taken_where_a_jump_comes_from() -> None:
    jump = "add action=jump chain=prerouting in-interface=lan jump-target=share"
    rule = pcc("src-address:2", 0, match="").replace("chain=prerouting", "chain=share")
    rest = (
        "add action=mark-connection chain=prerouting connection-mark=no-mark in-interface=lan"
        " new-connection-mark=b"
    )
    assert "unowned-hash-values" in codes(jump, rule)
    assert "unowned-hash-values" not in codes(jump, rule, rest)


def test_groups_of_two_lans_do_not_fill_each_other() -> None:
    first = [pcc("src-address:2", 0, match="in-interface=lan1")]
    second = [pcc("src-address:2", r, match="in-interface=lan2") for r in (0, 1)]
    assert "unowned-hash-values" in codes(*first, *second)


def test_rules_that_leave_out_a_wan_each_are_one_group() -> None:
    rules = [pcc("src-address:2", r, match=f"in-interface=!wan{r}") for r in (0, 1)]
    assert not codes(*rules) & SPACE_FAULTS


def test_a_bucket_that_is_disabled_is_worth_knowing_and_no_more() -> None:
    rules = [pcc("src-address:2", 0), "add disabled=yes " + pcc("src-address:2", 1)[4:]]
    findings = [f for f in found(*rules) if f.code == "unowned-hash-values"]
    assert [finding.severity for finding in findings] == [Severity.INFO]


def test_what_wanwatch_changed_is_judged_as_the_operator_wrote_it() -> None:
    moved = (
        pcc("src-address:2", 1)
        + ' comment="[wanwatch: wan=b per-connection-classifier=src-address:2/1]"'
    )
    added = pcc("src-address:4", 3) + ' comment="[wanwatch: wan=b added=src-address:2/1]"'
    rules = (pcc("src-address:2", 0), added, moved.replace("2/1 ", "4/1 ", 1))
    assert not codes(*rules) & SPACE_FAULTS


def test_several_remainders_are_spelt_out_above_the_rule_that_routes_them() -> None:
    routing = "add action=mark-routing chain=prerouting connection-mark=a new-routing-mark=to_a"
    finding = next(f for f in found(pcc("src-address:3", "0,2"), routing) if f.fix)
    assert [line.partition("per-connection-classifier=")[2] for line in finding.fix] == [
        f'src-address:3/{r} passthrough=yes place-before=[find where chain="prerouting" and '
        'action="mark-routing" and connection-mark="a" and new-routing-mark="to_a"]'
        for r in (0, 2)
    ]


def test_no_fix_is_offered_where_the_place_of_a_rule_cannot_be_told() -> None:
    routing = "add action=mark-routing chain=prerouting connection-mark=a new-routing-mark=to_a"
    findings = found(pcc("src-address:3", "0,2"), routing, routing)
    assert [f.fix for f in findings if f.code == "several-remainders"] == [()]


def test_the_remainder_that_is_left_is_the_fix_of_one_that_is_too_large() -> None:
    findings = found(pcc("src-address:2", 1), pcc("src-address:2", 2))
    (finding,) = [f for f in findings if f.code == "remainder-not-below-denominator"]
    assert "".join(finding.fix) == (
        '/ip firewall mangle set [find where chain="prerouting" and action="mark-connection" and'
        ' new-connection-mark="a" and per-connection-classifier="src-address:2/2" and'
        ' in-interface="lan"] per-connection-classifier=src-address:2/0'
    )
    assert "unowned-hash-values" not in {f.code for f in findings}


def test_faults_of_one_kind_in_one_group_are_said_once() -> None:
    findings = found(*(pcc("src-address-3", r) for r in range(3)))
    (finding,) = [f for f in findings if f.code == "malformed-classifier"]
    assert dict(finding.data)["rules"] == "3"


def test_a_number_no_router_takes_is_a_fault_and_no_crash() -> None:
    properties = {
        "chain": "prerouting",
        "action": "mark-connection",
        "new-connection-mark": "a",
        "per-connection-classifier": f"src-address:{'9' * 5000}/0",
    }
    snapshot = Snapshot(Version(6, 49), mangle=(MangleRule("*1", properties),))
    survey = Survey(snapshot, is_live=False)
    findings = classifier_findings(Picture(survey, discover(survey)))
    assert "malformed-classifier" in {finding.code for finding in findings}


def test_ipv6_rules_are_judged_in_their_own_menu() -> None:
    text = (
        "# RouterOS 7.16\n/ipv6 firewall mangle\n"
        + pcc("src-address:2", 1)
        + "\n"
        + pcc("src-address:2", 2)
    )
    survey = survey_text(text)
    (finding,) = [f for f in classifier_findings(Picture(survey, discover(survey))) if f.fix]
    assert finding.menu == "/ipv6/firewall/mangle"
    assert finding.fix[0].startswith("/ipv6 firewall mangle set [find where ")
