"""The contract of every prober, and the one that hands each target to the prober of its kind."""

from collections.abc import Callable, Mapping
from typing import Protocol, runtime_checkable

from wanwatch.core.target import Target, TargetKind
from wanwatch.probes.results import ErrorReason, ProbeError, ProbeResult


class Prober(Protocol):
    """Sends single probes through one WAN.

    A prober keeps to this (``tests/probes/contract.py`` holds all of them to it): it never raises
    but CancelledError; a probe that is over, cancelled or not, leaves nothing open but what the
    prober keeps for the next ones, and ``close`` leaves nothing at all; each probe has an identity
    of its own (ICMP id or source port), for RouterOS keeps sending an old identity along its old
    connection entry; any number of probes may be under way at once.
    """

    async def probe(self, target: Target, *, patience: float) -> ProbeResult:
        """Send one probe and wait for its answer at most ``patience`` seconds.

        ``patience`` is the upper limit: an answer later than a judge of lines would wait, but
        within the patience, is still a ``Reply`` with its true round-trip time, so that the judge
        can take back a loss.
        """
        ...

    async def close(self) -> None:
        """Release what outlives a probe; later probes are a ``ProbeError`` (closed)."""
        ...


class Begun(Protocol):
    """A probe under way that no task waits for."""

    def cancel(self) -> None:
        """Have nothing told any more."""
        ...


@runtime_checkable
class StallProofProber(Prober, Protocol):
    """A prober whose results are true however late the loop reads them.

    Its probes need no task of their own, and what has arrived can be had at once.
    """

    def begin(
        self, target: Target, *, patience: float, tell: Callable[[ProbeResult], None]
    ) -> Begun:
        """Send one probe; ``tell`` hears its result once, perhaps before this returns."""
        ...

    def catch_up(self) -> None:
        """Tell the results that have arrived and were not read yet, before this returns."""
        ...


class KindProber:
    """A prober for mixed targets: one prober for each kind."""

    def __init__(self, probers: Mapping[TargetKind, Prober]) -> None:
        self._probers = dict(probers)

    async def probe(self, target: Target, *, patience: float) -> ProbeResult:
        """Probe by the prober of the target's kind."""
        prober = self.prober_of(target)
        if prober is None:
            return ProbeError(ErrorReason.UNSUPPORTED, f"no prober for {target.kind} targets")
        return await prober.probe(target, patience=patience)

    def prober_of(self, target: Target) -> Prober | None:
        """Return the prober of the target's kind, None where there is none."""
        return self._probers.get(target.kind)

    async def close(self) -> None:
        """Close the prober of every kind."""
        for prober in self._probers.values():
            await prober.close()
