"""The order in which the kernel asks the routing tables, as policy rules.

RouterOS 7 asks the table of the routing mark first, then whether the address is its own, then the
rows of /routing/rule, then main; RouterOS 6 its own addresses, the rows of /ip/route/rule, the mark,
main. Sources: RouterOS manual, "Routing decision" and "Policy routing" (``lookup`` goes on to the
next rule when the table has no route, ``min-prefix`` is Linux's suppress_prefixlength); ip-rule(8).
"""

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wanwatch.sim.netns.devices import device_name
from wanwatch.sim.netns.numbers import ROUTING_MASK, Numbers
from wanwatch.sim.store import Item

_MARKS_FIRST, _LOCAL_AFTER, _USER, _MARKS_LATE, _MAIN = 100, 200, 1000, 31000, 32766
_LAST_USER = _MARKS_LATE - 1
_MAIN_NAMES = ("", "main")


@dataclass(frozen=True, slots=True)
class Policy:
    """Rules in order, each as ``ip rule add`` takes it, and the rows that have no such form."""

    rules: tuple[str, ...]
    unsupported: tuple[tuple[str, str], ...] = ()
    """(id of the row, what cannot be said)."""


def policy(
    tables: Iterable[str], rows: Sequence[Item], numbers: Numbers, *, is_v7: bool, version: int = 4
) -> Policy:
    """The rules of a router whose marks may name ``tables`` and who has these rule rows.

    ``version`` is IP's: a row counts for the family of its addresses, or for both without any.
    """
    marks = _MARKS_FIRST if is_v7 else _MARKS_LATE
    rules = [
        f"pref {marks} fwmark {numbers.routing.number(name)}/{ROUTING_MASK:#x} lookup {numbers.table(name)}"
        for name in tables
        if name
    ]
    rules.append(f"pref {_LOCAL_AFTER if is_v7 else 0} lookup local")
    unsupported = []
    position = _USER
    for row in rows:
        if row.disabled:
            continue
        try:
            written = list(_row(row, numbers)) if _is_of(row, version) else []
        except ValueError as error:
            unsupported.append((row.id, str(error)))
            continue
        for text in written:
            rules.append(f"pref {min(position, _LAST_USER)} {text}")
            position += 1
    rules.append(f"pref {_MAIN} lookup main")
    return Policy(tuple(rules), tuple(unsupported))


def _is_of(row: Item, version: int) -> bool:
    texts = (row.properties.get(name, "") for name in ("src-address", "dst-address"))
    return all((":" in text) == (version == 6) for text in texts if text)


def _row(row: Item, numbers: Numbers) -> Iterable[str]:
    """A row as rules; raises ValueError when it cannot be said."""
    action = row.properties.get("action", "lookup")
    table = numbers.table(row.properties.get("table", "main"))
    for selector in _selectors(row, numbers):
        if action == "drop":
            yield f"{selector} blackhole"
        elif action == "unreachable":
            yield f"{selector} unreachable"
        else:
            shortest = row.properties.get("min-prefix", "")
            suppress = f" suppress_prefixlength {int(shortest)}" if shortest else ""
            yield f"{selector} lookup {table}{suppress}"
            if action == "lookup-only-in-table":
                yield f"{selector} unreachable"


def _selectors(row: Item, numbers: Numbers) -> list[str]:
    values = row.properties
    common = ""
    if interface := values.get("interface", ""):
        common += f" iif {device_name(interface)}"
    mark = values.get("routing-mark", "")
    if mark:
        number = 0 if mark in _MAIN_NAMES else numbers.routing.number(mark)
        common += f" fwmark {number}/{ROUTING_MASK:#x}"
    sources, is_not_from = _prefixes(values.get("src-address", ""))
    destinations, is_not_to = _prefixes(values.get("dst-address", ""))
    if not (is_not_from or is_not_to):
        return [
            f"{f'from {source}' if source else 'from all'}{f' to {to}' if to else ''}{common}"
            for source in sources
            for to in destinations
        ]
    alone = sources if is_not_from else destinations
    if common or len(alone) != 1 or (values.get("src-address") and values.get("dst-address")):
        raise ValueError("a negated address beside other conditions")
    return [f"not {'from' if is_not_from else 'to'} {alone[0]}"]


def _prefixes(text: str) -> tuple[list[str], bool]:
    """The prefixes of an address, a prefix or a range, and whether they are negated."""
    is_negated = text.startswith("!")
    text = text.removeprefix("!")
    if not text:
        return [""], False
    first, dash, last = text.partition("-")
    if not dash:
        return [str(ipaddress.ip_network(text, strict=False))], is_negated
    low, high = ipaddress.IPv4Address(first), ipaddress.IPv4Address(last)
    return [str(network) for network in ipaddress.summarize_address_range(low, high)], is_negated


def rule_changes(
    before: Sequence[str], after: Sequence[str], family: str = "-4"
) -> tuple[list[str], list[str]]:
    """The commands that add the rules which are new, and those that take the others away."""
    adds = [f"{family} rule add {rule}" for rule in after if rule not in before]
    return adds, [f"{family} rule del {rule}" for rule in before if rule not in after]
