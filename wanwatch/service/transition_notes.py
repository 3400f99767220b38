"""What is told of a WAN's transition: to the log, the metrics, the history, and who acts on it."""

from collections.abc import Sequence

import structlog

from wanwatch.core.health.wan_health import Transition
from wanwatch.core.model import HealthState
from wanwatch.service.clock import Clock
from wanwatch.service.history import History
from wanwatch.service.metrics import Metrics
from wanwatch.service.reconciler import Reconciler

log = structlog.get_logger()


def note_transitions(
    transitions: Sequence[Transition],
    reconciler: Reconciler,
    *,
    metrics: Metrics,
    history: History,
    clock: Clock,
) -> None:
    """Tell everybody who wants to know that WANs changed."""
    for transition in transitions:
        detect = detection(transition)
        if detect is not None:
            metrics.phase("detect", detect)
        metrics.transition(transition.wan, transition.after.value, transition.reason.value)
        history.transition(transition, clock.wall(), detect)
        say = log.info if transition.after is HealthState.UP else log.warning
        say(
            "wan.transition",
            wan=transition.wan,
            before=transition.before.value,
            after=transition.after.value,
            reason=transition.reason.value,
            detect=None if detect is None else round(detect, 3),
        )
        reconciler.decided(transition.wan, transition.at)


def detection(transition: Transition) -> float | None:
    """Seconds from the last answer heard through the WAN to the verdict that it is down."""
    if transition.after is not HealthState.DOWN:
        return None
    heard = [
        report.last_answer_at
        for report in transition.evidence.targets
        if report.last_answer_at is not None
    ]
    return transition.at - max(heard) if heard else None
