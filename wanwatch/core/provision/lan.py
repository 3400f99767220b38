"""On which of the router's interfaces wanwatch's host is."""

from ipaddress import ip_address, ip_interface

from wanwatch.core.survey import Survey


def lan_interface(survey: Survey, host: str) -> str:
    """The interface whose network the host's address is in; empty where none or several are."""
    try:
        address = ip_address(host)
    except ValueError:
        return ""
    found: dict[str, int] = {}
    sides = [survey.snapshot, *([survey.snapshot.ipv6] if survey.snapshot.ipv6 else [])]
    for side in sides:
        for row in side.addresses:
            try:
                network = ip_interface(row.address).network
            except ValueError:
                continue
            if not row.disabled and address.version == network.version and address in network:
                found[row.interface] = max(found.get(row.interface, 0), network.prefixlen)
    longest = max(found.values(), default=0)
    names = [name for name, length in found.items() if length == longest]
    return names[0] if len(names) == 1 else ""
