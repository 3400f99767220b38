"""What came of a sequence of verdicts: transitions, time out of service, and which were false.

All times are seconds since the recording began, unless they are said to be others. A DOWN was false when so many targets as the quorum answered, within some seconds of it, something
that was sent after all that had been answered before it: the line carried traffic again, or all
the time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from wanwatch.core.model import HealthState


@dataclass(frozen=True, slots=True)
class ReplayedTransition:
    """A verdict; times in seconds."""

    at: float
    """Since the recording began."""
    wall: float
    """Since 1970."""
    wan: str
    before: str
    after: str
    reason: str
    answered_after: float | None
    """From a DOWN to the answers that show the line alive; None for others and without any."""
    is_false: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """What came of one WAN; times in seconds."""

    wan: str
    transitions: tuple[ReplayedTransition, ...]
    downs: int
    false_downs: int
    down_for: float
    degraded_for: float
    watched_for: float
    """Of this it was down or degraded; what no run covers is left out."""


@dataclass(slots=True)
class _Change:
    at: float
    wall: float
    before: str
    after: str
    reason: str
    answered_at: float | None = None


@dataclass(slots=True)
class _Book:
    quorum: int = 1
    state: str = HealthState.UNKNOWN
    since: float = 0.0
    begun: float = 0.0
    changes: list[_Change] = field(default_factory=list)
    times: dict[str, float] = field(default_factory=dict)
    watched_for: float = 0.0
    newest_before: float = 0.0
    alive: set[str] = field(default_factory=set)


class Ledger:
    """Keeps one book for each WAN."""

    def __init__(self, false_within: float) -> None:
        """``false_within``: seconds within which a DOWN that is answered was false."""
        self._within = false_within
        self._books: dict[str, _Book] = {}
        self._open: tuple[str, ...] = ()
        """The WANs of the run."""
        self.awaiting: dict[str, _Book] = {}
        """The WANs that are down and were not heard of since."""

    def begin(self, states: Mapping[str, str], quorums: Mapping[str, int], at: float) -> None:
        """A run begins with the WANs in these states."""
        self._open = tuple(states)
        for wan, state in states.items():
            book = self._books.setdefault(wan, _Book())
            book.quorum, book.state, book.since, book.begun = quorums[wan], state, at, at

    def changed(
        self,
        wan: str,
        after: str,
        reason: str,
        *,
        at: float,
        wall: float,
        newest_heard: float,
        before: str | None = None,
    ) -> None:
        """A WAN changed; ``newest_heard`` is when the newest answered sample of it left."""
        book = self._books[wan]
        book.times[book.state] = book.times.get(book.state, 0.0) + at - book.since
        book.changes.append(_Change(at, wall, before or book.state, after, reason))
        book.state, book.since = after, at
        self.awaiting.pop(wan, None)
        if after == HealthState.DOWN:
            book.newest_before, book.alive = newest_heard, set()
            self.awaiting[wan] = book

    def heard(self, wan: str, target: str, sent_at: float, at: float) -> None:
        """An answer came for a WAN that is ``awaiting``."""
        book = self.awaiting[wan]
        if sent_at > book.newest_before:
            book.alive.add(target)
            if len(book.alive) >= book.quorum:
                book.changes[-1].answered_at = at
                del self.awaiting[wan]

    def end(self, at: float) -> None:
        """The run ends."""
        for book in (self._books[wan] for wan in self._open):
            book.times[book.state] = book.times.get(book.state, 0.0) + at - book.since
            book.watched_for += at - book.begun
        self._open = ()
        self.awaiting.clear()

    def tallies(self) -> tuple[Tally, ...]:
        """Add up, in the order that the WANs came."""
        return tuple(self._tally(name, book) for name, book in self._books.items())

    def _tally(self, wan: str, book: _Book) -> Tally:
        transitions = []
        for change in book.changes:
            after = None if change.answered_at is None else change.answered_at - change.at
            transitions.append(
                ReplayedTransition(
                    at=change.at,
                    wall=change.wall,
                    wan=wan,
                    before=change.before,
                    after=change.after,
                    reason=change.reason,
                    answered_after=after,
                    is_false=after is not None and after <= self._within,
                )
            )
        return Tally(
            wan=wan,
            transitions=tuple(transitions),
            downs=sum(change.after == HealthState.DOWN for change in book.changes),
            false_downs=sum(transition.is_false for transition in transitions),
            down_for=book.times.get(HealthState.DOWN, 0.0),
            degraded_for=book.times.get(HealthState.DEGRADED, 0.0),
            watched_for=book.watched_for,
        )
