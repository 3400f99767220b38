"""The rows that a command of an export is about: by a selection, by names, by numbers."""

from collections.abc import Mapping, Sequence

from wanwatch.sim.export_hidden import SET_BY
from wanwatch.sim.export_values import as_asked
from wanwatch.sim.menu import Menu
from wanwatch.sim.names import VIEW, kind_paths
from wanwatch.sim.rsc_words import Pairs, WordsError, read_words
from wanwatch.sim.store import Item, Store

ETHERNET = "/interface/ethernet"
_NAMES = ("name", "default-name")
_INDEXED = (*_NAMES, "comment", "default")
_MOST_DIGITS = 9

Found = list[tuple[str, Item]]
"""Rows, each with its menu."""


class Rows:
    """The rows of a store while an export is loaded, with what most selections ask for."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[tuple[str, str, str], dict[str, Item]] = {}
        """(menu, property, value) -> the rows that had it at some time, by their ids."""
        for path in store.paths():
            for item in store.items(path):
                self._learn(path, item)

    def add(self, path: str, row: Mapping[str, str], before: str | None = None) -> None:
        """Add a row, at the end or before another."""
        self._learn(path, self._store.add(path, row, before=before))

    def update(self, path: str, item: Item, changes: Mapping[str, str | None]) -> None:
        """Set properties of a row; None takes one away."""
        for name, value in changes.items():
            if value is None:
                item.properties.pop(name, None)
            else:
                item.properties[name] = value
        # The store would look for the row from the first on; so it only tells of the change.
        self._store.update(path, self._store.items(path)[0].id, {})
        self._learn(path, item)

    def remove(self, path: str, item: Item) -> None:
        """Take a row out."""
        self._store.remove(path, item.id)
        for name in _INDEXED:
            self._known.get((path, name, item.properties.get(name, "")), {}).pop(item.id, None)

    def is_port(self, name: str) -> bool:
        """True when an ethernet port has this default name."""
        return bool(self._having(ETHERNET, "default-name", name))

    def selected(
        self, menu: Menu | None, path: str, find: Pairs | None, targets: Sequence[str]
    ) -> Found:
        """The rows that a command of a menu is about."""
        paths = kind_paths() if path == VIEW else (path,)
        if find is not None:
            return self._found(menu, paths, dict(find))
        if targets:
            return [row for target in targets for row in self._targeted(paths, target)]
        rows = [(path, item) for item in self._store.items(path)]
        if menu is None:
            return [row for row in rows if row[1].properties.get(SET_BY) == ""]
        return rows if menu.is_singleton else []

    def named(self, menu: Menu | None, path: str, text: str) -> Item | None:
        """The row that a number, an id, a name or ``[find ...]`` means in a value."""
        if text.startswith("["):
            try:
                finds = read_words(text).finds
            except WordsError:
                return None
            found = self._found(menu, (path,), dict(finds[0])) if len(finds) == 1 else []
            return found[0][1] if found else None
        if text.startswith("*"):
            return self._store.get(path, text)
        targeted = self._targeted((path,), text)
        return targeted[0][1] if targeted else None

    def _found(self, menu: Menu | None, paths: Sequence[str], wanted: dict[str, str]) -> Found:
        asked = as_asked(menu, wanted)
        key = next((name for name in _INDEXED if name in asked), None)
        return [
            (path, item)
            for path in paths
            for item in (
                self._store.items(path) if key is None else self._having(path, key, asked[key])
            )
            if all(item.properties.get(name) == value for name, value in asked.items())
        ]

    def _targeted(self, paths: Sequence[str], target: str) -> Found:
        named = [(path, item) for path in paths for item in self._by_name(path, target)]
        if named or paths == (ETHERNET,):
            return named or self._port(target)
        found: Found = []
        for part in target.split(","):
            if part.isdecimal() and len(part) < _MOST_DIGITS:
                found += self._numbered(paths, int(part))
            elif part != target:
                found += [(path, item) for path in paths for item in self._by_name(path, part)]
        return found

    def _numbered(self, paths: Sequence[str], number: int) -> Found:
        """The row that ``print`` would show with this number."""
        for path in paths:
            rows = self._store.items(path)
            if number < len(rows):
                return [(path, rows[number])]
            number -= len(rows)
        return []

    def _port(self, target: str) -> Found:
        """A port by its number: RouterOS counts them from 0, their names from 1."""
        if not target.isdecimal() or len(target) >= _MOST_DIGITS:
            return []
        return [(ETHERNET, item) for item in self._by_name(ETHERNET, f"ether{int(target) + 1}")]

    def _by_name(self, path: str, name: str) -> list[Item]:
        found = {item.id: item for prop in _NAMES for item in self._having(path, prop, name)}
        return list(found.values())

    def _having(self, path: str, prop: str, value: str) -> list[Item]:
        known = self._known.get((path, prop, value), {})
        return [item for item in known.values() if item.properties.get(prop) == value]

    def _learn(self, path: str, item: Item) -> None:
        for prop in _INDEXED:
            value = item.properties.get(prop)
            if value is not None:
                self._known.setdefault((path, prop, value), {})[item.id] = item
