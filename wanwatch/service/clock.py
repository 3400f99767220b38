"""The clocks of the daemon, handed down so that tests can hold them."""

from collections.abc import Callable
from dataclasses import dataclass, field

from wanwatch.probes.distrust import Clocks


@dataclass(frozen=True, slots=True)
class Clock:
    """Loop time for all that is decided, wall time for what is shown."""

    monotonic: Callable[[], float]
    wall: Callable[[], float]
    boottime: Callable[[], float] = field(default_factory=lambda: Clocks().boottime)
    """Goes on while the host sleeps, when the first one stands."""
