"""What decided a verdict, as JSON values: figures, rows and samples of each target, and limits."""

from dataclasses import asdict
from typing import Any

from wanwatch.core.health.recent import Fate, Sample
from wanwatch.core.health.target_health import TargetReport
from wanwatch.core.health.wan_health import Evidence

STRIP = {
    Fate.ANSWERED: "+",
    Fate.LATE: "~",
    Fate.LOST: "x",
    Fate.PENDING: "?",
    Fate.VOID: "o",
}
"""One character for each sample of a strip."""

TARGET_STATES = {"fine": "up", "failing": "down"}
"""How the status document calls a target's state, where it is not ``unknown``."""


def strip(samples: tuple[Sample, ...]) -> str:
    """The samples as one character each, the newest last."""
    return "".join(STRIP[sample.fate] for sample in samples)


def target_evidence(report: TargetReport) -> dict[str, Any]:
    """A target's rows, figures and last samples."""
    figures = report.figures
    return {
        "target": report.target,
        "state": TARGET_STATES.get(report.state.value, "unknown"),
        "losses_in_row": report.losses,
        "answers_in_row": report.answers,
        "timeout": report.timeout,
        "last_rtt": report.last_rtt,
        "judged": figures.judged,
        "lost": figures.lost,
        "pending": figures.pending,
        "loss_ratio": figures.loss_ratio,
        "rtt": figures.rtt,
        "jitter": figures.jitter,
        "strip": strip(report.recent),
    }


def evidence(found: Evidence) -> dict[str, Any]:
    """Everything that a transition was decided by."""
    return {
        "figures": asdict(found.figures),
        "targets": [
            {**target_evidence(report), "discounted": report.discounted} for report in found.targets
        ],
        "gone": None if found.gone is None else found.gone.value,
        "limits": asdict(found.limits),
    }
