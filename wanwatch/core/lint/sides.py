"""The networks a router is connected to: those of the LAN, and those on the far side of a line."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Interface

from wanwatch.core.lint.matching import Span, span
from wanwatch.core.lint.picture import Picture
from wanwatch.core.snapshot import MAIN_TABLE

_HOST = 32
_PPPOE = "/interface/pppoe-client"
_RUN_OVER = (_PPPOE, "/interface/vlan", "/interface/vrrp", "/interface/macvlan")


@dataclass(frozen=True, slots=True)
class Network:
    """A network the router is connected to, and its own address in it."""

    text: str
    span: Span
    own: int
    interface: str


def connected(
    picture: Picture, lines: Collection[str]
) -> tuple[tuple[Network, ...], tuple[Network, ...]]:
    """The networks of the LAN, and the others: those of interfaces that lead to the lines.

    ``lines`` are the lines' interfaces. What runs under a line, what is translated on its way out
    and where a default route's gateway is leads outside too.
    """
    outward = {*lines, *_translated(picture), *_carrying(picture, lines)}
    hops = tuple(_gateways(picture))
    inside: list[Network] = []
    outside: list[Network] = []
    for network in _networks(picture):
        has_gateway = any(network.span[0] <= hop <= network.span[1] for hop in hops)
        (outside if has_gateway or network.interface in outward else inside).append(network)
    return tuple(inside), tuple(outside)


def _translated(picture: Picture) -> Iterator[str]:
    lists = picture.snapshot.interface_lists
    for rule in picture.snapshot.nat:
        if rule.action in ("masquerade", "src-nat") and not rule.disabled:
            yield rule.out_interface
            yield from lists.get(rule.out_interface_list, ())


def _carrying(picture: Picture, lines: Collection[str]) -> Iterator[str]:
    for menu in _RUN_OVER:
        for row in picture.survey.enabled(menu):
            if menu == _PPPOE or row.get("name") in lines:
                yield row.get("interface", "")


def _networks(picture: Picture) -> Iterator[Network]:
    for row in picture.snapshot.addresses:
        if row.disabled:
            continue
        try:
            found = IPv4Interface(row.address)
        except ValueError:
            continue
        if found.network.prefixlen == _HOST or found.is_loopback:
            continue
        low, high = int(found.network.network_address), int(found.network.broadcast_address)
        yield Network(str(found.network), (low, high), int(found.ip), row.interface)


def _gateways(picture: Picture) -> Iterator[int]:
    """The addresses that default routes lead to: their networks are no LAN's."""
    texts = [g.partition("%")[0] for wan in picture.discovery.wans for g in wan.gateways]
    for route in picture.snapshot.routes:
        if route.is_default and not route.disabled and route.table == MAIN_TABLE:
            texts += [gateway.partition("%")[0] for gateway in route.gateways]
    for text in texts:
        found = span(text)
        if found is not None and found[0] == found[1]:
            yield found[0]
