"""The interfaces, interface lists and addresses of the router, read from its rows.

A configuration need not name a port, so what addresses, clients and lists refer to is taken to
exist.
"""

import ipaddress
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from wanwatch.sim.names import interface_name, interface_names, kind_paths
from wanwatch.sim.packet import mask_of
from wanwatch.sim.store import Item, Store

PARENT_PROPERTY = "interface"
"""Where a VLAN or a PPPoE client names the interface below it."""
_REFERRING = (
    *(
        "/ip/address",
        "/ipv6/address",
        "/ip/dhcp-client",
        "/interface/pppoe-client",
        "/interface/vlan",
    ),
    *("/interface/list/member", "/interface/bridge/port"),
)


@dataclass(frozen=True, slots=True)
class Address:
    """An address of the router on an interface; ``peer`` is the far end of a point-to-point."""

    number: int
    network: int
    length: int
    interface: str
    item: Item

    def covers(self, number: int) -> bool:
        """True when the number is on this link."""
        return number & mask_of(self.length) == self.network

    @classmethod
    def read(cls, item: Item) -> "Address | None":
        """The address of a row of ``/ip/address``; None when it is not readable."""
        try:
            own = ipaddress.IPv4Interface(item.properties.get("address", ""))
            network = int(own.network.network_address)
            if own.network.prefixlen == 32 and item.properties.get("network"):
                network = int(ipaddress.IPv4Address(item.properties["network"]))
        except ValueError:
            return None
        interface = item.properties.get("interface", "")
        return cls(int(own.ip), network, own.network.prefixlen, interface, item)


def add_missing_ports(store: Store) -> None:
    """Add a row for every interface that other rows name and no menu of interfaces holds."""
    known = set(interface_names(store))
    for name in _named_interfaces(store):
        if name in known:
            continue
        known.add(name)
        row = {"name": name, "disabled": "false"}
        if name.startswith("bridge"):
            store.add("/interface/bridge", row)
        elif name.startswith("pppoe"):
            store.add("/interface/pppoe-client", {**row, "add-default-route": "false"})
        else:
            store.add("/interface/ethernet", {"default-name": name, **row})


def _named_interfaces(store: Store) -> Iterator[str]:
    for path in _REFERRING:
        for item in store.items(path):
            name = item.properties.get(PARENT_PROPERTY, "")
            if name and not name.startswith("*"):
                yield name


class Interfaces:
    """Which interfaces there are, which are running, and which lists they are on."""

    def __init__(self, store: Store, is_line_down: Callable[[str], bool]) -> None:
        self._rows: dict[str, tuple[str, Item]] = {}
        for path in kind_paths():
            for item in store.items(path):
                self._rows.setdefault(interface_name(item), (path, item))
        self._is_line_down = is_line_down
        self.names = frozenset(self._rows)
        self.lists = _lists(store)

    def is_disabled(self, name: str) -> bool:
        """True when the interface's own row is disabled."""
        found = self._rows.get(name)
        return found is not None and found[1].disabled

    def is_running(self, name: str) -> bool:
        """True when packets can leave by it: enabled, its line plugged, its parent running."""
        seen = set()
        while name not in seen:
            seen.add(name)
            found = self._rows.get(name)
            if found is None or found[1].disabled or self._is_line_down(name):
                return False
            path, item = found
            parent = item.properties.get(PARENT_PROPERTY, "")
            if path not in ("/interface/vlan", "/interface/pppoe-client") or not parent:
                return True
            name = parent
        return False


def _lists(store: Store) -> dict[str, frozenset[str]]:
    members: dict[str, set[str]] = {}
    rows = store.items("/interface/list")
    for item in rows:
        members.setdefault(item.properties.get("name", ""), set())
    for item in store.items("/interface/list/member"):
        if not item.disabled:
            name = item.properties.get("list", "")
            members.setdefault(name, set()).add(item.properties.get("interface", ""))
    result = {name: set(found) for name, found in members.items()}
    for item in rows:
        name = item.properties.get("name", "")
        for other in item.properties.get("include", "").split(","):
            result[name] |= members.get(other, set())
        for other in item.properties.get("exclude", "").split(","):
            result[name] -= members.get(other, set())
    return {name: frozenset(found) for name, found in result.items()}
