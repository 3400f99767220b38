"""All checks of the linter, and the order of what they find."""

from wanwatch.core.discovery.discover import discover
from wanwatch.core.discovery.found import Discovery
from wanwatch.core.lint import classifiers, flow, lines, marks
from wanwatch.core.lint.picture import Check, Picture
from wanwatch.core.model import Finding, Severity
from wanwatch.core.provision.hidden import without_provisioned
from wanwatch.core.survey import Survey

CHECKS: tuple[Check, ...] = (
    *classifiers.CHECKS,
    *marks.CHECKS,
    *flow.CHECKS,
    *lines.CHECKS,
)


def lint(survey: Survey, discovery: Discovery) -> tuple[Finding, ...]:
    """Everything the checks find, the gravest first, else in the order of the checks.

    Rows that ``wanwatch provision`` added are not looked at.
    """
    bare = without_provisioned(survey)
    if bare is not survey:
        survey, discovery = bare, discover(bare)
    picture = Picture(survey, discovery)
    found = [finding for check in CHECKS for finding in check(picture)]
    order = list(Severity)
    return tuple(sorted(dict.fromkeys(found), key=lambda finding: order.index(finding.severity)))
