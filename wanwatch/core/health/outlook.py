"""What would change a WAN's state: everything that has to come about for the next one.

It follows from the same parts and limits that ``wan_health`` decides by. Nothing else that is known at
this moment stands against it; what is heard meanwhile may.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from wanwatch.core.health.blindness import Blind
from wanwatch.core.health.health_config import HealthConfig
from wanwatch.core.health.silence import unheard_for
from wanwatch.core.health.streak import TargetState
from wanwatch.core.health.target_health import TargetHealth
from wanwatch.core.health.wan_health import WanHealth
from wanwatch.core.model import HealthState


class NeedCode(StrEnum):
    """What has to come about."""

    LOSSES = "losses"
    """``count`` more losses in a row of each of ``targets``."""
    ANSWERS = "answers"
    """``count`` more answers in a row of ``of`` of the ``targets``."""
    SILENCE = "silence"
    """Nothing heard of what is sent over ``seconds`` more."""
    FIGURE_REACHES = "figure-reaches"
    """``figure`` at or above ``limit``."""
    FIGURE_WITHIN = "figure-within"
    """``figure`` at or below ``limit``."""
    GOOD_FOR = "good-for"
    """Good quality for ``seconds`` more without a break."""
    HOLD_DOWN = "hold-down"
    """``seconds`` more, whatever is heard."""
    DAMPING = "damping"
    """``seconds`` more, until the penalty has decayed."""
    SIGHT = "sight"
    """A sample that says something about the line, instead of about ourselves."""
    LINE_RETURNS = "line-returns"
    """The router saying no more that the line is gone."""
    ROUTER = "router"
    """A word of the router: all lines are silent, which may be the LAN's fault or our own."""
    TARGET_COUNTS = "target-counts"
    """A target that is not at fault itself."""


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that has to come about; what does not belong to its code is empty."""

    code: NeedCode
    targets: tuple[str, ...] = ()
    count: int | None = None
    of: int | None = None
    seconds: float | None = None
    figure: str = ""
    value: float | None = None
    limit: float | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """A state that the WAN goes to when all the needs come about; None for its being judged."""

    to: HealthState | None
    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class Threshold:
    """A figure beside its thresholds; losses as ratios, times in seconds."""

    figure: str
    """``loss``, ``rtt`` or ``jitter``."""
    value: float | None
    """Over the targets with enough samples, None while there are none."""
    enter: float | None
    leave: float | None


def outlook(
    health: WanHealth,
    counted: Sequence[TargetHealth],
    thresholds: Sequence[Threshold],
    now: float,
    blind: Blind | None,
    *,
    needs_router: bool,
) -> tuple[Outlook, ...]:
    """Return the states that are near, with what leads there."""
    for stands, code in (
        (health.gone is not None, NeedCode.LINE_RETURNS),
        (needs_router, NeedCode.ROUTER),
        (not counted, NeedCode.TARGET_COUNTS),
        (blind is not None, NeedCode.SIGHT),
    ):
        if stands:
            return (Outlook(None, (Need(code),)),)
    limits = health.limits
    down = Outlook(HealthState.DOWN, _to_fail(counted, limits))
    match health.state:
        case HealthState.UP:
            worse = [
                Need(NeedCode.FIGURE_REACHES, figure=t.figure, value=t.value, limit=t.enter)
                for t in thresholds
                if t.enter is not None
            ]
            return (down, *(Outlook(HealthState.DEGRADED, (need,)) for need in worse))
        case HealthState.DEGRADED:
            return (down, Outlook(HealthState.UP, _to_settle(health, thresholds, now)))
        case HealthState.UNKNOWN:
            return (Outlook(HealthState.UP, _to_answer(counted, limits)), down)
        case HealthState.DOWN:
            answers = _to_answer(counted, limits)
            needs = (*answers, *_to_wait(health, answers, now))
            return (Outlook(HealthState.UP, needs),)


def _to_fail(counted: Sequence[TargetHealth], limits: HealthConfig) -> tuple[Need, ...]:
    """What makes too few targets answer: the losses that are the fewest, and the silence."""
    failing = [target for target in counted if target.state is TargetState.FAILING]
    spare = len(counted) - min(limits.quorum, len(counted))
    missing = spare + 1 - len(failing)
    others = sorted(
        (target for target in counted if target.state is not TargetState.FAILING),
        key=lambda target: limits.fall - target.losses,
    )
    chosen = others[: max(0, missing)]
    counts = sorted({limits.fall - target.losses for target in chosen})
    needs = [
        Need(
            NeedCode.LOSSES,
            targets=tuple(t.name for t in chosen if limits.fall - t.losses == count),
            count=max(1, count),
        )
        for count in counts
    ]
    silent = unheard_for([target.silence for target in (*failing, *chosen)])
    if silent < limits.confirm:
        needs.append(Need(NeedCode.SILENCE, seconds=limits.confirm - silent))
    return tuple(needs)


def _to_answer(counted: Sequence[TargetHealth], limits: HealthConfig) -> tuple[Need, ...]:
    """What makes enough targets answer: the rows that are the nearest to ``rise``."""
    fine = sum(target.state is TargetState.FINE for target in counted)
    missing = min(limits.quorum, len(counted)) - fine
    if missing <= 0:
        return ()
    others = [target for target in counted if target.state is not TargetState.FINE]
    nearest = sorted(limits.rise - target.answers for target in others)[missing - 1]
    names = tuple(target.name for target in others)
    return (Need(NeedCode.ANSWERS, targets=names, count=nearest, of=missing),)


def _to_wait(health: WanHealth, answers: Sequence[Need], now: float) -> tuple[Need, ...]:
    """What only time brings: the longer of the two waits, when the answers come as they are due.

    The first of them may come at any moment, the others follow at the interval.
    """
    due = sum((need.count or 1) - 1 for need in answers) * health.limits.interval
    damped = health.hold_down.damped_if_back(now + due)
    damped = due + damped if damped > 0 else 0.0
    left = max(health.remaining(now), damped)
    if left <= 0:
        return ()
    code = NeedCode.DAMPING if damped >= left else NeedCode.HOLD_DOWN
    return (Need(code, seconds=left),)


def _to_settle(health: WanHealth, thresholds: Sequence[Threshold], now: float) -> tuple[Need, ...]:
    """What makes a degraded WAN good again."""
    needs = [
        Need(NeedCode.FIGURE_WITHIN, figure=t.figure, value=t.value, limit=t.leave)
        for t in thresholds
        if t.leave is not None and (t.value is None or t.value > t.leave)
    ]
    begun = now if health.good_since is None else health.good_since
    needs.append(Need(NeedCode.GOOD_FOR, seconds=max(0.0, begun + health.limits.hold_down - now)))
    damped = health.hold_down.damped_for(now)
    if damped > 0:
        needs.append(Need(NeedCode.DAMPING, seconds=damped))
    return tuple(needs)
