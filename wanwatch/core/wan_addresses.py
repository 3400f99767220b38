"""Which addresses a WAN's connections are translated to: its own, and those of its src-nat rules."""

from collections.abc import Iterable
from ipaddress import IPv4Interface, ip_interface

from wanwatch.core.snapshot import Snapshot

_MOST = 256
"""How many addresses of one ``to-addresses`` are taken; more is no address list of a line."""


def addresses_of(interface: str, snapshot: Snapshot) -> frozenset[str]:
    """Every address that ``reply-dst-address`` of a connection through the interface may be.

    None for an interface without a name.
    """
    if not interface:
        return frozenset()
    lists = {n for n, members in snapshot.interface_lists.items() if interface in members}
    found = {
        address
        for row in snapshot.addresses
        if row.interface == interface and not row.disabled
        for address in _own(row.address)
    }
    for rule in snapshot.nat:
        leaves = rule.out_interface == interface or rule.out_interface_list in lists
        if leaves and not rule.disabled and rule.action == "src-nat":
            found.update(_hosts(rule.to_addresses))
    return frozenset(found)


def _own(text: str) -> Iterable[str]:
    """The address of a row; none where the text is no address."""
    try:
        return [str(ip_interface(text).ip)]
    except ValueError:
        return []


def _hosts(text: str) -> Iterable[str]:
    """The addresses of ``to-addresses``: one, a prefix or a range."""
    first, dash, last = text.partition("-")
    try:
        if dash:
            low, high = IPv4Interface(first).ip, IPv4Interface(last).ip
            return [str(low + n) for n in range(min(int(high) - int(low) + 1, _MOST))]
        network = IPv4Interface(text).network
    except ValueError:
        return []
    return [str(ip) for _, ip in zip(range(_MOST), network, strict=False)]
