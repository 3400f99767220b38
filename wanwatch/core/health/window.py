"""A target's samples of the last minute, and the figures they give: loss ratio, RTT and jitter.

A sample is pending until its age reaches the timeout, and counts nowhere until then; older without
an answer it is lost; an answer that comes later than the timeout un-loses it. A void sample, one
that says more about us than about the line, counts nowhere. These meanings, and the resolution of
the loss figure, follow dpinger's NOTES.md.

Sums are kept in whole nanoseconds as samples come and go, so that a figure costs the same for ten
samples as for a thousand, and does not drift over weeks.
"""

from bisect import bisect_left
from collections import OrderedDict
from dataclasses import dataclass

_NANOSECONDS = 1_000_000_000

CAPACITY = 1024
"""Samples that a window keeps unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What a window's samples say. A figure without a sample to base it on is None."""

    judged: int = 0
    """Samples that were answered or lost."""
    lost: int = 0
    pending: int = 0
    loss_ratio: float | None = None
    """Lost among judged samples, 0..1."""
    rtt: float | None = None
    """The mean round-trip time of the answers, late ones too, in seconds."""
    jitter: float | None = None
    """The mean absolute difference of successive RTTs, in seconds; None below two answers."""


class Window:
    """The samples sent within the last ``span`` seconds, at most ``capacity`` of them.

    Samples are known by their sequence number, which grows with every sample sent to the target.
    """

    def __init__(self, span: float = 60.0, capacity: int = CAPACITY) -> None:
        """Make an empty window; the capacity holds a minute at 17 samples a second."""
        self.span = span
        self.capacity = capacity
        self._last_seq: int | None = None
        self._sent: OrderedDict[int, float] = OrderedDict()
        self._pending: OrderedDict[int, float] = OrderedDict()
        self._answers: list[int] = []
        """Sequence numbers of answered samples, ascending."""
        self._rtts: list[int] = []
        """Their RTTs in nanoseconds."""
        self._rtt_sum = 0
        self._step_sum = 0

    def sent(self, seq: int, at: float) -> None:
        """Take up a sample. Raises ValueError when the sequence does not grow."""
        if self._last_seq is not None and seq <= self._last_seq:
            raise ValueError(f"sample {seq} was sent after sample {self._last_seq}")
        self._last_seq = seq
        self._sent[seq] = self._pending[seq] = at
        if len(self._sent) > self.capacity:
            self.voided(next(iter(self._sent)))

    def answered(self, seq: int, rtt: float) -> bool:
        """Take up an answer, in time or late; say whether it was news.

        A second answer, and one to a sample that is void or has left the window, is not. Raises
        ValueError on a negative RTT.
        """
        if not rtt >= 0:
            raise ValueError(f"an RTT of {rtt} s")
        place = bisect_left(self._answers, seq)
        if seq not in self._sent or self._answers[place : place + 1] == [seq]:
            return False
        self._pending.pop(seq, None)
        self._answers.insert(place, seq)
        self._rtts.insert(place, round(rtt * _NANOSECONDS))
        self._rtt_sum += self._rtts[place]
        self._step_sum += self._steps_through(place)
        return True

    def voided(self, seq: int) -> None:
        """Forget a sample, whatever became of it."""
        self._sent.pop(seq, None)
        self._pending.pop(seq, None)
        place = bisect_left(self._answers, seq)
        if self._answers[place : place + 1] == [seq]:
            self._rtt_sum -= self._rtts[place]
            self._step_sum -= self._steps_through(place)
            del self._answers[place], self._rtts[place]

    def judge(self, now: float, timeout: float) -> list[tuple[int, float]]:
        """Let time pass: return the samples now found lost, and when each left.

        Old samples leave the window.
        """
        lost = []
        for seq, at in self._pending.items():
            if at + timeout > now:
                break
            lost.append((seq, at))
        for seq, _ in lost:
            del self._pending[seq]
        while self._sent:
            seq, at = next(iter(self._sent.items()))
            if at + self.span > now:
                break
            self.voided(seq)
        return lost

    def sent_at(self, seq: int) -> float | None:
        """When a sample left; None once it has left the window."""
        return self._sent.get(seq)

    def clear(self) -> None:
        """Forget every judged sample; pending ones stay."""
        self._sent = OrderedDict(self._pending)
        self._answers.clear()
        self._rtts.clear()
        self._rtt_sum = self._step_sum = 0

    @property
    def lost(self) -> int:
        """How many samples were lost, as of the last ``judge``."""
        return len(self._sent) - len(self._pending) - len(self._answers)

    def next_loss(self, timeout: float) -> float | None:
        """Return when the oldest pending sample turns lost, None without one."""
        for at in self._pending.values():
            return at + timeout
        return None

    def figures(self) -> Figures:
        """Return the figures as of the last ``judge``."""
        answers, pending = len(self._answers), len(self._pending)
        judged = len(self._sent) - pending
        lost = self.lost
        return Figures(
            judged=judged,
            lost=lost,
            pending=pending,
            loss_ratio=lost / judged if judged else None,
            rtt=self._rtt_sum / answers / _NANOSECONDS if answers else None,
            jitter=self._step_sum / (answers - 1) / _NANOSECONDS if answers > 1 else None,
        )

    def _steps_through(self, place: int) -> int:
        """Return what the RTT at ``place`` adds to the sum of successive differences."""
        here, rtts = self._rtts[place], self._rtts
        before = rtts[place - 1] if place > 0 else None
        after = rtts[place + 1] if place + 1 < len(rtts) else None
        steps = abs(here - before) if before is not None else 0
        if after is not None:
            steps += abs(after - here)
            if before is not None:
                steps -= abs(after - before)
        return steps


def judged_samples(*, span: float, timeout: float, interval: float) -> float:
    """Return how many judged samples a full window holds: those of the last ``timeout`` pend."""
    return max(0.0, span - timeout) / interval


def loss_resolution(*, span: float, timeout: float, interval: float) -> float:
    """Return the smallest step of a window's loss ratio; a finer threshold is meaningless.

    It is one over the judged samples (dpinger, NOTES.md). Raises ValueError when that is not even
    one.
    """
    samples = judged_samples(span=span, timeout=timeout, interval=interval)
    if samples < 1:
        raise ValueError(f"no sample is judged: {span} s, every {interval} s, after {timeout} s")
    return 1 / samples
