"""What a client sees of the world in the menus: made-up rows and read-only properties.

Names and forms as RouterOS replies on 6.48 to 7.20; a property that RouterOS leaves out while it
is not true is left out here too.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from wanwatch.core.snapshot import Version
from wanwatch.sim import lines, menus_ipv6
from wanwatch.sim.address_lists import MENU as ADDRESS_LISTS
from wanwatch.sim.address_lists import AddressLists
from wanwatch.sim.dynamics import Sessions
from wanwatch.sim.interfaces import Address
from wanwatch.sim.menus_shown import PACKAGES, packages
from wanwatch.sim.names import interface_name, kind_paths
from wanwatch.sim.packet import to_text
from wanwatch.sim.route_rows import computed_v6, computed_v7
from wanwatch.sim.route_table import declared_tables
from wanwatch.sim.state import State
from wanwatch.sim.store import Item, Store
from wanwatch.sim.values import format_time

_ISO_DATES_SINCE = Version(7, 10)
_MAX_ENTRIES = 1048576
_LEASE_TIME = 600
_MAIN_TABLE = Item("*0", {"name": "main", "fib": "true"}, dynamic=True)


class Shown(Protocol):
    """The world, as far as its menus show it."""

    store: Store
    version: Version
    is_v7: bool
    clock: Callable[[], float]
    booted_at: float
    lists: AddressLists
    sessions: Sessions

    def state(self) -> State:
        """Everything computed from the rows, as of now."""
        ...

    def connection_count(self) -> int:
        """How many connections are tracked."""
        ...


def made_up(world: Shown, path: str) -> Iterable[Item]:
    """The rows of a menu that nobody configured."""
    if path == "/ip/route":
        routes = world.state().routes.values()
        return [route.item for route in routes if route.kind != "static"]
    if path == "/ip/address":
        return world.state().dynamic_addresses
    if path == "/routing/table":
        return [_MAIN_TABLE]
    if path == PACKAGES:
        return packages(world.version)
    return []


def computed(world: Shown, path: str, item: Item) -> Mapping[str, str]:
    """The read-only properties of a row."""
    compute = _COMPUTED.get(path)
    return {} if compute is None else compute(world, item)


def _word(claim: bool) -> str:  # noqa: FBT001 (the claim is the whole argument)
    return "true" if claim else "false"


def _route(world: Shown, item: Item) -> Mapping[str, str]:
    route = world.state().routes.get(item.id)
    if route is None:
        return {}
    return computed_v7(route) if world.is_v7 else computed_v6(route)


def _interface(world: Shown, item: Item) -> Mapping[str, str]:
    return {"running": _word(world.state().interfaces.is_running(interface_name(item)))}


def _pppoe(world: Shown, item: Item) -> Mapping[str, str]:
    is_running = world.state().interfaces.is_running(interface_name(item))
    return {"running": _word(is_running), "status": "connected" if is_running else "terminating..."}


def _ipv6_route(world: Shown, item: Item) -> Mapping[str, str]:
    return world.state().ipv6.computed(item)


def _ipv6_rule(world: Shown, item: Item) -> Mapping[str, str]:
    """RouterOS calls a rule invalid that names an interface or a table that is not there."""
    return {"invalid": _word(bool(item.properties.get("invalid")) or not _is_known(world, item))}


def _is_known(world: Shown, item: Item) -> bool:
    row = item.properties
    names = world.state().interfaces.names | {"all", "none", ""}
    named = (row.get(name, "").removeprefix("!") for name in ("in-interface", "out-interface"))
    table = row.get("new-routing-mark", "main")
    return names.issuperset(named) and (not world.is_v7 or table in declared_tables(world.store))


def _ipv6_address(world: Shown, item: Item) -> Mapping[str, str]:
    name = item.properties.get("interface", "")
    return {"actual-interface": name} if name in world.state().interfaces.names else {}


def _mangle(world: Shown, item: Item) -> Mapping[str, str]:
    return {"invalid": _word(item.id in world.state().mangle.invalid)}


def _nat(world: Shown, item: Item) -> Mapping[str, str]:
    return {"invalid": _word(item.id in world.state().nat.invalid)}


def _address(world: Shown, item: Item) -> Mapping[str, str]:
    name = item.properties.get("interface", "")
    is_known = name in world.state().interfaces.names and Address.read(item) is not None
    row = {"invalid": _word(not is_known)}
    if is_known:
        row["actual-interface"] = name
    return row


def _dhcp_client(world: Shown, item: Item) -> Mapping[str, str]:
    name = item.properties.get("interface", "")
    state = world.state()
    row = {"invalid": _word(name not in state.interfaces.names)}
    session = world.sessions.of(name)
    if item.disabled or session is None:
        row["status"] = "stopped"
    elif not session.is_up:
        row["status"] = "searching..."
    else:
        row.update(
            {
                "status": "bound",
                "address": f"{to_text(session.address)}/24",
                "gateway": to_text(session.gateway),
                "dhcp-server": to_text(session.gateway),
                "expires-after": format_time(_LEASE_TIME),
            }
        )
    return row


def _address_list(world: Shown, item: Item) -> Mapping[str, str]:
    return world.lists.computed(item, iso_dates=world.version >= _ISO_DATES_SINCE)


def _tracking(world: Shown, item: Item) -> Mapping[str, str]:
    del item
    return {"total-entries": str(world.connection_count()), "max-entries": str(_MAX_ENTRIES)}


def _dns(world: Shown, item: Item) -> Mapping[str, str]:
    """An export writes the size with its unit, the API without: public clients take it for a number."""
    del world
    size = item.properties.get("cache-size", "2048KiB")
    return {"cache-size": size.removesuffix("KiB")}


def _resource(world: Shown, item: Item) -> Mapping[str, str]:
    del item
    return {
        "uptime": format_time(int(world.clock() - world.booted_at)),
        "version": f"{world.version} (stable)",
        "cpu-load": "1",
        "board-name": "CHR",
        "architecture-name": "x86_64",
        "platform": "MikroTik",
    }


def _line(world: Shown, item: Item) -> Mapping[str, str]:
    name = item.properties.get("name", "")
    return {"running": _word(world.state().interfaces.is_running(name))}


_COMPUTED: Mapping[str, Callable[[Shown, Item], Mapping[str, str]]] = {
    **dict.fromkeys(kind_paths(), _interface),
    "/interface/pppoe-client": _pppoe,
    "/ip/route": _route,
    "/ip/address": _address,
    menus_ipv6.ROUTES: _ipv6_route,
    menus_ipv6.ADDRESSES: _ipv6_address,
    menus_ipv6.MANGLE: _ipv6_rule,
    "/ip/dhcp-client": _dhcp_client,
    "/ip/firewall/mangle": _mangle,
    "/ip/firewall/nat": _nat,
    ADDRESS_LISTS: _address_list,
    "/ip/firewall/connection/tracking": _tracking,
    "/ip/dns": _dns,
    "/system/resource": _resource,
    lines.MENU: _line,
}
