"""Signs of life of the reconcile loop: the watchdog looks whether they go on."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

_EVERY = 5.0
"""Seconds between two beats while there is nothing to do."""


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

    async def wait(self, wake: asyncio.Event, delay: float) -> None:
        """Wait for a wake or until so many seconds are over, and beat meanwhile."""
        due = self._clock() + delay
        while (left := due - self._clock()) > 0:
            self.beat()
            with suppress(TimeoutError):
                async with asyncio.timeout(min(left, _EVERY)):
                    await wake.wait()
                    return
