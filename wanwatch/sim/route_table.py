"""The rows of ``/ip/route`` as routes: configured ones, and those that the router makes itself.

Connected routes come from addresses, dynamic default routes from DHCP and PPPoE clients.
"""

import ipaddress
from collections.abc import Iterable, Sequence

from wanwatch.sim.dynamics import DefaultRoute, MakeItem
from wanwatch.sim.interfaces import Address, Interfaces
from wanwatch.sim.packet import to_text
from wanwatch.sim.resolve import Route
from wanwatch.sim.routing import MAIN
from wanwatch.sim.store import Item, Store

_STOPS = ("blackhole", "unreachable", "prohibit")
_NO_CHECK = frozenset({"", "none"})


def usable_tables(store: Store) -> frozenset[str]:
    """The tables of RouterOS 7 that a mark may name and packets can be looked up in."""
    rows = store.items("/routing/table")
    return frozenset(
        {MAIN}
        | {
            item.properties.get("name", "")
            for item in rows
            if "fib" in item.properties and not item.disabled
        }
    )


def declared_tables(store: Store) -> frozenset[str]:
    """The tables of RouterOS 7 that exist, with ``fib`` or without."""
    rows = store.items("/routing/table")
    return frozenset({MAIN} | {item.properties.get("name", "") for item in rows})


def static_routes(store: Store, *, is_v7: bool) -> list[Route]:
    """The routes somebody configured; a row that cannot be read is left out."""
    tables = usable_tables(store) if is_v7 else None
    routes = []
    for item in store.items("/ip/route"):
        route = _static(item, is_v7=is_v7)
        if route is not None:
            route.is_valid = tables is None or route.table in tables
            routes.append(route)
    return routes


def _static(item: Item, *, is_v7: bool) -> Route | None:
    row = item.properties
    try:
        network = ipaddress.IPv4Network(row.get("dst-address", "0.0.0.0/0"), strict=False)
        numbers = {
            name: int(row.get(name) or default)
            for name, default in (("distance", "1"), ("scope", "30"), ("target-scope", "10"))
        }
    except ValueError:
        return None
    table = row.get("routing-table" if is_v7 else "routing-mark") or MAIN
    stop = next((kind for kind in _STOPS if row.get("type") == kind), "")
    if is_v7 and "blackhole" in row:
        stop = "blackhole"
    gateways = tuple(part for part in row.get("gateway", "").split(",") if part)
    if not is_v7 and row.get("gateway") and stop:
        gateways = ()
    return Route(
        item,
        table,
        int(network.network_address),
        network.prefixlen,
        () if stop else gateways,
        distance=numbers["distance"],
        scope=numbers["scope"],
        target_scope=numbers["target-scope"],
        stop=stop,
        is_checked=row.get("check-gateway", "") not in _NO_CHECK,
    )


def connected_routes(
    addresses: Sequence[Address], interfaces: Interfaces, make: MakeItem, *, is_v7: bool
) -> list[Route]:
    """A route for every address; RouterOS 7 shows none while the interface is down."""
    routes = []
    for address in addresses:
        is_up = interfaces.is_running(address.interface)
        if address.item.disabled or (is_v7 and not is_up):
            continue
        row = {
            "dst-address": f"{to_text(address.network)}/{address.length}",
            "gateway": address.interface,
            "distance": "0" if is_up else "255",
            "scope": "10",
        }
        own = to_text(address.number)
        if is_v7:
            row |= {"routing-table": MAIN, "local-address": f"{own}%{address.interface}"}
        else:
            row["pref-src"] = own
        item = make(("connect", address.interface, address.number, address.item.id), row)
        routes.append(
            Route(
                item,
                MAIN,
                address.network,
                address.length,
                (address.interface,),
                distance=int(row["distance"]),
                scope=10,
                kind="connect",
                own_address=address.number,
            )
        )
    return routes


def client_routes(wanted: Iterable[DefaultRoute], make: MakeItem, *, is_v7: bool) -> list[Route]:
    """The default routes of DHCP and PPPoE clients."""
    routes = []
    for default in wanted:
        session = default.session
        gateway = session.interface if session.is_pppoe else to_text(session.gateway)
        row = {
            "dst-address": "0.0.0.0/0",
            "gateway": gateway,
            "distance": str(default.distance),
            "scope": "30",
            "target-scope": "10",
            "vrf-interface": session.interface,
        }
        if is_v7:
            row |= {"routing-table": default.table, "pref-src": ""}
        elif default.table != MAIN:
            row["routing-mark"] = default.table
        check = session.item.properties.get("check-gateway", "")
        if check not in _NO_CHECK:
            row["check-gateway"] = check
        key = ("default", session.interface, default.table, session.generation)
        routes.append(
            Route(
                make(key, row),
                default.table,
                0,
                0,
                (gateway,),
                distance=default.distance,
                is_checked="check-gateway" in row,
                kind="vpn" if session.is_pppoe else "dhcp",
            )
        )
    return routes
