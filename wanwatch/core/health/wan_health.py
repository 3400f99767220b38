"""What state a WAN is in: the limits of its configuration applied to its targets.

Theory of operation. ``WanHealth.step`` looks at the targets as they are now, not at what changed,
finds at most one event that holds for the state the WAN is in, and looks the next state up in the
table of ``transitions``. Targets are counted, those at fault themselves left out:

- too few when those that are fine and those not yet known together are fewer than quorum, and
  nothing was heard of what the failing ones were sent over ``confirm`` seconds;
- enough when those that are fine are at least quorum. From DOWN this counts only after the
  hold-down that began when the WAN went DOWN;
- quality is bad when one figure has reached its enter threshold, and good when all figures have
  been at or below their leave thresholds for ``hold_down`` seconds without a break.

A quorum larger than the number of targets that count is taken as all of them. When none counts
nothing is said about the WAN.

A WAN that the router itself says is gone is DOWN at once, and stays so whatever is heard: a probe
may have found its way through another line.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from wanwatch.core.health.gone import GoneReason
from wanwatch.core.health.health_config import HealthConfig
from wanwatch.core.health.hold_down import HoldDown
from wanwatch.core.health.silence import unheard_for
from wanwatch.core.health.streak import TargetState
from wanwatch.core.health.target_health import TargetHealth, TargetReport, WanFigures, wan_figures
from wanwatch.core.health.transitions import HealthEvent, next_state
from wanwatch.core.model import HealthState


class HealthReason(StrEnum):
    """Why a WAN changed its state; the sentence is rendered at the edge."""

    TARGETS_FAIL = "targets-fail"
    TARGETS_ANSWER = "targets-answer"
    LOSS_HIGH = "loss-high"
    RTT_HIGH = "rtt-high"
    JITTER_HIGH = "jitter-high"
    QUALITY_BACK = "quality-back"
    ROUTER_SAYS_GONE = "router-says-gone"


@dataclass(frozen=True, slots=True)
class Evidence:
    """The figures that decided a transition, beside the limits they were held against."""

    figures: WanFigures
    """Over the targets with enough samples to be believed."""
    targets: tuple[TargetReport, ...]
    limits: HealthConfig
    gone: GoneReason | None = None
    """What the router said, where its word decided."""


@dataclass(frozen=True, slots=True)
class Transition:
    """A WAN changed its state."""

    wan: str
    before: HealthState
    after: HealthState
    reason: HealthReason
    at: float
    evidence: Evidence


class WanHealth:
    """The state of one WAN, and what it waits for."""

    def __init__(self, wan: str, config: HealthConfig) -> None:
        """Begin UNKNOWN."""
        self.wan = wan
        self.state = HealthState.UNKNOWN
        self.since: float | None = None
        """When the state was entered, None before the first transition."""
        self.wake_at: float | None = None
        """When a wait ends that only the clock can end."""
        self.gone: GoneReason | None = None
        """Set while the router says that the line is gone: it is DOWN then, whatever is heard."""
        self._config = config
        self.hold_down = HoldDown(config)
        self._good_since: float | None = None
        self._came_back = False
        """True when a WAN that is DOWN has been able to carry traffic since."""

    @property
    def limits(self) -> HealthConfig:
        """What it is judged by."""
        return self._config

    @property
    def good_since(self) -> float | None:
        """Since when the quality of a WAN that is DEGRADED is good; None while it is not."""
        return self._good_since

    @property
    def is_settled(self) -> bool:
        """True when nothing but what its targets say can move it, and no figure is mean."""
        limits = self._config
        has_means = limits.rtt_enter is not None or limits.jitter_enter is not None
        return self.state is HealthState.UP and self.gone is None and not has_means

    def step(self, now: float, targets: Sequence[TargetHealth]) -> Transition | None:
        """Apply the limits to the targets; return the transition when the state changes."""
        self.wake_at = None
        counted = [target for target in targets if not target.discounted]
        seen = [
            target
            for target in counted
            if self.state is not HealthState.DOWN or target.state is TargetState.FINE
        ]  # of a WAN that is DOWN the other targets' windows still hold the outage
        figures = wan_figures(seen, self._config.minimum_samples)
        event = None
        if self.gone is not None:
            event = self._stay_away(now)
        elif counted:
            event = self._event(now, counted, figures)
        else:
            self.pause()
        if event is None:
            return None
        before = self.state
        self.enter(event, now)
        reports = tuple(target.report() for target in targets)
        evidence = Evidence(figures, reports, self._config, self.gone)
        reason = self._reason(event, figures)
        return Transition(self.wan, before, self.state, reason, now, evidence)

    def enter(self, event: HealthEvent, now: float) -> None:
        """Go where the table says; raises ValueError, changing nothing, where it has no move."""
        self.state = next_state(self.state, event)
        self.since = now
        self.pause()
        self._came_back = False
        if self.state is HealthState.DOWN:
            self.hold_down.lost(now)
        elif self.state is HealthState.DEGRADED:
            self.hold_down.began(now)

    def pause(self) -> None:
        """Note that nothing is known now: good quality has to show anew for its whole time."""
        self._good_since = self.wake_at = None

    def remaining(self, now: float) -> float:
        """Return the seconds of hold-down left, 0 in a state that waits for none."""
        waits = self.state in {HealthState.DOWN, HealthState.DEGRADED}
        return self.hold_down.remaining(now) if waits else 0.0

    def _event(
        self, now: float, counted: Sequence[TargetHealth], figures: WanFigures
    ) -> HealthEvent | None:
        quorum = min(self._config.quorum, len(counted))
        fine = sum(target.state is TargetState.FINE for target in counted)
        failing = sum(target.state is TargetState.FAILING for target in counted)
        if len(counted) - failing < quorum:
            return self._lost(now, counted)
        is_bad = quality_reason(figures, self._config) is not None and not _all_silent(counted)
        if self.state is HealthState.UP:
            return HealthEvent.QUALITY_BAD if is_bad else None
        if self.state is HealthState.DEGRADED:
            return HealthEvent.QUALITY_GOOD if self._is_settled(now, figures) else None
        if fine < quorum:
            return None
        if not self._came_back:
            self._came_back = True
            self.hold_down.back(now)
        if self.remaining(now) > 0:
            self.wake_at = now + self.remaining(now)
            return None
        return HealthEvent.QUALITY_BAD if is_bad else HealthEvent.ENOUGH_TARGETS

    def _lost(self, now: float, counted: Sequence[TargetHealth]) -> HealthEvent | None:
        """Too many targets fail: confirm it before it moves anybody; count it when DOWN already."""
        self._good_since = None
        if self.state is HealthState.DOWN:
            self._lost_again(now)
            return None
        silent = [t.silence for t in counted if t.state is TargetState.FAILING]
        is_confirmed = unheard_for(silent) >= self._config.confirm
        return HealthEvent.TOO_FEW_TARGETS if is_confirmed else None

    def _stay_away(self, now: float) -> HealthEvent | None:
        """The router says that the line is gone: nothing that is heard speaks for it."""
        self.pause()
        if self.state is not HealthState.DOWN:
            return HealthEvent.ROUTER_SAYS_GONE
        self._lost_again(now)
        return None

    def _lost_again(self, now: float) -> None:
        """Count the loss of a line that is DOWN and has been able to carry traffic since."""
        if self._came_back:
            self._came_back = False
            self.hold_down.lost(now)

    def _is_settled(self, now: float, figures: WanFigures) -> bool:
        """Say whether quality has been good for long enough."""
        if not is_quality_good(figures, self._config):
            self._good_since = None
            return False
        if self._good_since is None:
            self._good_since = now
        settled_at = max(
            self._good_since + self._config.hold_down, now + self.hold_down.remaining(now)
        )
        if settled_at <= now:
            return True
        self.wake_at = settled_at
        return False

    def _reason(self, event: HealthEvent, figures: WanFigures) -> HealthReason:
        """Name what stands behind an event."""
        if event is HealthEvent.QUALITY_BAD:
            return quality_reason(figures, self._config) or HealthReason.LOSS_HIGH
        return {
            HealthEvent.TOO_FEW_TARGETS: HealthReason.TARGETS_FAIL,
            HealthEvent.ENOUGH_TARGETS: HealthReason.TARGETS_ANSWER,
            HealthEvent.QUALITY_GOOD: HealthReason.QUALITY_BACK,
            HealthEvent.ROUTER_SAYS_GONE: HealthReason.ROUTER_SAYS_GONE,
        }[event]


def _all_silent(targets: Sequence[TargetHealth]) -> bool:
    """Say whether each target lost its newest sample: a cut that is being found is no bad quality."""
    return all(target.losses for target in targets)


def quality_reason(figures: WanFigures, limits: HealthConfig) -> HealthReason | None:
    """Return the first figure that has reached its enter threshold, None when none has."""
    for value, enter, reason in (
        (figures.loss_ratio, limits.loss_enter, HealthReason.LOSS_HIGH),
        (figures.rtt, limits.rtt_enter, HealthReason.RTT_HIGH),
        (figures.jitter, limits.jitter_enter, HealthReason.JITTER_HIGH),
    ):
        if value is not None and enter is not None and value >= enter:
            return reason
    return None


def is_quality_good(figures: WanFigures, limits: HealthConfig) -> bool:
    """Say whether every figure with a threshold is known and at or below its leave threshold."""
    return all(
        leave is None or (value is not None and value <= leave)
        for value, leave in (
            (figures.loss_ratio, limits.loss_leave),
            (figures.rtt, limits.rtt_leave),
            (figures.jitter, limits.jitter_leave),
        )
    )
