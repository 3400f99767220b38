"""The commands of the console's menus, on the rows of the simulated router."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from wanwatch.sim.commands import Commands
from wanwatch.sim.request import Request
from wanwatch.sim.store import Item
from wanwatch.sim.traps import Trap
from wanwatch.sim.world import World

Value = Any
"""str, int, bool, a list of them, or None for nil."""
VERBS = ("find", "get", "set", "remove", "add", "move")


class Broken(Exception):  # noqa: N818 - what a script is, not an error of ours
    """The script is not understood, or a command failed outside of ``on-error``."""


def shown(value: Value) -> str:
    """A value as text."""
    if isinstance(value, list):
        return ",".join(map(shown, value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


class Menus:
    """The menus of one router."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._commands = Commands(world)

    def find(self, path: str, conditions: Sequence[tuple[str, str, Value]]) -> list[str]:
        """The ids of the rows that fulfil (name, ``=`` or ``~``, value)."""
        return [
            item.id
            for item in self._world.rows(path)
            if all(_holds(item, *condition) for condition in conditions)
        ]

    def get(self, path: str, row: Value, name: str) -> Value:
        """A property of a row; several gateways are a list."""
        item = next((i for i in self._world.rows(path) if i.id == row), None)
        if item is None:
            raise Broken("no such item")
        text = item.properties.get(name, "")
        return text.split(",") if "," in text and name == "gateway" else text

    def change(self, path: str, verb: str, words: Mapping[str, Value]) -> None:
        """Add, set, move or remove; an empty list of rows is nothing to do."""
        attributes = {name: shown(value) for name, value in words.items()}
        if verb != "add" and not attributes.get(".id"):
            return
        try:
            for _ in self._commands.run(Request(path, verb, attributes), lambda _: True):
                pass
        except Trap as trap:
            raise Broken(str(trap)) from trap


def _holds(item: Item, name: str, operator: str, value: Value) -> bool:
    flags = {"dynamic": item.dynamic, "disabled": item.disabled}
    text = ("yes" if flags[name] else "no") if name in flags else item.properties.get(name, "")
    wanted = shown(value)
    return text == wanted if operator == "=" else re.search(wanted, text) is not None
