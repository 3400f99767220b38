"""What tells a row from all others of its menu, where its id is not known.

Used for exports, whose rows have no ids. As few properties as are needed: the comment where there
is one, else the most telling first.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

TELLING = (
    *("chain", "action", "per-connection-classifier", "new-connection-mark"),
    *("new-routing-mark", "in-interface", "in-interface-list"),
)
"""What tells mangle rules apart, the most telling first; the rest follows where it is needed."""


class Rows:
    """The rows of some menus; ``change`` and ``remove`` keep them as the steps leave them.

    A property that is not set is absent or empty. A name with ``!`` before it says that a property
    is not set, where that is telling by itself.
    """

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], dict[str, str]] = {}
        self._holders: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)

    def add(self, menu: str, item: str, row: Mapping[str, str]) -> None:
        """Take in a row."""
        self._rows[menu, item] = {}
        self.change(menu, item, row.items())

    def change(self, menu: str, item: str, attributes: Iterable[tuple[str, str]]) -> None:
        """Set properties of a row; does nothing where there is no such row."""
        row = self._rows.get((menu, item))
        if row is None:
            return
        for name, value in attributes:
            self._holders[menu, name, row.get(name, "")].discard(item)
            row[name] = value
            if value:
                self._holders[menu, name, value].add(item)

    def remove(self, menu: str, item: str) -> None:
        """Forget a row."""
        for name, value in self._rows.pop((menu, item), {}).items():
            self._holders[menu, name, value].discard(item)

    def __len__(self) -> int:
        return len(self._rows)

    def telling(self, menu: str, item: str) -> dict[str, str]:
        """As few properties as tell a row from the others; all of them where none do.

        A row that the operator disabled is told from an enabled one that is otherwise the same, and
        a row that lacks a property (``!name``) from those that have it. Empty for no such row.
        """
        row = self._rows.get((menu, item), {})
        first = ["comment"] if row.get("comment") else []
        names = [name for name in dict.fromkeys((*first, *TELLING, *row)) if row.get(name)]
        chosen: dict[str, str] = {}
        rivals: set[str] | None = None
        for name in names:
            holders = self._holders[menu, name, row[name]]
            rivals = holders - {item} if rivals is None else rivals & holders
            chosen[name] = row[name]
            if not rivals:
                return chosen
        left = [self._rows[menu, rival] for rival in sorted(rivals or ())]
        for name in dict.fromkeys(name for other in left for name in other):
            if not row.get(name) and any(other.get(name) for other in left):
                chosen[f"!{name}"] = ""
                left = [other for other in left if not other.get(name)]
        return chosen


def told_by_texts(row: Mapping[str, str]) -> dict[str, str]:
    """What tells a row that wanwatch added: its comment holds its tag."""
    return {name: row[name] for name in ("comment", *TELLING) if row.get(name)}
