"""Findings are grouped by severity and code, and long lists of them stay short."""

import pytest

from wanwatch.cli.inspect_findings import counts, gravest_first, inspected_sentence, print_inspected
from wanwatch.cli.inspect_places import Places
from wanwatch.core.model import Finding, Severity
from wanwatch.core.snapshot import Snapshot, Version
from wanwatch.core.survey import Survey

Output = pytest.CaptureFixture[str]

MANGLE = "/ip/firewall/mangle"
ROWS = tuple({".id": f"*{number:X}", ".line": str(number + 10)} for number in range(1, 16))
PLACES = Places(Survey(Snapshot(Version(7)), {MANGLE: ROWS}, is_live=False))


def finding(row: str, severity: Severity = Severity.WARNING, **more: tuple[str, ...]) -> Finding:
    data = (("mark", "m"),)
    return Finding("mangle-rule-invalid", severity, row, data, more.get("fix", ()), MANGLE)


def printed(findings: list[Finding], capsys: Output) -> list[str]:
    print_inspected(findings, PLACES)
    return capsys.readouterr().out.splitlines()


def test_a_finding_is_a_sentence_its_place_and_what_mends_it(capsys: Output) -> None:
    assert printed([finding("*2", fix=("/ip firewall mangle print",))], capsys) == [
        "Warnings (1)",
        "  mangle-rule-invalid",
        "    Mangle rule 1 (mark m) is marked invalid by the router and takes no part.",
        "      at /ip/firewall/mangle 1, line 12",
        "      /ip firewall mangle print",
        "",
    ]


def test_many_of_one_code_are_named_by_their_places(capsys: Output) -> None:
    lines = printed([finding(row[".id"]) for row in ROWS], capsys)
    assert sum(" is marked invalid " in line for line in lines) == 3
    rest = " ".join(line.strip() for line in lines).partition("And 12 more of the same: ")[2]
    assert rest.startswith("/ip/firewall/mangle 3 (line 14), /ip/firewall/mangle 4 (line 15), ")
    assert rest.endswith("/ip/firewall/mangle 14 (line 25). ")


def test_many_commands_of_one_finding_are_cut(capsys: Output) -> None:
    fix = tuple(f"/ip route set {number}" for number in range(100))
    lines = printed([finding("*1", fix=fix)], capsys)
    assert sum(line.startswith("      /ip route set ") for line in lines) == 24
    assert "      and 76 commands more, which --json lists" in lines


def test_severities_have_headings_of_their_own(capsys: Output) -> None:
    findings = gravest_first([finding("*1", severity) for severity in reversed(Severity)])
    headings = [line for line in printed(findings, capsys) if line.endswith("(1)")]
    assert headings == ["Errors (1)", "Warnings (1)", "Notes (1)"]


def test_nothing_found_is_said(capsys: Output) -> None:
    assert printed([], capsys) == ["Nothing was found that is wrong."]
    assert counts([]) == "no findings"


def test_each_severity_is_counted() -> None:
    findings = [finding("*1", Severity.ERROR), finding("*2"), finding("*3")]
    assert counts(findings) == "3 findings: 1 error, 2 warnings"
    assert counts([finding("*1", Severity.INFO)]) == "1 finding: 1 note"


def test_the_same_finding_is_told_once_and_the_order_within_a_severity_kept() -> None:
    first, second = finding("*2"), finding("*1")
    assert gravest_first([first, second, first]) == [first, second]


def test_a_name_at_the_beginning_keeps_its_letters() -> None:
    unknown = Finding("no-such-code", Severity.INFO, "ether1")
    assert inspected_sentence(unknown, PLACES) == "no-such-code ether1"
