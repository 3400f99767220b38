"""When nothing that we measure is to be believed: the LAN, or this host, and not the lines.

When all WANs fall silent at once the router has to speak: probes and the router's API share the LAN
and this host. A router that answers what was asked since then shows both to be well, and the lines
are judged as always. While it does not, no verdict is given; after ``PATIENCE`` seconds of that the
LAN counts as lost. What was measured until its end says nothing about any line.

After a disturbance of our own process (a stall, a suspend, a clock jump) nothing is changed for as
long as the disturbance lasted, ``LONGEST_REST`` at most.
"""

from collections.abc import Sequence
from enum import StrEnum

PATIENCE = 1.0
"""Seconds that the router may take to answer before its silence is called by its name. Verdicts
wait from the beginning; where every line is silent there is nobody to move traffic to."""
LONGEST_REST = 10.0
"""Seconds; a host that slept for a night is as good as one that slept for a minute."""


class FreezeReason(StrEnum):
    """Why nothing is changed although the router could be: stable words for status and metrics."""

    LAN_LOST = "lan-lost"
    """All probes are lost, and the router is silent too."""
    STALLED = "stall"
    """This process did not run when it should have."""
    SUSPENDED = "suspend"
    """This host slept."""
    CLOCK_JUMPED = "clock-jump"
    """Somebody set this host's clock."""
    NOT_PERMITTED = "not-permitted"
    """This process may not send probes, through any WAN."""
    PROBE_ERRORS = "probe-errors"
    """No probe can be sent or heard, through any WAN, because of this host."""
    VOID_SAMPLES = "void-samples"
    """Nothing but void samples is heard of any WAN."""
    NO_TARGET_COUNTS = "no-target-counts"
    """Every target of every WAN is at fault itself."""


class Verdicts(StrEnum):
    """What to do with what was measured."""

    JUDGE = "judge"
    WAIT = "wait"
    """The router has not spoken since all fell silent."""
    BEGIN_ANEW = "begin-anew"
    """The silence is over that was ours: forget it, and judge."""


class LanWatch:
    """Whether the silence of all lines may be our own."""

    def __init__(self) -> None:
        """Begin with a router that was never heard."""
        self._heard_of: float | None = None
        self._silent_since: float | None = None
        self.lost_since: float | None = None
        """When the LAN was called lost; None while it is not."""
        self.is_waiting = False
        """True while the router has to be asked."""

    def heard(self, asked_at: float) -> None:
        """The router answered what it was asked at that time, whatever it said."""
        if self._heard_of is None or asked_at > self._heard_of:
            self._heard_of = asked_at

    def look(self, now: float, *, all_silent: bool) -> Verdicts:
        """Decide; ``all_silent`` says that nothing answers through any WAN just now."""
        if not all_silent:
            self._silent_since = None
        elif self._silent_since is None:
            self._silent_since = now
        since, heard = self._silent_since, self._heard_of
        self.is_waiting = since is not None and (heard is None or heard < since)
        if self.is_waiting:
            begins = self.begins_at
            if begins is not None and begins <= now:
                self.lost_since = now
            return Verdicts.WAIT
        if self.lost_since is None:
            return Verdicts.JUDGE
        self.lost_since = self._silent_since = None
        return Verdicts.BEGIN_ANEW

    @property
    def is_idle(self) -> bool:
        """True while not all lines are silent, as of the last look."""
        return self._silent_since is None and self.lost_since is None

    @property
    def begins_at(self) -> float | None:
        """When the LAN will count as lost if the router stays silent; None when it does already."""
        if not self.is_waiting or self._silent_since is None or self.lost_since is not None:
            return None
        return self._silent_since + PATIENCE


def rest_after(seconds: float) -> float:
    """How long to change nothing after a disturbance of so many (signed) seconds."""
    return min(abs(seconds), LONGEST_REST)


def blind_everywhere(causes: Sequence[str]) -> FreezeReason | None:
    """Name why no WAN can be judged.

    There is one cause for each WAN: the word for what blinds it, or for the error of its probes;
    empty for a WAN that can be judged.
    """
    if not causes or not all(causes):
        return None
    if set(causes) == {"lan-unreachable"}:
        return FreezeReason.LAN_LOST
    if FreezeReason.NOT_PERMITTED in causes:
        return FreezeReason.NOT_PERMITTED
    known = [FreezeReason(cause) for cause in causes if cause in set(FreezeReason)]
    return known[0] if len(known) == len(causes) else FreezeReason.PROBE_ERRORS
