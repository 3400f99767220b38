"""Lines of an export that were not taken as they stand: a handful named singly, many in sum."""

import re
from collections.abc import Iterator

from wanwatch.core.lint.interfaces import MEMBER
from wanwatch.core.lint.picture import MANGLE, Picture
from wanwatch.core.model import Finding, Severity
from wanwatch.core.survey import LINE, Survey, Unread

_HANDFUL = 4
_LONGEST = 120
_NAMED = 12
_DETAIL = re.compile(r"['=]")
"""Where a reason begins to name words of its line; what stands before is its kind."""


def unread(picture: Picture) -> Iterator[Finding]:
    """Each line while they are few, else one finding for each kind of reason."""
    told = _told_elsewhere(picture)
    entries = [entry for entry in picture.survey.unread if str(entry.line) not in told]
    if len(entries) <= _HANDFUL:
        groups = [[entry] for entry in entries]
    else:
        by_kind: dict[str, list[Unread]] = {}
        for entry in entries:
            by_kind.setdefault(_DETAIL.split(entry.reason)[0], []).append(entry)
        groups = list(by_kind.values())
    if len(groups) > _HANDFUL:
        rest = [entry for group in groups[_HANDFUL:] for entry in group]
        groups = [*groups[:_HANDFUL], rest]
    for group in groups:
        first = group[0]
        lines = ", ".join(str(entry.line) for entry in group[:_NAMED])
        more = ", ..." if len(group) > _NAMED else ""
        data = (
            *(("line", lines + more), ("count", str(len(group)))),
            *(("text", first.text[:_LONGEST]), ("reason", first.reason)),
        )
        yield Finding("export-line-unreadable", Severity.INFO, f"line {first.line}", data)


def _told_elsewhere(picture: Picture) -> set[str]:
    """Lines whose rows have a finding of their own for the same fault."""
    survey: Survey = picture.survey
    blank = [row for row in survey.of(MEMBER) if not row.get("interface")]
    invalid = {rule.id for rule in picture.snapshot.mangle if rule.invalid}
    rows = [*blank, *(row for row in survey.of(MANGLE) if row.get(".id") in invalid)]
    return {row.get(LINE, "") for row in rows}
