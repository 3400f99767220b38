"""For how long the connections of a WAN that went out are looked for again and again.

Removing them once is not enough: a first packet that is sent again while the rules move keeps its
old translation, and a client that waits long between two tries comes late. Holds times only.
"""

from collections.abc import Collection

FLUSH_WATCH = 60.0
"""Seconds after a WAN went out, or after the last step that took it out."""


class FlushWatch:
    """Which WANs' connections are to be looked for; ``now`` in seconds of any one clock."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}
        self._out: set[str] = set()

    def see(self, out: Collection[str], now: float) -> None:
        """Note the WANs that are out: new ones are watched, others until their time is over."""
        for wan in set(out) - self._out:
            self._until[wan] = now + FLUSH_WATCH
        self._out = set(out)
        self._until = {w: until for w, until in self._until.items() if w in out and until > now}

    def moved(self, wans: Collection[str], now: float) -> None:
        """Note that steps took these WANs out only now, however long ago that was decided."""
        for wan in self._out.intersection(wans):
            self._until[wan] = now + FLUSH_WATCH

    @property
    def watched(self) -> frozenset[str]:
        """The WANs whose connections are to be looked for, as of the last ``see``."""
        return frozenset(self._until)
