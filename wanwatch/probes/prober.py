"""The contract of every prober, and the one that hands each target to the prober of its kind."""

from collections.abc import Mapping
from typing import Protocol

from wanwatch.core.target import Target, TargetKind
from wanwatch.probes.results import ErrorReason, ProbeError, ProbeResult


class Prober(Protocol):
    """Sends single probes through one WAN.

    A prober keeps to this (``tests/probes/contract.py`` holds all of them to it): it never raises
    but CancelledError; it closes every socket on every path, cancellation included; each probe has
    an identity of its own (ICMP id or source port), for RouterOS keeps sending an old identity
    along its old connection entry; any number of probes may be under way at once.
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


class KindProber:
    """A prober for mixed targets: one prober for each kind."""

    def __init__(self, probers: Mapping[TargetKind, Prober]) -> None:
        self._probers = dict(probers)

    async def probe(self, target: Target, *, patience: float) -> ProbeResult:
        """Probe by the prober of the target's kind."""
        prober = self._probers.get(target.kind)
        if prober is None:
            return ProbeError(ErrorReason.UNSUPPORTED, f"no prober for {target.kind} targets")
        return await prober.probe(target, patience=patience)

    async def close(self) -> None:
        """Close the prober of every kind."""
        for prober in self._probers.values():
            await prober.close()
