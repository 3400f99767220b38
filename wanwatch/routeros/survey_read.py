"""Reading a live router whole, once: the rows of every menu that discovery and the linter look at.

A router may hold the internet's full routing table, so not all routes are printed. Asked for are the
default routes, the static ones, and those that lead to gateways that are not neighbours. ``static``
is asked for in both forms in which RouterOS writes booleans, as equality: a query for the property's
presence is true of every route on RouterOS 7. Where a RouterOS answers neither form, the default
routes and what they lead over are there all the same (RouterOS manual, API, "Queries").
"""

from dataclasses import replace

from wanwatch.core.survey import Row, Survey
from wanwatch.routeros import rows as core_rows
from wanwatch.routeros.dialect import (
    ADDRESS_PROPERTIES,
    IPV6_ADDRESS_PROPERTIES,
    IPV6_MANGLE_MENU,
    IPV6_ROUTE_MENU,
    MANGLE_MENU,
    ROUTE_MENU,
    Dialect,
)
from wanwatch.routeros.errors import CommandRefused, CommandUnknown
from wanwatch.routeros.observe import carries_ipv6, read_version
from wanwatch.routeros.read_routes import route_rows
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
    version = await read_version(session)
    if dialect.has_ipv6 is None:
        dialect = replace(dialect, has_ipv6=await carries_ipv6(session))
    found = {
        MANGLE_MENU: await _print(session, MANGLE_MENU, dialect.mangle_properties),
        ROUTE_MENU: await _routes(session, dialect, ROUTE_MENU),
    }
    refused = set()
    for asked in asked_of(dialect.major, has_ipv6=bool(dialect.has_ipv6)):
        try:
            found[asked.menu] = await _print(session, asked.menu, (".id", *asked.names))
        except CommandUnknown:
            continue
        except CommandRefused:
            refused.add(asked.menu)
    if dialect.has_ipv6:
        names = dialect.properties_of(IPV6_MANGLE_MENU)
        found[IPV6_MANGLE_MENU] = await _print(session, IPV6_MANGLE_MENU, names)
        found[IPV6_ROUTE_MENU] = await _routes(session, dialect, IPV6_ROUTE_MENU)
    rows = {menu: rows for menu, rows in found.items() if rows}
    snapshot = replace(
        snapshot_of(version, rows),
        running_interfaces={
            row["name"]: core_rows.is_true(dict(row), "running")
            and not core_rows.is_true(dict(row), "disabled")
            for row in rows.get("/interface", ())
            if "name" in row
        },
    )
    return Survey(snapshot, rows, is_live=True, refused=frozenset(refused))


async def _routes(session: RouterSession, dialect: Dialect, menu: str) -> tuple[Row, ...]:
    is_ipv6 = menu == IPV6_ROUTE_MENU
    found = await session.command(
        "/ipv6/address/print" if is_ipv6 else "/ip/address/print",
        proplist=IPV6_ADDRESS_PROPERTIES if is_ipv6 else ADDRESS_PROPERTIES,
    )
    addresses = [core_rows.address(row) for row in found]
    names = _MORE_OF_ROUTES[dialect.major]
    routes = await route_rows(session, dialect, menu, addresses, also=_STATIC, names=names)
    return tuple(_set_only(row) for row in routes)


async def _print(session: RouterSession, menu: str, names: tuple[str, ...]) -> tuple[Row, ...]:
    return tuple(_set_only(row) for row in await session.command(f"{menu}/print", proplist=names))


def _set_only(row: Row) -> Row:
    """Without properties that are empty, as an export has none; settings get an id, empty."""
    kept = {name: text for name, text in row.items() if text or name in _SWITCHES}
    return {".id": "", **kept}
