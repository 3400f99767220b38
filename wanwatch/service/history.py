"""The newest events, for status: transitions of WANs, and passes that changed the router."""

from collections import deque
from typing import Any

from wanwatch.core.health.wan_health import Evidence, Transition
from wanwatch.service.evidence import evidence
from wanwatch.service.status import ChangeStatus

_KEPT = 50
_KEPT_OF_A_WAN = 10
"""Transitions with all their evidence."""


class History:
    """The last events, the newest first."""

    def __init__(self) -> None:
        self._events: deque[ChangeStatus] = deque(maxlen=_KEPT)
        self._transitions: dict[str, deque[dict[str, Any]]] = {}

    def transition(self, transition: Transition, at: float, detect: float | None) -> None:
        """Note a WAN's change; ``at`` is wall time, ``detect`` the seconds it took to see it."""
        self._events.appendleft(
            ChangeStatus(
                at=at,
                kind="transition",
                wan=transition.wan,
                before=transition.before.value,
                after=transition.after.value,
                reason=transition.reason.value,
                outcome="",
                steps=0,
                connections_removed=0,
                phases={} if detect is None else {"detect": detect},
                evidence=_evidence(transition.evidence),
            )
        )
        of_wan = self._transitions.setdefault(transition.wan, deque(maxlen=_KEPT_OF_A_WAN))
        of_wan.appendleft(
            {
                "at": at,
                "before": transition.before.value,
                "after": transition.after.value,
                "reason": transition.reason.value,
                "detect": detect,
                "evidence": evidence(transition.evidence),
            }
        )

    def change(
        self,
        kind: str,
        wans: str,
        at: float,
        *,
        outcome: str,
        steps: int,
        phases: dict[str, float],
    ) -> None:
        """Note a pass that changed the router, or tried to.

        One that is refused again and again stands there once, lest it push everything else out.
        """
        event = ChangeStatus(at, kind, wans, "", "", "", outcome, steps, 0, phases, {})
        last = self._events[0] if self._events else None
        if not steps and last is not None and _what(last) == _what(event):
            self._events.popleft()
        self._events.appendleft(event)

    def flushed(self, wan: str, removed: int, seconds: float, at: float) -> None:
        """Note connections that were removed."""
        self._events.appendleft(
            ChangeStatus(at, "flush", wan, "", "", "", "", 0, removed, {"flush": seconds}, {})
        )

    def of(self, wan: str) -> tuple[dict[str, Any], ...]:
        """The last transitions of a WAN with everything that decided them, the newest first."""
        return tuple(self._transitions.get(wan, ()))

    def newest(self) -> tuple[ChangeStatus, ...]:
        """Everything kept, the newest first."""
        return tuple(self._events)


def _what(event: ChangeStatus) -> tuple[str, str, str, int]:
    return event.kind, event.wan, event.outcome, event.steps


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {
        "loss_ratio": evidence.figures.loss_ratio,
        "rtt": evidence.figures.rtt,
        "jitter": evidence.figures.jitter,
        "losses_in_row": {report.target: report.losses for report in evidence.targets},
        "fall": evidence.limits.fall,
        "quorum": evidence.limits.quorum,
    }
