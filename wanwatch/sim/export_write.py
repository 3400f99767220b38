"""Writes the rows of a router as ``/export terse`` does: one command a line, in a stable order.

What the router makes by itself (dynamic rows, defaults, read-only properties) is left out, so that
two exports are equal exactly when two configurations are.
"""

from collections.abc import Iterator, Mapping

from wanwatch.core.snapshot import Version
from wanwatch.core.survey import LINE
from wanwatch.sim.export_hidden import SET_BY, WORDS
from wanwatch.sim.export_select import ETHERNET
from wanwatch.sim.export_values import bare_words
from wanwatch.sim.menu import V7, Kind, Menu
from wanwatch.sim.menus import menus_of
from wanwatch.sim.rsc_values import quote, quote_word
from wanwatch.sim.rsc_words import read_words
from wanwatch.sim.store import Item, Store

_NOT_WRITTEN = frozenset({"invalid", "dynamic", "builtin", "creation-time"})
_PORT_DISABLED = (ETHERNET, "disabled")
_WORDS = {"true": "yes", "false": "no"}


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


def _commands(menu: Menu | None, item: Item, *, is_v7: bool) -> Iterator[str]:
    """The command that makes a row; none for a row that is as the factory made it."""
    named, said = _naming(menu, item)
    is_told = named is not None and LINE in item.properties
    values = list(_values(menu, item, said, is_v7=is_v7, is_told=is_told))
    if named is None:
        # Words alone would be taken for prose.
        is_prose = bool(values) and not any("=" in text.partition('"')[0] for text in values)
        yield " ".join(["add", *(['comment=""'] if is_prose and menu else []), *values])
    elif values or (is_told and named):
        yield " ".join(filter(None, ["set", named, *values]))


def _naming(menu: Menu | None, item: Item) -> tuple[str | None, Mapping[str, str]]:
    """How ``set`` names the row, and what that says of it; None for a row that is added."""
    row = item.properties
    by = row.get(SET_BY)
    if menu is not None and menu.path == ETHERNET:
        said = {"default-name": row.get("default-name", "")}
        return f"[ find default-name={quote(said['default-name'])} ]", said
    if menu is not None and menu.is_singleton:
        return "", {}
    if by == "name" or (by is None and menu is not None and _is_builtin(menu, item)):
        return quote_word(row.get("name", "")), {"name": row.get("name", "")}
    if not by:
        return by, {}
    words = read_words(by)
    return by, dict(words.finds[0]) if words.finds else {"name": words.plain[0]}


def _is_builtin(menu: Menu, item: Item) -> bool:
    return menu.has_builtin_rows and item.properties.get("builtin") == "true"


def _values(
    menu: Menu | None, item: Item, said: Mapping[str, str], *, is_v7: bool, is_told: bool
) -> Iterator[str]:
    """The properties by name, as RouterOS sorts them, and what else stood in the command.

    What an export told of a row that it did not add is all there is to that row, defaults too.
    """
    row = item.properties
    bare = bare_words(row)
    for name in sorted(row):
        value = row[name]
        if name in _NOT_WRITTEN or name.startswith(".") or said.get(name) == value:
            continue
        if menu is None and value == "" and name in bare:
            continue
        prop = None if menu is None else menu.by_name.get(name)
        is_filled_in = not is_told or (menu is not None and (menu.path, name) == _PORT_DISABLED)
        if menu is not None and is_filled_in and _is_default(menu, item, name, value, is_v7=is_v7):
            continue
        if prop is not None and prop.kind is Kind.SWITCH:
            yield name
        elif prop is not None and prop.kind is Kind.BOOLEAN:
            yield f"{name}={_WORDS.get(value) or quote(value)}"
        else:
            yield f"{name}={quote(value)}"
    if WORDS in row:
        yield row[WORDS]


def _is_default(menu: Menu, item: Item, name: str, value: str, *, is_v7: bool) -> bool:
    if name == "disabled":
        starts = menu.starts_disabled or (menu.path == "/ip/dhcp-client" and not is_v7)
        return value == ("true" if starts else "false")
    for conditional, default, other, values in menu.conditional:
        if name == conditional and item.properties.get(other) in values:
            return value == default
    prop = menu.by_name.get(name)
    return prop is not None and prop.default == value
