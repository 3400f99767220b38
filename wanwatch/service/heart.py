"""Signs of life of the reconcile loop: the watchdog looks whether they go on."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

_EVERY = 5.0
"""Seconds between two beats while there is nothing to do."""

_STUCK_AFTER = 150.0
"""Seconds without a beat after which the loop counts as stuck: above what the slowest command to a
router may take."""


class Heart:
    """Beats whenever the router answered, and while the loop waits."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.beats = 0
        """Signs of life so far."""
        self.last_beat = clock()
        """When the last one was."""

    def beat(self) -> None:
        """Give a sign of life: the router answered, or there is nothing to do."""
        self.beats += 1
        self.last_beat = self._clock()

    @property
    def is_beating(self) -> bool:
        """True while the last sign of life is not too long ago."""
        return self._clock() - self.last_beat < _STUCK_AFTER

    async def wait(self, wake: asyncio.Event, delay: float) -> None:
        """Wait for a wake or until so many seconds are over, and beat meanwhile."""
        due = self._clock() + delay
        while (left := due - self._clock()) > 0:
            self.beat()
            with suppress(TimeoutError):
                async with asyncio.timeout(min(left, _EVERY)):
                    await wake.wait()
                    return
