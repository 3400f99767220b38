"""Reading the router: one Snapshot, everything planning needs and no more.

With a ``.proplist``, except for IPv6's mangle rules (``Dialect.properties_of``); routes by
``dst-address``, so that a full table is never printed. Everything that does not depend on another
answer is asked at once (``rounds``).
"""

from dataclasses import dataclass, replace

from wanwatch.core.snapshot import Route, Snapshot, Version
from wanwatch.routeros import rows
from wanwatch.routeros.dialect import (
    IPV6_MANGLE_MENU,
    IPV6_NAT_MENU,
    IPV6_NAT_PROPERTIES,
    IPV6_ROUTE_MENU,
    MANGLE_MENU,
    NAT_MENU,
    NAT_PROPERTIES,
    ROUTE_MENU,
    Dialect,
    dialect_for,
)
from wanwatch.routeros.errors import CommandRefused, UnsupportedVersion
from wanwatch.routeros.interfaces import interface_lists
from wanwatch.routeros.ipv6 import ipv6_side
from wanwatch.routeros.mangle_properties import READ_ONLY
from wanwatch.routeros.protocol import Row
from wanwatch.routeros.question import Words, reading, rows_of
from wanwatch.routeros.read_routes import addresses_of, routes
from wanwatch.routeros.rounds import Foresight, Reading, ask, both, or_nothing, printed
from wanwatch.routeros.session import RouterSession


@dataclass(frozen=True, slots=True)
class Inspection:
    """What the words of all later questions are chosen by."""

    version: Version
    mangle_properties: tuple[str, ...]
    """Of classifying rules, those that the router knows for certain."""
    has_ipv6: bool


class _AnotherMajorError(Exception):
    """The router does not speak the dialect that it was asked in."""

    def __init__(self, version: Version) -> None:
        self.version = version


async def read_version(session: RouterSession) -> Version:
    """The router's version; raises UnsupportedVersion when there is none, RouterError else."""
    return await ask(session, version())


async def inspect(session: RouterSession) -> Inspection:
    """What has to be known before anything else is asked; raises as ``read_version``."""
    return await ask(session, _inspection())


async def observe(
    session: RouterSession, dialect: Dialect | None = None, foresight: Foresight | None = None
) -> Snapshot:
    """What is on the router now; ``dialect`` where it is known better than by the version alone.

    ``foresight`` goes from one observation of a router to the next. Raises RouterError.
    """
    if dialect is None:
        dialect = dialect_for(await read_version(session))
    while True:
        try:
            return await ask(session, _snapshot(dialect), foresight)
        except _AnotherMajorError as other:
            dialect = dialect_for(other.version)


def version() -> Reading[Version]:
    """The router's version; raises UnsupportedVersion when there is none, or CommandRefused."""
    found = yield from printed(reading("/system/resource/print", proplist=("version",)))
    text = found[0].get("version", "") if found else ""
    try:
        return Version.parse(text)
    except ValueError as error:
        raise UnsupportedVersion(f"the router names no version: {text!r}") from error


def carries_ipv6() -> Reading[bool]:
    """Whether the router has IPv6's menus, and IPv6 switched on.

    RouterOS 6 has the menus only with the package ipv6.
    """
    try:
        found = yield from printed(reading("/ipv6/settings/print", proplist=("disable-ipv6",)))
    except CommandRefused:
        return False
    return not (found and rows.is_true(found[0], "disable-ipv6"))


def seen_mangle_properties() -> Reading[tuple[str, ...]]:
    """The settable properties that stand on the router's classifying rules.

    The one print without a ``.proplist``: only so does a matcher of a RouterOS newer than this
    program show itself. Raises CommandRefused.
    """
    found = yield from printed(
        reading(f"{MANGLE_MENU}/print", queries=("per-connection-classifier",))
    )
    names = {name for row in found for name in row}
    return tuple(sorted(names - READ_ONLY - {"comment", "disabled"}))


def _inspection() -> Reading[Inspection]:
    found, (seen, has_ipv6) = yield from both(
        version(), both(seen_mangle_properties(), carries_ipv6())
    )
    return Inspection(found, seen, has_ipv6)


