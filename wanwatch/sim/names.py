"""The names one menu may use of another, and ``/interface``, the view over every kind.

RouterOS keeps all interfaces in one menu and shows each kind in a menu of its own; here the
kinds are kept and the common menu is made of them.
"""

from collections.abc import Iterator

from wanwatch.sim.menu import V7
from wanwatch.sim.store import Item, RouterModel, Store

VIEW = "/interface"
_BUILTIN_LISTS = frozenset({"all", "none", "dynamic", "static"})
_NOT_KINDS = frozenset({"/interface/list", "/interface/bridge/port", "/interface/bridge/settings"})
_KINDS = (
    *("ethernet", "bridge", "vlan", "pppoe-client", "bonding", "wireless", "wifi", "lte", "vrrp"),
    *("gre", "eoip", "ipip", "l2tp-client", "pptp-client", "sstp-client", "ovpn-client"),
    *("wireguard", "macvlan", "veth", "vxlan", "pppoe-server", "l2tp-server", "ppp-client"),
)
_TYPES = {"ethernet": "ether", "pppoe-client": "pppoe-out"}
_SHARE = 0x10000
"""Ids of a kind's rows in the view start at a multiple of this."""


def interface_name(item: Item) -> str:
    """The name of an interface row; an ethernet port without one bears its default name."""
    return item.properties.get("name") or item.properties.get("default-name", "")


def kind_paths() -> tuple[str, ...]:
    """The menus that hold interfaces, in the order of the view."""
    return tuple(f"{VIEW}/{kind}" for kind in _KINDS)


def interface_names(store: Store) -> frozenset[str]:
    """The names of all interfaces that are rows of some kind."""
    return frozenset(interface_name(item) for path in kind_paths() for item in store.items(path))


class RouterNames:
    """The names that values are checked against, read from the router as it is."""

    def __init__(self, model: RouterModel) -> None:
        self._model = model
        self.is_v7 = model.version >= V7

    def interfaces(self) -> frozenset[str]:
        """The interfaces of every kind."""
        return interface_names(self._model.store)

    def interface_lists(self) -> frozenset[str]:
        """The interface lists, built-in ones included."""
        rows = self._model.rows("/interface/list")
        return _BUILTIN_LISTS | {item.properties.get("name", "") for item in rows}

    def tables(self) -> frozenset[str]:
        """The routing tables that RouterOS 7 knows."""
        rows = self._model.rows("/routing/table")
        return frozenset({"main"} | {item.properties.get("name", "") for item in rows})


def view_rows(model: RouterModel) -> Iterator[tuple[str, Item, Item]]:
    """Every interface as (its kind's menu, its row there, the row of the view)."""
    for number, path in enumerate(kind_paths()):
        kind = path.removeprefix(f"{VIEW}/")
        for item in model.rows(path):
            shown = dict(item.properties)
            shown.update(name=interface_name(item), type=_TYPES.get(kind, kind))
            view_id = f"*{number * _SHARE + int(item.id[1:], 16):X}"
            yield path, item, Item(view_id, shown, item.dynamic)


def kept_row(model: RouterModel, item_id: str) -> tuple[str, Item] | None:
    """Where a row of the view is kept: by its id there, or by its name."""
    for path, item, shown in view_rows(model):
        if item_id in (shown.id, shown.properties["name"]):
            return path, item
    return None
