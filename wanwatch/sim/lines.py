"""The lines behind the uplinks: healthy, cut at the first hop or beyond it, lossy or slow.

A line is a row of the private menu ``/sim/line``, so that any API client can cut one by hand; the
row is the only place where its state is kept.
"""

import random
from collections.abc import Callable

from wanwatch.sim.store import Item, Store
from wanwatch.sim.values import format_time, parse_time

MENU = "/sim/line"
STATES = ("ok", "cut", "cut-beyond", "down")
"""``cut``: the first hop does not answer; ``cut-beyond``: it does, the internet does not;
``down``: the interface itself is not running."""


class Line:
    """One line; ``world.line(name)`` gives it."""

    def __init__(self, store: Store, item: Item, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        self.item = item
        self.name = item.properties["name"]
        self.state = "ok"
        self.loss = 0.0
        self.delay = 0.0
        self.jitter = 0.0
        self.nearby_since = self.beyond_since = clock()
        """When the first hop, and what is beyond it, last began or ceased to answer."""

    def cut(self, *, beyond: bool = False, interface_down: bool = False) -> None:
        """Cut the line at its first hop, beyond it, or unplug the interface."""
        state = "down" if interface_down else "cut-beyond" if beyond else "cut"
        self._update({"state": state})

    def mend(self) -> None:
        """Make the line healthy again: no cut, no loss, no delay."""
        self._update({"state": "ok", "loss": "0", "delay": "0s", "jitter": "0s"})

    def set(
        self,
        *,
        loss: float | None = None,
        delay: float | None = None,
        jitter: float | None = None,
    ) -> None:
        """Make the line lossy (a ratio) or slow (seconds); what is not named stays."""
        times = {"delay": delay, "jitter": jitter}
        changes = {name: format_time(value) for name, value in times.items() if value is not None}
        if loss is not None:
            changes["loss"] = str(loss)
        self._update(changes)

    @property
    def is_down(self) -> bool:
        """True when the interface is not running."""
        return self.state == "down"

    @property
    def answers_nearby(self) -> bool:
        """True when the first hop answers."""
        return self.state in ("ok", "cut-beyond") and self.loss < 1

    @property
    def answers_beyond(self) -> bool:
        """True when the internet behind the first hop answers."""
        return self.state == "ok" and self.loss < 1

    def carry(self, chance: random.Random) -> float | None:
        """Take one question and its answer across: the seconds both took, or None when lost."""
        if not self.answers_beyond or (self.loss and chance.random() < self.loss):
            return None
        if not self.jitter:
            return self.delay
        return max(0.0, self.delay + chance.uniform(-self.jitter, self.jitter))

    def read_row(self) -> None:
        """Take over what the row says; a value that cannot be read changes nothing."""
        row = self.item.properties
        nearby, beyond = self.answers_nearby, self.answers_beyond
        if row.get("state") in STATES:
            self.state = row["state"]
        self.loss = min(1.0, max(0.0, _number(row.get("loss", ""), self.loss)))
        self.delay = max(0.0, _number(row.get("delay", ""), self.delay))
        self.jitter = max(0.0, _number(row.get("jitter", ""), self.jitter))
        if nearby != self.answers_nearby:
            self.nearby_since = self._clock()
        if beyond != self.answers_beyond:
            self.beyond_since = self._clock()

    def _update(self, changes: dict[str, str]) -> None:
        self._store.update(MENU, self.item.id, changes)


class Lines:
    """All lines of the world, one per uplink interface."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        self._lines: dict[str, Line] = {}

    def ensure(self, names: list[str]) -> None:
        """Make a line for every uplink that has none; a line once made stays."""
        for name in names:
            if name not in self._lines:
                row = {"name": name, "state": "ok", "loss": "0", "delay": "0s", "jitter": "0s"}
                item = self._store.add(MENU, row, dynamic=True)
                self._lines[name] = Line(self._store, item, self._clock)

    def read_rows(self) -> None:
        """Take over every row of ``/sim/line``."""
        for line in self._lines.values():
            line.read_row()

    def get(self, name: str) -> Line | None:
        """The line of an interface."""
        return self._lines.get(name)

    def is_down(self, name: str) -> bool:
        """True when the interface's line is unplugged."""
        line = self._lines.get(name)
        return line is not None and line.is_down

    def __getitem__(self, name: str) -> Line:
        return self._lines[name]

    def names(self) -> tuple[str, ...]:
        """The uplink interfaces, in the order of their default routes."""
        return tuple(self._lines)


def _number(text: str, otherwise: float) -> float:
    seconds = parse_time(text)
    if seconds is not None:
        return seconds
    try:
        return float(text)
    except ValueError:
        return otherwise
