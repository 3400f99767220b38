"""What other limits would have decided: a recording, run by run, through limits of one's choice.

What is not in a recording cannot be replayed: other limits would have suspected a line at other
moments, and have sent samples that nobody sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wanwatch.core.health.judge import WatchedWan
from wanwatch.core.health.replay_fit import Fit, Misfit
from wanwatch.core.health.replay_format import Header
from wanwatch.core.health.replay_run import Run
from wanwatch.core.health.replay_tally import Ledger, Tally


class BrokenLine(ValueError):  # noqa: N818 - it says what was met
    """A line says nothing that can be fed; nothing was changed by it."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of a recording."""

    runs: int
    samples: int
    """Samples sent, those that no limits are known for left out."""
    seconds: float
    """From its first to its last line, over all runs; pauses in between left out."""
    wall: float | None
    """When it begins, seconds since 1970."""
    is_exact: bool
    """Every run was replayed with the limits that it was recorded with."""
    begins_midway: bool
    """Its first file continues one that is missing."""
    wans: tuple[Tally, ...]
    recorded: tuple[Tally, ...]
    """What the daemon decided itself, for the same WANs."""
    misfits: tuple[Misfit, ...]


class Replay:
    """Takes the lines of a recording, headers too, in their order; then ``result``."""

    def __init__(
        self,
        wans: Mapping[str, WatchedWan],
        *,
        false_within: float,
        confirm_intervals: Mapping[str, float] | None = None,
    ) -> None:
        """``wans``: what to judge by; ``false_within``: see ``replay_tally``, in seconds.

        ``confirm_intervals``: the cadence that would confirm a loss, in seconds, by WAN.
        """
        self._configured = wans
        self._confirm_intervals = confirm_intervals or {}
        self._ledger = Ledger(false_within)
        self._recorded = Ledger(false_within)
        self._run: Run | None = None
        self._header: Header | None = None
        self._first: Header | None = None
        self._misfits: dict[Misfit, None] = {}
        self._runs = self._samples = 0
        self._seconds = 0.0
        self._is_exact = True

    def begin(self, header: Header) -> None:
        """A file begins; the next one of the same run goes on where the last one ended."""
        if header.follows(self._header) and self._run is not None:
            self._header = header
            return
        self._end_run()
        self._header = header
        self._first = self._first or header
        self._runs += 1
        fit = Fit.of(header, self._configured, self._confirm_intervals)
        self._misfits |= dict.fromkeys(fit.misfits)
        self._is_exact = self._is_exact and fit.is_exact
        offset = header.wall - self._first.wall
        self._run = Run(header, fit, offset, self._ledger, self._recorded)

    def feed(self, item: Mapping[str, Any]) -> None:
        """Take a line that is no header; raises BrokenLine."""
        if self._run is None:
            raise BrokenLine("no header came before it")
        try:
            self._run.feed(item)
        except (LookupError, TypeError, ValueError, ArithmeticError) as error:
            raise BrokenLine(repr(error)) from error

    def result(self) -> Replayed:
        """Add up; nothing can be fed afterwards."""
        self._end_run()
        first = self._first
        return Replayed(
            runs=self._runs,
            samples=self._samples,
            seconds=self._seconds,
            wall=None if first is None else first.wall,
            is_exact=self._is_exact,
            begins_midway=first is not None and first.part > 0,
            wans=self._ledger.tallies(),
            recorded=self._recorded.tallies(),
            misfits=tuple(self._misfits),
        )

    def _end_run(self) -> None:
        run, self._run = self._run, None
        if run is not None:
            run.close()
            self._samples += run.samples
            self._seconds += run.clock - run.began
