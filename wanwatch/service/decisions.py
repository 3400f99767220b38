"""How long it took from a verdict to the first step that follows from it: the phase ``decide``."""

from collections.abc import Iterable

_LONGEST = 60.0
"""A verdict older than this waited for the router or for the write budget, not for a decision."""


class Decisions:
    """The verdicts that no pass has acted on yet; seconds of any one clock."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}

    def decided(self, wan: str, at: float) -> None:
        """A WAN's change was known at that time."""
        self._since[wan] = at

    def clear(self) -> None:
        """Nothing was left to do."""
        self._since.clear()

    def phase(self, wans: Iterable[str], now: float) -> dict[str, float]:
        """What acting on these WANs waited for; forgets them."""
        waited = [now - self._since.pop(wan) for wan in wans if wan in self._since]
        recent = [seconds for seconds in waited if seconds <= _LONGEST]
        return {"decide": max(recent)} if recent else {}
