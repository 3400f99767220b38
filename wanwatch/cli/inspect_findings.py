"""Findings as people read them: by severity, then by code, each with its place and what mends it."""

from collections.abc import Iterable, Sequence
from textwrap import wrap

from rich.text import Text

from wanwatch.cli.console import out, say
from wanwatch.cli.inspect_places import Places
from wanwatch.cli.inspect_words import counted
from wanwatch.cli.plan_text import capital
from wanwatch.cli.sentences import finding_sentence, finding_templates
from wanwatch.core.model import Finding, Severity
from wanwatch.routeros.text import display_text

_HEADINGS = {
    Severity.ERROR: ("Errors", "bold red"),
    Severity.WARNING: ("Warnings", "bold yellow"),
    Severity.INFO: ("Notes", "bold"),
}
_IN_FULL = 3
"""How many findings of one code are written out; of the rest the places are named."""
_MOST_COMMANDS = 24
_WIDEST = 110


def gravest_first(findings: Iterable[Finding]) -> list[Finding]:
    """Each finding once, in the order of severity, else as they came."""
    order = list(Severity)
    return sorted(dict.fromkeys(findings), key=lambda finding: order.index(finding.severity))


def print_inspected(findings: Sequence[Finding], places: Places) -> None:
    """All findings under a heading for each severity."""
    if not findings:
        say("Nothing was found that is wrong.")
    for severity, (heading, colour) in _HEADINGS.items():
        of_severity = [finding for finding in findings if finding.severity is severity]
        if not of_severity:
            continue
        out().print(Text(f"{heading} ({len(of_severity)})", style=colour))
        for code in dict.fromkeys(finding.code for finding in of_severity):
            _print_code(code, [f for f in of_severity if f.code == code], places)
        say()


def inspected_sentence(finding: Finding, places: Places) -> str:
    """What a finding means, with rows named by their numbers; names keep their first letter."""
    sentence = finding_sentence(places.readable(finding))
    begins_with_name = finding_templates().get(finding.code, "{").startswith("{")
    return sentence if begins_with_name else capital(sentence)


def counts(findings: Sequence[Finding]) -> str:
    """``12 findings: 2 errors, 4 warnings, 6 notes``."""
    if not findings:
        return "no findings"
    words = []
    for severity, one in (
        (Severity.ERROR, "error"),
        (Severity.WARNING, "warning"),
        (Severity.INFO, "note"),
    ):
        count = sum(finding.severity is severity for finding in findings)
        if count:
            words.append(counted(count, one))
    return f"{counted(len(findings), 'finding')}: {', '.join(words)}"


def _print_code(code: str, findings: Sequence[Finding], places: Places) -> None:
    out().print(Text(f"  {code}", style="bold"))
    shown = findings if len(findings) <= _IN_FULL + 1 else findings[:_IN_FULL]
    for finding in shown:
        for line in _wrapped(f"{inspected_sentence(finding, places)}."):
            say(f"    {line}")
        if place := places.of_finding(finding):
            say(f"      at {place.to_read}")
        for command in finding.fix[:_MOST_COMMANDS]:
            say(f"      {command}")
        if len(finding.fix) > _MOST_COMMANDS:
            say(f"      and {len(finding.fix) - _MOST_COMMANDS} commands more, which --json lists")
    if rest := findings[len(shown) :]:
        where = ", ".join(_short(finding, places) for finding in rest)
        for line in _wrapped(f"And {len(rest)} more of the same: {where}."):
            say(f"    {line}")


def _short(finding: Finding, places: Places) -> str:
    place = places.of_finding(finding)
    if place is None:
        return display_text(finding.where) or "-"
    return f"{place.menu} {place.short}" + (f" (line {place.line})" if place.line else "")


def _wrapped(text: str) -> list[str]:
    width = min(_WIDEST, out().width) - 4
    return wrap(text, max(width, 40), break_long_words=False, break_on_hyphens=False)
