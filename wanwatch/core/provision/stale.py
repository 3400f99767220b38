"""Provisioned rows that nothing wants any more: of a WAN that was renamed, or of a rule that is gone."""

from collections.abc import Sequence

from wanwatch.core.provision.changes import Change, leases, removal
from wanwatch.core.provision.items import Item, Kind
from wanwatch.core.provision.marker import Key
from wanwatch.core.survey import Survey

_TABLE = "/routing/table"
_KINDS = frozenset(
    {
        *(Kind.MARK, Kind.OUT, Kind.BACK, Kind.MEMBER, Kind.NAT, Kind.ROUTE, Kind.BLACKHOLE),
        Kind.TABLE,
    }
)
"""Not the login and the restore script: that they are not asked for this time says nothing."""


def stale_changes(survey: Survey, items: Sequence[Item]) -> tuple[Change, ...]:
    """What takes them away; tables last."""
    wanted = {Key(item.kind, item.subject) for item in items}
    found = [
        change
        for change in removal(survey)
        if change.kind in _KINDS and Key(change.kind, change.subject) not in wanted
    ]
    ids = {change.id for change in found if change.kind is Kind.TABLE}
    tables = {row.get("name", "") for row in survey.of(_TABLE) if row.get(".id") in ids}
    rest = [change for change in found if change.kind is not Kind.TABLE]
    return (*rest, *leases(survey, tables), *(c for c in found if c.kind is Kind.TABLE))
