"""An event loop whose time jumps to the next timer instead of waiting for it."""

import asyncio
import selectors
from collections.abc import Callable, Mapping
from contextvars import Context
from typing import Any, TypeVarTuple

_Arguments = TypeVarTuple("_Arguments")
_PLACES = 9
"""Timers are due at whole nanoseconds."""
_RESOLUTION = 0.5e-9
"""Seconds; less than what two timers are apart."""


class _JumpingSelector(selectors.EpollSelector):
    loop: "JumpingLoop"

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        events = super().select(0)
        if events or timeout == 0:
            return events
        kernel = self.loop.kernel
        if kernel:
            events = super().select(kernel if timeout is None else min(timeout, kernel))
        if not events:
            assert kernel or timeout is not None, "nothing is left that could ever happen"
            self.loop.now = round(self.loop.now + max(0.0, timeout or 0.0), _PLACES)
        return events

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        mapped = super().get_map()
        assert mapped is not None
        return mapped


class JumpingLoop(asyncio.SelectorEventLoop):
    """Starts at 1000 seconds.

    Before it jumps it gives the kernel ``kernel`` real seconds to bring what is on its way; 0 is
    for a loop without sockets, where waiting for nothing at all is a mistake.
    """

    kernel = 0.0

    def __init__(self) -> None:
        self.now = 1000.0
        selector = _JumpingSelector()
        selector.loop = self
        super().__init__(selector)
        self._clock_resolution = _RESOLUTION

    def time(self) -> float:
        return self.now

    def call_at(
        self,
        when: float,
        callback: Callable[[*_Arguments], object],
        *args: *_Arguments,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Never be due before ``when``, not by one bit: nothing but a timer moves this clock on.

        The loop takes a timer for due that is less than the clock's resolution away. Who then finds
        his deadline still ahead and waits for it again would do so for ever.
        """
        due = round(when, _PLACES)
        if due < when:
            due = round(due + 10**-_PLACES, _PLACES)
        return super().call_at(due, callback, *args, context=context)
