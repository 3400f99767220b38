"""How long a WAN that got worse has to wait before it is trusted again."""

from wanwatch.core.health.damping import Damping
from wanwatch.core.health.health_config import HealthConfig


class HoldDown:
    """The same wait every time, and a longer one for a line that flaps."""

    def __init__(self, config: HealthConfig) -> None:
        """Take the wait from ``hold_down``, and the penalties from ``damping``."""
        self._seconds = config.hold_down
        self._damping = None if config.damping is None else Damping(config.damping)
        self._began_at: float | None = None

    def began(self, at: float) -> None:
        """Start to wait."""
        self._began_at = at

    def lost(self, at: float) -> None:
        """Start to wait: the line was lost, once more where it is being waited for already."""
        self._began_at = at
        if self._damping is not None:
            self._damping.lost(at)

    def back(self, at: float) -> None:
        """Note that the line answers again; the wait goes on."""
        if self._damping is not None:
            self._damping.back(at)

    def remaining(self, now: float) -> float:
        """Return what is left of the wait, 0 when nothing is."""
        plain = 0.0 if self._began_at is None else self._began_at + self._seconds - now
        return max(0.0, plain, self.damped_for(now))

    def damped_if_back(self, at: float) -> float:
        """What of the wait would be left at ``at``, since the line flaps, if it answered then."""
        return 0.0 if self._damping is None else self._damping.remaining_if_back(at)

    def damped_for(self, now: float) -> float:
        """What is left of the wait because the line flaps."""
        return 0.0 if self._damping is None else self._damping.remaining(now)

    def penalty(self, now: float) -> float:
        """What the line is charged with for its losses; 0 where lines are not damped."""
        return 0.0 if self._damping is None else self._damping.penalty(now)
