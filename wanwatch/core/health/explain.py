"""Why a WAN is in its state, and what would change it: values, rendered at the edge.

What is said here follows from the same parts, and the same limits, that ``wan_health`` decides by;
``outlook`` has what would change it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from wanwatch.core.health.blindness import Blind
from wanwatch.core.health.common_cause import Discount
from wanwatch.core.health.gone import GoneReason
from wanwatch.core.health.health_config import HealthConfig
from wanwatch.core.health.outlook import Outlook, Threshold, outlook
from wanwatch.core.health.silence import unheard_for
from wanwatch.core.health.streak import TargetState
from wanwatch.core.health.target_health import TargetHealth, TargetReport, WanFigures, wan_figures
from wanwatch.core.health.wan_health import WanHealth
from wanwatch.core.model import HealthState


@dataclass(frozen=True, slots=True)
class Quorum:
    """How many targets have to answer, and how many do; those at fault themselves left out."""

    needed: int
    counted: int
    fine: int
    failing: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a WAN is made to wait for; seconds, None where it is not damped."""

    hold_down: float
    """Of all that is waited for, what is left; 0 in a state that waits for nothing."""
    damped_for: float
    """What is left of the wait because the line flaps, in whatever state it is."""
    penalty: float
    suppress: float | None
    reuse: float | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that decides a WAN's state at one moment."""

    wan: str
    state: HealthState
    since: float | None
    limits: HealthConfig
    gone: GoneReason | None
    """What the router says of a line that is gone; it is DOWN then whatever is heard."""
    blind: Blind | None
    needs_router: bool
    """Verdicts wait for a word of the router, since all lines are silent."""
    is_suspected: bool
    silent_for: float
    """Over how long samples were sent of which nothing was heard, by those that count together."""
    everything_fails: bool
    quorum: Quorum
    figures: WanFigures
    thresholds: tuple[Threshold, ...]
    waiting: Waiting
    good_since: float | None
    """Since when a WAN that is DEGRADED is good again."""
    targets: tuple[TargetReport, ...]
    discounts: tuple[Discount, ...]
    """Of its own targets."""
    outlook: tuple[Outlook, ...]


def explain(
    health: WanHealth,
    targets: Sequence[TargetHealth],
    now: float,
    *,
    blind: Blind | None,
    is_suspected: bool,
    discounts: Sequence[Discount],
    everything_fails: bool,
    needs_router: bool,
) -> Explanation:
    """Put together why a WAN is in its state, as of the last judging."""
    limits = health.limits
    counted = [target for target in targets if not target.discounted]
    seen = [
        target
        for target in counted
        if health.state is not HealthState.DOWN or target.state is TargetState.FINE
    ]
    figures = wan_figures(seen, limits.minimum_samples)
    thresholds = (
        Threshold("loss", figures.loss_ratio, limits.loss_enter, limits.loss_leave),
        Threshold("rtt", figures.rtt, limits.rtt_enter, limits.rtt_leave),
        Threshold("jitter", figures.jitter, limits.jitter_enter, limits.jitter_leave),
    )
    own = {target.name for target in targets}
    damping = limits.damping
    return Explanation(
        wan=health.wan,
        state=health.state,
        since=health.since,
        limits=limits,
        gone=health.gone,
        blind=blind,
        needs_router=needs_router,
        is_suspected=is_suspected,
        silent_for=unheard_for([target.silence for target in counted]),
        everything_fails=everything_fails,
        quorum=Quorum(
            needed=min(limits.quorum, len(counted)),
            counted=len(counted),
            fine=sum(target.state is TargetState.FINE for target in counted),
            failing=sum(target.state is TargetState.FAILING for target in counted),
        ),
        figures=figures,
        thresholds=thresholds,
        waiting=Waiting(
            hold_down=health.remaining(now),
            damped_for=health.hold_down.damped_for(now),
            penalty=health.hold_down.penalty(now),
            suppress=None if damping is None else damping.suppress,
            reuse=None if damping is None else damping.reuse,
        ),
        good_since=health.good_since,
        targets=tuple(target.report() for target in targets),
        discounts=tuple(discount for discount in discounts if discount.target in own),
        outlook=outlook(health, counted, thresholds, now, blind, needs_router=needs_router),
    )
