"""Since when nothing is heard: the samples lost after the last one that was answered.

Counted by when samples were sent, since that is when the line had to carry them. One answer proves
that a line carried traffic at that moment, whatever was lost before it.
"""

from bisect import insort
from collections.abc import Sequence

_MOST = 1024
"""Losses that can still be taken back; a longer silence keeps its first and its newest."""


class Silence:
    """What was lost of one target since it last answered."""

    def __init__(self) -> None:
        """Begin with nothing sent."""
        self.heard_of: float | None = None
        """When the newest sample left that was answered."""
        self._lost: list[float] = []

    def answered(self, sent_at: float) -> None:
        """An answer, in time or late: what was sent before it is no silence."""
        if self.heard_of is None or sent_at > self.heard_of:
            self.heard_of = sent_at
            self._lost = [at for at in self._lost if at > sent_at]
        self.voided(sent_at)

    def lost(self, sent_at: float) -> None:
        """A sample was lost."""
        if self.heard_of is None or sent_at > self.heard_of:
            insort(self._lost, sent_at)
            if len(self._lost) > _MOST:
                del self._lost[1]

    def voided(self, sent_at: float) -> None:
        """A sample counts for nothing."""
        if sent_at in self._lost:
            self._lost.remove(sent_at)

    @property
    def lost_since(self) -> Sequence[float]:
        """When the samples left that were lost since, the oldest first."""
        return self._lost


def unheard_for(silences: Sequence[Silence]) -> float:
    """How long targets have been silent together, in seconds.

    From the first to the newest lost sample that left after the newest answered one of them all.
    """
    heard = max((s.heard_of for s in silences if s.heard_of is not None), default=None)
    lost = [at for s in silences for at in s.lost_since if heard is None or at > heard]
    return max(lost) - min(lost) if lost else 0.0


def is_refuted(lost_at: float, silences: Sequence[Silence], quorum: int) -> bool:
    """Say whether quorum targets answered something sent no earlier than a lost sample."""
    heard = sum(s.heard_of is not None and s.heard_of >= lost_at for s in silences)
    return heard >= quorum
