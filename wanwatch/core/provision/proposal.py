"""Addresses that the probes could leave from: a proposal, since no router knows which are free."""

from collections.abc import Collection
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from wanwatch.core.survey import Survey

_FIRST = 201
_SMALLEST = 64
"""Addresses of a network that has room for the proposal."""
_NETWORK = IPv4Network("192.168.88.0/24")
"""Where the router's LAN is not known: that of a factory-new router."""


def proposed_sources(survey: Survey, uplinks: Collection[str], count: int) -> tuple[str, ...]:
    """One address of the LAN for each WAN; ``uplinks`` are the interfaces that are no LAN."""
    network = _lan(survey, uplinks)
    size = network.num_addresses
    first = _FIRST if size > _FIRST + 50 else size // 2
    taken = {row.address.partition("/")[0] for row in survey.snapshot.addresses}
    found: list[str] = []
    number = first
    while len(found) < count and number < size - 1:
        address = str(IPv4Address(int(network.network_address) + number))
        if address not in taken:
            found.append(address)
        number += 1
    return tuple(found)


def _lan(survey: Survey, uplinks: Collection[str]) -> IPv4Network:
    """The first private network on an interface that is no WAN's, large enough."""
    for row in survey.snapshot.addresses:
        if row.disabled or row.interface in uplinks:
            continue
        try:
            network = IPv4Interface(row.address).network
        except ValueError:
            continue
        if network.is_private and network.num_addresses >= _SMALLEST:
            return network
    return _NETWORK
