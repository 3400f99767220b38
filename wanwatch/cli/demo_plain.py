"""The story as plain lines, for pipes and for ``--plain``."""

from collections.abc import Callable, Iterator, Sequence

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

_BAR = 20


class PlainTeller:
    """Prints every chapter, sentence and moment once, as it comes."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._chapters = 0
        self._sentences = 0
        self._states: dict[str, str] = {}

    def chapter(self, title: str) -> None:
        """Begin a chapter."""
        self._chapters += 1
        self._say("")
        self._say(f"[{self._chapters}] {title}")

    def show(self, frame: Frame) -> None:
        """Say what is new: states of lines, sentences."""
        if frame.status is not None:
            for wan in frame.status.wans:
                if self._states.get(wan.name) != wan.state:
                    self._states[wan.name] = wan.state
                    self._say(f"  {frame.elapsed:7.3f} s  {wan.name} is {wan.state}")
        for text in frame.sentences[self._sentences :]:
            self._say(f"  API  {text}")
        self._sentences = len(frame.sentences)

    def picture(self, frame: Frame) -> None:
        """Print the whole picture, and the timeline of the chapter."""
        self.show(frame)
        if frame.status is not None:
            for line in wan_lines(frame):
                self._say(f"  {line}")
            self._say(f"  buckets  {bucket_line(frame.status)}")
            for line in route_lines(frame.status):
                self._say(f"  {line}")
        for line in timeline_lines(frame.failback or frame.failover):
            self._say(f"  {line}")

    def say(self, sentence: str) -> None:
        """Print a sentence."""
        self._say(sentence)


def wan_lines(frame: Frame) -> Iterator[str]:
    """A table of the lines."""
    if frame.status is None:
        return
    yield f"{'line':<7}{'state':<10}{'share':<{_BAR + 7}}{'loss':>6}{'rtt':>10}  targets  connections"
    for wan in frame.status.wans:
        filled = round((wan.share or 0.0) * _BAR)
        bar = "#" * filled + "." * (_BAR - filled)
        targets = "".join({"up": "o", "down": "x"}.get(state, "?") for state in wan.targets)
        waits = f"  hold-down {wan.hold_down:.1f} s" if wan.hold_down else ""
        yield (
            f"{wan.name:<7}{wan.state:<10}{bar} {percent(wan.share):>5} "
            f"{percent(wan.loss_ratio):>6}{in_milliseconds(wan.rtt):>10}  {targets:<7}  "
            f"{counted(frame.counts.get(wan.name))}{waits}"
        )


def bucket_line(status: Status) -> str:
    """The buckets in their order, each by the first letters of its owners."""
    return " ".join(
        "".join((owner[:1] or "?").upper() for owner in parts) for parts in bucket_parts(status)
    )


def route_lines(status: Status) -> Iterator[str]:
    """The default routes of each table in the order of their distance."""
    yield "routes   (* active, - disabled)"
    for table, routes in routes_by_table(status).items():
        marks = {"active": "*", "disabled": "-"}
        names = (f"{marks.get(state, ' ')}{wan:<6}" for _, wan, state in routes)
        yield f"  {table:<10}{' '.join(names)}".rstrip()


def timeline_lines(moments: Sequence[Moment]) -> Iterator[str]:
    """The measured moments, in milliseconds since the first."""
    for after, what, is_key in milliseconds(list(moments)):
        yield f"{after:9.1f} ms  {'* ' if is_key else '  '}{what}"
