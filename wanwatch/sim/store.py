"""The rows of the simulated router: ordered menus of items with RouterOS ids.

Keeps rows and nothing else: what a row means (active, invalid, gateway-status) is computed by the
world; what a client may do with it is decided by the commands.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from wanwatch.core.snapshot import Version


@dataclass(slots=True)
class Item:
    """A row: its id and its properties as RouterOS words; booleans are ``true`` and ``false``."""

    id: str
    properties: dict[str, str] = field(default_factory=dict)
    dynamic: bool = False

    @property
    def disabled(self) -> bool:
        """True when the row is disabled."""
        return self.properties.get("disabled") == "true"


class Source(Protocol):
    """The rows of a menu that is kept elsewhere, and how to take one away there."""

    def rows(self, queries: Sequence[str], names: Sequence[str] | None) -> Iterable[Item]:
        """The rows, less some that the query words of a ``print`` leave out anyway.

        ``names``: the only properties that are asked for; None for all, empty when rows are only
        counted and so none of them will be removed.
        """
        ...

    def remove(self, item_id: str) -> bool:
        """Remove a row; False when it is not there."""
        ...


class Store:
    """All menus of one router. Paths are written as the API does: ``/ip/firewall/mangle``."""

    def __init__(self) -> None:
        self._menus: dict[str, list[Item]] = {}
        self._next_ids: dict[str, int] = {}
        self._listeners: list[Callable[[str], None]] = []
        self._committers: list[Callable[[], None]] = []
        self.sources: dict[str, Source] = {}
        """Menus whose rows are not kept here, by path."""

    def on_change(self, listener: Callable[[str], None]) -> None:
        """Call ``listener(path)`` after every change of a menu."""
        self._listeners.append(listener)

    def on_commit(self, committer: Callable[[], None]) -> None:
        """Call ``committer()`` at the end of every command that changes rows, before its reply.

        It may raise Trap, which is then the reply.
        """
        self._committers.append(committer)

    def commit(self) -> None:
        """Let what was changed take effect outside the world; raises Trap when it cannot."""
        for committer in self._committers:
            committer()

    def paths(self) -> tuple[str, ...]:
        """The menus that hold rows, sorted."""
        return tuple(sorted(path for path, items in self._menus.items() if items))

    def items(self, path: str) -> list[Item]:
        """The rows of a menu in their order; the caller must not change the list."""
        return self._menus.get(path, [])

    def get(self, path: str, item_id: str) -> Item | None:
        """The row with this id, or None."""
        return next((item for item in self.items(path) if item.id == item_id), None)

    def find(self, path: str, **wanted: str) -> Item | None:
        """The first row whose properties have these values (``_`` in a name stands for ``-``)."""
        names = {name.replace("_", "-"): value for name, value in wanted.items()}
        for item in self.items(path):
            if all(item.properties.get(name) == value for name, value in names.items()):
                return item
        return None

    def add(
        self,
        path: str,
        properties: Mapping[str, str],
        *,
        dynamic: bool = False,
        before: str | None = None,
    ) -> Item:
        """Add a row, at the end or before another; raises KeyError when that one is not there."""
        number = self._next_ids.get(path, 1)
        self._next_ids[path] = number + 1
        item = Item(f"*{number:X}", dict(properties), dynamic)
        rows = self._menus.setdefault(path, [])
        rows.insert(len(rows) if before is None else self._index(path, before), item)
        self._changed(path)
        return item

    def update(self, path: str, item_id: str, changes: Mapping[str, str | None]) -> None:
        """Set properties of a row; None removes one. Raises KeyError when the row is not there."""
        item = self._menus.get(path, [])[self._index(path, item_id)]
        for name, value in changes.items():
            if value is None:
                item.properties.pop(name, None)
            else:
                item.properties[name] = value
        self._changed(path)

    def remove(self, path: str, item_id: str) -> None:
        """Remove a row; raises KeyError when it is not there."""
        del self._menus[path][self._index(path, item_id)]
        self._changed(path)

    def move(self, path: str, item_id: str, before: str | None) -> None:
        """Put a row before another, or at the end; raises KeyError when one is not there."""
        rows = self._menus.get(path, [])
        item = rows.pop(self._index(path, item_id))
        rows.insert(len(rows) if before is None else self._index(path, before), item)
        self._changed(path)

    def renumber(self, paths: Iterable[str]) -> None:
        """Give the rows of these menus new ids, as a reboot may."""
        for path in paths:
            for item in self._menus.get(path, []):
                number = self._next_ids.get(path, 1)
                self._next_ids[path] = number + 1
                item.id = f"*{number:X}"

    def _index(self, path: str, item_id: str) -> int:
        for index, item in enumerate(self._menus.get(path, [])):
            if item.id == item_id:
                return index
        raise KeyError(item_id)

    def _changed(self, path: str) -> None:
        for listener in self._listeners:
            listener(path)


class RouterModel(Protocol):
    """What the API server asks of the world behind the rows."""

    version: Version
    store: Store

    def rows(self, path: str) -> Iterable[Item]:
        """The rows of a menu as a client sees them, those that the world makes up included."""
        ...

    def computed(self, path: str, item: Item) -> Mapping[str, str]:
        """The read-only properties of a row: active, invalid, gateway-status, running, timeout."""
        ...

    def remove_connection(self, item_id: str) -> bool:
        """Remove a connection tracking entry; False when it is not there."""
        ...

    def reboot(self) -> None:
        """Restart the router: RAM-only state is gone, ids may change, sessions end."""
        ...

    def on_reboot(self, listener: Callable[[], None]) -> None:
        """Call ``listener()`` after every reboot; the server ends its sessions with it."""
        ...

    def tick(self) -> None:
        """Let the time that has passed take effect: what expired is gone after this."""
        ...
