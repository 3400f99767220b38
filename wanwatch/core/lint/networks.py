"""Networks that the router is connected to twice, so that it cannot tell which line is meant."""

from collections.abc import Iterator
from ipaddress import IPv4Interface, IPv4Network

from wanwatch.core.lint.interfaces import parents
from wanwatch.core.lint.paths import Paths, ip
from wanwatch.core.lint.picture import Picture
from wanwatch.core.lint.values import ADDRESS
from wanwatch.core.model import Finding, Severity
from wanwatch.core.survey import Row

_HOST = 32


def doubled(picture: Picture) -> Iterator[Finding]:
    """Addresses of one network on several interfaces, which VRRP has on purpose."""
    survey = picture.survey
    virtual = {row.get("name", "") for row in survey.of("/interface/vrrp")}
    above = parents(survey)
    seen: dict[IPv4Network, Row] = {}
    paths = Paths(picture)
    for row in survey.enabled(ADDRESS):
        interface = row.get("interface", "")
        network = _network(row.get("address", ""))
        if network is None or not interface or interface in virtual:
            continue
        first = seen.setdefault(network, row)
        other = first.get("interface", "")
        if other == interface or (interface in above and above[interface] == (other, "")):
            continue
        data = (("network", str(network)), ("interface", interface), ("other", other))
        where = row[".id"]
        if _has_a_gateway(network, paths):
            yield Finding("network-on-two-interfaces", Severity.ERROR, where, data, menu=ADDRESS)
        else:
            yield Finding("network-on-two-interfaces", Severity.WARNING, where, data, menu=ADDRESS)


def _network(text: str) -> IPv4Network | None:
    try:
        network = IPv4Interface(text).network
    except ValueError:
        return None
    return network if network.prefixlen < _HOST else None


def _has_a_gateway(network: IPv4Network, paths: Paths) -> bool:
    """True when a default route's gateway is in the network and does not name its interface."""
    low, high = int(network.network_address), int(network.broadcast_address)
    return any(
        (number := ip(gateway)) is not None and low <= number <= high
        for lines in paths.defaults.values()
        for line in lines
        for gateway in line.route.gateways
    )
