"""What the linter says of marks and tables: laws over generated routers, and cases that need words."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wanwatch.cli.exported import survey_text
from wanwatch.core.discovery.discover import discover
from wanwatch.core.lint.classifiers import classifier_findings
from wanwatch.core.lint.marks import mark_findings
from wanwatch.core.lint.picture import MANGLE, ROUTE, Picture
from wanwatch.core.model import Finding, Severity
from wanwatch.core.snapshot import Address, MangleRule, Route, Snapshot, Version
from wanwatch.core.survey import Survey

FIXTURES = Path(__file__).parent / "fixtures"
MENDED = (
    *("cross-marked-arrival", "cross-wired-mark", "misspelt-connection-mark"),
    *("misspelt-routing-mark", "remainder-not-below-denominator", "table-not-declared"),
)

SOUND = """
/ip address
add address=203.0.113.2/30 interface=wan-a
add address=198.51.100.2/30 interface=wan-b
/ip firewall mangle
add action=mark-connection chain=prerouting connection-mark=no-mark in-interface=wan-a new-connection-mark=a
add action=mark-connection chain=prerouting connection-mark=no-mark in-interface=wan-b new-connection-mark=b
add action=mark-connection chain=prerouting connection-mark=no-mark in-interface=lan new-connection-mark=a per-connection-classifier=src-address:2/0
add action=mark-connection chain=prerouting connection-mark=no-mark in-interface=lan new-connection-mark=b per-connection-classifier=src-address:2/1
add action=mark-routing chain=prerouting connection-mark=a in-interface=lan new-routing-mark=to_a
add action=mark-routing chain=prerouting connection-mark=b in-interface=lan new-routing-mark=to_b
add action=mark-routing chain=output connection-mark=a new-routing-mark=to_a
add action=mark-routing chain=output connection-mark=b new-routing-mark=to_b
/ip route
add gateway=203.0.113.1 routing-mark=to_a
add gateway=198.51.100.1 routing-mark=to_b
add gateway=203.0.113.1
add distance=2 gateway=198.51.100.1
"""


def found(text: str) -> list[Finding]:
    survey = survey_text(text)
    picture = Picture(survey, discover(survey))
    return [*classifier_findings(picture), *mark_findings(picture)]


def codes(text: str) -> set[str]:
    return {finding.code for finding in found("# RouterOS 6.49.10\n" + text)}


def sound_with(old: str, new: str) -> str:
    assert old in SOUND
    return SOUND.replace(old, new)


def test_a_sound_router_raises_nothing() -> None:
    assert codes(SOUND) == set()


@pytest.mark.parametrize("code", MENDED)
def test_what_a_fix_mends_is_found_no_more(code: str) -> None:
    text = (FIXTURES / code / "shows.rsc").read_text(encoding="latin-1")
    lines = [line for finding in found(text) if finding.code == code for line in finding.fix]
    assert lines
    assert code not in {finding.code for finding in found(text + "\n" + "\n".join(lines) + "\n")}


def test_the_rule_that_leads_a_mark_astray_is_found_and_not_the_one_that_leads_it_home() -> None:
    crossed = sound_with("chain=output connection-mark=b new", "chain=output connection-mark=a new")
    (finding,) = [f for f in found(crossed) if f.code == "cross-wired-mark"]
    assert dict(finding.data)["routing_mark"] == "to_b"
    assert "".join(finding.fix).endswith(" connection-mark=b")


def test_a_table_whose_own_route_is_disabled_is_not_cross_wired() -> None:
    fallback = "add disabled=yes gateway=198.51.100.1 routing-mark=to_b\n"
    fallback += "add distance=2 gateway=203.0.113.1 routing-mark=to_b\n"
    text = sound_with("add gateway=198.51.100.1 routing-mark=to_b\n", fallback)
    assert codes(text) == set()


def test_a_table_that_a_routing_protocol_fills_is_not_without_a_route() -> None:
    text = sound_with("add gateway=198.51.100.1 routing-mark=to_b\n", "")
    protocol = "/routing ospf instance\nadd name=o routing-table=to_b\n"
    assert "table-without-route" in codes(text)
    assert "table-without-route" not in codes(text + protocol)


def test_a_rule_that_is_invalid_for_want_of_a_table_is_said_once() -> None:
    words = {"chain": "output", "action": "mark-routing", "new-routing-mark": "gone"}
    rule = MangleRule("*1", words, invalid=True)
    survey = Survey(Snapshot(Version(7, 16), mangle=(rule,)))
    picture = Picture(survey, discover(survey))
    findings = [*classifier_findings(picture), *mark_findings(picture)]
    assert [finding.code for finding in findings] == ["table-not-declared"]


def test_a_mark_that_the_fix_puts_to_use_is_no_second_finding() -> None:
    separate = """
