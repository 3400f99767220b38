"""Routing tables that no rule leads to: their routes are looked at by nobody."""

from collections.abc import Iterator

from wanwatch.core.discovery.found import TableKind
from wanwatch.core.lint.mark_facts import MarkFacts, table_rows
from wanwatch.core.lint.picture import ROUTE
from wanwatch.core.model import Finding, Severity
from wanwatch.core.snapshot import MAIN_TABLE
from wanwatch.core.survey import is_on
from wanwatch.core.wans import is_enabled


def idle_tables(facts: MarkFacts) -> Iterator[Finding]:
    """Tables with enabled routes that nothing selects, and those left with disabled rows alone."""
    vrfs = {t.name for t in facts.picture.discovery.tables if t.kind is TableKind.VRF}
    resting = []
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
        data = (("table", table), ("routes", str(len(enabled))))
        yield Finding("unused-routing-table", Severity.INFO, enabled[0].id, data, menu=ROUTE)
    if resting:
        names = ", ".join(name for name, _ in resting[:6])
        yield Finding(
            "stale-routing-tables",
            Severity.INFO,
            resting[0][1],
            (("tables", names), ("count", str(len(resting)))),
            menu=ROUTE,
        )


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
        data = (("tables", ", ".join(names[:6])), ("count", str(len(names))))
        yield Finding("empty-routing-tables", Severity.INFO, names[0], data)
