"""Whether buckets may return to a WAN: its table needs a default route that works.

A default route that came back becomes active only when its gateway answers again (check-gateway,
RouterOS manual, "IP Routing"). Connections marked for the WAN before that would fall through to
main.
"""

from collections.abc import Mapping

from wanwatch.core.base_rule import BaseRule
from wanwatch.core.groups import Groups
from wanwatch.core.model import Disposition, Finding, Severity
from wanwatch.core.originals import nearest_defaults
from wanwatch.core.snapshot import Snapshot
from wanwatch.core.tags import split_comment
from wanwatch.core.wans import Wan, Wans


def for_buckets(
    dispositions: Mapping[str, Disposition],
    snapshot: Snapshot,
    wans: Wans,
    groups: Groups,
) -> tuple[Mapping[str, Disposition], list[Finding]]:
    """The dispositions as the buckets should follow them, and who is being waited for.

    A WAN that should carry again takes no buckets while its route is enabled and not active. One
    whose buckets are in place keeps them: that its route is inactive now is for health to judge.
    """
    rules = [base for group in groups.groups for base in group.rules]
    away = {base.owner.name for base in rules if base.owner is not None and _is_away(base)}
    waiting = [
        wan.name
        for wan in wans.wans
        if dispositions.get(wan.name) is Disposition.CARRY
        and wan.name in away
        and any(_is_inactive(table, snapshot) for table in sorted(wan.routing_tables))
    ]
    held = {**dispositions, **dict.fromkeys(waiting, Disposition.SPARE)}
    if not waiting or Disposition.CARRY not in held.values():
        return dispositions, []
    return held, [_finding(wan) for wan in wans.wans if wan.name in waiting]


def _is_away(base: BaseRule) -> bool:
    return bool(base.added) or split_comment(base.rule.comment)[1] is not None


def _is_inactive(table: str, snapshot: Snapshot) -> bool:
    """True when the best default route of a table is enabled and the router does not use it."""
    best = nearest_defaults(table, snapshot)
    return bool(best) and not any(route.active or route.disabled for route in best)


def _finding(wan: Wan) -> Finding:
    tables = ", ".join(sorted(wan.routing_tables))
    return Finding("route-inactive", Severity.WARNING, wan.name, (("tables", tables),))
