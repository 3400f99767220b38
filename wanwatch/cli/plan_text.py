"""A plan, its findings and what became of it as text for people."""

from collections.abc import Iterable, Sequence

from wanwatch.cli.console import say
from wanwatch.cli.rsc import Script, flush_command
from wanwatch.cli.sentences import finding_sentence, outcome_sentence, reason_sentence
from wanwatch.core.families import is_ipv6
from wanwatch.core.model import Finding, Severity
from wanwatch.core.plan import Flush, Plan, Step
from wanwatch.routeros.apply import Outcome
from wanwatch.routeros.execute import Execution
from wanwatch.routeros.text import display_text

_WORDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def capital(sentence: str) -> str:
    """The sentence with its first letter as a sentence begins."""
    return sentence[:1].upper() + sentence[1:]


def print_plan(plan: Plan, script: Script) -> None:
    """Each step with its reason and its command, then the connections that go."""
    say(f"{_steps(len(plan.steps))}:")
    print_steps(plan.steps, script)
    for flush in plan.flushes:
        say(
            f"then the {_family(flush.menu)}connections of {flush.wan} are removed: {_whose(flush)}"
        )
        say(f"     {flush_command(flush)}")


def print_steps(steps: Sequence[Step], script: Script) -> None:
    """Each step with its reason and its command."""
    for number, step in enumerate(steps, 1):
        say(f"{number:3}. {capital(reason_sentence(step))}.")
        say(f"     {script.step(step)}")


def print_findings(findings: Iterable[Finding]) -> None:
    """Each finding with what mends it."""
    for finding in findings:
        say(f"{_WORDS[finding.severity]}: {finding_sentence(finding)}.")
        if finding.fix:
            say("  valid rules in its place:")
        for line in finding.fix:
            say(f"    {line}")


def print_execution(execution: Execution) -> None:
    """What was done, in milliseconds."""
    report, phases = execution.report, execution.phases
    say(f"{_steps(len(report.done))} done in {_ms(phases.apply)}.")
    if any(result.step.await_active for result in report.done):
        say(f"Returned routes were active after {_ms(phases.activation)}.")
    for flush in execution.flushed:
        left = f", {flush.remaining} left" if flush.remaining else ""
        say(
            f"{flush.removed} {_family(flush.menu)}connections of {flush.wan} removed in {_ms(flush.duration)}"
            f" ({flush.passes} {'pass' if flush.passes == 1 else 'passes'}{left})."
        )
    if execution.verified:
        say(f"Read back in {_ms(phases.verify)}: the router is as planned.")


def problems(execution: Execution) -> list[str]:
    """Why it is not proven; empty where it is."""
    found = []
    report = execution.report
    if report.outcome is not Outcome.DONE:
        what = f": {reason_sentence(report.failed)}" if report.failed else ""
        why = f" ({display_text(report.message)})" if report.message else ""
        found.append(f"{outcome_sentence(report.outcome)}{what}{why}")
    elif execution.error is not None:
        found.append(f"not everything is proven: {display_text(str(execution.error))}")
    found += [
        f"the route stays inactive, so its line gets no buckets yet: {reason_sentence(step)}"
        for step in execution.inactive
    ]
    found += [
        f"row {m.id} has {m.name or 'the state'} {display_text(m.found)!r},"
        f" not {display_text(m.expected)!r}"
        for m in execution.mismatches
    ]
    found += [
        f"{flush.remaining} {_family(flush.menu)}connections of {flush.wan} are still there;"
        " run the command again"
        for flush in execution.flushed
        if flush.remaining
    ]
    if execution.left and not (execution.mismatches or execution.held_back):
        found.append(
            f"{_steps(len(execution.left))} still to do on a second look, the first because"
            f" {reason_sentence(execution.left[0])}; is another hand, or a daemon, at the router?"
        )
    return found


def _family(menu: str) -> str:
    return "IPv6 " if is_ipv6(menu) else ""


def _whose(flush: Flush) -> str:
    parts = []
    if flush.addresses:
        parts.append(f"translated to {', '.join(sorted(flush.addresses))}")
    if flush.connection_marks:
        marks = ", ".join(sorted(display_text(mark) for mark in flush.connection_marks))
        parts.append(f"marked {marks}")
    return " or ".join(parts) or "none can be told"


def _steps(count: int) -> str:
    return f"{count} {'step' if count == 1 else 'steps'}"


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms"
