"""The story in a terminal: a live picture with rich, and the timelines kept below it."""

import time
from collections.abc import Sequence
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from wanwatch.cli.demo_frame import (
    Frame,
    bucket_parts,
    counted,
    in_milliseconds,
    percent,
    routes_by_table,
)
from wanwatch.cli.demo_status import Status
from wanwatch.cli.demo_timeline import Moment, milliseconds

_COLOURS = ("cyan", "green", "yellow", "magenta", "blue", "bright_red")
_STATES = {"up": "bold green", "degraded": "bold yellow", "down": "bold red"}
_ROUTES = {"active": ("", "●"), "inactive": ("dim", "○"), "disabled": ("red", "✕")}
_BAR = 24
_SENTENCES = 12
_REDRAW_EVERY = 0.2
_ROOMY = 38
"""Rows of a terminal that hold everything; below that the routes and old sentences are left out."""


class LiveTeller:
    """Draws the picture anew in place; an ordinary context manager."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, auto_refresh=False, transient=True)
        self._drawn_at = 0.0

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def chapter(self, title: str) -> None:
        """Leave the chapter's title above the picture."""
        self._console.print(Text(title, style="bold"))

    def show(self, frame: Frame) -> None:
        """Draw the picture, a few times a second."""
        now = time.monotonic()
        if now - self._drawn_at >= _REDRAW_EVERY:
            self._drawn_at = now
            self._live.update(picture(frame, self._console.height), refresh=True)

    def picture(self, frame: Frame) -> None:
        """Leave the timeline of a chapter above the picture."""
        moments = frame.failback or frame.failover
        if moments:
            self._console.print(timeline(moments))

    def say(self, sentence: str) -> None:
        """Leave a sentence above the picture."""
        self._console.print(Text(sentence, style="bold green"))


def picture(frame: Frame, height: int) -> RenderableType:
    """Everything at one moment, as far as a terminal of so many rows holds it."""
    head = Text(f"{frame.elapsed:5.1f} s  ", style="dim").append(frame.chapter, style="bold")
    if frame.status is None:
        return Panel(Group(head, Text("the daemon starts ...", style="dim")), title="wanwatch demo")
    is_roomy = height >= _ROOMY
    parts: list[RenderableType] = [head, wans(frame), buckets(frame.status)]
    if is_roomy:
        parts.append(routes(frame.status))
    parts.append(sentences(frame.sentences, _SENTENCES if is_roomy else 3))
    moments = frame.failback or frame.failover
    if moments:
        parts.append(timeline(moments))
    return Panel(Group(*parts), title="wanwatch demo")


def colours(status: Status) -> dict[str, str]:
    """A colour for every line."""
    names = (wan.name for wan in status.wans)
    return {name: _COLOURS[n % len(_COLOURS)] for n, name in enumerate(names)}


def wans(frame: Frame) -> Table:
    """The lines: state, share, quality, targets, connections."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("line", "state", "share", "", "loss", "rtt", "targets", "connections", ""):
        table.add_column(title, justify="right" if title in ("loss", "rtt") else "left")
    if frame.status is None:
        return table
    colour = colours(frame.status)
    for wan in frame.status.wans:
        filled = round((wan.share or 0.0) * _BAR)
        bar = Text("█" * filled, style=colour[wan.name]).append("░" * (_BAR - filled), style="dim")
        targets = Text()
        for state in wan.targets:
            targets.append("● ", style={"up": "green", "down": "red"}.get(state, "dim"))
        counts = frame.counts.get(wan.name)
        table.add_row(
            Text(wan.name, style=colour[wan.name]),
            Text(wan.state.upper(), style=_STATES.get(wan.state, "dim")),
            bar,
            percent(wan.share),
            percent(wan.loss_ratio),
            in_milliseconds(wan.rtt),
            targets,
            Text(counted(counts), style="red" if counts is not None and counts.hung else ""),
            Text(f"hold-down {wan.hold_down:.1f} s" if wan.hold_down else "", style="yellow"),
        )
    return table


def buckets(status: Status) -> Text:
    """The buckets as bars in their owners' colours, shared ones in parts."""
    colour = colours(status)
    line = Text("buckets  ")
    for parts in bucket_parts(status):
        cells = parts * 3 if len(parts) == 1 else parts
        for owner in cells:
            line.append("█", style=colour.get(owner, "dim"))
        line.append(" ")
    for name, style in colour.items():
        line.append(f" {name}", style=style)
    return line


def routes(status: Status) -> Table:
    """The default routes of each table, in the order of their distance."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    for name, found in routes_by_table(status).items():
        row = Text()
        for _, wan, state in found:
            style, mark = _ROUTES.get(state, ("dim", "?"))
            row.append(f"{mark} {wan:<7}", style=style)
        table.add_row(Text(f"routes {name}", style="dim"), row)
    return table


def sentences(found: Sequence[str], most: int) -> Text:
    """The newest API sentences that change something, one line each."""
    text = Text(no_wrap=True, overflow="ellipsis")
    text.append(f"API sentences that changed the router: {len(found)}", style="dim")
    for sentence in found[-most:]:
        text.append(f"\n  {sentence}", style="blue")
    return text


def timeline(moments: Sequence[Moment]) -> Table:
    """The measured moments, in milliseconds since the first."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(justify="right")
    for after, what, is_key in milliseconds(list(moments)):
        style = "bold" if is_key else ""
        table.add_row(Text(f"{after:.1f} ms", style="cyan"), Text(what, style=style))
    return table
