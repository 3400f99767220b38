"""Routing tables that no rule leads to: their routes are looked at by nobody."""

from collections.abc import Iterator, Sequence

from wanwatch.core.discovery.found import TableKind
from wanwatch.core.lint.mark_facts import MarkFacts, table_rows
from wanwatch.core.lint.picture import ROUTE
from wanwatch.core.model import Finding, Severity
from wanwatch.core.originals import is_enabled
from wanwatch.core.snapshot import MAIN_TABLE
from wanwatch.core.survey import is_on

_MOST_NAMED = 6


def idle_tables(facts: MarkFacts) -> Iterator[Finding]:
    """Tables with enabled routes that nothing selects, and those left with disabled rows alone."""
    vrfs = {t.name for t in facts.picture.discovery.tables if t.kind is TableKind.VRF}
    resting, unused = [], []
    for table, routes in facts.leading.routes.items():
        if table == MAIN_TABLE or table in facts.markers or table in vrfs | facts.vrfs:
            continue
        own = [route for route in routes if not route.dynamic]
        if not own or table in facts.selected or facts.is_scripted(table):
            continue
        enabled = [route for route in own if is_enabled(route)]
        if not enabled:
            if table not in facts.resting_markers:
                resting.append((table, own[0].id))
            continue
        unused.append((table, enabled[0].id))
    if unused:
        yield Finding(
            "unused-routing-tables", Severity.INFO, unused[0][1], _named(unused), menu=ROUTE
        )
    if resting:
        yield Finding(
            "stale-routing-tables", Severity.INFO, resting[0][1], _named(resting), menu=ROUTE
        )


def _named(tables: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The first few by name, and how many there are."""
    names = ", ".join(name for name, _ in tables[:_MOST_NAMED])
    return ("tables", names), ("count", str(len(tables)))


def declared_for_nothing(facts: MarkFacts) -> Iterator[Finding]:
    """Declared tables without a route that nothing leads to (RouterOS 7); said once."""
    names = [
        name
        for name, row in table_rows(facts.survey).items()
        if not (is_on(row, "disabled") or is_on(row, "dynamic") or name == MAIN_TABLE)
        and name not in facts.leading.routes
        and name not in facts.markers
        and name not in facts.resting_markers
        and name not in facts.selected | facts.vrfs
        and not facts.is_scripted(name)
    ]
    if names:
        data = _named([(name, "") for name in names])
        yield Finding("empty-routing-tables", Severity.INFO, names[0], data)
