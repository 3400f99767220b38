"""Where every default route leads: one uplink for each of its gateways."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from wanwatch.core.gateways import next_hops
from wanwatch.core.originals import is_enabled, original_gateways
from wanwatch.core.snapshot import Route, Snapshot


@dataclass(frozen=True, slots=True)
class Uplink:
    """One gateway of a default route, and the first hop it leads to."""

    route: Route
    gateway: str
    address: str
    """The first hop's address; empty for an interface gateway, and where it is not known."""
    interface: str
    """Empty where the router does not say."""

    @property
    def key(self) -> str:
        """What this uplink has in common with others that lead to the same first hop."""
        return self.address or f"{self.route.id} {self.gateway}"

    def through(self, interface: str) -> "Uplink":
        """The same uplink when its interface has become known."""
        return replace(self, interface=interface)


def find_uplinks(snapshot: Snapshot) -> list[Uplink]:
    """Every gateway of every default route that is enabled, or that only wanwatch disabled."""
    found = []
    for route in snapshot.routes:
        if not route.is_default or route.blackhole or not is_enabled(route):
            continue
        gateways = original_gateways(route)
        whole = route
        if gateways != route.gateways:
            whole = replace(route, gateways=gateways, next_hops=())
        for gateway, hop in zip(gateways, next_hops(whole, snapshot), strict=True):
            found.append(Uplink(route, gateway, hop.address, hop.interface))
    return found


def with_interfaces(uplinks: list[Uplink], known: Mapping[str, str]) -> list[Uplink]:
    """The uplinks with the interfaces that were found out, by their keys."""
    return [
        uplink if uplink.interface else uplink.through(known.get(uplink.key, ""))
        for uplink in uplinks
    ]
