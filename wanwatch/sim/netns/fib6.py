"""The IPv6 addresses and routes that the kernel is to have, from what the menus hold.

Addresses from a pool, and those that hosts make by themselves, are not known here and are left out.
"""

import ipaddress

from wanwatch.sim.ipv6 import Ipv6Route, Ipv6Routes
from wanwatch.sim.menus_ipv6 import ADDRESSES
from wanwatch.sim.netns.devices import device_name
from wanwatch.sim.netns.fib import Wanted
from wanwatch.sim.netns.numbers import Numbers
from wanwatch.sim.store import Store


def wanted_addresses(store: Store, devices: frozenset[str]) -> Wanted:
    """``ADDRESS dev DEVICE`` of every enabled address whose interface has a device.

    Linux makes the connected route; duplicate address detection is left out, so that an address
    can be used at once.
    """
    wanted: Wanted = {}
    for item in store.items(ADDRESSES):
        device = device_name(item.properties.get("interface", ""))
        if item.disabled or device not in devices or item.properties.get("from-pool"):
            continue
        try:
            address = ipaddress.IPv6Interface(item.properties.get("address", ""))
        except ValueError:
            continue
        wanted[f"{address} dev {device}"] = "nodad"
    return wanted


def wanted_routes(routes: Ipv6Routes, numbers: Numbers) -> Wanted:
    """``PREFIX table N`` of every active route -> its next hops, or how it stops."""
    groups: dict[str, list[Ipv6Route]] = {}
    for route in routes.active:
        groups.setdefault(f"{route.network} table {numbers.table(route.table)}", []).append(route)
    return {what: _way(group) for what, group in groups.items()}


def _way(group: list[Ipv6Route]) -> str:
    stop = next((route.stop for route in group if route.stop), "")
    if stop:
        return stop
    hops = [_hop(hop) for hop in dict.fromkeys(hop for route in group for hop in route.hops if hop)]
    return hops[0] if len(hops) == 1 else " ".join(f"nexthop {hop}" for hop in hops)


def _hop(hop: str) -> str:
    address, percent, interface = hop.partition("%")
    if not percent:
        return f"dev {device_name(address)}"
    return f"via {address} dev {device_name(interface)} onlink"
