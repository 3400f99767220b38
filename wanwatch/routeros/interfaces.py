"""Interface lists as the interfaces they stand for, with the lists they include and exclude."""

from collections.abc import Mapping

from wanwatch.routeros.errors import CommandUnknown
from wanwatch.routeros.protocol import Row
from wanwatch.routeros.rows import is_true
from wanwatch.routeros.session import RouterSession

_BUILT_IN = frozenset({"all", "none", "dynamic", "static"})


async def read_interface_lists(session: RouterSession) -> dict[str, tuple[str, ...]]:
    """Every interface list with its interfaces; none before RouterOS 6.36, which has no lists.

    The built-in lists are left out. Raises RouterError.
    """
    try:
        lists = await session.command(
            "/interface/list/print", proplist=("name", "include", "exclude")
        )
        members = await session.command(
            "/interface/list/member/print", proplist=("list", "interface", "disabled")
        )
    except CommandUnknown:
        return {}
    return resolve(lists, members)


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
