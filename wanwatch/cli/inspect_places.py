"""Where on the router a row stands, in words by which a person finds it.

A row has an id (``*D``), which only the API and scripts use, a number, which the console's
``print`` shows, and in an export a line. RouterOS 7 numbers the routes that were configured only;
every other menu here counts from 0 over all rows (RouterOS manual, "Console", item numbers).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from wanwatch.core.model import Finding
from wanwatch.core.survey import LINE, Row, Survey, is_on
from wanwatch.routeros.text import display_text

_LONGEST_COMMENT = 40
_IDS = re.compile(r"\*[0-9A-Fa-f]+(?:, ?\*[0-9A-Fa-f]+)*")
_NUMBERED_WHEN_STATIC = ("/ip/route", "/ipv6/route")


@dataclass(frozen=True, slots=True)
class Place:
    """One row: ``number`` is None for a row that the console does not number."""

    menu: str
    id: str
    number: int | None = None
    comment: str = ""
    line: int | None = None
    has_own_id: bool = True
    """False where the row was read from an export: there its id is made up."""

    def __str__(self) -> str:
        """``/ip/firewall/mangle 12 (*D) "comment", line 34``."""
        return self._text(f"({self.id})")

    @property
    def to_read(self) -> str:
        """The same for a person, to whom an id that is made up says nothing."""
        return self._text(f"({self.id})" if self.has_own_id else "")

    @property
    def short(self) -> str:
        """What stands for the row within a sentence: its number, else its id."""
        return self.id if self.number is None else str(self.number)

    def _text(self, row_id: str) -> str:
        number = "" if self.number is None else str(self.number)
        comment = f'"{self.comment}"' if self.comment else ""
        text = " ".join(part for part in (self.menu, number, row_id, comment) if part)
        return f"{text}, line {self.line}" if self.line is not None else text


class Places:
    """The rows of one survey by their menus and ids."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey
        self._menus: dict[str, Mapping[str, Place]] = {}

    def of(self, menu: str, row_id: str) -> Place | None:
        """The row of that id; None where the menu has none."""
        return self._rows(menu).get(row_id)

    def of_finding(self, finding: Finding) -> Place | None:
        """The row that a finding is about; None where it is about a name."""
        return self.of(finding.menu, finding.where) if finding.menu else None

    def readable(self, finding: Finding) -> Finding:
        """The finding with rows of its menu named by their numbers instead of their ids."""
        if not finding.menu:
            return finding
        data = tuple((name, self._short(finding.menu, value)) for name, value in finding.data)
        return replace(finding, where=self._short(finding.menu, finding.where), data=data)

    def _short(self, menu: str, text: str) -> str:
        if _IDS.fullmatch(text) is None:
            return text
        places = [self.of(menu, row_id) for row_id in re.split(r", ?", text)]
        return ", ".join(place.short for place in places if place) if all(places) else text

    def _rows(self, menu: str) -> Mapping[str, Place]:
        if menu not in self._menus:
            self._menus[menu] = self._numbered(menu)
        return self._menus[menu]

    def _numbered(self, menu: str) -> Mapping[str, Place]:
        only_static = menu in _NUMBERED_WHEN_STATIC and self._survey.snapshot.version.major > 6
        result, number = {}, 0
        for row in self._survey.of(menu):
            has_number = not (only_static and is_on(row, "dynamic"))
            place = Place(
                menu=menu,
                id=row.get(".id", ""),
                number=number if has_number else None,
                comment=_shortened(display_text(row.get("comment", ""))),
                line=_line(row),
                has_own_id=self._survey.is_live,
            )
            number += has_number
            result[place.id] = place
        return result


def _line(row: Row) -> int | None:
    line = row.get(LINE, "")
    return int(line) if line.isdecimal() else None


def _shortened(comment: str) -> str:
    text = " ".join("".join(c if c.isprintable() else " " for c in comment).split())
    return text if len(text) <= _LONGEST_COMMENT else text[: _LONGEST_COMMENT - 3] + "..."
