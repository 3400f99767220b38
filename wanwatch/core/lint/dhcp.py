"""DHCP lines whose default routes are written twice, or by hand.

Source: RouterOS manual, "DHCP client" (``add-default-route``): the route a client adds is dynamic,
its gateway is whatever the server says, and it cannot be disabled.
"""

from collections.abc import Iterator

from wanwatch.core.discovery.clients import DHCP_CLIENT, PPP_CLIENTS
from wanwatch.core.lint.actors import follows_routes
from wanwatch.core.lint.console import command, row_address
from wanwatch.core.lint.paths import Line, Paths, ip
from wanwatch.core.lint.picture import ROUTE, Picture
from wanwatch.core.lint.values import ADDRESS
from wanwatch.core.model import Finding, Severity
from wanwatch.core.snapshot import MAIN_TABLE
from wanwatch.core.survey import Row


def beside_static(picture: Picture) -> Iterator[Finding]:
    """Clients that add a default route to main for a line that has a static one there too."""
    survey = picture.survey
    paths = Paths(picture)
    static = [x for x in paths.defaults.get(MAIN_TABLE, ()) if not x.route.dynamic]
    adding = [row for row in survey.enabled(DHCP_CLIENT) if _adds_to_main(row)]
    doubled = [row for row in adding if _is_served(row, static, picture)]
    if not doubled and adding and _outnumber(static, adding, paths, picture):
        doubled = adding
        fix: tuple[str, ...] = ()
    else:
        fix = tuple(
            command(
                DHCP_CLIENT,
                f"set {row_address(survey, row, 'interface')} add-default-route=no",
            )
            for row in doubled
        )
    if doubled:
        interfaces = ", ".join(row.get("interface", "") for row in doubled)
        where = doubled[0].get(".id", "")
        data = (("interfaces", interfaces),)
        yield Finding("dhcp-default-beside-static", Severity.WARNING, where, data, fix, DHCP_CLIENT)


def _adds_to_main(row: Row) -> bool:
    tables = [part.partition(":")[0] for part in row.get("default-route-tables", "").split(",")]
    is_main = not tables[0] or MAIN_TABLE in tables or "default" in tables
    return is_main and row.get("add-default-route", "yes") not in ("no", "false")


def _is_served(row: Row, static: list[Line], picture: Picture) -> bool:
    interface = row.get("interface", "")
    names = {wan.name for wan in picture.discovery.wans if interface in wan.interfaces}
    is_live = picture.survey.is_live
    return any(
        names.intersection(line.wans) and (line.route.active or not is_live) for line in static
    )


def _outnumber(static: list[Line], adding: list[Row], paths: Paths, picture: Picture) -> bool:
    """True when static gateways are more than the lines that could have them without these."""
    known = {wan.name for wan in picture.discovery.wans if wan.interface}
    unplaced = {
        gateway
        for line in static
        for gateway in line.route.gateways
        if (number := ip(gateway)) is not None
        and paths.interface_of(number) is None
        and not paths.leading_to(number)
        and not known.intersection(line.wans)
    }
    survey = picture.survey
    others = sum(1 for row in survey.enabled(DHCP_CLIENT) if row not in adding)
    others += sum(1 for menu in PPP_CLIENTS for _ in survey.enabled(menu))
    return len(unplaced) > others


def _is_given(row: Row) -> bool:
    return row.get("dynamic") == "true"


def written_gateways(picture: Picture) -> Iterator[Finding]:
    """Static routes by the gateway of a DHCP line, which no script follows when it changes."""
    survey = picture.survey
    if follows_routes(survey):
        return
    paths = Paths(picture)
    clients = {row.get("interface", "") for row in survey.enabled(DHCP_CLIENT)}
    static = {row.get("interface", "") for row in survey.enabled(ADDRESS) if not _is_given(row)}
    lines = {wan.name for wan in picture.discovery.wans if wan.interface in clients}
    found: dict[str, Line] = {}
    for line in paths.lines:
        if line.route.dynamic:
            continue
        for gateway in line.route.gateways:
            number = ip(gateway)
            if number is None or paths.wan_of(gateway) not in lines or paths.leading_to(number):
                continue
            if paths.interface_of(number) not in static:
                found.setdefault(gateway, line)
    if found:
        first = next(iter(found.values()))
        data = (("gateways", ", ".join(found)),)
        yield Finding("dhcp-gateway-written", Severity.INFO, first.id, data, menu=ROUTE)
