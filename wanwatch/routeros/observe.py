"""Reading the router: one Snapshot, everything planning needs and no more.

Always with a ``.proplist``; routes by ``dst-address``, so that a full table is never printed.
"""

import ipaddress
from collections.abc import Iterable, Sequence

from wanwatch.core.snapshot import Address, Route, Snapshot, Version
from wanwatch.routeros import rows
from wanwatch.routeros.dialect import (
    ADDRESS_PROPERTIES,
    MANGLE_MENU,
    NAT_MENU,
    NAT_PROPERTIES,
    Dialect,
    dialect_for,
)
from wanwatch.routeros.errors import UnsupportedVersion
from wanwatch.routeros.interfaces import read_interface_lists
from wanwatch.routeros.mangle_properties import READ_ONLY
from wanwatch.routeros.next_hop import split_gateway
from wanwatch.routeros.session import RouterSession

_DEFAULT = "0.0.0.0/0"
_RECURSION_DEPTH = 3
_SHORTEST_PREFIX = 8


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


async def observe(session: RouterSession, dialect: Dialect | None = None) -> Snapshot:
    """What is on the router now; ``dialect`` where it is known better than by the version alone.

    Raises RouterError.
    """
    version = await read_version(session)
    if dialect is None or dialect.major != version.major:
        dialect = dialect_for(version)
    addresses = [
        rows.address(row)
        for row in await session.command("/ip/address/print", proplist=ADDRESS_PROPERTIES)
    ]
    mangle = await session.command(f"{MANGLE_MENU}/print", proplist=dialect.mangle_properties)
    nat = await session.command(
        f"{NAT_MENU}/print", queries=("chain=srcnat",), proplist=NAT_PROPERTIES
    )
    interfaces = await session.command("/interface/print", proplist=("name", "running", "disabled"))
    return Snapshot(
        version=version,
        identity=await read_identity(session),
        routes=await _routes(session, dialect, addresses),
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


async def _tables(session: RouterSession) -> tuple[str, ...]:
    found = await session.command("/routing/table/print", proplist=("name", "disabled"))
    return tuple(
        row["name"] for row in found if "name" in row and not rows.is_true(row, "disabled")
    )


async def _routes(
    session: RouterSession, dialect: Dialect, addresses: Iterable[Address]
) -> tuple[Route, ...]:
    """The default routes, then the routes that lead to gateways that are not neighbours."""
    networks = [network for address in addresses if (network := _network(address)) is not None]
    found = await _print_routes(session, dialect, [_DEFAULT])
    asked: set[str] = set()
    newest = found
    for _ in range(_RECURSION_DEPTH):
        distant = _distant_gateways(newest, networks) - asked
        if not distant:
            break
        asked |= distant
        newest = await _routes_to(session, dialect, distant)
        known = {route.id for route in found}
        found += [route for route in newest if route.id not in known]
    return tuple(found)


async def _routes_to(
    session: RouterSession, dialect: Dialect, gateways: Iterable[str]
) -> list[Route]:
    """The host routes to these gateways; where there is none, the shorter prefixes that cover it."""
    wanted = sorted(gateways)
    found = await _print_routes(session, dialect, [f"{gateway}/32" for gateway in wanted])
    hosts = {route.dst_address for route in found}
    for gateway in wanted:
        if f"{gateway}/32" not in hosts:
            found += await _print_routes(session, dialect, _covering(gateway))
    return found


async def _print_routes(
    session: RouterSession, dialect: Dialect, destinations: Sequence[str]
) -> list[Route]:
    queries = [f"dst-address={destination}" for destination in destinations]
    queries += ["#|"] * (len(destinations) - 1)
    found = await session.command(
        "/ip/route/print", queries=queries, proplist=dialect.route_properties
    )
    return [rows.route(row, dialect) for row in found]


def _covering(gateway: str) -> list[str]:
    return [
        str(ipaddress.IPv4Network(f"{gateway}/{length}", strict=False))
        for length in range(31, _SHORTEST_PREFIX - 1, -1)
    ]


def _distant_gateways(
    routes: Iterable[Route], networks: Sequence[ipaddress.IPv4Network]
) -> set[str]:
    distant = set()
    for route in routes:
        for gateway in route.gateways:
            hop = split_gateway(gateway)
            if not hop.address or hop.interface:
                continue
            address = ipaddress.IPv4Address(hop.address)
            if not any(address in network for network in networks):
                distant.add(hop.address)
    return distant


def _network(address: Address) -> ipaddress.IPv4Network | None:
    """The neighbours behind an address; a /32's is its peer, which ``network`` names."""
    if address.disabled:
        return None
    try:
        own = ipaddress.IPv4Interface(address.address)
        if own.network.prefixlen == 32 and address.network:
            return ipaddress.IPv4Network(f"{address.network}/32")
    except ValueError:
        return None
    return own.network
