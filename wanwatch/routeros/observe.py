"""Reading the router: one Snapshot, everything planning needs and no more.

With a ``.proplist``, except for IPv6's mangle rules (``Dialect.properties_of``); routes by
``dst-address``, so that a full table is never printed.
"""

from collections.abc import Sequence
from dataclasses import replace

from wanwatch.core.snapshot import Snapshot, Version
from wanwatch.routeros import rows
from wanwatch.routeros.dialect import (
    ADDRESS_PROPERTIES,
    IPV6_ADDRESS_PROPERTIES,
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
from wanwatch.routeros.interfaces import read_interface_lists
from wanwatch.routeros.ipv6 import ipv6_side
from wanwatch.routeros.mangle_properties import READ_ONLY
from wanwatch.routeros.protocol import Row
from wanwatch.routeros.read_routes import read_routes
from wanwatch.routeros.session import RouterSession


async def read_version(session: RouterSession) -> Version:
    """The router's version; raises UnsupportedVersion when there is none, RouterError else."""
    found = await session.command("/system/resource/print", proplist=("version",))
    text = found[0].get("version", "") if found else ""
    try:
        return Version.parse(text)
    except ValueError as error:
        raise UnsupportedVersion(f"the router names no version: {text!r}") from error


async def read_identity(session: RouterSession) -> str:
    """The router's name; raises RouterError."""
    found = await session.command("/system/identity/print", proplist=("name",))
    return found[0].get("name", "") if found else ""


async def seen_mangle_properties(session: RouterSession) -> tuple[str, ...]:
    """The settable properties that stand on the router's classifying rules.

    The one print without a ``.proplist``: only so does a matcher of a RouterOS newer than this
    program show itself. Raises RouterError.
    """
    found = await session.command(f"{MANGLE_MENU}/print", queries=("per-connection-classifier",))
    names = {name for row in found for name in row}
    return tuple(sorted(names - READ_ONLY - {"comment", "disabled"}))


async def carries_ipv6(session: RouterSession) -> bool:
    """Whether the router has IPv6's menus, and IPv6 switched on; raises RouterError.

    RouterOS 6 has the menus only with the package ipv6.
    """
    try:
        found = await session.command("/ipv6/settings/print", proplist=("disable-ipv6",))
    except CommandRefused:
        return False
    return not (found and rows.is_true(found[0], "disable-ipv6"))


async def observe(session: RouterSession, dialect: Dialect | None = None) -> Snapshot:
    """What is on the router now; ``dialect`` where it is known better than by the version alone.

    Raises RouterError.
    """
    version = await read_version(session)
    if dialect is None or dialect.major != version.major:
        dialect = dialect_for(version)
    if dialect.has_ipv6 is None:
        dialect = replace(dialect, has_ipv6=await carries_ipv6(session))
    addresses = [
        rows.address(row)
        for row in await session.command("/ip/address/print", proplist=ADDRESS_PROPERTIES)
    ]
    mangle = await session.command(f"{MANGLE_MENU}/print", proplist=dialect.mangle_properties)
    nat = await session.command(
        f"{NAT_MENU}/print", queries=("chain=srcnat",), proplist=NAT_PROPERTIES
    )
    interfaces = await session.command("/interface/print", proplist=("name", "running", "disabled"))
    snapshot = Snapshot(
        version=version,
        identity=await read_identity(session),
        routes=tuple(await read_routes(session, dialect, ROUTE_MENU, addresses)),
        mangle=tuple(rows.mangle_rule(row) for row in mangle),
        nat=tuple(rows.nat_rule(row) for row in nat),
        addresses=tuple(addresses),
        tables=await _tables(session) if dialect.has_tables else (),
        interface_lists=await read_interface_lists(session),
        running_interfaces={
            row["name"]: rows.is_true(row, "running") and not rows.is_true(row, "disabled")
            for row in interfaces
            if "name" in row
        },
    )
    return await _with_ipv6(session, dialect, snapshot) if dialect.has_ipv6 else snapshot


async def _with_ipv6(session: RouterSession, dialect: Dialect, snapshot: Snapshot) -> Snapshot:
    """The snapshot with its IPv6 side, which NAT belongs to since RouterOS 7.

    IPv4 is observed whatever becomes of IPv6: a menu that is refused is taken to hold nothing.
    """
    addresses = await _rows_of(session, "/ipv6/address", proplist=IPV6_ADDRESS_PROPERTIES)
    mangle = await _rows_of(session, IPV6_MANGLE_MENU)
    try:
        routes = await read_routes(
            session, dialect, IPV6_ROUTE_MENU, [rows.address(row) for row in addresses]
        )
    except CommandRefused:
        routes = []
    if not (routes or mangle):
        return snapshot
    nat: list[Row] = []
    if dialect.major >= 7:
        nat = await _rows_of(
            session, IPV6_NAT_MENU, queries=("chain=srcnat",), proplist=IPV6_NAT_PROPERTIES
        )
    return replace(snapshot, ipv6=ipv6_side(snapshot, routes, mangle, nat, addresses))


async def _rows_of(
    session: RouterSession, menu: str, queries: Sequence[str] = (), proplist: Sequence[str] = ()
) -> list[Row]:
    try:
        return await session.command(f"{menu}/print", queries=queries, proplist=proplist)
    except CommandRefused:
        return []


async def _tables(session: RouterSession) -> tuple[str, ...]:
    found = await session.command("/routing/table/print", proplist=("name", "disabled"))
    return tuple(
        row["name"] for row in found if "name" in row and not rows.is_true(row, "disabled")
    )
