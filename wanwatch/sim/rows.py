"""What a row becomes when it is added or changed: checked, put in RouterOS's form, completed.

Used by the API's commands, which refuse a bad value, and by the export loader, which keeps it and
marks the row invalid.
"""

import ipaddress
from collections.abc import Mapping

from wanwatch.sim.menu import Kind, Menu
from wanwatch.sim.store import Item, RouterModel
from wanwatch.sim.traps import Trap, failure, missing_parameter, unknown_parameter
from wanwatch.sim.values import Names, canonical

Changes = dict[str, str | None]

_KEEPS_EMPTY = frozenset({Kind.BOOLEAN, Kind.NUMBER, Kind.ENUM, Kind.TIME, Kind.TABLE})
_ALWAYS_SET = frozenset({"routing-table", "distance", "chain", "list", "address", "name"})


def checked(menu: Menu, attributes: Mapping[str, str], names: Names) -> Changes:
    """The attributes in RouterOS's form; None for one to take away. Raises Trap on the first bad.

    ``!name`` and an empty text take a property away; what a row cannot be without stays.
    """
    changes: Changes = {}
    for given, text in attributes.items():
        name = given.removeprefix("!")
        prop = menu.by_name.get(name)
        if prop is None:
            raise unknown_parameter(given)
        if given != name:
            if name in _ALWAYS_SET:
                raise failure(f"{name} can not be unset")
            changes[name] = None
        elif text or prop.kind in _KEEPS_EMPTY or prop.kind is Kind.SWITCH:
            changes[name] = canonical(prop, text, names)
        else:
            changes[name] = None
    return changes


def new_row(menu: Menu, changes: Mapping[str, str | None], names: Names) -> dict[str, str]:
    """The properties of a row to add: defaults filled in, so that the world need not know them.

    Raises Trap when a required property is missing.
    """
    row = {name: value for name, value in changes.items() if value is not None}
    for name in menu.required:
        if name not in row:
            raise missing_parameter(name)
    complete(menu, row, is_v7=names.is_v7)
    return row


def complete(menu: Menu, row: dict[str, str], *, is_v7: bool) -> None:
    """Fill in what RouterOS makes up by itself: defaults, a network, a disabled start."""
    for prop in menu.properties:
        if prop.default:
            row.setdefault(prop.name, prop.default)
    for name, default, other, values in menu.conditional:
        if row.get(other) in values:
            row.setdefault(name, default)
    if "disabled" in menu.by_name:
        disabled = menu.starts_disabled or (menu.path == "/ip/dhcp-client" and not is_v7)
        row.setdefault("disabled", "true" if disabled else "false")
    if menu.path == "/ip/address" and "address" in row:
        _complete_address(row)


def _complete_address(row: dict[str, str]) -> None:
    address, slash, _length = row["address"].partition("/")
    try:
        interface = ipaddress.IPv4Interface(
            row["address"] if slash else f"{address}/{row.get('netmask', '32')}"
        )
    except ValueError:
        return
    row["address"] = str(interface)
    row.setdefault("network", str(interface.network.network_address))


def refuse_duplicate(
    model: RouterModel, menu: Menu, row: Mapping[str, str], *, itself: str = ""
) -> None:
    """Raise Trap when another row has the same unique key.

    A disabled static row and a dynamic one of the same address may stand side by side.
    """
    if not menu.unique:
        return
    key = tuple(row.get(name) for name in menu.unique)
    for other in model.rows(menu.path):
        if other.id == itself or (other.disabled and not other.dynamic and "timeout" in row):
            continue
        if tuple(other.properties.get(name) for name in menu.unique) == key:
            raise failure(menu.duplicate)


def bad_values(menu: Menu, item: Item, names: Names) -> list[str]:
    """The properties of a row that RouterOS would refuse for their form alone.

    References to missing interfaces and tables do not count: they may appear later.
    """
    bad = []
    for name, text in item.properties.items():
        prop = menu.by_name.get(name)
        if prop is None or prop.kind in REFERENCES:
            continue
        try:
            canonical(prop, text, names)
        except Trap:
            bad.append(name)
    return bad


REFERENCES = frozenset(
    {Kind.GATEWAY, Kind.GATEWAY6, Kind.INTERFACE, Kind.INTERFACE_LIST, Kind.TABLE}
)
