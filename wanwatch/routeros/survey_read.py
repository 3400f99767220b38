"""Reading a live router whole, once: the rows of every menu that discovery and the linter look at.

A router may hold the internet's full routing table, so not all routes are printed. Asked for are the
default routes, the static ones, and those that lead to gateways that are not neighbours. ``static``
is asked for in both forms in which RouterOS writes booleans, as equality: a query for the property's
presence is true of every route on RouterOS 7. Where a RouterOS answers neither form, the default
routes and what they lead over are there all the same (RouterOS manual, API, "Queries").
"""

from collections.abc import Sequence
from dataclasses import replace

from wanwatch.core.snapshot import Version
from wanwatch.core.survey import Row, Survey
from wanwatch.routeros import rows as core_rows
from wanwatch.routeros.dialect import (
    IPV6_MANGLE_MENU,
    IPV6_ROUTE_MENU,
    MANGLE_MENU,
    ROUTE_MENU,
    Dialect,
)
from wanwatch.routeros.errors import CommandRefused, CommandUnknown
from wanwatch.routeros.observe import carries_ipv6, version
from wanwatch.routeros.question import Answer, Words, reading
from wanwatch.routeros.read_routes import addresses_of, route_rows
from wanwatch.routeros.rounds import Reading, ask, both, printed
from wanwatch.routeros.session import RouterSession
from wanwatch.routeros.survey import snapshot_of
from wanwatch.routeros.survey_menus import asked_of

_STATIC = ("static=yes", "static=true")
_MORE_OF_ROUTES = {
    6: ("scope", "target-scope", "pref-src"),
    7: ("scope", "target-scope", "pref-src", "inactive", "static", "vrf-interface"),
}
_SWITCHES = frozenset({"blackhole", "fib"})
"""Properties that are true by their presence, also with an empty value."""


async def read_survey(session: RouterSession, dialect: Dialect) -> Survey:
    """The router as it is now.

    A menu that the router does not have is absent, one that it refuses to show stands in
    ``refused``; without routes, mangle rules and addresses there is nothing to discover, and their
    refusal is raised. Raises RouterError.
    """
    of_version, found, refused = await ask(session, _menus(dialect))
    rows = {menu: rows for menu, rows in found.items() if rows}
    snapshot = replace(
        snapshot_of(of_version, rows),
        running_interfaces={
            row["name"]: core_rows.is_true(dict(row), "running")
            and not core_rows.is_true(dict(row), "disabled")
            for row in rows.get("/interface", ())
            if "name" in row
        },
    )
    return Survey(snapshot, rows, is_live=True, refused=refused)


def _menus(
    dialect: Dialect,
) -> Reading[tuple[Version, dict[str, tuple[Row, ...]], frozenset[str]]]:
    """The version, the rows of each menu in the order of its kind, and what was refused."""
    if dialect.has_ipv6 is None:
        dialect = replace(dialect, has_ipv6=(yield from carries_ipv6()))
    asked = list(asked_of(dialect.major, has_ipv6=bool(dialect.has_ipv6)))
    questions = [reading(f"{each.menu}/print", proplist=(".id", *each.names)) for each in asked]
    found, (basis, (answers, ipv6)) = yield from both(
        version(),
        both(
            _rules_and_routes(dialect, MANGLE_MENU, ROUTE_MENU),
            both(_answers(questions), _ipv6(dialect)),
        ),
    )
    refused = set()
    for each, answer in zip(asked, answers, strict=True):
        if not isinstance(answer, CommandRefused):
            basis[each.menu] = tuple(_set_only(row) for row in answer)
        elif not isinstance(answer, CommandUnknown):
            refused.add(each.menu)
    return found, basis | ipv6, frozenset(refused)


def _ipv6(dialect: Dialect) -> Reading[dict[str, tuple[Row, ...]]]:
    if not dialect.has_ipv6:
        return {}
    return (yield from _rules_and_routes(dialect, IPV6_MANGLE_MENU, IPV6_ROUTE_MENU))


def _answers(questions: list[Words]) -> Reading[Sequence[Answer]]:
    return (yield questions)


def _rules_and_routes(
    dialect: Dialect, mangle: str, routes: str
) -> Reading[dict[str, tuple[Row, ...]]]:
    rules, found = yield from both(
        printed(reading(f"{mangle}/print", proplist=dialect.properties_of(mangle))),
        route_rows(
            dialect,
            routes,
            printed(addresses_of(routes)),
            also=_STATIC,
            names=_MORE_OF_ROUTES[dialect.major],
        ),
    )
    return {
        menu: tuple(_set_only(row) for row in of) for menu, of in ((mangle, rules), (routes, found))
    }


def _set_only(row: Row) -> Row:
    """Without properties that are empty, as an export has none; settings get an id, empty."""
    kept = {name: text for name, text in row.items() if text or name in _SWITCHES}
    return {".id": "", **kept}
