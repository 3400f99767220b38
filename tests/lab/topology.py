"""Which lines, addresses and hosts a laboratory has, read from a router's export.

The export is loaded into the built-in world, which knows which interfaces default routes lead out
by, which gateway each one has and where the LAN is. So any router's export makes a laboratory.
"""

import ipaddress
import time
from dataclasses import dataclass
from itertools import islice

from tests.lab.namespaces import LabError
from wanwatch.core.snapshot import Version
from wanwatch.sim.export import load_export
from wanwatch.sim.factory import furnish
from wanwatch.sim.interfaces import Address
from wanwatch.sim.netns.devices import device_name
from wanwatch.sim.packet import to_text
from wanwatch.sim.state import State
from wanwatch.sim.store import Store
from wanwatch.sim.world import World

CLIENTS = 40
TARGETS = ("1.1.1.1", "8.8.8.8", "9.9.9.9", "1.0.0.1", "8.8.4.4", "149.112.112.112")
"""The addresses that the internet answers on; the first three are those that wanwatch asks."""

POINT_TO_POINT = 31
"""Prefixes from this length on have no room for a network's address."""


@dataclass(frozen=True, slots=True)
class Uplink:
    """One line: what it is on the router, and who stands at its far end."""

    wan: str
    """What wanwatch calls it."""
    isp: str
    """The namespace of its provider."""
    interface: str
    """As RouterOS names it."""
    device: str
    """As Linux does, in the router's namespace."""
    address: str
    """The router's own."""
    length: int
    """Of the prefix; 32 for a point-to-point line."""
    gateway: str
    """The first hop, which is the provider's address on the line."""

    @property
    def is_point_to_point(self) -> bool:
        """True for a line whose far end needs no address, such as PPPoE."""
        return self.length >= POINT_TO_POINT


@dataclass(frozen=True, slots=True)
class Topology:
    """A router, its lines and the hosts on its LAN."""

    version: Version
    uplinks: tuple[Uplink, ...]
    lan_device: str
    router: str
    """The router's address on the LAN."""
    length: int
    """Of the LAN's prefix."""
    clients: tuple[str, ...]
    watch: str
    """The address of the wanwatch host."""
    aliases: tuple[str, ...]
    """Its further addresses: that which the probes of each line leave from."""

    def uplink(self, wan: str) -> Uplink:
        """The line of a WAN; raises LabError when there is none."""
        for uplink in self.uplinks:
            if uplink.wan == wan:
                return uplink
        raise LabError(f"no WAN {wan!r}; there are {', '.join(u.wan for u in self.uplinks)}")

    def wan_of(self, address: str) -> str:
        """The WAN whose translated address this is, empty when it is none."""
        return next((uplink.wan for uplink in self.uplinks if uplink.address == address), "")


def read_topology(export: str, clients: int = CLIENTS) -> Topology:
    """What a router's export asks for; raises LabError when it makes no laboratory."""
    store = Store()
    version = load_export(export, store).version
    furnish(store, version)
    world = World(store, version, clock=time.monotonic, seed=1)
    lan = world.lan()
    if lan is None:
        raise LabError("the router has no LAN: no address on an interface that is no uplink")
    uplinks = tuple(
        _uplink(world.state(), interface, number)
        for number, interface in enumerate(world.uplinks(), start=1)
    )
    if len(uplinks) < 2:
        raise LabError(f"the router has {len(uplinks)} uplinks with an address; two are needed")
    free = iter(_free_hosts(lan))
    hosts = list(islice(free, clients + 1 + len(uplinks)))
    if len(hosts) <= clients + len(uplinks):
        raise LabError(f"{lan.item.properties['address']} has no room for {clients} clients")
    own = to_text(lan.number)
    people, watch, aliases = hosts[:clients], hosts[clients], hosts[clients + 1 :]
    return Topology(
        version,
        uplinks,
        device_name(lan.interface),
        own,
        lan.length,
        tuple(people),
        watch,
        tuple(aliases),
    )


def _free_hosts(lan: Address) -> list[str]:
    network = ipaddress.IPv4Network((lan.network, lan.length))
    return [
        to_text(int(host)) for host in islice(network.hosts(), 1, 250) if int(host) != lan.number
    ]


def _uplink(state: State, interface: str, number: int) -> Uplink:
    own = next(
        (a for a in state.addresses if a.interface == interface and not a.item.disabled), None
    )
    if own is None:
        raise LabError(f"uplink {interface!r} has no address")
    gateways = (
        hop.address
        for route in state.routes.values()
        if route.is_default and not route.item.disabled
        for hop in route.hops
        if hop.interface == interface and hop.address
    )
    gateway = next(gateways, None)
    if gateway is None:  # the gateway is the interface itself
        gateway = own.network if own.length >= POINT_TO_POINT else own.network + 1
        gateway += gateway == own.number
    return Uplink(
        wan=f"wan{number}",
        isp=f"isp{number}",
        interface=interface,
        device=device_name(interface),
        address=to_text(own.number),
        length=own.length,
        gateway=to_text(gateway),
    )
