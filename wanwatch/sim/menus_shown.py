"""Menus that can be looked at, and mean nothing to the world: monitoring reads them on every router.

They hold what an export brought and nothing else; on a router without such rows they are empty
rather than missing. What a router would fill by itself stays empty: no neighbour speaks and no
lease is given out here. Source: RouterOS manual, CLI reference of these menus.
"""

from collections.abc import Sequence

from wanwatch.core.snapshot import Version
from wanwatch.sim.menu import SHOWN, Menu
from wanwatch.sim.store import Item

PACKAGES = "/system/package"
LEASES = "/ip/dhcp-server/lease"

PATHS = frozenset(
    {
        *("/ip/pool", "/ip/pool/used", "/ip/neighbor"),
        *("/ip/dhcp-server", "/ip/dhcp-server/network", LEASES),
        *("/queue/simple", "/queue/tree", PACKAGES),
    }
)
"""There on every router, with rows or without."""


def shown_menu(path: str, rows: Sequence[Item]) -> Menu | None:
    """The menu of a path that is none of the tables'; None where RouterOS's is not known."""
    if path not in PATHS and not rows:
        return None
    return Menu(path, commands=SHOWN, flags=(), is_plain=True)


def packages(version: Version) -> list[Item]:
    """The one package that every router has: RouterOS itself; RouterOS 6 calls it ``system``."""
    name = "system" if version < Version(7) else "routeros"
    row = {"name": name, "version": str(version), "scheduled": "", "disabled": "false"}
    return [Item("*1", row)]
