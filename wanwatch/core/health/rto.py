"""How long an answer may take before its probe counts as lost: measured, as TCP does (RFC 6298).

The smoothed RTT plus four times its mean deviation, within bounds: a line of 20 ms is not waited
on for a second, and a satellite line is not taken for dead. Late answers count too, so that the
time grows with a queue that grows; it shrinks again as the answers come sooner.
"""

_GAIN = 1 / 8
_DEVIATION_GAIN = 1 / 4
_DEVIATIONS = 4


class Rto:
    """The timeout of one target; RTTs and bounds in seconds."""

    def __init__(self, *, shortest: float, longest: float) -> None:
        """Begin with the longest. Raises ValueError where the bounds are no bounds."""
        if not 0 < shortest <= longest:
            raise ValueError(f"timeouts from {shortest} s to {longest} s")
        self._shortest = shortest
        self._longest = longest
        self._smoothed: float | None = None
        self._deviation = 0.0

    def measured(self, rtt: float) -> None:
        """Take up the RTT of an answer, in time or late."""
        if self._smoothed is None:
            self._smoothed, self._deviation = rtt, rtt / 2
            return
        self._deviation += _DEVIATION_GAIN * (abs(self._smoothed - rtt) - self._deviation)
        self._smoothed += _GAIN * (rtt - self._smoothed)

    @property
    def timeout(self) -> float:
        """Seconds after which a probe without an answer is lost."""
        if self._smoothed is None:
            return self._longest
        measured = self._smoothed + _DEVIATIONS * self._deviation
        return min(max(measured, self._shortest), self._longest)
