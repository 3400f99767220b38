"""Writes the rows of a router as an ``/export``: one command a line, in a stable order.

What the router makes by itself (dynamic rows, defaults, read-only properties) is left out, so that
two exports are equal exactly when two configurations are.
"""

from collections.abc import Iterator

from wanwatch.core.snapshot import Version
from wanwatch.sim.export_rows import SET_BY
from wanwatch.sim.menu import V7, Kind, Menu
from wanwatch.sim.menus import menus_of
from wanwatch.sim.store import Item, Store

_NOT_WRITTEN = frozenset({"invalid", "dynamic", "builtin", "creation-time"})
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:,!@%*+&|^~")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "$": "\\$", "?": "\\?", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def write_export(store: Store, version: Version) -> str:
    """The configuration as text that ``load_export`` reads back to the same rows."""
    menus = menus_of(version)
    lines = [f"# by RouterOS {version}"]
    for path in store.paths():
        menu = menus.get(path)
        shown = path.replace("/", " ").strip()
        lines.extend(
            f"/{shown} {command}"
            for item in store.items(path)
            if not item.dynamic
            for command in _commands(menu, item, is_v7=version >= V7)
        )
    return "\n".join(lines) + "\n"


def quote(text: str) -> str:
    """A value as the console wants it: bare where it can be, else quoted and escaped."""
    if text and all(char in _PLAIN for char in text):
        return text
    escaped = [
        _ESCAPES.get(char, char if " " <= char <= "~" else f"\\{ord(char):02X}") for char in text
    ]
    return f'"{"".join(escaped)}"'


def _commands(menu: Menu | None, item: Item, *, is_v7: bool) -> Iterator[str]:
    by = item.properties.get(SET_BY)
    if menu is not None and menu.is_singleton:
        by = ""
    if menu is not None and menu.path == "/interface/ethernet":
        by = "find:default-name"
    elif by is None and menu is not None and menu.has_builtin_rows and _is_builtin(item):
        by = "name"
    named = _names_of(by)
    values = [text for text in _values(menu, item, named, is_v7=is_v7) if text]
    if by is None:
        yield " ".join(["add", *values])
        return
    if not values:
        return
    if by.startswith("find:"):
        asked = " ".join(f"{name}={quote(item.properties.get(name, ''))}" for name in named)
        yield " ".join(["set", "[", "find", asked, "]", *values])
    else:
        yield " ".join(["set", *(quote(item.properties.get(name, "")) for name in named), *values])


def _is_builtin(item: Item) -> bool:
    return item.properties.get("builtin") == "true"


def _names_of(by: str | None) -> tuple[str, ...]:
    if not by:
        return ()
    return tuple(name for name in by.removeprefix("find:").split(",") if name)


def _values(
    menu: Menu | None, item: Item, without: tuple[str, ...], *, is_v7: bool
) -> Iterator[str]:
    for name in sorted(item.properties):
        value = item.properties[name]
        if name in without or name in _NOT_WRITTEN or name.startswith("."):
            continue
        prop = None if menu is None else menu.by_name.get(name)
        if menu is not None and _is_default(menu, item, name, value, is_v7=is_v7):
            continue
        if prop is not None and prop.kind is Kind.SWITCH:
            yield name
        elif prop is not None and prop.kind is Kind.BOOLEAN:
            yield f"{name}={ {'true': 'yes', 'false': 'no'}.get(value, quote(value)) }"
        else:
            yield f"{name}={quote(value)}"


def _is_default(menu: Menu, item: Item, name: str, value: str, *, is_v7: bool) -> bool:
    if name == "disabled":
        starts = menu.starts_disabled or (menu.path == "/ip/dhcp-client" and not is_v7)
        return value == ("true" if starts else "false")
    for conditional, default, other, values in menu.conditional:
        if name == conditional and item.properties.get(other) in values:
            return value == default
    prop = menu.by_name.get(name)
    return prop is not None and prop.default == value
