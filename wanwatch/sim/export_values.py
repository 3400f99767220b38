"""What the values of an export's command amount to in a menu, and what RouterOS would refuse of them.

A value that RouterOS would refuse is kept as it is written and told as a doubt. Source: RouterOS
manual, Command Line Interface (value types, shortened names), Scripting language (variables).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from wanwatch.sim.export_hidden import SET_BY, WORDS
from wanwatch.sim.menu import Kind, Menu, Property
from wanwatch.sim.rows import REFERENCES
from wanwatch.sim.rsc_words import read_words
from wanwatch.sim.store import Item
from wanwatch.sim.traps import Trap, invalid_value
from wanwatch.sim.values import FALSE_WORDS, Names, canonical

_SHORTEST_NAME = 3
_LONGEST_SHOWN = 120
_LONGEST_VALUE = 200
"""Numbers, times and addresses are shorter."""
_SPEAKING = frozenset({Kind.ADDRESS, Kind.ADDRESS6, Kind.PREFIX, Kind.PREFIX6, Kind.CLASSIFIER})
_POSSIBLE_NAME = re.compile(r"[a-z0-9][a-z0-9.-]*")


class NoNames:
    """Stands for the names of other rows while a configuration is not complete yet."""

    def __init__(self, *, is_v7: bool) -> None:
        self.is_v7 = is_v7

    def interfaces(self) -> frozenset[str]:
        """None is known yet."""
        return frozenset()

    interface_lists = tables = interfaces


@dataclass(slots=True)
class Values:
    """The properties that a command gives a row."""

    row: dict[str, str] = field(default_factory=dict)
    taken_away: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    """Values that RouterOS does not take, each with the reason."""
    is_plain_to_see: bool = True
    """False when one of them says nothing by itself: only addresses and classifiers do."""
    unknown: list[str] = field(default_factory=list)
    """Words that are no property of any menu, or mean nothing in this one."""
    bare: list[str] = field(default_factory=list)
    """Words that stand in no property."""

    @property
    def is_doubtful(self) -> bool:
        """True for a command that RouterOS would refuse."""
        return bool(self.refused or self.unknown)


def read_values(menu: Menu | None, args: tuple[tuple[str, str], ...], names: Names) -> Values:
    """The values of a command in RouterOS's form; a bad one stays as it is written.

    Of several values for one property the last is the one that stands.
    """
    values = Values()
    last = {given if menu is None else full_name(menu, given): (given, t) for given, t in args}
    for name, (given, text) in last.items():
        if name.startswith("!"):
            values.taken_away.append(name[1:])
            continue
        if name.startswith("."):
            take_words(menu, (f"{name}={text}",), values)
            continue
        if not _POSSIBLE_NAME.fullmatch(name):
            values.unknown.append(shown(f"{given}={text}"))
        prop = None if menu is None else menu.by_name.get(name)
        if prop is None:
            values.row[name] = text
            continue
        try:
            kept = _kept(prop, text, names)
        except Trap as trap:
            values.refused.append(f"{shown(f'{given}={text}')}: {trap.message}")
            values.is_plain_to_see &= prop.kind in _SPEAKING
            kept = text
        if kept:
            values.row[name] = kept
    return values


def take_words(menu: Menu | None, words: tuple[str, ...], values: Values) -> None:
    """The bare words of a command: switches such as ``fib`` and ``blackhole``, or prose."""
    prose = []
    for word in words:
        prop = None if menu is None else menu.by_name.get(word)
        if prop is not None and prop.kind is Kind.SWITCH:
            values.row[word] = "true"
            continue
        values.bare.append(word)
        if menu is None and _POSSIBLE_NAME.fullmatch(word):
            values.row.setdefault(word, "")
        else:
            prose.append(word)
    if prose:
        values.unknown.append(shown(" ".join(prose)))


def is_refused(menu: Menu | None, item: Item, names: Names, *, is_part: bool = False) -> bool:
    """True for a row with something in it that RouterOS would refuse, or without what it needs.

    ``is_part`` is true for a row that the factory made, of which an export tells a part.
    """
    row = item.properties
    if any(name[0] != "." and not _POSSIBLE_NAME.fullmatch(name) for name in row):
        return True
    if menu is None:
        return not all(map(_POSSIBLE_NAME.fullmatch, bare_words(row)))
    lacks = not (is_part or SET_BY in row) and any(name not in row for name in menu.required)
    return lacks or WORDS in row or any(_is_bad(menu, *pair, names) for pair in row.items())


def _is_bad(menu: Menu, name: str, text: str, names: Names) -> bool:
    prop = menu.by_name.get(name)
    try:
        _ = prop and _kept(prop, text, names)
    except Trap:
        return True
    return False


def bare_words(row: Mapping[str, str]) -> list[str]:
    """The words of a row that are no switches."""
    return read_words(row[WORDS]).plain if WORDS in row else []


def shown(text: str) -> str:
    """A text short enough to stand in a sentence."""
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


@lru_cache(maxsize=4096)
def _full_name(names: frozenset[str], given: str) -> str:
    begun = [name for name in names if name.startswith(given)]
    return begun[0] if len(begun) == 1 and len(given) >= _SHORTEST_NAME else given


def full_name(menu: Menu, given: str) -> str:
    """The property that a name means: itself, or the only one whose name begins so."""
    if given.removeprefix("!") in menu.by_name:
        return given
    sign = given[: given.startswith("!")]
    return sign + _full_name(frozenset(menu.by_name), given.removeprefix("!"))


def _kept(prop: Property, text: str, names: Names) -> str:
    """A value as the row keeps it; empty for none. Raises Trap on one that is refused."""
    if prop.kind in REFERENCES:
        return text
    if not text or (prop.kind is Kind.SWITCH and text in FALSE_WORDS):
        return ""
    if len(text) > _LONGEST_VALUE and prop.kind is not Kind.TEXT:
        raise invalid_value(prop.name)
    return canonical(prop, text, names)


def as_asked(menu: Menu | None, wanted: Mapping[str, str]) -> dict[str, str]:
    """What a selection asks for, in the form that rows keep."""
    asked = {}
    for name, value in wanted.items():
        prop = None if menu is None else menu.by_name.get(name)
        is_boolean = prop is not None and prop.kind is Kind.BOOLEAN
        asked[name] = {"yes": "true", "no": "false"}.get(value, value) if is_boolean else value
    return asked
