"""A plan and what became of it as JSON documents, for other programs.

Keys are only ever added. Texts of the router are UTF-8 where they are valid UTF-8; the ``rsc``
commands are exact in any case. Durations are seconds.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from wanwatch.cli.plan_text import problems
from wanwatch.cli.rsc import Script, flush_command
from wanwatch.cli.sentences import finding_sentence, reason_sentence
from wanwatch.core.model import Finding
from wanwatch.core.plan import Attributes, Flush, Plan, Step
from wanwatch.routeros.execute import Execution
from wanwatch.routeros.text import display_text


def plan_document(
    plan: Plan, down: Iterable[str], script: Script, findings: Iterable[Finding]
) -> dict[str, Any]:
    """The document of ``wanwatch plan --json``."""
    return {
        "down": list(down),
        "steps": steps_document(plan.steps, script),
        "flush": [_flush(flush) for flush in plan.flushes],
        "findings": [finding_document(finding) for finding in findings],
    }


def steps_document(steps: Iterable[Step], script: Script) -> list[dict[str, Any]]:
    """The steps in the order in which they are carried out."""
    return [_step(step, script) for step in steps]


def finding_document(finding: Finding) -> dict[str, Any]:
    """One finding, with its sentence."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "message": finding_sentence(finding),
        "where": display_text(finding.where),
        "fix": list(finding.fix),
        "data": {name: display_text(value) for name, value in finding.data},
    }


def execution_document(execution: Execution) -> dict[str, Any]:
    """What was done, with the seconds it took."""
    report, phases = execution.report, execution.phases
    return {
        "outcome": report.outcome.value,
        "verified": execution.verified,
        "steps_done": len(report.done),
        "steps_left": len(execution.left),
        "routes_not_active": [step.id for step in execution.inactive],
        "connections_removed": _by_wan((f.wan, f.removed) for f in execution.flushed),
        "connections_left": _by_wan((f.wan, f.remaining) for f in execution.flushed),
        "problems": problems(execution),
        "seconds": {name: round(value, 6) for name, value in asdict(phases).items()},
    }


def _step(step: Step, script: Script) -> dict[str, Any]:
    rsc = script.step(step)
    return {
        "menu": step.menu,
        "command": step.command.value,
        "id": step.id,
        "attributes": _attributes(step.attributes),
        "place_before": step.place_before,
        "reason": reason_sentence(step),
        "reason_code": step.reason.value,
        "wan": step.wan,
        "undo": {
            "menu": step.menu,
            "command": step.undo.command.value,
            "id": step.undo.id,
            "attributes": _attributes(step.undo.attributes),
            "place_before": step.undo.place_before,
            "rsc": script.undo(step),
        },
        "rsc": rsc,
    }


def _by_wan(counts: Iterable[tuple[str, int]]) -> dict[str, int]:
    """The sums by WAN: one that carries both families has a count of each."""
    sums: Counter[str] = Counter()
    for wan, count in counts:
        sums[wan] += count
    return dict(sums)


def _attributes(attributes: Attributes) -> dict[str, str]:
    return {name: display_text(value) for name, value in attributes}


def _flush(flush: Flush) -> dict[str, Any]:
    return {
        "wan": flush.wan,
        "menu": flush.menu,
        "addresses": sorted(flush.addresses),
        "connection_marks": sorted(display_text(mark) for mark in flush.connection_marks),
        "other_addresses": sorted(flush.other_addresses),
        "rsc": flush_command(flush),
    }
