"""Settings of the whole router that several lines do not go with, and lines that were not read."""

from collections.abc import Iterator
from itertools import groupby

from wanwatch.core.lint.picture import Picture
from wanwatch.core.model import Finding, Severity
from wanwatch.core.survey import Unread

_SETTINGS = "/ip/settings"
_DETECT = "/interface/detect-internet"
_HANDFUL = 4
"""How many unread lines are named singly."""


def strict_source_check(picture: Picture) -> Iterator[Finding]:
    """Strict rp-filter drops what arrives by a line that main does not answer by (RFC 3704)."""
    strict = picture.survey.setting(_SETTINGS, "rp-filter") == "strict"
    if strict and len(picture.discovery.wans) > 1:
        fix = ("/ip settings set rp-filter=loose",)
        yield Finding("rp-filter-strict", Severity.ERROR, "rp-filter", fix=fix)


def detection(picture: Picture) -> Iterator[Finding]:
    """detect-internet (RouterOS manual, "Detect Internet") adds DHCP clients and list members."""
    watched = picture.survey.setting(_DETECT, "detect-interface-list")
    if watched in ("", "none"):
        return
    members = picture.snapshot.interface_lists.get(watched, ())
    wans = {name for wan in picture.discovery.wans for name in wan.interfaces}
    if watched == "all" or wans.intersection(members):
        fix = ("/interface detect-internet set detect-interface-list=none",)
        data = (("list", watched),)
        yield Finding("detect-internet-on-wan", Severity.INFO, "detect-internet", data, fix)


def unread(picture: Picture) -> Iterator[Finding]:
    """Lines of an export that are no command: a few are named singly, many in sum by reason."""
    survey = picture.survey
    if len(survey.unread) <= _HANDFUL:
        yield from (_unread([entry]) for entry in survey.unread)
        return
    by_reason = sorted(survey.unread, key=lambda entry: entry.reason)
    for _, group in groupby(by_reason, key=lambda entry: entry.reason):
        yield _unread(sorted(group, key=lambda entry: entry.line))


def _unread(entries: list[Unread]) -> Finding:
    first = entries[0]
    lines = ", ".join(str(entry.line) for entry in entries)
    data = (("line", lines), ("text", first.text[:120]), ("reason", first.reason))
    return Finding("export-line-unreadable", Severity.INFO, f"line {first.line}", data)
