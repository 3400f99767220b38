"""The picture of one outage: each client a row, each attempt a mark in the colour of its line.

An SVG of lines only, with every style in the file, so that it shows the same wherever it is put.
A row stands in the panel of the line that its flow belonged to; red is time spent waiting.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from tests.lab.flows import Homes
from tests.lab.phases import Story
from tests.lab.records import Attempt

COLORS = ("#2b6cb0", "#2f855a", "#b7791f", "#805ad5", "#319795", "#97266d", "#4a5568", "#744210")
"""One for each line."""
WAITING = "#e53e3e"
_NOTICEABLE = 0.3
"""Seconds; who waits for longer is shown waiting."""
_LEFT, _WIDTH, _ROW, _GAP, _TOP = 130.0, 1000.0, 5.0, 26.0, 46.0
_FONT = 'font-family="sans-serif" font-size="11"'
_PANELS = (("tcp", "new connections"), ("call", "calls (UDP)"), ("long", "held connections (TCP)"))


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment to point out."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class _Scale:
    first: float
    last: float

    def x(self, at: float) -> float:
        """Where a time is, within the picture."""
        part = (min(max(at, self.first), self.last) - self.first) / (self.last - self.first)
        return round(_LEFT + _WIDTH * part, 1)


class _Strokes:
    """Lines collected by colour, so that the file holds one path for each."""

    def __init__(self, scale: _Scale, story: Story, colors: dict[str, str]) -> None:
        self._scale, self._story, self._colors = scale, story, colors
        self._paths: dict[str, list[str]] = {}

    def attempt(self, attempt: Attempt, y: float) -> None:
        """Draw when it was answered, and how long it waited where that was noticeable."""
        start = self._scale.x(attempt.started)
        ended = self._scale.last if attempt.ended is None else attempt.ended
        if not attempt.completed or ended - attempt.started > _NOTICEABLE:
            is_packet = attempt.kind == "call"
            self._add(WAITING, start, start if is_packet else self._scale.x(ended), y)
        if attempt.completed:
            color = self._colors.get(self._story.line_of(attempt), "#000000")
            self._add(color, self._scale.x(ended), self._scale.x(ended), y)

    def _add(self, color: str, x1: float, x2: float, y: float) -> None:
        length = max(1.2, x2 - x1)
        self._paths.setdefault(color, []).append(f"M{x1:g} {y:g}h{length:.3g}")

    def svg(self) -> Iterable[str]:
        """One path for each colour, that of waiting below the others."""
        for color, parts in sorted(self._paths.items(), key=lambda path: path[0] != WAITING):
            yield f'<path stroke="{color}" stroke-width="3.4" d="{"".join(parts)}"/>'


def draw(story: Story, marks: Sequence[Mark], title: str, first: float, last: float) -> str:
    """Return the SVG of a story between two moments."""
    scale, texts = _Scale(first, last), list[str]()
    homes = story.homes()
    wans = sorted(set(story.wan_of.values()))
    colors = {wan: COLORS[number % len(COLORS)] for number, wan in enumerate(wans)}
    strokes = _Strokes(scale, story, colors)
    attempts = [a for a in story.attempts if first <= a.started <= last]
    y = _TOP + _GAP
    for kind, what in _PANELS:
        for wan in wans:
            rows = _rows(attempts, homes, kind, wan)
            if not rows:
                continue
            texts.append(_text(_LEFT - 8, y + len(rows) * _ROW / 2 + 4, wan, colors[wan], "end"))
            texts.append(_text(_LEFT, y - 6, f"{what} of {wan}", "#4a5568"))
            for row in rows:
                for attempt in row:
                    strokes.attempt(attempt, y)
                y += _ROW
            y += _GAP
    height = y + 6
    lines = [_mark(scale.x(mark.at), mark, number, height) for number, mark in enumerate(marks)]
    box = f"0 0 {_LEFT + _WIDTH + 20:g} {height:g}"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" {_FONT}>',
            f"<title>{escape(title)}</title>",
            '<rect width="100%" height="100%" fill="#ffffff"/>',
            _text(8, 16, title, "#1a202c"),
            *strokes.svg(),
            *texts,
            *lines,
            *_ticks(scale, height),
            "</svg>",
            "",
        ]
    )


def _rows(attempts: Sequence[Attempt], homes: Homes, kind: str, wan: str) -> list[list[Attempt]]:
    """The attempts of flows that belong to a line, those of one client in one row."""
    flows = {key[0] for key, home in homes.wans.items() if home == wan}
    rows: dict[str, list[Attempt]] = {}
    for attempt in attempts:
        if attempt.kind == kind and attempt.flow in flows:
            rows.setdefault(attempt.client if kind == "tcp" else attempt.flow, []).append(attempt)
    return [rows[name] for name in sorted(rows, key=_natural)]


def _natural(name: str) -> list[int]:
    return [int("0" + "".join(filter(str.isdigit, part))) for part in name.split(".")]


def _mark(x: float, mark: Mark, number: int, height: float) -> str:
    level = 30 + 12 * (number % 2)
    return (
        f'<path stroke="#1a202c" stroke-dasharray="3 3" d="M{x:g} {level + 3}V{height - 16:g}"/>'
        + _text(x + 3, level, mark.label, "#1a202c")
    )


def _ticks(scale: _Scale, height: float) -> Iterable[str]:
    step = 5
    for second in range(0, int(scale.last - scale.first) + 1, step):
        yield _text(scale.x(scale.first + second), height - 4, f"{second} s", "#718096", "middle")


def _text(x: float, y: float, text: str, color: str, anchor: str = "start") -> str:
    return f'<text x="{x:g}" y="{y:g}" fill="{color}" text-anchor="{anchor}">{escape(text)}</text>'
