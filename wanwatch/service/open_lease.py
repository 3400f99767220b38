"""The lease of a configuration, standing before every write of the router's session."""

from collections.abc import Callable

from wanwatch.config import Config
from wanwatch.core.lease import Holder, LeaseTerm
from wanwatch.routeros.lease import Lease
from wanwatch.routeros.session import Call, RouterSession
from wanwatch.service.clock import Clock
from wanwatch.service.instance import Instances
from wanwatch.service.lease_watch import LeaseWatch, NoLease
from wanwatch.service.metrics import Metrics
from wanwatch.service.open_router import open_session


def open_lease(
    config: Config,
    session: RouterSession,
    *,
    token: str,
    metrics: Metrics,
    clock: Clock,
    is_alive: Callable[[], bool],
    on_change: Callable[[], None],
) -> LeaseWatch | NoLease:
    """Make the lease that ``session`` writes under; without a token it is that of a new process."""
    if not config.lease_seconds:
        return NoLease()

    def on_call(call: Call) -> None:
        metrics.api_call(call.command, call.seconds, call.outcome)

    instances = Instances()
    me = instances.me(config.failover.instance)
    lease = Lease(
        open_session(config, on_call),
        Holder(me.name, token or me.token),
        LeaseTerm.of(config.lease_seconds, config.require_router().timeout),
        clock=clock.boottime,
        is_dead=instances.is_dead,
    )
    session.permit = lease
    return LeaseWatch(lease, is_alive=is_alive, on_change=on_change, on_loss=metrics.lease_lost)
