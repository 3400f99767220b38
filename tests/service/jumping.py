"""Virtual time beside real sockets on loopback: the clock jumps only when the kernel is quiet."""

import asyncio
import selectors
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

_Result = TypeVar("_Result")

_KERNEL = 0.0003
"""Real seconds for a packet that is on its way over loopback."""


class _JumpingSelector(selectors.EpollSelector):
    loop: "JumpingLoop"

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        events = super().select(0)
        if not events and timeout != 0:
            events = super().select(_KERNEL if timeout is None else min(timeout, _KERNEL))
            if not events and timeout is not None:
                self.loop.now += timeout
        return events

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        mapped = super().get_map()
        assert mapped is not None
        return mapped


class JumpingLoop(asyncio.SelectorEventLoop):
    """Starts at 1000 seconds."""

    def __init__(self) -> None:
        self.now = 1000.0
        selector = _JumpingSelector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self.now


def run_jumping(main: Coroutine[Any, Any, _Result]) -> _Result:
    """Run a coroutine to its end."""
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        return runner.run(main)


def jumping_loop() -> JumpingLoop:
    """The running loop, to let time pass as a stall would."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, JumpingLoop)
    return loop
