"""What discovery found, in the words that ``inspect`` and ``init`` share."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from wanwatch.core.discovery.found import Discovery, FoundTable, TableKind
from wanwatch.core.goals import MARK_PROPERTY
from wanwatch.core.groups import Group, find_groups
from wanwatch.core.ipv6_side import ipv6_specs
from wanwatch.core.snapshot import MAIN_TABLE, Route, Snapshot
from wanwatch.core.survey import Survey
from wanwatch.core.wans import bind
from wanwatch.routeros.text import display_text

_NOT_MATCHERS = frozenset(
    {
        *("chain", "action", "passthrough", "per-connection-classifier", "jump-target"),
        *("log", "log-prefix", *MARK_PROPERTY.values()),
    }
)
_KINDS: Mapping[TableKind, str] = {
    TableKind.MAIN: "what no rule marks",
    TableKind.WAN: "leads through one WAN",
    TableKind.SEVERAL: "leads through several WANs at once",
    TableKind.LAN: "leads to a host on the LAN",
    TableKind.TUNNEL: "leads through a tunnel that itself runs over the WANs",
    TableKind.VRF: "is a VRF's",
    TableKind.BLACKHOLE: "leads nowhere on purpose",
    TableKind.EMPTY: "has no default route that is enabled",
    TableKind.UNKNOWN: "where it leads cannot be told",
}


def ipv6_groups(survey: Survey, discovery: Discovery) -> tuple[Group, ...]:
    """The PCC groups of IPv6, with the WANs that the router's IPv4 side shows."""
    side = survey.snapshot.ipv6
    if side is None:
        return ()
    return find_groups(side, bind(ipv6_specs(discovery.specs, side), side)).groups


def matchers(group: Group) -> Mapping[str, str]:
    """The properties that select the traffic which a group shares out."""
    properties = group.rules[0].rule.properties if group.rules else {}
    return {name: properties[name] for name in sorted(properties.keys() - _NOT_MATCHERS)}


def style(group: Group) -> str:
    """How the group says which line a connection takes: the action of its rules."""
    return ", ".join(dict.fromkeys(base.rule.action for base in group.rules))


def classifier(group: Group) -> str:
    """``prerouting both-addresses:5``."""
    return f"{display_text(group.chain)} {group.fields}:{group.denominator}"


def kind_reason(table: FoundTable) -> str:
    """Why a table is, or is not, a WAN's."""
    return _KINDS[table.kind]


def fallback_chain(table: FoundTable, snapshot: Snapshot) -> str:
    """Whose line a table takes, and whose when that is gone: ``isp1, then isp3, then main``.

    WANs of one distance share the traffic, ``isp1 and isp2 together``; on RouterOS 6 only where they
    are gateways of one row, else it takes one of them, ``isp1 or isp2``. A table that has no route
    left hands over to main (RouterOS manual, "Policy Routing"), unless it ends in a blackhole.
    """
    steps: list[str] = []
    for distance, same in groupby(table.fallbacks, key=lambda entry: entry[0]):
        names = list(dict.fromkeys(wan or "no known WAN" for _, wan in same))
        step = names[0] if len(names) == 1 else _beside(names, table.name, distance, snapshot)
        if steps[-1:] != [step]:
            steps.append(step)
    if not steps:
        steps.append(
            "no default route" if table.name == MAIN_TABLE else "no default route of its own"
        )
    if any(_ends(route, table.name) for route in snapshot.routes):
        steps.append("nowhere (blackhole)")
    elif table.name != MAIN_TABLE and table.kind is not TableKind.VRF:
        steps.append(MAIN_TABLE)
    return ", then ".join(steps)


def counted(count: int, one: str, several: str = "") -> str:
    """``1 WAN``, ``2 WANs``."""
    return f"{count} {one if count == 1 else several or one + 's'}"


def listed(names: Sequence[str]) -> str:
    """``isp1, isp2 and isp3``."""
    return " and ".join([*([", ".join(names[:-1])] if names[:-1] else []), *names[-1:]])


def _beside(names: Sequence[str], table: str, distance: int, snapshot: Snapshot) -> str:
    """WANs of one distance."""
    rows = [
        route
        for route in snapshot.routes
        if (route.table, route.distance, route.is_default) == (table, distance, True)
        and not (route.disabled or route.blackhole)
    ]
    if snapshot.version.major > 6 or len(rows) == 1:
        return f"{listed(names)} together"
    return " or ".join(names)


def _ends(route: Route, table: str) -> bool:
    return route.table == table and route.is_default and route.blackhole and not route.disabled
