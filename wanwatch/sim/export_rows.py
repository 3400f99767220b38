"""Carries out the commands of an export, leniently, on the rows of a store."""

from collections.abc import Sequence

from wanwatch.core.snapshot import Version
from wanwatch.sim.menu import V7, Kind, Menu
from wanwatch.sim.menus import menus_of
from wanwatch.sim.names import VIEW, interface_name, kind_paths
from wanwatch.sim.rows import REFERENCES, complete
from wanwatch.sim.rsc_parser import Command, Unreadable
from wanwatch.sim.store import Item, Store
from wanwatch.sim.traps import Trap
from wanwatch.sim.values import canonical

SET_BY = ".set-by"
"""How an export names a row it did not add: ``name``, ``find:default,...``, or empty for settings.
Never shown."""
_ETHERNET = "/interface/ethernet"
_BARE_ID = "name"


class NoNames:
    """Stands for the names of other rows while a configuration is not complete yet."""

    def __init__(self, *, is_v7: bool) -> None:
        self.is_v7 = is_v7

    def interfaces(self) -> frozenset[str]:
        """None is known yet."""
        return frozenset()

    interface_lists = tables = interfaces


class Loader:
    """Applies commands; what it could not do stands in ``unreadable`` and ``invalid``."""

    def __init__(self, store: Store, version: Version) -> None:
        self._store = store
        self._menus = menus_of(version)
        self._names = NoNames(is_v7=version >= V7)
        self.unreadable: list[Unreadable] = []
        self.invalid: list[str] = []

    def apply(self, command: Command) -> None:
        """Carry out one command."""
        if command.verb in ("print", "export"):
            return
        menu = self._menus.get(command.path)
        if command.verb == "add":
            self._add(menu, command, self._properties(menu, command))
            return
        found = self._selected(menu, command)
        if command.verb in ("set", "enable", "disable"):
            self._set(menu, command, found)
        elif not found:
            self._refuse(command, "no such item")
        elif command.verb == "remove":
            for path, item in found:
                self._store.remove(path, item.id)
        else:
            self._refuse(command, f"{command.verb} is not carried out when loading")

    def finish(self) -> None:
        """Give every ethernet port a name."""
        for item in list(self._store.items(_ETHERNET)):
            if "name" not in item.properties:
                self._store.update(_ETHERNET, item.id, {"name": interface_name(item)})

    def _add(self, menu: Menu | None, command: Command, row: dict[str, str]) -> None:
        before = self._placed_before(menu, command, row)
        if menu is not None:
            if menu.path == VIEW:
                self._refuse(command, "interfaces are added in the menu of their kind")
                return
            complete(menu, row, is_v7=self._names.is_v7)
            missing = [name for name in menu.required if name not in row]
            if missing:
                row["invalid"] = "true"
                self._note(command, f"lacks {', '.join(missing)}")
        self._store.add(command.path, row, before=before)

    def _placed_before(
        self, menu: Menu | None, command: Command, row: dict[str, str]
    ) -> str | None:
        """The row that ``place-before`` names by its number or id: no export has it, people do."""
        if menu is None or "move" not in menu.commands:
            return None
        place = row.pop("place-before", None)
        rows = self._store.items(command.path)
        if place is None:
            return None
        if place.isdecimal() and int(place) < len(rows):
            return rows[int(place)].id
        if any(item.id == place for item in rows):
            return place
        if not (place == "0" and not rows):
            self._note(command, f"place-before={place} names no row; the row stands last")
        return None

    def _set(self, menu: Menu | None, command: Command, found: list[tuple[str, Item]]) -> None:
        changes: dict[str, str | None] = dict(self._properties(menu, command))
        changes.update({name[1:]: None for name, _ in command.args if name.startswith("!")})
        if command.verb != "set":
            changes = {"disabled": "true" if command.verb == "disable" else "false"}
        for path, item in found:
            self._store.update(path, item.id, changes)
        if found:
            return
        kept = {name: value for name, value in changes.items() if value is not None}
        if command.find is None and not command.targets:
            if menu is None or menu.is_singleton:
                self._store.add(command.path, kept if menu else {**kept, SET_BY: ""})
            else:
                self._refuse(command, "no row is named")
        elif command.path in (VIEW, _ETHERNET):
            self._set_port(command, kept)
        elif menu is None or menu.has_builtin_rows:
            named = {_BARE_ID: command.targets[0]} if command.targets else dict(command.find or ())
            by = _BARE_ID if command.targets else "find:" + ",".join(named)
            self._store.add(command.path, {**named, **kept, SET_BY: by})
        else:
            self._refuse(command, "no such item")

    def _set_port(self, command: Command, kept: dict[str, str]) -> None:
        """A port that the factory gave the router, named for the first time."""
        wanted = dict(command.find or ())
        name = wanted.get("default-name") or wanted.get("name") or "".join(command.targets[:1])
        if not name or name.isdecimal():
            self._refuse(command, "no such item")
            return
        row = {"default-name": name, "name": name, "disabled": "false", **kept}
        self._store.add(_ETHERNET, row)

    def _selected(self, menu: Menu | None, command: Command) -> list[tuple[str, Item]]:
        """The rows a command is about, each with its menu."""
        paths: Sequence[str] = kind_paths() if command.path == VIEW else (command.path,)
        rows = [(path, item) for path in paths for item in self._store.items(path)]
        if command.find is not None:
            wanted = dict(command.find)
            return [row for row in rows if self._fits(menu, row[1], wanted)]
        if command.targets:
            return [row for row in rows if _is_named(row[1], command.targets)] or [
                rows[int(number)]
                for number in command.targets
                if number.isdecimal() and len(number) < 9 and int(number) < len(rows)
            ]
        if menu is None or menu.is_singleton:
            return [row for row in rows if menu is not None or row[1].properties.get(SET_BY) == ""]
        return []

    def _fits(self, menu: Menu | None, item: Item, wanted: dict[str, str]) -> bool:
        for name, value in wanted.items():
            kept = item.properties.get(name)
            prop = None if menu is None else menu.by_name.get(name)
            if prop is not None and prop.kind is Kind.BOOLEAN:
                value = {"yes": "true", "no": "false"}.get(value, value)  # noqa: PLW2901 (its form)
            if kept != value:
                return False
        return True

    def _properties(self, menu: Menu | None, command: Command) -> dict[str, str]:
        """The values of a command in RouterOS's form; a bad one stays and marks the row."""
        row: dict[str, str] = {}
        for name, text in command.args:
            if name.startswith("!"):
                continue
            prop = None if menu is None else menu.by_name.get(name)
            if prop is None or prop.kind in REFERENCES:
                if text or prop is None:
                    row[name] = text
                continue
            try:
                value = canonical(prop, text, self._names) if text or prop.default else ""
            except Trap as trap:
                row["invalid"] = "true"
                self._note(command, f"{name}={text}: {trap.message}")
                value = text
            if value:
                row[name] = value
        self._take_switches(menu, command, row)
        return row

    def _take_switches(self, menu: Menu | None, command: Command, row: dict[str, str]) -> None:
        if command.verb != "add":
            return
        for word in command.targets:
            prop = None if menu is None else menu.by_name.get(word)
            if prop is not None and prop.kind is Kind.SWITCH:
                row[word] = "true"
            elif menu is None:
                row[word] = ""
            else:
                self._note(command, f"the word {word!r} means nothing here")

    def _note(self, command: Command, what: str) -> None:
        self.invalid.append(f"line {command.line}: {command.path} {command.verb}: {what}")

    def _refuse(self, command: Command, reason: str) -> None:
        self.unreadable.append(Unreadable(command.line, f"{command.path} {command.verb}", reason))


def _is_named(item: Item, targets: Sequence[str]) -> bool:
    names = (item.properties.get("name"), item.properties.get("default-name"))
    return any(target in names for target in targets)
