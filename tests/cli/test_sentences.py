"""Every code has its sentence, and no sentence is for nothing."""

import pytest

from wanwatch.cli.findings.raised import raised
from wanwatch.cli.sentences import (
    finding_codes,
    finding_sentence,
    outcome_sentence,
    reason_sentence,
    sentence_of,
)
from wanwatch.core.classifier import Fault
from wanwatch.core.discovery.evidence import CERTAIN, Evidence
from wanwatch.core.model import Finding, Severity
from wanwatch.core.plan import Command, Reason, Step, Undo
from wanwatch.routeros.apply import Outcome


def a_step(reason: Reason, command: Command = Command.SET, **data: str) -> Step:
    return Step("/ip/route", command, reason, "isp1", Undo(command), data=tuple(data.items()))


def test_every_finding_has_a_sentence_and_every_sentence_a_finding() -> None:
    assert set(raised()) == finding_codes()


@pytest.mark.parametrize("code", sorted(finding_codes()))
def test_a_finding_is_a_plain_sentence(code: str) -> None:
    sentence = sentence_of(code, "isp1", {})
    assert "{" not in sentence
    assert not sentence.endswith(".")


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_a_sentence_that_names_its_values(reason: Reason) -> None:
    sentence = reason_sentence(a_step(reason, bucket="4/2", chain="pre", to="isp2", table="t"))
    assert "{" not in sentence
    assert sentence[0] in "WtoThe"


def test_the_sentence_holds_the_data() -> None:
    step = a_step(Reason.BUCKET_MOVED, bucket="src-address:4/2", chain="prerouting", to="isp2")
    assert reason_sentence(step) == (
        "WAN isp1 takes no new connections, so its bucket src-address:4/2 in chain prerouting"
        " goes to isp2"
    )


def test_a_removed_row_is_said_to_be_removed() -> None:
    assert "added for isp1 is removed" in reason_sentence(a_step(Reason.RESTORED, Command.REMOVE))


def test_text_of_the_router_is_shown_as_people_read_it() -> None:
    finding = Finding("mangle-rule-invalid", Severity.WARNING, "*1", (("mark", "Ð\x9c"),))
    assert "mark \u041c" in finding_sentence(finding)


@pytest.mark.parametrize("fault", Fault)
def test_every_fault_of_a_classifier_is_explained(fault: Fault) -> None:
    data = {"classifier": "x", "mark": "m", "fault": fault.value}
    assert f"({fault.value})" not in sentence_of("pcc-classifier-invalid", "*1", data)


def test_an_unknown_code_is_shown_with_its_values() -> None:
    assert sentence_of("new-thing", "*1", {"mark": "m"}) == "new-thing *1 (mark m)"


def test_every_outcome_is_a_sentence() -> None:
    assert len({outcome_sentence(outcome) for outcome in Outcome}) == len(Outcome)


@pytest.mark.parametrize("evidence", [word for word in Evidence if word not in CERTAIN])
def test_every_likely_reason_for_an_interface_is_explained(evidence: Evidence) -> None:
    data = {"lines": "ether1 (10.0.0.1)", "evidence": evidence.value}
    assert evidence.value not in sentence_of("wan-interface-inferred", "isp1", data)
