"""The phases of many runs as a table for people, in Markdown."""

from collections.abc import Sequence
from typing import Any

_COLUMNS = (
    ("decided", "verdict"),
    ("acting", "verdict to last rule"),
    ("first_new", "first new connection"),
    ("calls_back", "calls back"),
    ("told", "held told"),
    ("again", "held again"),
    ("last_removed", "last rule to last removed"),
    ("removed", "removed"),
    ("back", "healed to rules back"),
)


def shown(reports: Sequence[dict[str, Any]]) -> str:
    """One row for each router: the medians, seconds since the cut unless the head says otherwise."""
    lines = [
        "| router | runs | " + " | ".join(title for _, title in _COLUMNS) + " | problems |",
        "|---" * (len(_COLUMNS) + 3) + "|",
    ]
    for report in reports:
        values = [_cell(report["median"][name]) for name, _ in _COLUMNS]
        wrong = sum(len(run["problems"]) for run in report["runs"])
        lines.append(
            f"| {report['router']} | {len(report['runs'])} | {' | '.join(values)} | {wrong} |"
        )
    return "\n".join(lines)


def _cell(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.0f}" if value >= 100 or value == int(value) else f"{value:.2f}"
