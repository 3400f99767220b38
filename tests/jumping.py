"""An event loop whose time jumps to the next timer instead of waiting for it."""

import asyncio
import selectors
from collections.abc import Mapping
from typing import Any


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
            self.loop.now += max(0.0, timeout or 0.0)
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

    def time(self) -> float:
        return self.now
