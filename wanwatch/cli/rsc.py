"""Steps and flushes as RouterOS console commands, ASCII throughout.

A row is addressed by its id (``*1A``), which the console takes as the API does. Where the rows come
from an export, their ids are not the router's: then a row is addressed by what it is
(``[find where ...]``), and a command that finds nothing changes nothing. Routes are looked for among
those that are not dynamic, since an export shows no others. Source: RouterOS manual,
"Scripting" (find, quoting) and "Console".
"""

import re
from collections.abc import Iterable, Mapping

from wanwatch.cli.rsc_rows import Rows, told_by_texts
from wanwatch.core.console import rsc_value
from wanwatch.core.plan import Attributes, Command, Flush, Plan, Step
from wanwatch.core.snapshot import MAIN_TABLE, MangleRule, Route, Snapshot
from wanwatch.routeros.dialect import (
    IPV6_MANGLE_MENU,
    IPV6_ROUTE_MENU,
    MANGLE_MENU,
    ROUTE_MENU,
    ROUTE_MENUS,
    Dialect,
    dialect_for,
)

_FLAGS = ("disabled", "dynamic")
_YES, _NO = "yes", "no"


class Script:
    """Console commands for the rows of one snapshot.

    ``by_id`` is False when the snapshot was read from an export.
    """

    def __init__(self, snapshot: Snapshot, *, by_id: bool) -> None:
        self._dialect: Dialect = dialect_for(snapshot.version)
        self._by_id = by_id
        self._rows = Rows()
        self._take(snapshot, MANGLE_MENU, ROUTE_MENU)
        if snapshot.ipv6 is not None:
            self._take(snapshot.ipv6, IPV6_MANGLE_MENU, IPV6_ROUTE_MENU)

    def step(self, step: Step) -> str:
        """The command of a step; afterwards rows are addressed as the step leaves them."""
        text = self._command(step.menu, step.command, step.id, step.attributes, step.place_before)
        if step.command is Command.SET:
            self._rows.change(step.menu, step.id, step.attributes)
        elif step.command is Command.REMOVE:
            self._rows.remove(step.menu, step.id)
        elif step.command is Command.ADD:
            row = {**dict(step.attributes), "disabled": _NO}
            self._rows.add(step.menu, f"added {len(self._rows)}", row)
        return text

    def undo(self, step: Step) -> str:
        """The command that takes a step back, to be used after it."""
        undo = step.undo
        if step.command is Command.ADD:
            return f"{_path(step.menu)} remove {_find(told_by_texts(dict(step.attributes)))}"
        return self._command(step.menu, undo.command, undo.id, undo.attributes, undo.place_before)

    def plan(self, plan: Plan) -> str:
        """The whole plan as a script to paste; the steps in order, then the flushes."""
        lines = [self.step(step) for step in plan.steps]
        lines += [line for flush in plan.flushes if (line := flush_command(flush))]
        return "\n".join(lines)

    def _take(self, side: Snapshot, mangle_menu: str, route_menu: str) -> None:
        for rule in side.mangle:
            self._rows.add(mangle_menu, rule.id, _mangle_row(rule))
        for route in side.routes:
            self._rows.add(route_menu, route.id, _route_row(route, self._dialect, route_menu))

    def _command(
        self, menu: str, command: Command, item: str, attributes: Attributes, before: str
    ) -> str:
        parts = [_path(menu), command.value]
        if command is not Command.ADD:
            parts.append(self._address(menu, item))
        if command is not Command.REMOVE:
            parts += _words(self._dialect.attribute_words(menu, command, attributes))
        if before:
            parts.append(f"place-before={self._address(menu, before)}")
        return " ".join(parts)

    def _address(self, menu: str, item: str) -> str:
        found = {} if self._by_id else self._rows.telling(menu, item)
        if not found:
            return item
        return _find({**found, "dynamic": _NO} if menu in ROUTE_MENUS else found)


def flush_command(flush: Flush) -> str:
    """The command that removes a WAN's connections; empty where nothing tells them."""
    parts = []
    if flush.addresses:
        parts.append(_translated_to(flush.addresses))
    if flush.connection_marks:
        marks = " or ".join(
            f"connection-mark={_quoted(mark)}" for mark in sorted(flush.connection_marks)
        )
        if flush.other_addresses:
            parts.append(f"(({marks}) and !({_translated_to(flush.other_addresses)}))")
        else:
            parts.append(f"({marks})")
    if not parts:
        return ""
    return f"{_path(flush.menu)} remove [find where {' or '.join(parts)}]"


def _translated_to(addresses: Iterable[str]) -> str:
    """Matches both shapes of the property: with the port behind a colon, and without.

    An IPv6 address with a port stands in brackets; a prefix is asked for as such.
    """
    single = sorted(address for address in addresses if "/" not in address)
    parts = [f"reply-dst-address in {prefix}" for prefix in sorted({*addresses} - {*single})]
    if single:
        pattern = "|".join(re.escape(address) for address in single)
        ends = r"^\[?({})(]|/|$)" if any(":" in each for each in single) else "^({})(:|$)"
        parts.insert(0, f"reply-dst-address~{_quoted(ends.format(pattern))}")
    return " or ".join(parts)


def _path(menu: str) -> str:
    return menu.replace("/", " ").strip().join(("/", ""))


def _words(words: Iterable[str]) -> list[str]:
    """API words (``=name=value``, ``=!name=``, ``=name=``) as the console writes them."""
    result = []
    for word in words:
        name, _, value = word[1:].partition("=")
        if name.startswith("!"):
            result.append(name)
        else:
            result.append(f"{name}={rsc_value(value)}")
    return result


def _mangle_row(rule: MangleRule) -> dict[str, str]:
    return {"comment": rule.comment, **rule.properties, "disabled": _word(rule.disabled)}


def _route_row(route: Route, dialect: Dialect, menu: str) -> dict[str, str]:
    """A route's telling properties.

    RouterOS 6 has no routing mark on routes of main, and none on IPv6's routes at all.
    """
    is_unmarked = route.table == MAIN_TABLE and not dialect.has_tables
    table = f"!{dialect.table_property}" if is_unmarked else dialect.table_property
    row = {
        "dst-address": route.dst_address,
        "gateway": ",".join(route.gateways),
        table: route.table,
        "distance": str(route.distance),
        "comment": route.comment,
        "disabled": _word(route.disabled),
    }
    if dialect.table_property not in dialect.properties_of(menu):
        del row[table]
    return row


def _word(claim: bool) -> str:
    return _YES if claim else _NO


def _find(properties: Mapping[str, str]) -> str:
    wanted = " and ".join(
        name if name.startswith("!") else f"{name}={value if name in _FLAGS else _quoted(value)}"
        for name, value in properties.items()
    )
    return f"[find where {wanted}]"


def _quoted(value: str) -> str:
    shown = rsc_value(value)
    return shown if shown.startswith('"') else f'"{shown}"'
