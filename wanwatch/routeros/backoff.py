"""When the next connection attempt is due: exponential, with jitter, never above a ceiling.

Keeps times only; the caller says what ``now`` is, and tries again or does not.
"""

import random
from dataclasses import dataclass, field


@dataclass(slots=True)
class Backoff:
    """The waiting time after the n-th failure in a row is ``first * 2**(n-1)``, at most ``ceiling``.

    Each wait is shortened by up to half at random, so that many instances do not come in step.
    """

    first: float = 0.5
    ceiling: float = 30.0
    rng: random.Random = field(default_factory=random.Random)
    failures: int = 0
    due_at: float | None = None

    def failed(self, now: float) -> float:
        """Count a failure; returns the seconds to wait."""
        self.failures += 1
        full = min(self.ceiling, self.first * 2.0 ** min(self.failures - 1, 32))
        wait = full * (1 - self.rng.random() / 2)
        self.due_at = now + wait
        return wait

    def succeeded(self) -> None:
        """Forget the failures."""
        self.failures = 0
        self.due_at = None

    def wait(self, now: float) -> float:
        """Seconds until an attempt is due; 0 when it is."""
        return 0.0 if self.due_at is None else max(0.0, self.due_at - now)
