"""A replay as people read it: a table of the WANs, and their transitions in order."""

from collections.abc import Sequence
from datetime import UTC, datetime

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from wanwatch.core.health.replay import Replayed
from wanwatch.core.health.replay_tally import ReplayedTransition, Tally

_SHOWN = 200
"""Transitions that are printed; --json has all of them."""


def replay_view(result: Replayed, false_within: float) -> RenderableType:
    """Everything that came of a replay."""
    parts: list[RenderableType] = [Text(_headline(result)), _table(result, false_within)]
    transitions = sorted(
        (t for tally in result.wans for t in tally.transitions), key=lambda each: each.at
    )
    if transitions:
        parts += [Text(""), _transitions(transitions[:_SHOWN])]
    if len(transitions) > _SHOWN:
        parts.append(Text(f"{len(transitions) - _SHOWN} more; --json has all of them"))
    return Group(*parts)


def _headline(result: Replayed) -> str:
    began = "" if result.wall is None else f" from {_wall(result.wall)} on"
    runs = "" if result.runs == 1 else f" in {result.runs} runs"
    same = "the limits it was recorded with" if result.is_exact else "other limits"
    span = span_text(result.seconds)
    return f"{result.samples} samples over {span}{runs}{began}, judged by {same}"


def _table(result: Replayed, false_within: float) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("WAN", "by"):
        table.add_column(heading)
    within = span_text(false_within)
    headings = ("transitions", "downs", f"false (answered within {within})")
    for heading in (*headings, "out of service", "degraded"):
        table.add_column(heading, justify="right")
    recorded = {tally.wan: tally for tally in result.recorded}
    for tally in result.wans:
        table.add_row(tally.wan, "this configuration", *_row(tally))
        before = recorded.get(tally.wan)
        if before is not None:
            table.add_row("", "the recorded daemon", *_row(before), style="dim")
    return table


def _row(tally: Tally) -> tuple[str, ...]:
    return (
        str(len(tally.transitions)),
        str(tally.downs),
        str(tally.false_downs),
        span_text(tally.down_for),
        span_text(tally.degraded_for),
    )


def _transitions(transitions: Sequence[ReplayedTransition]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("when", "after", "WAN", "what"):
        table.add_column(heading)
    for each in transitions:
        what = Text(f"{each.before} -> {each.after} ({each.reason})")
        if each.answered_after is not None:
            word = ", false: answered" if each.is_false else ", answered"
            style = "yellow" if each.is_false else ""
            what.append(f"{word} {span_text(each.answered_after)} later", style=style)
        table.add_row(_wall(each.wall), span_text(each.at), each.wan, what)
    return table


def span_text(seconds: float) -> str:
    """A span in the units that say enough of it: ``1.25 s``, ``4 min 10 s``, ``3 h 2 min``."""
    if seconds < 59.5:
        return f"{seconds:.3g} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def _wall(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")
