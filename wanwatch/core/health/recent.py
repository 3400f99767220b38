"""The last samples of one target, in the order they were sent, with what became of each.

For people who ask why: nothing is decided from it.
"""

from collections import OrderedDict
from dataclasses import dataclass
from enum import StrEnum

KEPT = 40


class Fate(StrEnum):
    """What became of a sample."""

    PENDING = "pending"
    ANSWERED = "answered"
    LATE = "late"
    """Answered after it had been counted as lost."""
    LOST = "lost"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample; ``rtt`` in seconds, None without an answer."""

    seq: int
    sent_at: float
    fate: Fate
    rtt: float | None


class Recent:
    """Keeps the last samples; what is older is not missed."""

    def __init__(self, kept: int = KEPT) -> None:
        """Begin without any."""
        self._kept = kept
        self._samples: OrderedDict[int, tuple[float, Fate, float | None]] = OrderedDict()

    def sent(self, seq: int, at: float) -> None:
        """Take up a sample, and let go of the oldest."""
        self._samples[seq] = (at, Fate.PENDING, None)
        if len(self._samples) > self._kept:
            self._samples.popitem(last=False)

    def answered(self, seq: int, rtt: float) -> None:
        """A sample was answered, in time or late."""
        known = self._samples.get(seq)
        if known is not None:
            fate = Fate.LATE if known[1] is Fate.LOST else Fate.ANSWERED
            self._samples[seq] = (known[0], fate, rtt)

    def lost(self, seq: int) -> None:
        """A sample was found lost."""
        self._ended(seq, Fate.LOST)

    def voided(self, seq: int) -> None:
        """A sample counts for nothing."""
        self._ended(seq, Fate.VOID)

    def samples(self) -> tuple[Sample, ...]:
        """Return the last samples, the newest last."""
        return tuple(Sample(seq, *sample) for seq, sample in self._samples.items())

    def _ended(self, seq: int, fate: Fate) -> None:
        known = self._samples.get(seq)
        if known is not None:
            self._samples[seq] = (known[0], fate, None)