add action=mark-connection chain=input in-interface=wan-a new-connection-mark=in_a
add action=mark-connection chain=input in-interface=wan-b new-connection-mark=in_b
add action=mark-routing chain=output connection-mark=in_a new-routing-mark=to_a
add action=mark-routing chain=output connection-mark=in_a new-routing-mark=to_b
/ip route
"""
    findings = found(sound_with("\n/ip route\n", separate))
    assert [finding.code for finding in findings] == ["cross-wired-mark"]
    assert findings[0].fix[0].endswith(" connection-mark=in_b")


def test_a_table_for_some_of_a_mark_is_not_cross_wired() -> None:
    mail = "add action=mark-routing chain=prerouting connection-mark=a dst-port=25 in-interface=lan"
    policy = f"{mail} new-routing-mark=to_b protocol=tcp\n/ip route\n"
    without_arrivals = "\n".join(
        line for line in SOUND.splitlines() if "in-interface=wan-" not in line
    )
    assert codes(without_arrivals.replace("/ip route\n", policy, 1)) == set()


def test_a_mark_that_custom_chains_route_is_routed() -> None:
    custom = SOUND.replace(
        "add action=mark-routing chain=prerouting connection-mark=a in-interface=lan",
        "add action=jump chain=prerouting connection-mark=a in-interface=lan jump-target=out-a\n"
        "add action=mark-routing chain=out-a",
    )
    assert codes(custom) == set()


def test_a_mark_that_is_routed_in_output_alone_is_not_routed_for_the_lan() -> None:
    rules = [line for line in SOUND.splitlines() if "mark-routing chain=prerouting" not in line]
    findings = found("\n".join(rules))
    assert [f.code for f in findings] == ["unrouted-pcc-marks"]
    assert dict(findings[0].data)["connection_marks"] == "a, b"


def test_marks_that_queues_use_and_nothing_routes_are_no_balancing_over_lines() -> None:
    text = "/ip firewall mangle\n" + "\n".join(
        f"add action=mark-connection chain=prerouting new-connection-mark=q{r}"
        f" per-connection-classifier=src-address:2/{r}\n"
        f"add action=mark-packet chain=prerouting connection-mark=q{r} new-packet-mark=p{r}"
        for r in (0, 1)
    )
    assert "unrouted-pcc-marks" not in codes(text)


def test_a_name_that_a_script_mentions_is_not_said_to_be_unused() -> None:
    unused = "add action=mark-connection chain=forward new-connection-mark=voice protocol=udp\n"
    script = '/system script\nadd name=s source="use voice here"\n'
    text = sound_with("/ip route\n", unused + "/ip route\n")
    assert "unused-connection-mark" in codes(text)
    assert "unused-connection-mark" not in codes(text + script)


def test_an_export_without_routes_tells_nothing_of_tables() -> None:
    assert codes(SOUND.partition("/ip route")[0]) & {"table-without-route"} == set()


def test_an_export_without_tables_tells_nothing_of_their_declaration() -> None:
    text = SOUND.replace("routing-mark=to_a\nadd gateway=198.51.100.1 routing-mark", "x")
    assert "x" in text
    routed = SOUND.replace("1 routing-mark=", "1 routing-table=")
    assert "table-not-declared" not in {f.code for f in found("# RouterOS 7.16\n" + routed)}


def test_a_table_that_a_script_may_fill_is_a_warning_only() -> None:
    text = sound_with("add gateway=198.51.100.1 routing-mark=to_b\n", "")
    script = '/system script\nadd name=s source="/ip route add routing-mark=to_b"\n'
    for more, severity in (("", Severity.ERROR), (script, Severity.WARNING)):
        findings = found("# RouterOS 6.49\n" + text + more)
        assert [f.severity for f in findings if f.code == "table-without-route"] == [severity]


def test_a_probe_table_that_a_host_is_marked_for_is_used() -> None:
    probe = (
        "add action=mark-routing chain=prerouting new-routing-mark=probe src-address=192.0.2.9\n"
    )
    text = sound_with(
        "/ip route\n", probe + "/ip route\nadd gateway=203.0.113.1 routing-mark=probe\n"
    )
    assert codes(text) == set()


PCC_FOR_B = """add action=mark-connection chain=prerouting connection-mark=no-mark in-interface=lan new-connection-mark=b per-connection-classifier=src-address:2/1
"""
PCC_FOR_A = PCC_FOR_B.replace("new-connection-mark=b", "new-connection-mark=a").replace(
    "2/1", "2/0"
)


def test_a_line_that_main_gives_what_is_left_over_is_said_once() -> None:
    rest_by_main = sound_with(PCC_FOR_A, "")
    (finding,) = found("# RouterOS 6.49\n" + rest_by_main)
    assert (finding.code, finding.severity) == ("unowned-hash-values", Severity.INFO)


def test_a_line_that_takes_the_rest_by_a_mark_has_its_part() -> None:
    rest = PCC_FOR_A.replace(" per-connection-classifier=src-address:2/0", "")
    rest_by_mark = sound_with(PCC_FOR_A, "").replace(PCC_FOR_B, PCC_FOR_B + rest)
    assert codes(rest_by_mark) == set()


NAMES = st.sampled_from(["a", "A", "a ", "!a", "b", "no-mark", "main", "", "to_a", "to-A", "é"])
CLASSIFIERS = st.sampled_from(
    [
        *("src-address:2/0", "src-address:2/1", "!src-address:2/0", "both-addresses:3/1,2"),
        *("src-address:4/3", "src-address:2/2", ":/", "", "src-address:0/0", "src-address-2/0"),
        "x:1/0",
    ]
)
RULES = st.builds(
    lambda words, disabled, invalid: (words, disabled, invalid),
    st.fixed_dictionaries(
        {},
        optional={
            "chain": st.sampled_from(["prerouting", "output", "input", "own", ""]),
            "action": st.sampled_from(["mark-connection", "mark-routing", "jump", "accept", "x"]),
            "jump-target": st.sampled_from(["own", "prerouting", ""]),
            "connection-mark": NAMES,
            "new-connection-mark": NAMES,
            "new-routing-mark": NAMES,
            "per-connection-classifier": CLASSIFIERS,
            "in-interface": st.sampled_from(["lan", "w1", "w2", "!w1", "!"]),
            "in-interface-list": st.sampled_from(["LAN", "!LAN", "none"]),
            "src-address": st.sampled_from(["10.0.0.0/8", "::/0", "10.0.0.1-10.0.0.9", "x"]),
        },
    ),
    st.booleans(),
    st.booleans(),
)
ROUTES = st.builds(
    lambda table, gateways, distance, disabled, destination: Route(
        "*0", destination, tuple(gateways), table, distance, disabled=disabled
    ),
    NAMES,
    st.lists(st.sampled_from(["10.1.0.1", "10.2.0.1", "w1", "", "<gateway>", "1.1.1.1@a", "::1"])),
    st.integers(0, 3),
    st.booleans(),
    st.sampled_from(["0.0.0.0/0", "10.0.0.0/8", ""]),
)


@settings(max_examples=300)
@given(
    st.lists(RULES, max_size=14),
    st.lists(ROUTES, max_size=6),
    st.sampled_from([6, 7]),
    st.booleans(),
)
def test_no_router_makes_the_linter_fail(
    rules: list[tuple[dict[str, str], bool, bool]],
    routes: list[Route],
    major: int,
    live: bool,  # noqa: FBT001 (drawn)
) -> None:
    mangle = tuple(
        MangleRule(f"*{index}", words, disabled=disabled, invalid=invalid)
        for index, (words, disabled, invalid) in enumerate(rules)
    )
    snapshot = Snapshot(
        Version(major),
        mangle=mangle,
        routes=tuple(routes),
        addresses=(Address("10.1.0.2/30", "w1"), Address("10.2.0.2/30", "w2")),
        interface_lists={"LAN": ("lan",)},
    )
    survey = Survey(
        snapshot,
        {
            MANGLE: tuple({".id": rule.id, **rule.properties} for rule in mangle),
            ROUTE: tuple({".id": route.id, "routing-mark": route.table} for route in routes),
        },
        is_live=live,
    )
    picture = Picture(survey, discover(survey))
    findings = [*classifier_findings(picture), *mark_findings(picture)]
    ids = {rule.id for rule in mangle} | {route.id for route in routes}
    assert all(f.where in ids for f in findings if f.menu)
    off = {rule.id for rule in mangle if rule.disabled}
    told_of_disabled = {"stale-pcc-group", "pcc-disabled", "mixed-classifiers"}
    assert {f.code for f in findings if f.menu == MANGLE and f.where in off} <= told_of_disabled
