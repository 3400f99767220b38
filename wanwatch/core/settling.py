"""Whether verdicts are still coming in, so that acting on those at hand would be acting too soon.

After a start every WAN is UNKNOWN and becomes known at its own moment. After all WANs were down
together, which may well have been our own fault, each comes back at its own moment. In both cases
the first verdicts say nothing about the others yet.
"""

from collections.abc import Mapping

from wanwatch.core.model import HealthState


class Settling:
    """Follows the states from pass to pass; ``span`` is the longest wait in seconds."""

    def __init__(self, now: float, span: float) -> None:
        self._span = span
        self._since: float | None = now
        self._awaited = {HealthState.UNKNOWN}
        self._all_down = False

    def look(self, states: Mapping[str, HealthState], now: float) -> bool:
        """Say whether to wait, given the states as of ``now``."""
        if states and set(states.values()) == {HealthState.DOWN}:
            self._all_down = True
            return False
        if self._all_down:  # the first one is back: the others have from now on
            self._all_down = False
            self._since, self._awaited = now, {HealthState.UNKNOWN, HealthState.DOWN}
        if self._since is None:
            return False
        if now - self._since >= self._span or self._awaited.isdisjoint(states.values()):
            self._since = None
            return False
        return True
