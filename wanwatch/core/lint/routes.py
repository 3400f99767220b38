"""The default routes of main, and rows that stand in each other's way.

Main carries the router's own traffic, whatever has no mark, and the marked traffic of a table that
has no route left (RouterOS manual, "Policy Routing": a failed lookup goes on to main).
"""

from collections import defaultdict
from collections.abc import Iterator

from wanwatch.core.discovery.clients import DHCP_CLIENT, LTE, PPP_CLIENTS
from wanwatch.core.lint.evidence import is_whole
from wanwatch.core.lint.paths import Line, Paths
from wanwatch.core.lint.picture import ROUTE, Picture
from wanwatch.core.model import Finding, Severity
from wanwatch.core.snapshot import MAIN_TABLE

_OTHER_SOURCES = (
    *("/routing/bgp", "/routing/ospf", "/routing/rip", "/routing/isis", "/ip/vrf"),
    *(LTE, "/interface/ppp-client"),
)
"""Where default routes come from that an export does not show."""


def main_table(picture: Picture) -> Iterator[Finding]:
    """Whether main leads somewhere, by more than one line, and by routes that can be disabled."""
    paths = Paths(picture)
    marked = {table: lines for table, lines in paths.defaults.items() if table != MAIN_TABLE}
    main = paths.defaults.get(MAIN_TABLE, [])
    if not main:
        if marked and _shows_all_defaults(picture):
            tables = ", ".join(sorted(marked))
            yield Finding("main-without-default", Severity.ERROR, MAIN_TABLE, (("tables", tables),))
        return
    yield from _one_wan(main, picture)
    if all(line.route.dynamic for line in main) and marked:
        interfaces = ", ".join(sorted({line.gateway for line in main}))
        yield Finding(
            "main-default-dynamic", Severity.INFO, MAIN_TABLE, (("gateways", interfaces),)
        )
    yield from _same_distance(main)


def _shows_all_defaults(picture: Picture) -> bool:
    survey = picture.survey
    if survey.is_live:
        return True
    menus = [menu for menu, rows in survey.rows.items() if rows]
    if any(menu.startswith(_OTHER_SOURCES) for menu in menus):
        return False
    ways = ("/ip/address", DHCP_CLIENT, *PPP_CLIENTS)
    return is_whole(survey) or any(menu in ways for menu in menus)


def _one_wan(main: list[Line], picture: Picture) -> Iterator[Finding]:
    balanced = {wan.name for wan in picture.discovery.wans if wan.share > 0}
    used = {name for line in main for name in line.wans}
    if len(used) != 1 or any(not line.wans for line in main) or not balanced - used:
        return
    if not picture.survey.is_live and not _shows_all_defaults(picture):
        return
    (wan,) = used
    others = ", ".join(sorted(balanced - used))
    static = next((line for line in main if not line.route.dynamic), None)
    yield Finding(
        "main-default-by-one-wan",
        Severity.WARNING,
        static.id if static else MAIN_TABLE,
        (("wan", wan), ("others", others)),
        menu=ROUTE if static else "",
    )


def _same_distance(main: list[Line]) -> Iterator[Finding]:
    """Rows that compete; several gateways in one row are meant, and so are rows of one WAN."""
    static = [line for line in main if not line.route.dynamic]
    served = {name for line in static for name in line.wans}
    rows = [*static, *(x for x in main if x.route.dynamic and not served.intersection(x.wans))]
    if static and any(line.route.dynamic and not line.wans for line in main):
        rows = static
    nearest = min(line.route.distance for line in rows)
    rivals = [x for x in rows if x.route.distance == nearest and len(x.route.gateways) == 1]
    leads = {x.wans[0] if x.wans else x.gateway for x in rivals}
    if len(leads) > 1:
        first = next((line for line in rivals if not line.route.dynamic), None)
        gateways = ", ".join(dict.fromkeys(line.gateway for line in rivals))
        yield Finding(
            "main-defaults-same-distance",
            Severity.INFO,
            first.id if first else MAIN_TABLE,
            (("gateways", gateways), ("distance", str(nearest))),
            menu=ROUTE if first else "",
        )


def marked_tables(picture: Picture) -> Iterator[Finding]:
    """Tables whose nearest default routes are several rows, so that which is used is left open."""
    paths = Paths(picture)
    rivals: list[Line] = []
    for table, lines in paths.defaults.items():
        rows = [line for line in lines if not line.route.dynamic]
        nearest = min((line.route.distance for line in rows), default=0)
        close = [line for line in rows if line.route.distance == nearest]
        if table != MAIN_TABLE and len({line.gateway for line in close}) > 1:
            rivals += close
    if rivals:
        tables = ", ".join(dict.fromkeys(line.route.table for line in rivals))
        data = (("tables", tables), ("rows", ", ".join(line.id for line in rivals)))
        where = rivals[0].id
        yield Finding("table-defaults-same-distance", Severity.INFO, where, data, menu=ROUTE)


def crowded(picture: Picture) -> Iterator[Finding]:
    """Rows of one destination, table and distance: the same twice, or through other WANs."""
    paths = Paths(picture)
    places: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in paths.lines:
        if not line.route.dynamic and line.route.gateways:
            places[line.route.table, line.route.dst_address].append(line)
    hops = {hop for lines in paths.defaults.values() for x in lines for hop in x.route.gateways}
    repeated: list[Line] = []
    for (table, destination), lines in places.items():
        if len(lines) == 1:
            continue
        repeated += _repeated(lines)
        address, _, length = destination.partition("/")
        if table == MAIN_TABLE and length in ("", "32") and address in hops:
            if told := _by_several(lines, paths):
                where, data = told
                yield Finding("probe-address-shared", Severity.WARNING, where, data, menu=ROUTE)
        elif not lines[0].is_default:
            nearest = min(line.route.distance for line in lines)
            rivals = [line for line in lines if line.route.distance == nearest]
            if told := _by_several(rivals, paths):
                where, data = told
                yield Finding("destination-by-two-wans", Severity.WARNING, where, data, menu=ROUTE)
    if repeated:
        shown = ", ".join(line.id for line in repeated)
        data = (("rows", shown), ("count", str(len(repeated))))
        yield Finding("route-repeated", Severity.INFO, repeated[0].id, data, menu=ROUTE)


def _by_several(lines: list[Line], paths: Paths) -> tuple[str, tuple[tuple[str, str], ...]] | None:
    """Where and what to tell of routes that lead through several WANs."""
    wans = {wan: line for line in lines if (wan := paths.wan_of(line.gateway))}
    if len(wans) <= 1:
        return None
    route = lines[0].route
    last = list(wans.values())[-1]
    place = (("destination", route.dst_address), ("table", route.table))
    return last.id, (*place, ("wans", ", ".join(wans)))


def _repeated(lines: list[Line]) -> list[Line]:
    """Those that say what an earlier one says."""
    said: set[tuple[str, int]] = set()
    found = []
    for line in lines:
        key = (line.gateway, line.route.distance)
        if key in said:
            found.append(line)
        said.add(key)
    return found
