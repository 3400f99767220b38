"""A replay as a JSON document; ``docs/commands.md`` says what its keys mean."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wanwatch.cli.replay_read import BrokenAt
from wanwatch.cli.replay_words import misfit_sentence
from wanwatch.core.health.replay import Replayed
from wanwatch.core.health.replay_tally import Tally

_LINES = 1000
"""Broken lines that are listed; all are counted."""


def replay_document(
    result: Replayed, files: Sequence[Path], broken: Sequence[BrokenAt], false_within: float
) -> dict[str, Any]:
    """Everything that came of a replay."""
    recorded = {tally.wan: tally for tally in result.recorded}
    return {
        "files": [str(path) for path in files],
        "begins": result.wall,
        "seconds": result.seconds,
        "runs": result.runs,
        "samples": result.samples,
        "recorded_limits": result.is_exact,
        "begins_midway": result.begins_midway,
        "false_within": false_within,
        "wans": [
            {
                "name": tally.wan,
                **_tally(tally),
                "recorded": _tally(recorded[tally.wan]) if tally.wan in recorded else None,
            }
            for tally in result.wans
        ],
        "notes": [
            {
                "code": misfit.code.value,
                "wan": misfit.wan,
                "targets": misfit.targets,
                "message": misfit_sentence(misfit),
            }
            for misfit in result.misfits
        ],
        "broken_lines": len(broken),
        "broken": [
            {"file": each.file, "line": each.line, "why": each.why} for each in broken[:_LINES]
        ],
    }


def _tally(tally: Tally) -> dict[str, Any]:
    return {
        "downs": tally.downs,
        "false_downs": tally.false_downs,
        "down_for": tally.down_for,
        "degraded_for": tally.degraded_for,
        "watched_for": tally.watched_for,
        "transitions": [
            {
                "at": each.at,
                "wall": each.wall,
                "before": each.before,
                "after": each.after,
                "reason": each.reason,
                "answered_after": each.answered_after,
                "false": each.is_false,
            }
            for each in tally.transitions
        ],
    }
