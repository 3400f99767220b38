"""Carries out the commands of an export, leniently, on the rows of a store."""

from collections.abc import Sequence
from dataclasses import dataclass

from wanwatch.core.snapshot import Version
from wanwatch.core.survey import LINE
from wanwatch.sim.export_hidden import SET_BY, WORDS
from wanwatch.sim.export_select import ETHERNET, Rows
from wanwatch.sim.export_values import NoNames, Values, is_refused, read_values, shown, take_words
from wanwatch.sim.menu import V7, Menu
from wanwatch.sim.menus import menus_of
from wanwatch.sim.names import VIEW, interface_name
from wanwatch.sim.rows import complete
from wanwatch.sim.rsc_parser import Command, Unreadable
from wanwatch.sim.rsc_values import quote, quote_word
from wanwatch.sim.store import Item, Store

_STARTS_DISABLED = frozenset(
    f"/interface/{kind}-client" for kind in ("l2tp", "pptp", "sstp", "ovpn", "ppp")
)
_STARTS_DISABLED_V6 = _STARTS_DISABLED | {"/ip/dhcp-server"}
_REMOVING = frozenset({"remove", "unset", "move"})


@dataclass(frozen=True, slots=True)
class Doubt:
    """A command that is carried out although RouterOS would refuse it, or part of it."""

    line: int
    command: str
    reason: str
    is_plain_to_see: bool = False
    """True when it is about addresses and classifiers only, which the row shows as they are."""

    def __str__(self) -> str:
        return f"line {self.line}: {self.command}: {self.reason}"


