"""Virtual time for what has no sockets."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from tests.jumping import JumpingLoop

_Result = TypeVar("_Result")


class VirtualLoop(JumpingLoop):
    """``stall`` lets time pass as a blocked loop would see it."""

    def stall(self, seconds: float) -> None:
        self.now += seconds


def run_virtually(main: Coroutine[Any, Any, _Result]) -> _Result:
    """Run a coroutine to its end in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)


def virtual_loop() -> VirtualLoop:
    """Return the running virtual loop."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    return loop
