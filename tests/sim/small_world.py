"""Small routers for the tests: a LAN and two or three lines, rows as an export would bring them."""

from collections.abc import Mapping

from wanwatch.core.snapshot import Version
from wanwatch.sim.packet import Packet, to_number
from wanwatch.sim.store import Item, Store
from wanwatch.sim.world import World

V6 = Version(6, 49)
V7 = Version(7, 20, 8)
MANGLE = "/ip/firewall/mangle"
NAT = "/ip/firewall/nat"
ROUTE = "/ip/route"
CONNECTION = "/ip/firewall/connection"
GATEWAYS = {"ether1": "203.0.113.1", "ether2": "198.51.100.1", "ether3": "192.0.2.1"}
OWN = {"ether1": "203.0.113.2", "ether2": "198.51.100.2", "ether3": "192.0.2.2"}


class Clock:
    """Virtual time."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def put(store: Store, path: str, **properties: str) -> Item:
    """Add a row; ``_`` in a name stands for ``-``."""
    return store.add(path, {name.replace("_", "-"): value for name, value in properties.items()})


class SmallRouter:
    """A store with a LAN on ``bridge`` and static lines on ether1, ether2 and so on."""

    def __init__(self, version: Version = V7, lines: int = 2) -> None:
        self.version = version
        self.is_v7 = version.major >= 7
        self.store = Store()
        self.clock = Clock()
        self.wans = list(GATEWAYS)[:lines]
        put(self.store, "/interface/bridge", name="bridge")
        for name in self.wans:
            put(self.store, "/interface/ethernet", name=name, default_name=name)
        self.row("/ip/address", address="192.168.88.1/24", interface="bridge")
        for name in self.wans:
            self.row("/ip/address", address=f"{OWN[name]}/30", interface=name)

    def row(self, path: str, **properties: str) -> Item:
        """Add a row to a menu."""
        return put(self.store, path, **properties)

    def table(self, name: str) -> None:
        """Declare a routing table where RouterOS wants that."""
        if self.is_v7:
            self.row("/routing/table", name=name, fib="true")

    def route(self, gateway: str, table: str = "", **properties: str) -> Item:
        """Add a route, a default one unless told; the table in the version's own word."""
        if table:
            properties["routing_table" if self.is_v7 else "routing_mark"] = table
        properties.setdefault("dst_address", "0.0.0.0/0")
        return self.row(ROUTE, gateway=gateway, **properties)

    def mangle(self, action: str, chain: str = "prerouting", **properties: str) -> Item:
        """Add a mangle rule at the end."""
        return self.row(MANGLE, chain=chain, action=action, **properties)

    def balance(self, fields: str = "both-addresses-and-ports", guard: str = "no-mark") -> None:
        """Spread the LAN over the lines: tables, routes, PCC rules, masquerade, main routes."""
        count = len(self.wans)
        matcher = {"connection_mark": guard} if guard == "no-mark" else {"connection_state": guard}
        for number, name in enumerate(self.wans):
            self.table(f"to_{name}")
            self.route(GATEWAYS[name], f"to_{name}")
            self.mangle(
                "mark-connection",
                in_interface="bridge",
                dst_address_type="!local",
                new_connection_mark=f"{name}_conn",
                per_connection_classifier=f"{fields}:{count}/{number}",
                **matcher,
            )
        for number, name in enumerate(self.wans):
            self.mangle(
                "mark-routing",
                in_interface="bridge",
                connection_mark=f"{name}_conn",
                new_routing_mark=f"to_{name}",
                passthrough="false",
            )
            self.row(NAT, chain="srcnat", action="masquerade", out_interface=name)
            self.route(GATEWAYS[name], distance=str(number + 1))

    def world(self, seed: int = 1) -> World:
        """The world behind this router."""
        return World(self.store, self.version, clock=self.clock, seed=seed)


def balanced(version: Version = V7, lines: int = 2, guard: str = "no-mark") -> SmallRouter:
    """A router that spreads its LAN over its lines."""
    router = SmallRouter(version, lines)
    router.balance(guard=guard)
    return router


def packet(number: int = 0, dst: str = "1.1.1.1", protocol: str = "tcp") -> Packet:
    """A packet of a LAN client; another number is another connection."""
    return Packet(
        to_number("192.168.88.10") + number % 100,
        to_number(dst),
        protocol,
        20000 + number,
        443,
        "bridge",
    )


def packet_over(world: World, interface: str, protocol: str = "tcp") -> Packet:
    """A packet of a new connection that the rules send over this interface."""
    for number in range(200):
        found = packet(number, protocol=protocol)
        if world.trace(found).out_interface == interface:
            return found
    raise AssertionError(f"no connection leaves by {interface}")


def shown(world: World, path: str, item: Item) -> Mapping[str, str]:
    """A row with its computed properties."""
    return {**item.properties, **world.computed(path, item)}


def rows(world: World, path: str) -> list[Mapping[str, str]]:
    """All rows of a menu as a client sees them."""
    return [shown(world, path, item) for item in world.rows(path)]
