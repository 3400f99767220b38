"""Keeping the lease: renewing it in time, waiting for it where another instance has it.

It is renewed only while the reconcile loop gives signs of life: it tells the router's own restore
script that somebody watches, and another instance that nobody need take over.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import structlog

from wanwatch.routeros.lease import Lease
from wanwatch.service.status import NOT_HELD, STANDBY

log = structlog.get_logger()

_AFTER_EXPIRY = 0.2
"""Seconds after another's lease should be over; RouterOS shows whole seconds."""
_TRY_AGAIN = 1.0
"""Seconds until it is tried again to take it, where nobody is known to have it."""


@dataclass(frozen=True, slots=True)
class LeaseView:
    """What there is to show of the lease."""

    instance: str
    holder: str
    """Who holds it, as far as is known; empty where nobody does."""
    held: bool
    error: str


class WriteLease(Protocol):
    """What the reconcile loop asks of the lease."""

    @property
    def obstacle(self) -> str:
        """Why nothing may be written now, as a stable word; empty while it may."""
        ...

    @property
    def tenure(self) -> int:
        """Another number whenever it was taken anew: what was read before may be outdated."""
        ...

    @property
    def view(self) -> LeaseView | None:
        """What there is to show; None where no lease is used."""
        ...

    async def keep(self) -> None:
        """Take or renew it where that is due; never raises RouterError."""
        ...

    async def confirm(self) -> None:
        """Make sure of it before a plan is carried out; raises RouterError when it is not ours."""
        ...


class NoLease:
    """For an instance that shares its router with nobody."""

    obstacle = ""
    tenure = 0
    view = None

    async def keep(self) -> None:
        """Do nothing."""

    async def confirm(self) -> None:
        """Allow it."""

    async def run(self) -> None:
        """Wait to be cancelled."""
        await asyncio.Event().wait()

    async def end(self) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Do nothing."""


class LeaseWatch:
    """The lease of a running daemon.

    ``on_change`` is called when it was taken or lost, ``on_loss`` when it was lost.
    """

    def __init__(
        self,
        lease: Lease,
        *,
        is_alive: Callable[[], bool],
        on_change: Callable[[], None],
        on_loss: Callable[[], None] = lambda: None,
    ) -> None:
        self._lease = lease
        self._is_alive = is_alive
        self._on_change = on_change
        self._on_loss = on_loss
        self._told: tuple[bool, str, str] = (False, "", "")

    @property
    def obstacle(self) -> str:
        """Why nothing may be written now."""
        lease = self._lease
        if lease.is_held:
            return ""
        return STANDBY if lease.other is not None and lease.error is None else NOT_HELD

    @property
    def tenure(self) -> int:
        """Counts how often it was taken."""
        return self._lease.tenure

    @property
    def view(self) -> LeaseView:
        """What there is to show."""
        lease = self._lease
        holder = lease.me if lease.is_held else lease.other
        return LeaseView(
            instance=lease.me.name,
            holder="" if holder is None else holder.name,
            held=lease.is_held,
            error="" if lease.error is None else str(lease.error),
        )

    async def run(self) -> None:
        """Keep it until cancelled."""
        while True:
            await self.keep()
            await asyncio.sleep(self._wait())

    async def keep(self) -> None:
        """Take or renew it where that is due, and say what changed."""
        if self._is_alive():
            await self._lease.keep()
        self._say()

    async def confirm(self) -> None:
        """Renew it now; raises RouterError when it is not ours."""
        try:
            await self._lease.confirm()
        finally:
            self._say()

    async def end(self) -> None:
        """Leave it to the next instance, and end the connection."""
        await self._lease.give_up()
        await self._lease.close()

    async def close(self) -> None:
        """End the connection; the lease runs on."""
        await self._lease.close()

    def _wait(self) -> float:
        lease = self._lease
        if lease.is_held:
            return max(lease.renew_in, 0.1)
        if self.obstacle == STANDBY and lease.other_left > 0:
            return min(lease.term.renew_every, lease.other_left + _AFTER_EXPIRY)
        return min(lease.term.renew_every, _TRY_AGAIN)

    def _say(self) -> None:
        lease = self._lease
        held = lease.is_held
        other = "" if held or lease.other is None else lease.other.name
        error = "" if held or lease.error is None else lease.error.reason
        before, self._told = self._told, (held, other, error)
        if self._told == before:
            return
        if held != before[0]:
            self._on_change()
        if held:
            log.info("lease.taken", instance=lease.me.name)
        elif before[0]:
            self._on_loss()
            log.warning("lease.lost", instance=lease.me.name, holder=other, reason=error)
        elif error:
            log.warning("lease.refused", reason=error, error=str(lease.error))
        else:
            log.info("lease.standby", holder=other)
