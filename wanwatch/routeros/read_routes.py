"""Reading routes: the default ones, and those that lead to gateways that are not neighbours.

Asked for by ``dst-address``, so that a full routing table is never printed.
"""

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wanwatch.core.families import is_ipv6
from wanwatch.core.snapshot import DEFAULT_DESTINATIONS, Address, Route
from wanwatch.routeros import rows
from wanwatch.routeros.dialect import (
    ADDRESS_PROPERTIES,
    IPV6_ADDRESS_PROPERTIES,
    Dialect,
)
from wanwatch.routeros.next_hop import split_gateway
from wanwatch.routeros.protocol import Row
from wanwatch.routeros.question import Words, reading, rows_of
from wanwatch.routeros.rounds import Reading, both, printed

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_RECURSION_DEPTH = 3
_SHORTEST_PREFIX = {4: 8, 6: 16}


def addresses_of(menu: str) -> Words:
    """The question for the addresses of a route menu's family."""
    if is_ipv6(menu):
        return reading("/ipv6/address/print", proplist=IPV6_ADDRESS_PROPERTIES)
    return reading("/ip/address/print", proplist=ADDRESS_PROPERTIES)


def routes(dialect: Dialect, menu: str, addresses: Reading[list[Row]]) -> Reading[list[Route]]:
    """The default routes, then the routes that lead to gateways that are not neighbours.

    Raises CommandRefused.
    """
    found = yield from route_rows(dialect, menu, addresses)
    return [rows.route(row, dialect) for row in found]


def route_rows(
    dialect: Dialect,
    menu: str,
    addresses: Reading[list[Row]],
    *,
    also: Sequence[str] = (),
    names: Sequence[str] = (),
) -> Reading[list[Row]]:
    """The rows of ``routes``, each once; raises CommandRefused.

    ``also`` are queries for rows that are wanted beside the default routes, ``names`` properties
    that are wanted beside those of the dialect, the oldest first.
    """
    menu_of = _Menu(menu, (*dialect.properties_of(menu), *names))
    destinations = DEFAULT_DESTINATIONS[6 if is_ipv6(menu) else 4]
    own, newest = yield from both(addresses, printed(menu_of.print([*_to(destinations), *also])))
    networks = [network for row in own if (network := _network(rows.address(row))) is not None]
    found = {row[".id"]: row for row in newest}
    asked: set[str] = set()
    for _ in range(_RECURSION_DEPTH):
        distant = _distant_gateways((rows.route(row, dialect) for row in newest), networks) - asked
        if not distant:
            break
        asked |= distant
        newest = yield from menu_of.leading_to(distant)
        for row in newest:
            found.setdefault(row[".id"], row)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class _Menu:
    menu: str
    names: Sequence[str]

    def leading_to(self, gateways: Iterable[str]) -> Reading[list[Row]]:
        """The host routes to these gateways; where there is none, the shorter prefixes."""
        wanted = [_covering(gateway) for gateway in sorted(gateways)]
        found = yield from printed(self.print(_to(covering[0] for covering in wanted)))
        hosts = {row.get("dst-address", "") for row in found}
        missing = [covering for covering in wanted if covering[0] not in hosts]
        if missing:
            answers = yield [self.print(_to(covering[1:])) for covering in missing]
            found = [*found, *(row for answer in answers for row in rows_of(answer))]
        return found

    def print(self, queries: Sequence[str]) -> Words:
        """The question for the rows that any of the queries asks for."""
        alternatives = [*queries, *["#|"] * (len(queries) - 1)]
        return reading(f"{self.menu}/print", queries=alternatives, proplist=self.names)


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
