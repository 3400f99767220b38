"""The two clocks of the daemon, handed down so that tests can hold them."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clock:
    """Loop time for all that is decided, wall time for what is shown."""

    monotonic: Callable[[], float]
    wall: Callable[[], float]
