"""How an item stands on a router: there and as wanted, missing, wrong, misplaced, or out of reach."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from wanwatch.core.provision.items import Blocked, Item, Kind, Place
from wanwatch.core.provision.login_items import lets_in
from wanwatch.core.provision.marker import Key, key_of
from wanwatch.core.snapshot import MAIN_TABLE
from wanwatch.core.survey import Row, Survey, is_on

_FASTTRACK = "fasttrack-connection"
_FIREWALL = "/firewall/"
_ROUTES = ("/ip/route", "/ipv6/route")
_BOOLEANS = frozenset({"disabled", "passthrough", "fib"})
_SETS = frozenset({"policy", "connection-state"})
_NO_MATCHERS = frozenset(
    {
        *("comment", "disabled", "dynamic", "invalid", "bytes", "packets", "log", "log-prefix"),
        *("passthrough", "creation-time", "action"),
    }
)


class Standing(StrEnum):
    """How an item stands."""

    DONE = "done"
    THEIRS = "theirs"
    """A row of the operator's does all of it."""
    MISSING = "missing"
    WRONG = "wrong"
    MISPLACED = "misplaced"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Difference:
    """A property that is not as wanted; an empty value is one that is not set."""

    name: str
    wanted: str
    found: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """An item and how it stands; ``row`` is the id of its row, where there is one."""

    item: Item
    standing: Standing
    row: str = ""
    differences: tuple[Difference, ...] = ()
    before: str = ""
    """The id of the row that the item's row belongs before; empty for the end."""

    @property
    def is_fine(self) -> bool:
        """True when nothing is to be done."""
        return self.standing in (Standing.DONE, Standing.THEIRS)


def judge(survey: Survey, items: Sequence[Item]) -> tuple[Verdict, ...]:
    """How every item stands, in their order."""
    return tuple(_verdict(survey, item) for item in items)


def _verdict(survey: Survey, item: Item) -> Verdict:
    rows = survey.of(item.menu)
    if item.menu in survey.refused:
        return Verdict(_unreadable(item), Standing.BLOCKED)
    found = _own_row(item, rows)
    if found is None and item.name is None:
        theirs = next((row for row in rows if _does_all(item, row, rows)), None)
        if theirs is not None and not item.blocked:
            return Verdict(item, Standing.THEIRS, theirs.get(".id", ""))
    before = _before(item, rows)
    if found is None:
        standing = Standing.BLOCKED if item.blocked else Standing.MISSING
        return Verdict(item, standing, before=before)
    differences = tuple(_differences(item, found))
    standing = Standing.DONE
    if item.blocked:
        standing = Standing.BLOCKED
    elif differences:
        standing = Standing.WRONG
    elif _is_misplaced(item, found, rows):
        standing = Standing.MISPLACED
    return Verdict(item, standing, found.get(".id", ""), differences, before)


def _unreadable(item: Item) -> Item:
    return Item(
        item.kind, item.subject, item.menu, blocked=Blocked.UNREADABLE, data=(("menu", item.menu),)
    )


def _own_row(item: Item, rows: Sequence[Row]) -> Row | None:
    if item.name is not None:
        name, value = item.name
        return next((row for row in rows if row.get(name) == value), None)
    key = Key(item.kind, item.subject)
    return next((row for row in rows if key_of(row.get("comment", "")) == key), None)


def _does_all(item: Item, row: Row, rows: Sequence[Row]) -> bool:
    if key_of(row.get("comment", "")) is not None or is_on(row, "dynamic"):
        return False
    return not any(_differences(item, row)) and not _is_misplaced(item, row, rows)


def _differences(item: Item, row: Row) -> Iterator[Difference]:
    for name, wanted in item.wanted:
        found = _value(item, row, name)
        if not _same(item, name, wanted, found):
            yield Difference(name, wanted, found)
    names = {name for name, _ in item.wanted}
    if "disabled" not in names and is_on(row, "disabled"):
        yield Difference("disabled", "no", "yes")
    if is_on(row, "invalid"):
        yield Difference("invalid", "no", "yes")
    if _FIREWALL in item.menu and "chain" in names:
        for name in sorted(set(row) - names - _NO_MATCHERS):
            if row[name] and not name.startswith("."):
                yield Difference(name, "", row[name])


def _value(item: Item, row: Row, name: str) -> str:
    """A property in RouterOS 7's words."""
    if item.menu in _ROUTES:
        if name == "routing-table":
            return row.get("routing-table") or row.get("routing-mark") or MAIN_TABLE
        if name == "blackhole":
            switch = "blackhole" in row and row["blackhole"] not in ("false", "no")
            return "yes" if switch or row.get("type") == "blackhole" else "no"
        if name == "distance":
            return row.get("distance", "1")
    if name == "fib":
        return "yes" if "fib" in row and row["fib"] not in ("false", "no") else "no"
    if name == "action":
        return row.get("action", "accept")
    return row.get(name, "")


def _same(item: Item, name: str, wanted: str, found: str) -> bool:
    if name in _BOOLEANS:
        return (wanted in ("yes", "true")) == (found in ("yes", "true"))
    if name in _SETS:
        parts = {part for part in found.split(",") if part and not part.startswith("!")}
        return (
            parts >= set(wanted.split(",")) if name == "policy" else parts == set(wanted.split(","))
        )
    if name == "source":
        return _lines(wanted) == _lines(found)
    if item.kind in (Kind.SERVICE, Kind.USER) and name == "address":
        host = wanted.rpartition(",")[2].partition("/")[0]
        return found == wanted or (bool(found) and bool(host) and lets_in(found, host))
    return _bare(wanted) == _bare(found)


def _bare(value: str) -> str:
    """An address without the length that says nothing."""
    return value.removesuffix("/32") if "." in value else value.removesuffix("/128")


def _lines(text: str) -> list[str]:
    return text.replace("\r", "").strip().split("\n")


def _before(item: Item, rows: Sequence[Row]) -> str:
    """The id of the row that an item's row is to stand before."""
    if item.place is Place.ANYWHERE:
        return ""
    for row in _others(item, rows):
        if item.place is Place.FIRST or _fasttracks(row):
            return row.get(".id", "")
    return ""


def _is_misplaced(item: Item, own: Row, rows: Sequence[Row]) -> bool:
    """True when an enabled row that the item's belongs before stands before it."""
    if item.place is Place.ANYWHERE:
        return False
    for row in rows:
        if row is own:
            return False
        is_other = _chain(row) == _chain(dict(item.wanted)) and not _is_peer(item, row)
        counts = item.place is Place.FIRST or _fasttracks(row)
        if is_other and counts and not is_on(row, "disabled"):
            return True
    return False


def _others(item: Item, rows: Sequence[Row]) -> list[Row]:
    """The rows of the item's chain that are neither provisioned for the same place nor dynamic."""
    chain = _chain(dict(item.wanted))
    return [row for row in rows if _chain(row) == chain and not _is_peer(item, row)]


def _chain(row: Row) -> str:
    return row.get("chain", "")


def _is_peer(item: Item, row: Row) -> bool:
    key = key_of(row.get("comment", ""))
    return is_on(row, "dynamic") or (key is not None and key.kind is item.kind)


def _fasttracks(row: Row) -> bool:
    return row.get("action") == _FASTTRACK and not is_on(row, "disabled")
