"""The commands that change rows: add, set, unset, remove, enable, disable, comment, move.

A comma list of ids is worked through in order and stops at the first that is not there; what came
before it is done. Rows that the router made by itself refuse to be changed.
"""

from collections.abc import Callable, Mapping

from wanwatch.sim import menus_ipv6, traps
from wanwatch.sim.menu import Menu
from wanwatch.sim.names import VIEW, RouterNames, interface_name, kept_row
from wanwatch.sim.request import Request
from wanwatch.sim.rows import bad_values, checked, new_row, refuse_duplicate
from wanwatch.sim.store import Item, RouterModel

_TARGETS = frozenset({".id", "numbers"})
RENEWED = ".renewed"
"""An address-list entry's property, never shown: counts how often its timeout was set."""


class Editor:
    """Changes the rows of one router on behalf of a client."""

    def __init__(self, model: RouterModel, menus: Mapping[str, Menu]) -> None:
        self._model = model
        self._menus = menus
        self._names = RouterNames(model)
        self.commands: Mapping[str, Callable[[Menu, Request], str | None]] = {
            "add": self.add,
            "set": self.set,
            "unset": self.unset,
            "remove": self.remove,
            "enable": self.enable,
            "disable": self.disable,
            "comment": self.comment,
            "move": self.move,
        }

    def add(self, menu: Menu, request: Request) -> str:
        """Add a row and return its id."""
        attributes = dict(request.attributes)
        before = attributes.pop("place-before", None)
        if before is not None and "move" not in menu.commands:
            raise traps.unknown_parameter("place-before")
        row = new_row(menu, checked(menu, attributes, self._names), self._names)
        refuse_duplicate(self._model, menu, row)
        dynamic = row.get("timeout") not in (None, "none-static") and bool(menu.dynamic_can_be_set)
        if before is not None and self._model.store.get(menu.path, before) is None:
            raise traps.no_such_item()
        return self._model.store.add(menu.path, row, dynamic=dynamic, before=before).id

    def set(self, menu: Menu, request: Request) -> None:
        """Change properties of rows, or of a menu of settings."""
        wanted = {k: v for k, v in request.attributes.items() if k not in _TARGETS}
        if menu.is_singleton:
            self._set_singleton(menu, wanted)
            return
        if not request.ids:
            raise traps.missing_parameter(".id")
        changes = checked(menu, wanted, self._names)
        for item_id in request.ids:
            self._change(menu, item_id, changes)

    def unset(self, menu: Menu, request: Request) -> None:
        """Take one property away from rows."""
        name = request.attributes.get("value-name")
        if name is None:
            raise traps.missing_parameter("value-name")
        changes = checked(menu, {f"!{name}": ""}, self._names)
        for item_id in request.ids:
            self._change(menu, item_id, changes)

    def remove(self, menu: Menu, request: Request) -> None:
        """Remove rows."""
        if not request.ids:
            raise traps.missing_parameter(".id")
        source = self._model.store.sources.get(menu.path)
        for item_id in request.ids:
            if source is not None:
                if not source.remove(item_id):
                    raise traps.no_such_item_to_remove()
                continue
            if menu.path == "/ip/firewall/connection":
                if not self._model.remove_connection(item_id):
                    raise traps.no_such_item_to_remove()
                continue
            item = self._find(menu, item_id)
            if item is None:
                raise traps.no_such_item_to_remove()
            if item.properties.get("builtin") == "true":
                raise traps.failure(f"can not remove builtin {menu.noun}")
            if menu.path != menus_ipv6.CONNECTIONS:
                self._refuse_dynamic(menu, item, "remove")
            self._model.store.remove(menu.path, item.id)

    def enable(self, menu: Menu, request: Request) -> None:
        """Enable rows."""
        self._switch(menu, request, "false")

    def disable(self, menu: Menu, request: Request) -> None:
        """Disable rows."""
        self._switch(menu, request, "true")

    def comment(self, menu: Menu, request: Request) -> None:
        """Set the comment of rows; an empty one is none."""
        text = request.attributes.get("comment", "")
        for item_id in request.ids:
            self._change(menu, item_id, {"comment": text or None})

    def move(self, menu: Menu, request: Request) -> None:
        """Put rows before another one, or at the end."""
        destination = request.attributes.get("destination")
        store = self._model.store
        for item_id in (*request.ids, *([destination] if destination else [])):
            if store.get(menu.path, item_id) is None:
                raise traps.no_such_item()
        for item_id in request.ids:
            if item_id != destination:
                store.move(menu.path, item_id, destination)

    def _switch(self, menu: Menu, request: Request, disabled: str) -> None:
        if not request.ids:
            raise traps.missing_parameter(".id")
        for item_id in request.ids:
            self._change(menu, item_id, {"disabled": disabled})

    def _change(self, menu: Menu, item_id: str, changes: Mapping[str, str | None]) -> None:
        if menu.path == VIEW:
            kept = kept_row(self._model, item_id)
            if kept is None:
                raise traps.no_such_item()
            self._change(self._menus.get(kept[0], menu), kept[1].id, changes)
            return
        item = self._find(menu, item_id)
        if item is None:
            raise traps.no_such_item()
        if not menu.dynamic_can_be_set:
            self._refuse_dynamic(menu, item, "change")
        changed = {name: changes.get(name, item.properties.get(name)) for name in menu.unique}
        if any(item.properties.get(name) != value for name, value in changed.items()):
            row = {name: value for name, value in changed.items() if value is not None}
            refuse_duplicate(self._model, menu, row, itself=item.id)
        self._model.store.update(menu.path, item.id, self._with_consequences(menu, item, changes))

    def _with_consequences(
        self, menu: Menu, item: Item, changes: Mapping[str, str | None]
    ) -> dict[str, str | None]:
        """The changes and what follows from them: defaults come back, a mended row is valid."""
        result = dict(changes)
        for name, value in changes.items():
            prop = menu.by_name.get(name)
            if value is None and prop is not None and prop.default:
                result[name] = prop.default
        if "timeout" in changes and menu.dynamic_can_be_set:
            if not item.dynamic:
                raise traps.failure("can not change timeout of static entry")
            result[RENEWED] = str(int(item.properties.get(RENEWED, "0")) + 1)
        if item.properties.get("invalid") == "true":
            after = {name: value for name, value in item.properties.items() if name != "invalid"}
            after.update({name: value for name, value in result.items() if value is not None})
            if not bad_values(menu, Item(item.id, after), self._names):
                result["invalid"] = None
        return result

    def _set_singleton(self, menu: Menu, wanted: Mapping[str, str]) -> None:
        changes = checked(menu, wanted, self._names)
        rows = self._model.store.items(menu.path)
        if rows:
            self._model.store.update(menu.path, rows[0].id, changes)
        else:
            kept = {name: value for name, value in changes.items() if value is not None}
            self._model.store.add(menu.path, kept)

    def _find(self, menu: Menu, item_id: str) -> Item | None:
        """The row with this id, or with this name where rows have names."""
        found = self._model.store.get(menu.path, item_id)
        if found is not None:
            return found
        by_name = "name" in menu.by_name and not item_id.startswith("*")
        for item in self._model.rows(menu.path):
            if item.id == item_id or (by_name and interface_name(item) == item_id):
                return item
        return None

    def _refuse_dynamic(self, menu: Menu, item: Item, verb: str) -> None:
        if item.properties.get("builtin") == "true":
            raise traps.failure(f"can not {verb} builtin {menu.noun}")
        made_up = self._model.store.get(menu.path, item.id) is None
        if (item.dynamic and not (menu.dynamic_can_be_set and verb == "remove")) or made_up:
            raise traps.failure(f"can not {verb} dynamic {menu.noun}")
