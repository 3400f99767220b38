"""Routers for the linter's tests."""

from collections.abc import Iterable

from wanwatch.cli.exported import survey_text
from wanwatch.core.discovery.discover import discover
from wanwatch.core.lint.picture import Check, Picture
from wanwatch.core.model import Finding


def picture_of(export: str) -> Picture:
    """An export as the checks are given it."""
    survey = survey_text(export)
    return Picture(survey, discover(survey))


def found_in(export: str, *checks: Check) -> list[Finding]:
    """What some checks find in an export."""
    picture = picture_of(export)
    return [finding for check in checks for finding in check(picture)]


def codes(findings: Iterable[Finding]) -> list[str]:
    """The codes of findings in their order."""
    return [finding.code for finding in findings]