def _snapshot(dialect: Dialect) -> Reading[Snapshot]:
    (found, of), ((lists, ipv4), side) = yield from both(
        both(_same_major(dialect), _menus(dialect)),
        both(both(interface_lists(), _routes(dialect)), _ipv6(dialect)),
    )
    identity = of["/system/identity"]
    snapshot = Snapshot(
        version=found,
        identity=identity[0].get("name", "") if identity else "",
        routes=tuple(ipv4),
        mangle=tuple(rows.mangle_rule(row) for row in of[MANGLE_MENU]),
        nat=tuple(rows.nat_rule(row) for row in of[NAT_MENU]),
        addresses=tuple(rows.address(row) for row in of["/ip/address"]),
        tables=tuple(
            row["name"]
            for row in of.get("/routing/table", ())
            if "name" in row and not rows.is_true(row, "disabled")
        ),
        interface_lists=lists,
        running_interfaces={
            row["name"]: rows.is_true(row, "running") and not rows.is_true(row, "disabled")
            for row in of["/interface"]
            if "name" in row
        },
    )
    return snapshot if side is None else replace(snapshot, ipv6=side.of(snapshot))


def _same_major(dialect: Dialect) -> Reading[Version]:
    """Comes first, since what was asked in the wrong words has no meaning."""
    found = yield from version()
    if found.major != dialect.major:
        raise _AnotherMajorError(found)
    return found


def _menus(dialect: Dialect) -> Reading[dict[str, list[Row]]]:
    """The rows of each menu whose question depends on nothing."""
    asked = {
        "/system/identity": reading("/system/identity/print", proplist=("name",)),
        "/ip/address": addresses_of(ROUTE_MENU),
        MANGLE_MENU: reading(f"{MANGLE_MENU}/print", proplist=dialect.mangle_properties),
        NAT_MENU: reading(f"{NAT_MENU}/print", queries=("chain=srcnat",), proplist=NAT_PROPERTIES),
        "/interface": reading("/interface/print", proplist=("name", "running", "disabled")),
    }
    if dialect.has_tables:
        asked["/routing/table"] = reading("/routing/table/print", proplist=("name", "disabled"))
    answers = yield list(asked.values())
    return {menu: rows_of(answer) for menu, answer in zip(asked, answers, strict=True)}


def _routes(dialect: Dialect) -> Reading[list[Route]]:
    return routes(dialect, ROUTE_MENU, printed(addresses_of(ROUTE_MENU)))


def _ipv6(dialect: Dialect) -> Reading["_Side | None"]:
    """The IPv6 side, which NAT belongs to since RouterOS 7; None where there is nothing of it.

    IPv4 is observed whatever becomes of IPv6: a menu that is refused is taken to hold nothing.
    """
    has_ipv6 = dialect.has_ipv6
    if has_ipv6 is None:
        has_ipv6 = yield from carries_ipv6()
    if not has_ipv6:
        return None
    of_mangle = reading(f"{IPV6_MANGLE_MENU}/print")
    of_nat = reading(
        f"{IPV6_NAT_MENU}/print", queries=("chain=srcnat",), proplist=IPV6_NAT_PROPERTIES
    )
    addresses, (mangle, found) = yield from both(
        _asked(addresses_of(IPV6_ROUTE_MENU)),
        both(
            _asked(of_mangle),
            or_nothing(routes(dialect, IPV6_ROUTE_MENU, _asked(addresses_of(IPV6_ROUTE_MENU)))),
        ),
    )
    if not (found or mangle):
        return None
    nat = (yield from _asked(of_nat)) if dialect.major >= 7 else []
    return _Side(found, mangle, nat, addresses)


def _asked(words: Words) -> Reading[list[Row]]:
    return or_nothing(printed(words))


@dataclass(frozen=True, slots=True)
class _Side:
    """What was read of IPv6."""

    routes: list[Route]
    mangle: list[Row]
    nat: list[Row]
    addresses: list[Row]

    def of(self, snapshot: Snapshot) -> Snapshot | None:
        """The side beside this IPv4 snapshot."""
        return ipv6_side(snapshot, self.routes, self.mangle, self.nat, self.addresses)
