"""The addresses and routes that the kernel is to have: what the router's own resolver made active.

Which gateway is reachable, which distance wins and what check-gateway gave up is decided in
``sim.resolve``; here its result is written as ``ip`` wants it. Connected routes are written too,
instead of those that Linux makes with an address, because Linux keeps its own while the carrier is
gone and RouterOS does not.
"""

from collections.abc import Iterable, Iterator, Mapping

from wanwatch.sim.interfaces import Address
from wanwatch.sim.netns.devices import device_name
from wanwatch.sim.netns.numbers import Numbers
from wanwatch.sim.packet import to_text
from wanwatch.sim.resolve import Hop, Route

_STOPS = frozenset({"blackhole", "unreachable", "prohibit"})
PROTOCOL = 148
"""Who made a route, as rtnetlink says it: this number is free in iproute2's rt_protos."""
_OURS = f"metric 20 proto {PROTOCOL}"
"""Of every route: one metric for all, so that ``replace`` finds what it is to replace."""

Wanted = dict[str, str]
"""What is to be there: what names a thing to ``ip`` -> how it is to be."""


def wanted_addresses(addresses: Iterable[Address], devices: frozenset[str]) -> Wanted:
    """``ADDRESS dev DEVICE`` of every enabled address whose interface has a device."""
    wanted: Wanted = {}
    for address in addresses:
        device = device_name(address.interface)
        if address.item.disabled or device not in devices:
            continue
        own = to_text(address.number)
        if address.length == 32 and address.network != address.number:
            what = f"{own} peer {to_text(address.network)}/32 dev {device}"
        else:
            what = f"{own}/{address.length} dev {device}"
        wanted[what] = "noprefixroute"
    return wanted


def wanted_routes(routes: Iterable[Route], numbers: Numbers, local: frozenset[int]) -> Wanted:
    """``PREFIX table N`` of every active route -> its next hops, or how it stops."""
    groups: dict[tuple[str, int, int], list[Route]] = {}
    for route in routes:
        if route.is_active:
            groups.setdefault((route.table, route.network, route.length), []).append(route)
    wanted: Wanted = {}
    for (table, network, length), group in groups.items():
        key = f"{to_text(network)}/{length} table {numbers.table(table)}"
        wanted[key] = _way(group, local)
    return wanted


def _way(group: list[Route], local: frozenset[int]) -> str:
    stop = next((route.stop for route in group if route.stop), "")
    if stop:
        return stop
    hops = dict.fromkeys(_hop(hop) for route in group for hop in route.hops if hop.is_up)
    source = next(iter(_sources(group, local)), "")
    if len(hops) == 1:
        return f"{next(iter(hops))}{source}"
    return f"{source.strip()} {' '.join(f'nexthop {hop}' for hop in hops)}".strip()


def _hop(hop: Hop) -> str:
    device = device_name(hop.interface)
    return f"via {to_text(hop.address)} dev {device} onlink" if hop.address else f"dev {device}"


def _sources(group: list[Route], local: frozenset[int]) -> Iterator[str]:
    """The preferred source; one that is no address of the router would be refused by Linux."""
    for route in group:
        text = route.item.properties.get("pref-src", "")
        if route.own_address in local and route.own_address:
            yield f" src {to_text(route.own_address)}"
        elif text and any(text == to_text(number) for number in local):
            yield f" src {text}"


def address_changes(
    before: Mapping[str, str], after: Mapping[str, str]
) -> tuple[list[str], list[str]]:
    """The commands that add and those that take away addresses."""
    adds = [
        f"{_family(what)} address replace {what} {how}"
        for what, how in after.items()
        if before.get(what) != how
    ]
    return adds, [f"{_family(what)} address del {what}" for what in before if what not in after]


def _family(what: str) -> str:
    return "-6" if ":" in what.partition(" ")[0] else "-4"


def route_changes(
    before: Mapping[str, str], after: Mapping[str, str], family: str = "-4"
) -> tuple[list[str], list[str]]:
    """The commands that set routes, longest prefixes first, and those that take routes away.

    A route that changes is replaced in one step, so that its destination is never without.
    """
    changed = [what for what, how in after.items() if before.get(what) != how]
    changed.sort(key=lambda what: -_length(what))
    sets = [f"{family} route replace {_written(what, after[what])}" for what in changed]
    return sets, [
        f"{family} route del {_named(what, before[what])}" for what in before if what not in after
    ]


def _length(what: str) -> int:
    return int(what.partition(" ")[0].rpartition("/")[2])


def _written(what: str, how: str) -> str:
    if how in _STOPS:
        return f"{how} {what} {_OURS}"
    return f"{what} {_OURS} {how}"


def _named(what: str, how: str) -> str:
    kind = f"{how} " if how in _STOPS else ""
    return f"{kind}{what} {_OURS}"
