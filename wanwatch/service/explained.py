"""Why a WAN is in its state: what ``/api/explain`` serves and ``status --explain --json`` prints.

Durations are seconds, time points seconds since 1970 (UTC), ratios 0 to 1, ``None`` means that it
has not happened or is not known. Keys are only ever added.
"""

from dataclasses import asdict
from typing import Any

from wanwatch import __version__
from wanwatch.core.health.explain import Explanation
from wanwatch.core.health.judge import Judge
from wanwatch.core.health.target_health import TargetReport
from wanwatch.core.model import AdminState
from wanwatch.core.path_proof import PathProof
from wanwatch.service.clock import Clock
from wanwatch.service.evidence import target_evidence
from wanwatch.service.history import History
from wanwatch.service.reconciler import Reconciler
from wanwatch.service.status import ALL_UP, NO_USABLE_WAN, SOME_TROUBLE, UNPROVEN
from wanwatch.service.watcher import Watcher


class Explainer:
    """Explains the WANs of one running configuration. Reads only; decides nothing."""

    def __init__(
        self,
        judge: Judge,
        *,
        watcher: Watcher,
        reconciler: Reconciler,
        history: History,
        clock: Clock,
    ) -> None:
        self._judge = judge
        self._watcher = watcher
        self._reconciler = reconciler
        self._history = history
        self._clock = clock

    @property
    def wans(self) -> tuple[str, ...]:
        """The WANs that can be asked for."""
        return tuple(self._watcher.states)

    def make(self, wan: str) -> dict[str, Any]:
        """Everything that decides one WAN's state now; raises KeyError where there is none."""
        now, wall = self._clock.monotonic(), self._clock.wall()
        to_wall = wall - now
        found = self._judge.explain(wan, now)
        waiting, proof = found.waiting, self._reconciler.paths.proof(wan)
        return {
            "version": __version__,
            "now": wall,
            "wan": wan,
            "state": found.state.value,
            "since": _wall(found.since, to_wall),
            "reason": self._watcher.reasons[wan],
            "admin": self._reconciler.wishes.get(wan, AdminState.AUTO).value,
            "disposition": self._reconciler.dispositions[wan].value,
            "frozen": self._reconciler.frozen,
            "blind": _blind(found, to_wall),
            "gone": None if found.gone is None else found.gone.value,
            "path": {
                "state": proof.state.value,
                "address": proof.address,
                "wan": proof.other,
                "cause": proof.cause,
            },
            "needs_router": found.needs_router,
            "suspected": found.is_suspected,
            "silent_for": found.silent_for,
            "everything_fails": found.everything_fails,
            "quorum": asdict(found.quorum),
            "figures": asdict(found.figures),
            "thresholds": [asdict(threshold) for threshold in found.thresholds],
            "waiting": {
                **asdict(waiting),
                "until": wall + waiting.hold_down if waiting.hold_down > 0 else None,
            },
            "good_since": _wall(found.good_since, to_wall),
            "targets": [
                {
                    **_target(report, found, to_wall),
                    "why_lost": self._watcher.why_lost(wan, report.target),
                }
                for report in found.targets
            ],
            "outlook": [
                {
                    "to": None if outlook.to is None else outlook.to.value,
                    "needs": [asdict(need) for need in outlook.needs],
                }
                for outlook in found.outlook
            ],
            "limits": asdict(found.limits),
            "transitions": list(self._history.of(wan)),
            "exit_code": _exit_code(found, proof),
        }


def _target(report: TargetReport, found: Explanation, to_wall: float) -> dict[str, Any]:
    discount = next((each for each in found.discounts if each.target == report.target), None)
    return {
        **target_evidence(report),
        "last_answer_at": _wall(report.last_answer_at, to_wall),
        "discounted": None
        if discount is None
        else {
            "since": _wall(discount.since, to_wall),
            "failing_through": discount.failing_through,
            "alive": discount.alive,
        },
        "samples": [
            {
                "seq": sample.seq,
                "sent_at": sample.sent_at + to_wall,
                "fate": sample.fate.value,
                "rtt": sample.rtt,
            }
            for sample in report.recent
        ],
    }


def _blind(found: Explanation, to_wall: float) -> dict[str, Any] | None:
    if found.blind is None:
        return None
    blind = found.blind
    since = _wall(blind.since, to_wall)
    return {"reason": blind.reason.value, "since": since, "error": blind.error}


def _exit_code(found: Explanation, proof: PathProof) -> int:
    """0 for a WAN that is up and acted on, 2 for one that is down, 1 for anything else."""
    if found.state.value == "down":
        return NO_USABLE_WAN
    is_judged = found.blind is None and not found.needs_router
    is_proven = proof.state.value != UNPROVEN
    return ALL_UP if found.state.value == "up" and is_judged and is_proven else SOME_TROUBLE


def _wall(at: float | None, to_wall: float) -> float | None:
    return None if at is None else at + to_wall
