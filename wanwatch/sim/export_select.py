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
_MOST_DIGITS = 9

Found = list[tuple[str, Item]]
"""Rows, each with its menu."""


class Rows:
    """The rows of a store while an export is loaded, with the names that rows were given."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._named: dict[str, dict[str, list[Item]]] = {}
        for path in store.paths():
            for item in store.items(path):
                self._learn(path, item)

    def add(self, path: str, row: Mapping[str, str], before: str | None = None) -> None:
        """Add a row, at the end or before another."""
        self._learn(path, self._store.add(path, row, before=before))

    def update(self, path: str, item: Item, changes: Mapping[str, str | None]) -> None:
        """Set properties of a row; None takes one away."""
        self._store.update(path, item.id, changes)
        self._learn(path, item)

    def remove(self, path: str, item: Item) -> None:
        """Take a row out."""
        self._store.remove(path, item.id)
        for name in _NAMES:
            known = self._named.get(path, {}).get(item.properties.get(name, ""), [])
            known[:] = [other for other in known if other is not item]

    def is_port(self, name: str) -> bool:
        """True when an ethernet port has this default name."""
        known = self._by_name(ETHERNET, name)
        return any(item.properties.get("default-name") == name for item in known)

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
        named = next((asked[name] for name in _NAMES if name in asked), None)
        return [
            (path, item)
            for path in paths
            for item in (self._store.items(path) if named is None else self._by_name(path, named))
            if all(item.properties.get(name) == value for name, value in asked.items())
        ]

    def _targeted(self, paths: Sequence[str], target: str) -> Found:
        named = [(path, item) for path in paths for item in self._by_name(path, target)]
        if named or paths == (ETHERNET,):
            return named or self._port(target)
        rows = [(path, item) for path in paths for item in self._store.items(path)]
        numbers = [n for n in target.split(",") if n.isdecimal() and len(n) < _MOST_DIGITS]
        if len(numbers) != target.count(",") + 1:
            several = target.split(",") if "," in target else ()
            return [(p, item) for name in several for p in paths for item in self._by_name(p, name)]
        return [rows[int(number)] for number in numbers if int(number) < len(rows)]

    def _port(self, target: str) -> Found:
        """A port by its number: RouterOS counts them from 0, their names from 1."""
        if not target.isdecimal() or len(target) >= _MOST_DIGITS:
            return []
        return [(ETHERNET, item) for item in self._by_name(ETHERNET, f"ether{int(target) + 1}")]

    def _by_name(self, path: str, name: str) -> list[Item]:
        known = self._named.get(path, {}).get(name, ())
        return [i for i in known if any(i.properties.get(prop) == name for prop in _NAMES)]

    def _learn(self, path: str, item: Item) -> None:
        names = self._named.setdefault(path, {})
        for prop in _NAMES:
            name = item.properties.get(prop)
            if name is not None and not any(known is item for known in names.get(name, ())):
                names.setdefault(name, []).append(item)
