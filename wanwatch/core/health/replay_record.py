"""A judge that tells of everything it is fed and of every verdict, as lines of a recording."""

from collections.abc import Callable, Mapping

from wanwatch.core.health import replay_format as items
from wanwatch.core.health.gone import GoneReason
from wanwatch.core.health.judge import Judge, WatchedWan
from wanwatch.core.health.replay_format import Item, RecordedWan
from wanwatch.core.health.wan_health import Transition
from wanwatch.core.model import Finding, Severity


class RecordingJudge(Judge):
    """Decides as any judge does; what it writes replays to the same verdicts."""

    def __init__(
        self,
        wans: Mapping[str, WatchedWan],
        write: Callable[[Item], None],
        *,
        asks_router: bool = False,
    ) -> None:
        """``write`` takes what becomes a line. Raises ValueError as ``Judge`` does."""
        super().__init__(wans, asks_router=asks_router)
        self._sink = write
        self._at = 0.0
        """Of the last line."""
        paths = [(wan, target) for wan, watched in wans.items() for target in watched.targets]
        self._numbers = {path: number for number, path in enumerate(paths)}

    def sent(self, wan: str, target: str, seq: int, at: float) -> None:
        """A sample left."""
        self._write(items.sent(at, self._numbers[wan, target], seq))
        super().sent(wan, target, seq, at)

    def answered(self, wan: str, target: str, seq: int, rtt: float, at: float) -> None:
        """An answer was heard."""
        self._write(items.heard(at, self._numbers[wan, target], seq, rtt))
        super().answered(wan, target, seq, rtt, at)

    def failed(self, wan: str, target: str, seq: int, error: str, at: float) -> None:
        """A probe failed for a reason of ours."""
        self._write(items.failed(at, self._numbers[wan, target], seq, error))
        super().failed(wan, target, seq, error, at)

    def voided(self, wan: str, target: str, seq: int, at: float) -> None:
        """A sample is void."""
        self._write(items.voided(at, self._numbers[wan, target], seq))
        super().voided(wan, target, seq, at)

    def gone(self, wan: str, reason: GoneReason) -> None:
        """The router says that the line is gone."""
        self._write(items.gone(self._at, wan, reason.value))
        super().gone(wan, reason)

    def returned(self, wan: str) -> None:
        """The router does not say so any more."""
        if self._wans[wan].health.gone is not None:
            self._write(items.returned(self._at, wan))
        super().returned(wan)

    def router_heard(self, asked_at: float) -> None:
        """The router answered something."""
        self._write(items.router(self._at, asked_at))
        super().router_heard(asked_at)

    def tick(self, now: float) -> list[Transition]:
        """Judge everything as of ``now``."""
        if not self.is_settled(now):
            self._write(items.judged(now))
        transitions = super().tick(now)
        for each in transitions:
            words = (each.before.value, each.after.value, each.reason.value)
            self._write(items.changed(each.at, each.wan, *words))
        return transitions

    def _write(self, item: Item) -> None:
        self._at = item["t"]
        self._sink(item)


def recording_stopped(file: str, error: str) -> Finding:
    """The finding that a recording could not be gone on with."""
    data = (("file", file), ("error", error))
    return Finding("recording-stopped", Severity.WARNING, data=data)


def recorded_wans(
    wans: Mapping[str, WatchedWan], confirm_intervals: Mapping[str, float]
) -> tuple[RecordedWan, ...]:
    """What the header says of the WANs; the cadence that confirms a loss in seconds, by WAN."""
    return tuple(
        RecordedWan.of(
            name,
            watched.targets,
            watched.health,
            confirm_interval=confirm_intervals.get(name, watched.health.interval),
        )
        for name, watched in wans.items()
    )
