"""Virtual time beside real sockets on loopback: the clock jumps only when the kernel is quiet."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from tests import jumping

_Result = TypeVar("_Result")


class JumpingLoop(jumping.JumpingLoop):
    """Gives a packet that is on its way over loopback its time."""

    kernel = 0.0003


def run_jumping(main: Coroutine[Any, Any, _Result]) -> _Result:
    """Run a coroutine to its end."""
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        return runner.run(main)


def jumping_loop() -> JumpingLoop:
    """The running loop, to let time pass as a stall would."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, JumpingLoop)
    return loop
