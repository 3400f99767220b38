"""Reading routes: the default ones, and those that lead to gateways that are not neighbours.

Asked for by ``dst-address``, so that a full routing table is never printed.
"""

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wanwatch.core.families import is_ipv6
from wanwatch.core.snapshot import DEFAULT_DESTINATIONS, Address, Route
from wanwatch.routeros import rows
from wanwatch.routeros.dialect import Dialect
from wanwatch.routeros.next_hop import split_gateway
from wanwatch.routeros.protocol import Row
from wanwatch.routeros.session import RouterSession

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_RECURSION_DEPTH = 3
_SHORTEST_PREFIX = {4: 8, 6: 16}


async def read_routes(
    session: RouterSession, dialect: Dialect, menu: str, addresses: Iterable[Address]
) -> list[Route]:
    """The default routes, then the routes that lead to gateways that are not neighbours.

    Raises RouterError.
    """
    return [rows.route(row, dialect) for row in await route_rows(session, dialect, menu, addresses)]


async def route_rows(
    session: RouterSession,
    dialect: Dialect,
    menu: str,
    addresses: Iterable[Address],
    *,
    also: Sequence[str] = (),
    names: Sequence[str] = (),
) -> list[Row]:
    """The rows of ``read_routes``, each once; raises RouterError.

    ``also`` are queries for rows that are wanted beside the default routes, ``names`` properties
    that are wanted beside those of the dialect, the oldest first.
    """
    networks = [network for address in addresses if (network := _network(address)) is not None]
    reader = _Reader(session, dialect, menu, (*dialect.properties_of(menu), *names))
    destinations = DEFAULT_DESTINATIONS[6 if is_ipv6(menu) else 4]
    newest = await reader.print([*_to(destinations), *also])
    found = {row[".id"]: row for row in newest}
    asked: set[str] = set()
    for _ in range(_RECURSION_DEPTH):
        distant = _distant_gateways((rows.route(row, dialect) for row in newest), networks) - asked
        if not distant:
            break
        asked |= distant
        newest = await reader.leading_to(distant)
        for row in newest:
            found.setdefault(row[".id"], row)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class _Reader:
    session: RouterSession
    dialect: Dialect
    menu: str
    names: Sequence[str]

    async def leading_to(self, gateways: Iterable[str]) -> list[Row]:
        """The host routes to these gateways; where there is none, the shorter prefixes."""
        wanted = {gateway: _covering(gateway) for gateway in sorted(gateways)}
        found = await self.print(_to(covering[0] for covering in wanted.values()))
        hosts = {row.get("dst-address", "") for row in found}
        for covering in wanted.values():
            if covering[0] not in hosts:
                found += await self.print(_to(covering[1:]))
        return found

    async def print(self, queries: Sequence[str]) -> list[Row]:
        """The rows that any of the queries asks for."""
        alternatives = [*queries, *["#|"] * (len(queries) - 1)]
        return await self.session.command(
            f"{self.menu}/print", queries=alternatives, proplist=self.names
        )


def _to(destinations: Iterable[str]) -> list[str]:
    return [f"dst-address={destination}" for destination in destinations]


def _covering(gateway: str) -> list[str]:
    """The prefixes that cover a gateway, its own first."""
    host = ipaddress.ip_network(gateway)
    lengths = range(host.prefixlen, _SHORTEST_PREFIX[host.version] - 1, -1)
    return [str(host.supernet(new_prefix=length)) for length in lengths]


def _distant_gateways(routes: Iterable[Route], networks: Sequence[_Network]) -> set[str]:
    distant = set()
    for route in routes:
        for gateway in route.gateways:
            hop = split_gateway(gateway)
            if not hop.address or hop.interface:
                continue
            address = ipaddress.ip_address(hop.address)
            is_of_some_link = address.version == 6 and address.is_link_local
            if not is_of_some_link and not any(address in network for network in networks):
                distant.add(hop.address)
    return distant


def _network(address: Address) -> _Network | None:
    """The neighbours behind an address; a host address's is its peer, which ``network`` names."""
    if address.disabled:
        return None
    try:
        own = ipaddress.ip_interface(address.address)
        if own.network.prefixlen == own.max_prefixlen and address.network:
            return ipaddress.ip_network(address.network)
    except ValueError:
        return None
    return own.network
