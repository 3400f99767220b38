"""The two named sets of limits that a line is found lost by: ``default`` and ``fast``.

A profile trades how soon an outage is known against how short an outage moves the clients. What it
leaves open is the same in both (``HealthConfig``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from wanwatch.core.health.damping import DampingConfig
from wanwatch.core.health.health_config import HealthConfig


@dataclass(frozen=True, slots=True)
class Profile:
    """The limits of one profile; durations in seconds."""

    timeout_shortest: float
    """Beside ``HealthConfig.timeout``, the longest."""
    confirm_interval: float
    """The time between two samples to a target while an outage is suspected."""
    confirm: float
    window: float
    minimum_samples: int

    def limits(self) -> HealthConfig:
        """The limits of a line about which nothing else is said."""
        return HealthConfig(
            timeout_shortest=self.timeout_shortest,
            confirm=self.confirm,
            window=self.window,
            minimum_samples=self.minimum_samples,
            damping=DampingConfig(),
        )


PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        "default": Profile(0.2, 0.2, 1.0, 30.0, 20),
        "fast": Profile(0.15, 0.1, 0.35, 13.0, 10),
    }
)
