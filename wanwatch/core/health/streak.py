"""How many samples in a row were lost or answered, in the order they were sent.

What is in between and not judged (pending, void) neither adds to a row nor ends it. A late answer
takes its loss back: the row is what it would be had the answer come in time.
"""

from bisect import bisect_left, bisect_right
from enum import StrEnum


class TargetState(StrEnum):
    """What the rows say of a target through one WAN."""

    UNKNOWN = "unknown"
    FINE = "fine"
    FAILING = "failing"


class _Row:
    """Ascending sequence numbers of one outcome; a long row's oldest are kept as a number only."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._older = 0
        self._seqs: list[int] = []

    def add(self, seq: int, broken_at: int | None) -> None:
        """Take up a sample; ``broken_at`` is the last sample of the other outcome."""
        place = bisect_left(self._seqs, seq)
        if self._seqs[place : place + 1] == [seq]:
            return
        self._seqs.insert(place, seq)
        if len(self._seqs) > self._capacity:
            dropped = self._seqs.pop(0)
            if broken_at is None or dropped > broken_at:
                self._older += 1

    def remove(self, seq: int) -> None:
        place = bisect_left(self._seqs, seq)
        if self._seqs[place : place + 1] == [seq]:
            del self._seqs[place]

    def interrupted(self) -> None:
        """The other outcome came after everything that is only known by number."""
        self._older = 0

    def last(self) -> int | None:
        return self._seqs[-1] if self._seqs else None

    def count_after(self, seq: int | None) -> int:
        if seq is None:
            return self._older + len(self._seqs)
        after = len(self._seqs) - bisect_right(self._seqs, seq)
        return after + self._older if after == len(self._seqs) else after


class Streak:
    """The rows of one target. ``capacity`` samples of each outcome can still be taken back."""

    def __init__(self, capacity: int = 256) -> None:
        """Begin without any sample."""
        self._lost = _Row(capacity)
        self._answered = _Row(capacity)

    def lost(self, seq: int) -> None:
        """Take up a sample whose timeout has passed."""
        self._answered.interrupted()
        self._lost.add(seq, self._answered.last())

    def answered(self, seq: int) -> None:
        """Take up an answer; a loss of the same sample is taken back."""
        self._lost.remove(seq)
        self._lost.interrupted()
        self._answered.add(seq, self._lost.last())

    def voided(self, seq: int) -> None:
        """Take back what was said of a sample."""
        self._lost.remove(seq)
        self._answered.remove(seq)

    @property
    def losses(self) -> int:
        """Losses in a row, counted back from the sample that was sent last."""
        return self._lost.count_after(self._answered.last())

    @property
    def answers(self) -> int:
        """Answers in a row, counted back from the sample that was sent last."""
        return self._answered.count_after(self._lost.last())
