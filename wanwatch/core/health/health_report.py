"""What status and metrics show of the WANs' health: frozen values, as of the last tick."""

from dataclasses import dataclass

from wanwatch.core.health.blindness import Blind
from wanwatch.core.health.common_cause import Discount
from wanwatch.core.health.gone import GoneReason
from wanwatch.core.health.target_health import TargetReport, WanFigures
from wanwatch.core.model import HealthState


@dataclass(frozen=True, slots=True)
class WanReport:
    """One WAN."""

    wan: str
    state: HealthState
    since: float | None
    """When the state was entered, None before the first transition."""
    figures: WanFigures
    """Over all samples in the windows, few as they may be."""
    hold_down_remaining: float
    blind: Blind | None
    """Set while the WAN is not judged and keeps its state."""
    targets: tuple[TargetReport, ...]
    gone: GoneReason | None = None
    """Set while the router says that the line is gone."""


@dataclass(frozen=True, slots=True)
class HealthReport:
    """All WANs, in the order of the configuration."""

    wans: tuple[WanReport, ...]
    discounts: tuple[Discount, ...]
    everything_fails: bool
    """Every target fails through every WAN that is not blind: perhaps it is us."""
    lan_lost_since: float | None = None
    """Since when all lines and the router have been silent: it is us, and nothing is judged."""

    def wan(self, name: str) -> WanReport:
        """Return one WAN's report; raises KeyError when there is none."""
        for report in self.wans:
            if report.wan == name:
                return report
        raise KeyError(name)
