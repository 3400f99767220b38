"""Everything discovery and the linter ask of a router: the snapshot, and the rows beside it.

A survey is made once, for ``inspect`` and ``init``, from a live router or from an ``/export``;
the reconcile loop works from the ``Snapshot`` alone. The rows are RouterOS's own: a menu's path as
the API writes it, and each row's properties under RouterOS's names.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from wanwatch.core.snapshot import Snapshot

Row = Mapping[str, str]
"""One row of a menu; ``.id`` is its id, ``.line`` its line where it was read from an export."""

LINE = ".line"
"""The property that holds the number of the line a row of an export begins on."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A line of an export that is no command: its number, its text and the reason as a word."""

    line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Survey:
    """A router as it was read, once."""

    snapshot: Snapshot
    rows: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    """Menu -> its rows in the router's order. A live router's rows include dynamic ones; an export
    has none. A menu that the router does not have, or has no row in, is absent."""
    is_live: bool = True
    """False for an export: nothing is known of what is active or running, and nothing of what a
    DHCP or PPPoE client was given."""
    refused: frozenset[str] = frozenset()
    """Menus that the login may not read."""
    unread: tuple[Unread, ...] = ()
    """Lines of an export that could not be read."""

    def of(self, menu: str) -> tuple[Row, ...]:
        """The rows of a menu in their order."""
        return self.rows.get(menu, ())

    def enabled(self, menu: str) -> Iterator[Row]:
        """The rows of a menu that are not disabled."""
        return (row for row in self.of(menu) if not is_on(row, "disabled"))

    def setting(self, menu: str, name: str) -> str:
        """A property of a menu that has one row; empty where it is not known."""
        rows = self.of(menu)
        return rows[0].get(name, "") if rows else ""


def is_on(row: Row, name: str) -> bool:
    """A boolean property; absent is false."""
    return row.get(name) in ("true", "yes")
