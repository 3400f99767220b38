"""Interface lists as the interfaces they stand for, with the lists they include and exclude."""

from collections.abc import Mapping

from wanwatch.routeros.errors import CommandUnknown
from wanwatch.routeros.protocol import Row
from wanwatch.routeros.question import reading
from wanwatch.routeros.rounds import Reading, both, printed
from wanwatch.routeros.rows import is_true

_BUILT_IN = frozenset({"all", "none", "dynamic", "static"})


def interface_lists() -> Reading[dict[str, tuple[str, ...]]]:
    """Every interface list with its interfaces; none before RouterOS 6.36, which has no lists.

    The built-in lists are left out. Raises CommandRefused.
    """
    lists = printed(reading("/interface/list/print", proplist=("name", "include", "exclude")))
    members = printed(
        reading("/interface/list/member/print", proplist=("list", "interface", "disabled"))
    )
    try:
        found = yield from both(lists, members)
    except CommandUnknown:
        return {}
    return resolve(*found)


def resolve(lists: list[Row], members: list[Row]) -> dict[str, tuple[str, ...]]:
    """Direct members, then those of included lists, without those of excluded lists."""
    direct: dict[str, list[str]] = {}
    for row in members:
        if not is_true(row, "disabled"):
            direct.setdefault(row.get("list", ""), []).append(row.get("interface", ""))
    rules = {row["name"]: row for row in lists if "name" in row}
    names = [name for name in (*rules, *direct) if name and name not in _BUILT_IN]
    return {name: tuple(_members(name, rules, direct, frozenset())) for name in names}


def _members(
    name: str,
    rules: Mapping[str, Row],
    direct: Mapping[str, list[str]],
    above: frozenset[str],
) -> list[str]:
    if name in above:
        return []
    row = rules.get(name, {})
    inner = above | {name}
    found = list(direct.get(name, ()))
    for included in _names(row, "include"):
        found += _members(included, rules, direct, inner)
    excluded = {
        interface
        for other in _names(row, "exclude")
        for interface in _members(other, rules, direct, inner)
    }
    return [interface for interface in dict.fromkeys(found) if interface not in excluded]


def _names(row: Row, name: str) -> list[str]:
    return [part for part in row.get(name, "").split(",") if part]
