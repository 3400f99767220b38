"""Which routes are active: gateways resolved, checked, and the best distance chosen.

Sources: RouterOS manual, "IP Routing" (scope and target-scope, recursive next hops, distance),
"Failover (WAN backup)" (``check-gateway``, and ``target-scope=11`` over a ``scope=10`` route on
RouterOS 7); on RouterOS 6 a next hop of the same scope serves, but not one through ``ip%interface``
(seen on 6.49.21).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from wanwatch.sim.interfaces import Address, Interfaces
from wanwatch.sim.packet import mask_of, to_number
from wanwatch.sim.store import Item

_MAX_ROUNDS = 12


@dataclass(slots=True, eq=False)
class Hop:
    """Where one gateway leads. ``address`` is the neighbour asked, 0 for an interface gateway."""

    gateway: str
    interface: str = ""
    """Empty while the gateway cannot be resolved."""
    address: int = 0
    is_recursive: bool = False
    is_up: bool = False
    """False too when ``check-gateway`` has given the gateway up."""


@dataclass(slots=True, eq=False)
class Route:
    """A route as the router weighs it, and what became of it."""

    item: Item
    table: str
    network: int
    length: int
    gateways: tuple[str, ...]
    distance: int = 1
    scope: int = 30
    target_scope: int = 10
    stop: str = ""
    """``blackhole``, ``unreachable`` or ``prohibit`` for a route that leads nowhere."""
    is_checked: bool = False
    kind: str = "static"
    """static, connect, dhcp or vpn."""
    own_address: int = 0
    is_valid: bool = True
    """False when its table does not exist."""
    hops: tuple[Hop, ...] = ()
    is_active: bool = False
    is_ecmp: bool = False

    @property
    def is_default(self) -> bool:
        """True for a default route."""
        return self.length == 0

    def covers(self, number: int) -> bool:
        """True when the destination is in this route."""
        return number & mask_of(self.length) == self.network


@dataclass(slots=True)
class Resolver:
    """Resolves gateways and chooses routes; ``is_given_up`` is check-gateway's verdict."""

    routes: Sequence[Route]
    interfaces: Interfaces
    addresses: Sequence[Address]
    is_v7: bool
    is_given_up: Callable[[str, str, bool], bool]
    """Of (gateway, interface, recursive): True while check-gateway holds it to be down."""
    _checked: frozenset[str] = field(default=frozenset(), init=False)

    def run(self) -> None:
        """Set ``hops``, ``is_active`` and ``is_ecmp`` of every route, until nothing changes."""
        self._checked = frozenset(
            gateway
            for route in self.routes
            if route.is_checked and not route.item.disabled
            for gateway in route.gateways
        )
        before: list[bool] = []
        for _ in range(_MAX_ROUNDS):
            for route in self.routes:
                route.hops = tuple(self._hop(gateway, route) for gateway in route.gateways)
            self._choose()
            after = [route.is_active for route in self.routes]
            if after == before:
                return
            before = after

    def _choose(self) -> None:
        best: dict[tuple[str, int, int], int] = {}
        usable = [route for route in self.routes if self._is_usable(route)]
        for route in usable:
            key = (route.table, route.network, route.length)
            best[key] = min(best.get(key, 256), route.distance)
        chosen: dict[tuple[str, int, int], list[Route]] = {}
        for route in self.routes:
            route.is_active = route.is_ecmp = False
        for route in usable:
            key = (route.table, route.network, route.length)
            if route.distance == best[key] and (self.is_v7 or key not in chosen):
                chosen.setdefault(key, []).append(route)
                route.is_active = True
        for group in chosen.values():
            for route in group:
                route.is_ecmp = len(group) > 1

    @staticmethod
    def _is_usable(route: Route) -> bool:
        if route.item.disabled or not route.is_valid:
            return False
        return bool(route.stop) or any(hop.is_up for hop in route.hops)

    def _hop(self, gateway: str, route: Route) -> Hop:
        hop = Hop(gateway)
        if route.item.disabled:
            return hop
        text, _, interface = gateway.partition("%")
        text = text.partition("@")[0]
        try:
            number = to_number(text)
        except ValueError:
            hop.interface = text if text in self.interfaces.names else ""
            hop.is_up = self.interfaces.is_running(text)
            return hop
        if interface:
            self._on_link(hop, number, interface)
        else:
            self._look_up(hop, number, route)
        if hop.is_up and gateway in self._checked:
            hop.is_up = not self.is_given_up(gateway, hop.interface, hop.is_recursive)
        return hop

    def _on_link(self, hop: Hop, number: int, interface: str) -> None:
        hop.address = number
        if self.interfaces.is_running(interface):
            hop.interface, hop.is_up = interface, True

    def _look_up(self, hop: Hop, number: int, route: Route) -> None:
        """Resolve an address through the routes of main whose scope allows it."""
        found: Route | None = None
        for other in self.routes:
            if (
                other.is_active
                and other.table == "main"
                and other is not route
                and other.covers(number)
                and self._may_serve(other, route)
                and (found is None or other.length > found.length)
            ):
                found = other
        if found is None or found.stop:
            return
        via = next((one for one in found.hops if one.is_up), None)
        if via is None:
            return
        hop.interface, hop.is_up = via.interface, True
        hop.is_recursive = found.kind != "connect"
        hop.address = via.address if hop.is_recursive else number

    def _may_serve(self, other: Route, route: Route) -> bool:
        if other.kind == "connect":
            return other.scope <= route.target_scope
        if self.is_v7:
            return other.scope < route.target_scope
        return other.scope <= route.target_scope and "%" not in "".join(other.gateways)


def uplink_interfaces(
    routes: Iterable[Route], addresses: Sequence[Address], names: frozenset[str]
) -> list[str]:
    """The interfaces that default routes lead out by, disabled ones too, whatever is up now."""
    every = list(routes)
    found: dict[str, None] = {}
    for route in every:
        if route.is_default and not route.stop:
            for gateway in route.gateways:
                name = _configured_interface(gateway, every, addresses, names, depth=0)
                if name:
                    found[name] = None
    return list(found)


def _configured_interface(
    gateway: str,
    routes: Sequence[Route],
    addresses: Sequence[Address],
    names: frozenset[str],
    depth: int,
) -> str:
    text, _, interface = gateway.partition("%")
    if interface or text in names:
        return interface or text
    try:
        number = to_number(text.partition("@")[0])
    except ValueError:
        return ""
    on_link = [address for address in addresses if address.covers(number)]
    if on_link:
        return max(on_link, key=lambda address: address.length).interface
    below = [r for r in routes if r.covers(number) and not r.is_default and r.gateways]
    if depth > 4 or not below:
        return ""
    nearest = max(below, key=lambda route: route.length)
    return _configured_interface(nearest.gateways[0], routes, addresses, names, depth + 1)
