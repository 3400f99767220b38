"""Changing the router by hand: under its lease, as a daemon does, so that only one of them writes."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from wanwatch.cli.console import Failure
from wanwatch.core.lease import Holder, LeaseTerm
from wanwatch.probes.distrust import Clocks
from wanwatch.routeros.errors import CommandRefused
from wanwatch.routeros.lease import Lease
from wanwatch.routeros.permit import ALWAYS_PERMITTED
from wanwatch.routeros.router import Router
from wanwatch.routeros.session import RouterSession
from wanwatch.routeros.text import display_text
from wanwatch.service.instance import Instances

_LENGTH, _TIMEOUT = 60.0, 10.0
"""Seconds of the lease, and of a sentence of a session that was opened by hand."""


@contextlib.asynccontextmanager
async def under_lease(router: Router, *, force: bool) -> AsyncIterator[None]:
    """Hold the lease meanwhile; with ``force`` nobody is asked.

    Raises Failure naming who holds it, and RouterError. A login that may not write cannot take it
    either; that is said of the first step, in the router's own words.
    """
    if force:
        yield
        return
    at = router.session.endpoint
    async with RouterSession(at.address, at.port, at.user, at.password, tls=at.tls) as session:
        instances = Instances()
        lease = Lease(
            session,
            instances.me(None),
            LeaseTerm.of(_LENGTH, _TIMEOUT),
            clock=Clocks().boottime,
            is_dead=instances.is_dead,
        )
        await lease.keep()
        if lease.error is not None and not isinstance(lease.error, CommandRefused):
            raise lease.error
        if not lease.is_held and lease.error is None:
            raise Failure(_who(lease.other, lease.other_left))
        if lease.is_held:
            router.session.permit = lease
        keeping = asyncio.create_task(_keep(lease), name="lease")
        try:
            yield
        finally:
            keeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeping
            router.session.permit = ALWAYS_PERMITTED
            await lease.remove()


async def _keep(lease: Lease) -> None:
    while True:
        await asyncio.sleep(lease.term.renew_every / 2)
        await lease.keep()


def _who(holder: Holder | None, left: float) -> str:
    if holder is None:
        return "the lease of this router comes and goes; try again"
    name = display_text(holder.name)
    if not holder.token:
        return f'an entry "{name}" stands in the address list wanwatch-lease; remove it, or --force'
    return (
        f"the wanwatch {name} holds the lease of this router and would undo it; stop it first"
        f" ('systemctl stop wanwatch'; one that was killed: {left:.0f} s more), or use --force"
    )
