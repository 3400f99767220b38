"""Which WANs the router itself says are gone, and how sure that is.

**Proof** is an interface that the router lists and that does not run: unplugged, disabled, a PPPoE
or LTE session that ended. Nothing can leave by it, so the WAN is DOWN at once. An interface that
the router does not list proves nothing: it may have been renamed.

**Evidence** is that every default route in the WAN's own tables that was active has ceased to be:
check-gateway gave its gateway up, or its address is gone (RouterOS manual, "IP Routing"). A gateway
may just not answer pings, and a route becomes active only some time after wanwatch enabled it, so
this counts together with silent probes only. A route that somebody disabled, and one that is
inactive because a nearer one is active, is no evidence.
"""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum

from wanwatch.core.model import WanSpec
from wanwatch.core.snapshot import Route, Snapshot
from wanwatch.core.wans import bind


class GoneReason(StrEnum):
    """What the router says of a line that is gone."""

    INTERFACE_DOWN = "interface-down"
    """The interface does not run, or is disabled."""
    ROUTE_INACTIVE = "route-inactive"
    """Its default routes ceased to be active, and the probes are silent."""


def interfaces_down(specs: Sequence[WanSpec], running: Mapping[str, bool]) -> frozenset[str]:
    """Return the WANs whose interface is listed and does not run; ``running`` is by interface."""
    return frozenset(spec.name for spec in specs if not running.get(spec.interface, True))


def active_routes(snapshot: Snapshot, specs: Sequence[WanSpec]) -> dict[str, frozenset[str]]:
    """WAN -> the ids of the active default routes through it in its own tables."""
    wans = bind(specs, snapshot)
    return {
        wan.name: frozenset(
            route.id
            for route in snapshot.routes
            if _carries(route)
            and route.table in wan.routing_tables
            and all(owner is wan for owner in wans.owners(route, snapshot))
        )
        for wan in wans.wans
    }


def routes_lost(
    before: Mapping[str, frozenset[str]], snapshot: Snapshot, specs: Sequence[WanSpec]
) -> frozenset[str]:
    """Return the WANs whose routes were active before and are not any more.

    ``before`` is what ``active_routes`` said when each had one; an id that is not there any more
    (the client that made the route lost its lease) is a route that is not active.
    """
    now = active_routes(snapshot, specs)
    rows = {route.id: route for route in snapshot.routes}
    return frozenset(
        wan
        for wan, ids in before.items()
        if ids and not now.get(wan) and not any(_is_explained(rows.get(i), snapshot) for i in ids)
    )


def remembered(
    before: Mapping[str, frozenset[str]],
    now: Mapping[str, frozenset[str]],
    forgotten: Collection[str] = (),
) -> dict[str, frozenset[str]]:
    """What the next ``routes_lost`` compares with: the newest routes of each that were active."""
    return {wan: ids or before.get(wan, ids) for wan, ids in now.items() if wan not in forgotten}


def _carries(route: Route) -> bool:
    return route.is_default and route.active and not (route.disabled or route.blackhole)


def _is_explained(route: Route | None, snapshot: Snapshot) -> bool:
    """True for a route that was disabled, or that a nearer one of its table stands in for."""
    if route is None:
        return False
    return route.disabled or any(
        other.table == route.table and other.distance < route.distance
        for other in snapshot.routes
        if _carries(other)
    )
