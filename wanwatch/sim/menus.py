"""Which menus a RouterOS version has."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from wanwatch.core.snapshot import Version
from wanwatch.sim.menu import Menu
from wanwatch.sim.menus_firewall import FIREWALL
from wanwatch.sim.menus_ipv6 import IPV6
from wanwatch.sim.menus_routing import ROUTING
from wanwatch.sim.menus_sim import SIM
from wanwatch.sim.menus_system import ADDRESSES, INTERFACES, SYSTEM

ALL_MENUS = (*INTERFACES, *ADDRESSES, *ROUTING, *FIREWALL, *IPV6, *SYSTEM, *SIM)


@cache
def menus_of(version: Version) -> Mapping[str, Menu]:
    """The menus by their path, with the properties of this version."""
    return MappingProxyType(
        {menu.path: menu.at(version) for menu in ALL_MENUS if menu.since <= version < menu.until}
    )
