"""Which interfaces of the router are running, judged by the devices that stand for them.

An interface without a device is not running, but for a port under a PPPoE or VLAN interface that
has one: a laboratory need not build the port below a line.
"""

from collections.abc import Iterable
from typing import Protocol

from wanwatch.sim.interfaces import PARENT_PROPERTY
from wanwatch.sim.lines import Lines
from wanwatch.sim.names import interface_name
from wanwatch.sim.netns.devices import device_name
from wanwatch.sim.store import Store

_UPPER = ("/interface/vlan", "/interface/pppoe-client")


class Devices(Protocol):
    """Which devices there are; see ``links.Links``."""

    @property
    def devices(self) -> frozenset[str]:
        """The names of all."""
        ...

    @property
    def running(self) -> frozenset[str]:
        """Those that carry packets."""
        ...


class Wires(Lines):
    """Knows the uplinks by name; cuts none, since the laboratory's cables are real."""

    def __init__(self, store: Store, links: Devices) -> None:
        super().__init__(store, lambda: 0.0)
        self._rows = store
        self._links = links
        self._uplinks: dict[str, None] = {}

    def ensure(self, names: Iterable[str]) -> None:
        """Remember the uplinks in the order of their default routes."""
        self._uplinks.update(dict.fromkeys(names))

    def names(self) -> tuple[str, ...]:
        """The uplink interfaces."""
        return tuple(self._uplinks)

    def is_down(self, name: str) -> bool:
        """True when no packet can pass the device of this interface."""
        device = device_name(name)
        if device in self._links.devices:
            return device not in self._links.running
        above = [
            device_name(interface_name(item))
            for path in _UPPER
            for item in self._rows.items(path)
            if item.properties.get(PARENT_PROPERTY) == name
        ]
        return not any(device in self._links.running for device in above)
