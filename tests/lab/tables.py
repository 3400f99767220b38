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
_WITH_WORST = frozenset({"acting", "first_new", "last_removed"})


def shown(reports: Sequence[dict[str, Any]]) -> str:
    """One row for each router: the medians, of some phases with the worst run beside them.

    Seconds since the cut unless the head says otherwise.
    """
    lines = [
        "| router | runs | " + " | ".join(title for _, title in _COLUMNS) + " | problems |",
        "|---" * (len(_COLUMNS) + 3) + "|",
    ]
    for report in reports:
        cells = [_cell(report, name) for name, _ in _COLUMNS]
        wrong = sum(len(run["problems"]) for run in report["runs"])
        lines.append(
            f"| {report['router']} | {len(report['runs'])} | {' | '.join(cells)} | {wrong} |"
        )
    return "\n".join(lines)


def _cell(report: dict[str, Any], name: str) -> str:
    median = report["median"][name]
    if median is None:
        return "-"
    if name == "removed":
        return f"{median:.0f}"
    values = [run["phases"][name] for run in report["runs"]]
    if name not in _WITH_WORST or len(values) == 1:
        return f"{median:.2f}"
    return f"{median:.2f} ({max(value for value in values if value is not None):.2f})"
