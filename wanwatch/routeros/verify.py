"""Reading back: the call returned is not the router is so.

Compares single rows with what a step asked for. Whether the router as a whole is as desired is seen
by planning again on a fresh snapshot: no steps.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from wanwatch.core.plan import Attributes, Command, Step
from wanwatch.core.snapshot import MAIN_TABLE
from wanwatch.routeros.dialect import ROUTE_MENU, ROUTE_MENUS, Dialect
from wanwatch.routeros.mangle_properties import BOOLEANS
from wanwatch.routeros.protocol import Row
from wanwatch.routeros.session import RouterSession

_TRUE = ("true", "yes")
_FURTHER_ROUTE_PROPERTIES = ("pref-src", "scope", "target-scope", "vrf-interface")
"""What a step may set on a route beside what is observed; known to RouterOS 6 and 7."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A property of a row that is not what the step asked for.

    ``name`` is empty where the row itself is missing (or still there after a remove).
    """

    step: Step
    id: str
    name: str = ""
    expected: str = ""
    found: str = ""


async def verify(
    session: RouterSession, dialect: Dialect, done: Iterable[tuple[Step, str]]
) -> list[Mismatch]:
    """Read the rows of these steps back; each step comes with the id of its row.

    A later step on the same property of the same row outweighs an earlier one. Raises RouterError.
    """
    steps = list(done)
    mismatches: list[Mismatch] = []
    for menu in dict.fromkeys(step.menu for step, _ in steps):
        own = [(step, item) for step, item in steps if step.menu == menu]
        found = await read_rows(session, dialect, menu, [item for _, item in own])
        mismatches += _compare_all(own, found, dialect)
    return mismatches


async def read_rows(
    session: RouterSession, dialect: Dialect, menu: str, ids: Iterable[str]
) -> dict[str, Row]:
    """The rows with these ids that are there; raises RouterError."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return {}
    queries = [f".id={item}" for item in wanted] + ["#|"] * (len(wanted) - 1)
    found = await session.command(
        f"{menu}/print", queries=queries, proplist=_properties(menu, dialect)
    )
    return {row[".id"]: row for row in found if row.get(".id") in wanted}


def compare(
    step: Step, item: str, attributes: Attributes, row: Row, dialect: Dialect
) -> list[Mismatch]:
    """Where the row differs from the attributes; an empty value wants the property unset."""
    mismatches = []
    for given, expected in attributes:
        name = given
        found = row.get(name, "")
        if step.menu in ROUTE_MENUS and name in ("routing-table", "routing-mark"):
            name = dialect.table_property
            found = row.get(name) or MAIN_TABLE
        elif step.menu in ROUTE_MENUS and name == "blackhole":
            found = _blackhole(row)
        if not same_value(name, expected, found):
            mismatches.append(Mismatch(step, item, name, expected, found))
    return mismatches


def same_value(name: str, expected: str, found: str) -> bool:
    """True when both texts mean the same to RouterOS: ``yes`` and ``true`` are one."""
    if name in BOOLEANS or name == "blackhole":
        return (expected in _TRUE) == (found in _TRUE)
    return expected == found


def _blackhole(row: Row) -> str:
    present = "blackhole" in row and row["blackhole"] not in ("false", "no")
    return "yes" if present or row.get("type") == "blackhole" else "no"


def _properties(menu: str, dialect: Dialect) -> tuple[str, ...]:
    further = _FURTHER_ROUTE_PROPERTIES if menu == ROUTE_MENU else ()
    return (*dialect.properties_of(menu), *further)


def _compare_all(
    own: list[tuple[Step, str]], found: dict[str, Row], dialect: Dialect
) -> list[Mismatch]:
    last: dict[tuple[str, str], tuple[Step, str]] = {}
    removed = {item for step, item in own if step.command is Command.REMOVE}
    mismatches = []
    for step, item in own:
        if step.command is Command.REMOVE:
            if item in found:
                mismatches.append(Mismatch(step, item, "", "gone", "there"))
        elif item in removed:
            continue
        elif item not in found:
            mismatches.append(Mismatch(step, item, "", "there", "gone"))
        else:
            for name, value in step.attributes:
                last[item, name] = (step, value)
    for (item, name), (step, value) in last.items():
        mismatches += compare(step, item, ((name, value),), found[item], dialect)
    return mismatches
