"""When the paths of the probes are read from the router, and what is said of them.

At start, when something that probes are led by has changed, after every change of wanwatch's own,
and every few minutes; soon again while there is a doubt or nothing was seen yet. A reading is one
question for the entries of the probes alone (``routeros.probe_entries``). It comes after the work
of a pass, so that a failover does not wait for it, but before the steps where it is not known
whether they may be taken.
"""

import math
from collections.abc import Awaitable, Callable, Hashable, Sequence

import structlog

from wanwatch.core.model import WanSpec
from wanwatch.core.path_proof import PathProof, PathProofs, PathState, ProbeEntry
from wanwatch.core.path_rows import path_addresses, path_rows
from wanwatch.core.snapshot import Snapshot
from wanwatch.routeros.errors import CommandRefused
from wanwatch.routeros.probe_entries import ProbeQuestion
from wanwatch.service.probe_paths import SteeredWan, probe_path, question

log = structlog.get_logger()

EVERY = 180.0
"""Seconds between two readings while all is well."""
SOON, SOON_AT_MOST = 1.0, 60.0
"""Seconds until a reading that may settle something, doubled each time it did not."""

ReadEntries = Callable[[ProbeQuestion], Awaitable[list[ProbeEntry]]]
"""Asks the router; may raise RouterError."""


class PathWatch:
    """Knows whether each WAN's probes leave by it."""

    def __init__(
        self,
        wans: Sequence[SteeredWan],
        specs: Sequence[WanSpec],
        *,
        entries: ReadEntries,
        clock: Callable[[], float],
    ) -> None:
        self._wans = wans
        self._specs = specs
        self._entries = entries
        self._clock = clock
        self._known = PathProofs(wan.name for wan in wans)
        self._rows: Hashable = None
        self._due = clock()
        self._soon = SOON
        self._is_refused = False

    def proof(self, wan: str) -> PathProof:
        """What is known of a WAN's path; nothing of one that nobody steers."""
        return self._known.proofs.get(wan, PathProof())

    @property
    def held_back(self) -> frozenset[str]:
        """The WANs that must not be acted on."""
        return self._known.held_back

    @property
    def left(self) -> float:
        """Seconds until the next reading is due."""
        return max(0.0, self._due - self._clock()) if self._wans else math.inf

    def changed(self) -> None:
        """Have the paths read at the end of this pass: wanwatch has changed the router."""
        self._due, self._soon = self._clock(), SOON

    def observed(self, snapshot: Snapshot) -> None:
        """Take a new snapshot: where it leads probes otherwise than before, a reading is due."""
        if not self._wans:
            return
        rows = path_rows(self._specs, snapshot)
        if rows != self._rows:
            self._rows = rows
            self.changed()

    def comes_before_steps(self, *, is_return: bool = False) -> bool:
        """True when steps have to wait for a reading: one is due, or something is not known.

        ``is_return``: they only put back what was taken from a line. That its probes were answered
        may be another line's doing, since the very failover may have led them there, and nobody is
        the worse for waiting.
        """
        is_unknown = any(p.state is PathState.UNKNOWN for p in self._known.proofs.values())
        return self.left <= 0 or is_unknown or (is_return and bool(self._wans))

    async def read(self, snapshot: Snapshot) -> bool:
        """Read the paths; True when other WANs than before are held back. Raises RouterError."""
        paths = [probe_path(wan) for wan in self._wans]
        before, held_back = dict(self._known.proofs), self.held_back
        try:
            found = await self._entries(question(self._wans, paths))
            self._note_refusal(None)
        except CommandRefused as error:
            found = []
            self._note_refusal(error)
        self._known.read(paths, found, path_addresses(self._specs, snapshot))
        self._plan_next(before)
        for wan, proof in self._known.proofs.items():
            if proof.state is not before[wan].state or proof.other != before[wan].other:
                _say(wan, proof)
        return self.held_back != held_back

    def _plan_next(self, before: dict[str, PathProof]) -> None:
        proofs = self._known.proofs
        now = self._clock()
        if all(proof.is_settled for proof in proofs.values()):
            self._due, self._soon = now + EVERY, SOON
            return
        if any(proofs[wan] != before[wan] for wan in proofs):
            self._soon = SOON
        self._due = now + self._soon
        self._soon = min(2 * self._soon, SOON_AT_MOST)

    def _note_refusal(self, error: CommandRefused | None) -> None:
        if error is not None and not self._is_refused:
            log.warning("path.unreadable", reason=error.reason, error=str(error))
        self._is_refused = error is not None


def no_paths(clock: Callable[[], float]) -> PathWatch:
    """What knows of no WAN, never asks, and holds nothing back."""

    async def nothing(question: ProbeQuestion) -> list[ProbeEntry]:
        del question
        return []

    return PathWatch((), (), entries=nothing, clock=clock)


def _say(wan: str, proof: PathProof) -> None:
    if proof.state is PathState.UNPROVEN:
        log.warning("path.unproven", wan=wan, address=proof.address, of_wan=proof.other)
    elif proof.state is PathState.SUSPECTED:
        log.info("path.suspected", wan=wan, address=proof.address, of_wan=proof.other)
    elif proof.state is PathState.UNPROVABLE:
        log.info("path.unprovable", wan=wan, cause=proof.cause)
    else:
        log.info("path.proven", wan=wan, address=proof.address)
