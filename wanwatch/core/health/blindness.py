"""When a WAN cannot be judged: whether we, and not the line, are at fault.

Errors of ours and void samples say nothing about a line. While nothing else is heard of a WAN its
state is kept, and after a while it is reported as blind, with the reason.
"""

from dataclasses import dataclass
from enum import StrEnum


class BlindReason(StrEnum):
    """What kept us from seeing the WAN."""

    PROBE_ERRORS = "probe-errors"
    """Probes could not be sent or heard because of our own host."""
    VOID_SAMPLES = "void-samples"
    """Samples overlapped a stall, a suspend or a clock jump of ours."""
    NO_TARGET_COUNTS = "no-target-counts"
    """Every target of the WAN is at fault itself."""


@dataclass(frozen=True, slots=True)
class Blind:
    """A WAN is not judged."""

    reason: BlindReason
    since: float
    error: str = ""
    """Of the last probe error, in the prober's words."""


class Blindness:
    """Whether anything was heard of the line itself within ``after`` seconds."""

    def __init__(self, after: float) -> None:
        """Begin without trouble."""
        self._after = after
        self._trouble: Blind | None = None

    def heard(self) -> None:
        """A sample was answered or lost: the line was seen."""
        self._trouble = None

    def troubled(self, reason: BlindReason, at: float, error: str = "") -> None:
        """A sample said nothing about the line."""
        since = self._trouble.since if self._trouble else at
        self._trouble = Blind(reason, since, error)

    def blind(self, now: float) -> Blind | None:
        """Return what blinds us when it has lasted long enough, else None."""
        if self._trouble is None or self._trouble.since + self._after > now:
            return None
        return self._trouble

    @property
    def begins_at(self) -> float | None:
        """When the trouble at hand has lasted long enough."""
        return None if self._trouble is None else self._trouble.since + self._after
