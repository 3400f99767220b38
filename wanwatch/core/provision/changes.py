"""From how the items stand to what is done: one change a row, in a safe order; and the way back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from wanwatch.core.plan import Attributes
from wanwatch.core.provision.items import Kind
from wanwatch.core.provision.judge import Standing, Verdict
from wanwatch.core.provision.login_items import (
    GROUP,
    GROUPS,
    POLICIES,
    SERVICES,
    TLS,
    USERS,
    is_own,
    original_service,
)
from wanwatch.core.provision.marker import Key, key_of
from wanwatch.core.provision.restore_items import NAME, SCRIPTS
from wanwatch.core.survey import Row, Survey

_DHCP = "/ip/dhcp-client"


class Do(StrEnum):
    """What a change does to its row."""

    ADD = "add"
    SET = "set"
    MOVE = "move"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Change:
    """One sentence to the router; an empty value in ``attributes`` takes a property away.

    Of a row to be removed they hold its comment, by which a person finds it.
    """

    do: Do
    menu: str
    kind: Kind
    subject: str = ""
    id: str = ""
    attributes: Attributes = ()
    before: str = ""
    needs_password: bool = False


def changes_of(verdicts: Sequence[Verdict]) -> tuple[Change, ...]:
    """What makes every item as it is wanted, blocked ones left out."""
    return tuple(change for verdict in verdicts for change in _changes(verdict))


def _changes(verdict: Verdict) -> Iterator[Change]:
    item = verdict.item
    if verdict.standing is Standing.MISSING:
        if item.kind in (Kind.LEASE_ROUTE, Kind.SERVICE):
            return
        comment = (("comment", item.comment),) if item.comment else ()
        yield Change(
            Do.ADD,
            item.menu,
            item.kind,
            item.subject,
            attributes=(*item.wanted, *comment),
            before=verdict.before,
            needs_password=item.secret,
        )
    elif verdict.standing is Standing.WRONG:
        wrong = tuple((d.name, d.wanted) for d in verdict.differences if d.name != "invalid")
        yield Change(
            Do.SET,
            item.menu,
            item.kind,
            item.subject,
            verdict.row,
            wrong,
            needs_password=item.secret and ("disabled", "no") in wrong,
        )
    elif verdict.standing is Standing.MISPLACED:
        yield Change(
            Do.MOVE, item.menu, item.kind, item.subject, verdict.row, before=verdict.before
        )


_ORDER = (
    *(Kind.MARK, Kind.OUT, Kind.BACK, Kind.MEMBER, Kind.NAT, Kind.ROUTE, Kind.BLACKHOLE),
    *(Kind.TABLE, Kind.SCHEDULE, Kind.SCRIPT),
)
"""Rules before the tables they mark for, routes before the tables they stand in."""


def removal(survey: Survey) -> tuple[Change, ...]:
    """What takes every provisioned row away, and puts what was there before in its place."""
    found: dict[Kind, list[Change]] = {}
    tables = set()
    for menu, rows in survey.rows.items():
        for row in rows:
            key = key_of(row.get("comment", ""))
            if menu == SCRIPTS and row.get("name") == NAME:
                key = Key(Kind.SCRIPT)
            if key is None or key.kind is Kind.USER:
                continue
            own = (("comment", row.get("comment", "")),)
            change = Change(Do.REMOVE, menu, key.kind, key.subject, row.get(".id", ""), own)
            found.setdefault(key.kind, []).append(change)
            if key.kind is Kind.TABLE:
                tables.add(row.get("name", ""))
    changes = [
        change for kind in _ORDER if kind is not Kind.TABLE for change in found.get(kind, ())
    ]
    changes += leases(survey, tables)
    changes += found.get(Kind.TABLE, ())
    return (*changes, *_login(survey))


def leases(survey: Survey, tables: set[str]) -> Iterator[Change]:
    """DHCP clients no longer add routes to probe tables; main alone is what RouterOS does unasked."""
    for row in survey.of(_DHCP):
        parts = row.get("default-route-tables", "").split(",")
        left = [part for part in parts if part.partition(":")[0] not in tables]
        if len(left) < len(parts):
            value = "" if left == ["main"] else ",".join(left)
            subject = row.get("interface", "")
            yield Change(
                Do.SET,
                _DHCP,
                Kind.LEASE_ROUTE,
                subject,
                row.get(".id", ""),
                (("default-route-tables", value),),
            )


def _login(survey: Survey) -> Iterator[Change]:
    """The own user, and the group too once nobody is in it: it may have been made without a user."""
    if USERS in survey.refused:
        return
    users = survey.of(USERS)
    own = [row for row in users if is_own(row)]
    for user in own:
        yield from _service(survey, user)
        yield Change(Do.REMOVE, USERS, Kind.USER, user.get("name", ""), user.get(".id", ""))
    others = {row.get("group") for row in users if row not in own}
    for group in survey.of(GROUPS):
        positive = {p for p in group.get("policy", "").split(",") if p and p[0] != "!"}
        is_ours = group.get("name") == GROUP and positive == set(POLICIES.split(","))
        if is_ours and GROUP not in others:
            yield Change(Do.REMOVE, GROUPS, Kind.GROUP, "", group.get(".id", ""))


def _service(survey: Survey, user: Row) -> Iterator[Change]:
    """Put api-ssl back, unless somebody has set it anew since."""
    was = original_service(user)
    for row in survey.of(SERVICES):
        if row.get("name") != TLS or "address" not in was:
            continue
        now = row.get("address", "")
        disabled = "yes" if row.get("disabled") in ("true", "yes") else "no"
        host = user.get("address", "")
        if (now, disabled) != (was["address"], was["disabled"]) and now.endswith(host):
            restored = (("address", was["address"]), ("disabled", was["disabled"]))
            yield Change(Do.SET, SERVICES, Kind.SERVICE, "", row.get(".id", ""), restored)
