"""How long a line that flaps has to wait: route flap damping, as BGP knows it (RFC 2439).

Every outage costs the line a penalty; the penalty decays by half in each half-life. From
``suppress`` on the line is not taken back until the penalty has decayed to ``reuse``. The penalty
has a ceiling, from which it decays to ``reuse`` in ``maximum`` seconds, so that no line that is
well again waits longer than that.

An outage of a minute costs 1, a shorter one its part of that, a third at least: a satellite that
is lost for three seconds every few minutes is a nuisance, a line that comes and goes by the minute
is of no use.
"""

from dataclasses import dataclass
from math import log2

_MOST_HALVINGS = 1000.0
"""Beyond it a float has no room; no line is lost so often that it would matter."""


LEAST = 1 / 3
"""What an outage costs when it begins, however short it will be."""
WHOLE = 60.0
"""Seconds of outage that cost a penalty of 1, which is the most that one outage costs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DampingConfig:
    """The limits of damping; penalties in units of an outage of a minute, durations in seconds.

    Raises ValueError when the numbers contradict each other.
    """

    half_life: float = 900.0
    """A line that was lost once is nearly forgiven in an hour."""
    suppress: float = 1.5
    """Two long outages within ten minutes reach it, two within half an hour do not."""
    reuse: float = 0.75
    maximum: float = 3600.0
    """No line that is well waits longer."""

    def __post_init__(self) -> None:
        if not (self.half_life > 0 and self.maximum > 0):
            raise ValueError("half_life and maximum are above 0")
        if not 0 < self.reuse < self.suppress:
            raise ValueError("reuse is above 0 and below suppress")

    @property
    def ceiling(self) -> float:
        """The highest penalty: it decays to ``reuse`` in ``maximum`` seconds."""
        return float(self.reuse * 2 ** min(self.maximum / self.half_life, _MOST_HALVINGS))


class Damping:
    """The penalty of one line."""

    def __init__(self, config: DampingConfig) -> None:
        """Begin without a penalty."""
        self._config = config
        self._penalty = 0.0
        self._at: float | None = None
        self._suppressed = False
        self._lost_at: float | None = None

    def lost(self, at: float) -> None:
        """The line was lost once more."""
        self._charge(LEAST, at)
        self._lost_at = at

    def back(self, at: float) -> None:
        """The line answers again: the outage costs what its length makes of it."""
        self._charge(self._owed(at), at)
        self._lost_at = None

    def remaining_if_back(self, at: float) -> float:
        """Seconds from ``at`` until the line is taken back if that is when it answers again."""
        penalty = min(self.penalty(at) + self._owed(at), self._config.ceiling)
        is_suppressed = self.remaining(at) > 0 or penalty >= self._config.suppress
        if not is_suppressed or penalty <= self._config.reuse:
            return 0.0
        return self._config.half_life * log2(penalty / self._config.reuse)

    def _owed(self, at: float) -> float:
        """What the outage at hand costs beyond what it was charged when it began."""
        if self._lost_at is None:
            return 0.0
        return max(min((at - self._lost_at) / WHOLE, 1.0) - LEAST, 0.0)

    def _charge(self, amount: float, at: float) -> None:
        is_still_suppressed = self.remaining(at) > 0
        self._penalty = min(self.penalty(at) + amount, self._config.ceiling)
        self._at = at
        self._suppressed = is_still_suppressed or self._penalty >= self._config.suppress

    def penalty(self, now: float) -> float:
        """What the line is charged with now."""
        if self._at is None:
            return 0.0
        return float(self._penalty * 2 ** (-max(0.0, now - self._at) / self._config.half_life))

    def remaining(self, now: float) -> float:
        """Seconds until a line that stays well is taken back; 0 when it is not suppressed."""
        if not self._suppressed:
            return 0.0
        penalty = self.penalty(now)
        if penalty <= self._config.reuse:
            self._suppressed = False
            return 0.0
        return self._config.half_life * log2(penalty / self._config.reuse)
