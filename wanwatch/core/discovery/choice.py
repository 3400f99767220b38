"""Which of the lines that were found are WANs, and in which order they are shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wanwatch.core.discovery.evidence import Evidence, candidates
from wanwatch.core.discovery.found import TableKind
from wanwatch.core.discovery.lines import Line
from wanwatch.core.discovery.marking import Marking
from wanwatch.core.discovery.translation import is_translated
from wanwatch.core.discovery.uplinks import Uplink
from wanwatch.core.originals import nearest_defaults
from wanwatch.core.snapshot import MAIN_TABLE, Route
from wanwatch.core.survey import Survey


@dataclass(frozen=True, slots=True)
class Choice:
    """The lines that are WANs, and those that may be."""

    wans: tuple[Line, ...]
    left_out: tuple[Line, ...]
    """Lines of main that no bucket leads to and no rule translates, beside lines that are."""
    evidence: Mapping[str, tuple[str, Evidence]]
    """Uplink key -> the interface it was found to be behind, and why."""


def choose(
    survey: Survey,
    marking: Marking,
    lines: Sequence[Line],
    evidence: Mapping[str, tuple[str, Evidence]],
) -> Choice:
    """The WANs in the order of the PCC rules that lead to them, then of the routes.

    While the interface of some line is not known, an interface that leads nowhere else may be that
    very line's: it is not counted twice. A gateway that is not filled in makes no line.
    """
    found = [line for line in lines if line.kind is TableKind.WAN]
    if not found and not survey.is_live and not survey.of("/ip/route"):
        return Choice(tuple(_routeless(marking)), (), evidence)
    order = _Order(survey, marking)
    is_unsure = any(line.address and not line.interface for line in found)
    open_interfaces = frozenset(candidates(survey, marking))
    kept = []
    for line in found:
        is_bare = not line.address and (
            not line.interface or (is_unsure and line.interface in open_interfaces)
        )
        is_static_main = bool(line.interface) and MAIN_TABLE in line.tables and not line.is_dynamic
        if not is_bare or order.is_balanced(line) or is_static_main:
            kept.append(line)
    left_out = _untranslated(survey, kept, order)
    wans = sorted((line for line in kept if line not in left_out), key=order.place)
    return Choice(tuple(wans), tuple(left_out), evidence)


class _Order:
    """The places of lines among the tables that PCC leads to."""

    def __init__(self, survey: Survey, marking: Marking) -> None:
        self._nearest = [
            frozenset(route.id for route in nearest_defaults(table, survey.snapshot))
            for table in marking.balanced_tables()
        ]

    def place(self, line: Line) -> int:
        """The place of the first balanced table whose nearest default this line is."""
        own = {uplink.route.id for uplink in line.uplinks}
        places = (place for place, ids in enumerate(self._nearest) if ids & own)
        return next(places, len(self._nearest))

    def is_balanced(self, line: Line) -> bool:
        """True when PCC leads to this line."""
        return self.place(line) < len(self._nearest)


def _untranslated(survey: Survey, lines: Sequence[Line], order: _Order) -> list[Line]:
    """Lines beside the balanced ones that nothing translates, where those all are."""
    balanced = [line for line in lines if order.is_balanced(line)]
    if not balanced or not all(is_translated(survey, line.interface) for line in balanced):
        return []
    return [
        line
        for line in lines
        if line.interface
        and not order.is_balanced(line)
        and not is_translated(survey, line.interface)
    ]


def _routeless(marking: Marking) -> list[Line]:
    """A part of a configuration without routes: every table that PCC leads to stands for a line."""
    arrivals = {table: set[str]() for table in marking.balanced_tables()}
    for arrival in marking.arrivals():
        for table in marking.tables_of(arrival.connection_mark) & arrivals.keys():
            arrivals[table].add(arrival.interface)
    lines = []
    for table, interfaces in arrivals.items():
        interface = interfaces.pop() if len(interfaces) == 1 else ""
        row = Route(routeless_id(table), "0.0.0.0/0", (), table)
        lines.append(Line(interface, "", (Uplink(row, "", "", interface),)))
    return lines


def routeless_id(table: str) -> str:
    """What stands for the id of the route that a table of a routeless export must have."""
    return f"table {table}"