class Loader:
    """Applies commands; what it could not do stands in ``unreadable`` and ``doubts``."""

    def __init__(self, store: Store, version: Version) -> None:
        self._store = store
        self._menus = menus_of(version)
        self._is_v7 = version >= V7
        self._names = NoNames(is_v7=self._is_v7)
        self._rows = Rows(store)
        self.unreadable: list[Unreadable] = []
        self.doubts: list[Doubt] = []

    def apply(self, command: Command) -> None:
        """Carry out one command."""
        menu = self._menus.get(command.path)
        if command.verb in ("print", "export"):
            return
        if command.verb == "add":
            self._add(menu, command)
        elif command.verb in _REMOVING:
            self._remove(menu, command)
        else:
            self._set(menu, command)

    def finish(self) -> None:
        """Give every ethernet port a name."""
        for item in list(self._store.items(ETHERNET)):
            if "name" not in item.properties:
                self._store.update(ETHERNET, item.id, {"name": interface_name(item)})

    def _add(self, menu: Menu | None, command: Command) -> None:
        bare = (*command.targets, *command.words)
        if bare and all(name.startswith(".") for name, _ in command.args):
            self._refuse(command, "words without a value")
            return
        if menu is not None and "add" not in menu.commands:
            self._refuse(command, "rows are not added in this menu")
            return
        values = read_values(menu, command.args, self._names)
        take_words(menu, bare, values)
        row = values.row
        self._copy(menu, command, row)
        before = self._placed_before(menu, command, row)
        missing: list[str] = []
        if menu is not None:
            complete(menu, row, is_v7=self._is_v7)
            missing = [name for name in menu.required if name not in row]
        elif command.path in (_STARTS_DISABLED if self._is_v7 else _STARTS_DISABLED_V6):
            row.setdefault("disabled", "yes")
        if missing:
            values.unknown.append(f"lacks {', '.join(missing)}")
        if values.is_doubtful:
            row["invalid"] = "true"
            self._doubt(command, values)
        elif "copy-from" in dict(command.args) and is_refused(menu, Item("", row), self._names):
            row["invalid"] = "true"
            self._note(command, "it is the copy of a row that RouterOS would refuse")
        if values.bare:
            row[WORDS] = " ".join(map(quote_word, values.bare))
        row[LINE] = str(command.line)
        self._rows.add(command.path, row, before)

    def _copy(self, menu: Menu | None, command: Command, row: dict[str, str]) -> None:
        """Take over the properties of the row that ``copy-from`` names."""
        if menu is None or "copy-from" not in row:
            return
        found = self._rows.named(menu, command.path, row.pop("copy-from"))
        if found is None:
            self._note(command, "copy-from names no row")
            return
        for name, value in found.properties.items():
            if name[0] != "." and name != "invalid":
                row.setdefault(name, value)

    def _placed_before(
        self, menu: Menu | None, command: Command, row: dict[str, str]
    ) -> str | None:
        """The row that ``place-before`` names: no export has it, people do."""
        if menu is None or "move" not in menu.commands:
            return None
        place = row.pop("place-before", None)
        if place is None:
            return None
        found = self._rows.named(menu, command.path, place)
        if found is not None:
            return found.id
        if place != "0" or self._store.items(command.path):
            self._note(command, f"place-before={shown(place)} names no row; the row stands last")
        return None

    def _set(self, menu: Menu | None, command: Command) -> None:
        if len(command.targets) > 1 and not command.args:
            self._refuse(command, "words without a value")
            return
        changes, values = self._changes(menu, command)
        targets = command.targets
        numbers = values.row.pop("numbers", None)
        if numbers is not None:
            changes.pop("numbers", None)
            targets = (numbers,)
        found = self._rows.selected(menu, command.path, command.find, targets)
        for path, item in found:
            self._rows.update(path, item, changes)
            self._judge(path, item)
        if not found and not self._make(menu, command, targets, changes):
            return
        if values.is_doubtful:
            self._doubt(command, values)

    def _judge(self, path: str, item: Item) -> None:
        """A row is invalid as long as something in it is that RouterOS would refuse."""
        menu = self._menus.get(path)
        refused = "true" if is_refused(menu, item, self._names) else None
        if item.properties.get("invalid") != refused:
            self._rows.update(path, item, {"invalid": refused})

    def _changes(self, menu: Menu | None, command: Command) -> tuple[dict[str, str | None], Values]:
        values = read_values(menu, command.args, self._names)
        if command.verb != "set":
            on, off = ("true", "false") if menu is not None else ("yes", "no")
            return {"disabled": on if command.verb == "disable" else off}, Values()
        take_words(menu, command.words, values)
        if command.path == ETHERNET and values.row.pop("default-name", None) is not None:
            values.unknown.append("default-name")
        changes: dict[str, str | None] = dict(values.row)
        changes.update(dict.fromkeys(values.taken_away))
        return changes, values

    def _make(
        self,
        menu: Menu | None,
        command: Command,
        targets: Sequence[str],
        changes: dict[str, str | None],
    ) -> bool:
        """Keep settings of a row that the factory gave the router; False when there is none."""
        kept = {name: value for name, value in changes.items() if value is not None}
        if not (kept or targets or command.find is not None):
            return False
        asked = _asked(command, targets) if targets or command.find is not None else {}
        if is_refused(menu, Item("", {**asked, **kept}), self._names, is_part=True):
            kept["invalid"] = "true"
        kept[LINE] = str(command.line)
        if command.find is None and not targets:
            if menu is None or menu.is_singleton:
                self._rows.add(command.path, kept if menu else {**kept, SET_BY: ""})
                return True
            self._refuse(command, "no row is named")
        elif command.path in (VIEW, ETHERNET):
            return self._make_port(command, targets, kept)
        elif menu is None or menu.has_builtin_rows:
            self._rows.add(command.path, {**asked, **kept})
            return True
        else:
            self._refuse(command, "no such item")
        return False

    def _make_port(self, command: Command, targets: Sequence[str], kept: dict[str, str]) -> bool:
        """A port that the factory gave the router, named for the first time."""
        wanted = dict(command.find or ())
        name = wanted.get("default-name") or wanted.get("name") or "".join(targets[:1])
        if command.path == ETHERNET and name.isdecimal() and len(name) < len("100"):
            name = f"ether{int(name) + 1}"
        if not name or name.isdecimal() or self._rows.is_port(name):
            self._refuse(command, "no such item")
            return False
        row = {"default-name": name, "name": name, "disabled": "false", **kept}
        self._rows.add(ETHERNET, row)
        return True

    def _remove(self, menu: Menu | None, command: Command) -> None:
        """Remove rows, take a property away from them, or put them elsewhere."""
        args = dict(command.args)
        targets = (args["numbers"],) if "numbers" in args else command.targets[:1]
        found = self._rows.selected(menu, command.path, command.find, targets)
        others = (*(command.targets[1:] if command.find is None else ()), *command.words)
        if command.find is None and not targets:
            found = []
        if not found:
            self._refuse(command, "no such item")
        elif command.verb == "remove":
            for path, item in found:
                self._rows.remove(path, item)
        elif command.verb == "unset":
            name = args.get("value-name", "".join(others[-1:]))
            for path, item in found if name else ():
                self._rows.update(path, item, {name: None})
        elif menu is None or "move" not in menu.commands:
            self._refuse(command, "rows have no order in this menu")
        else:
            self._move(menu, command, found, args.get("destination", "".join(others[:1])))

    def _move(
        self, menu: Menu, command: Command, found: list[tuple[str, Item]], destination: str
    ) -> None:
        before = self._rows.named(menu, command.path, destination) if destination else None
        if destination and before is None:
            self._refuse(command, "no such item")
            return
        for path, item in found:
            if before is None or item.id != before.id:
                self._store.move(path, item.id, None if before is None else before.id)

    def _doubt(self, command: Command, values: Values) -> None:
        lacking = [word for word in values.unknown if word.startswith("lacks ")]
        words = [repr(word) for word in values.unknown if word not in lacking]
        means = [f"{', '.join(words)} mean{'s' * (len(words) == 1)} nothing here"] if words else []
        reasons = [*values.refused, *lacking, *means]
        self._note(command, "; ".join(reasons), values.is_plain_to_see and not values.unknown)

    def _note(self, command: Command, reason: str, is_plain_to_see: bool = False) -> None:  # noqa: FBT001, FBT002 (private)
        self.doubts.append(
            Doubt(command.line, f"{command.path} {command.verb}", reason, is_plain_to_see)
        )

    def _refuse(self, command: Command, reason: str) -> None:
        self.unreadable.append(Unreadable(command.line, f"{command.path} {command.verb}", reason))


def _asked(command: Command, targets: Sequence[str]) -> dict[str, str]:
    """What a command says of the row it names, and how it names it."""
    if command.find is not None:
        asked = " ".join(f"{name}={quote(value)}" for name, value in command.find)
        return {**dict(command.find), SET_BY: f"[ find {asked} ]".replace("  ", " ")}
    target = targets[0]
    return {"name": target, SET_BY: '"name"' if target == "name" else quote_word(target)}
