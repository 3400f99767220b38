"""What discovery found, as values: the WANs, the routing tables and who they lead to."""

from dataclasses import dataclass
from enum import StrEnum

from wanwatch.core.groups import Group
from wanwatch.core.model import Finding, WanSpec
from wanwatch.core.snapshot import Route
from wanwatch.core.wans import Wans


class TableKind(StrEnum):
    """What a routing table is for, by where its nearest default routes lead."""

    MAIN = "main"
    WAN = "wan"
    """They lead through one WAN."""
    SEVERAL = "several"
    """They lead through several WANs at once (ECMP)."""
    LAN = "lan"
    """They lead to a host on the LAN, such as a proxy or a firewall."""
    TUNNEL = "tunnel"
    """They lead through a tunnel that itself runs over the WANs."""
    VRF = "vrf"
    """The table is a VRF's."""
    BLACKHOLE = "blackhole"
    """They lead nowhere on purpose."""
    EMPTY = "empty"
    """It has no default route, or none that is enabled."""
    UNKNOWN = "unknown"
    """Where they lead cannot be told."""


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A routing table: one that is declared, that a route stands in, or that a rule marks for."""

    name: str
    kind: TableKind
    wans: tuple[str, ...] = ()
    """The WANs its nearest default routes lead through."""
    fallbacks: tuple[tuple[int, str], ...] = ()
    """(distance, WAN) of every enabled default route in the order they are used; the WAN is empty
    where the route leads through none."""


@dataclass(frozen=True, slots=True)
class FoundWan:
    """A WAN that was found."""

    name: str
    """A name that a configuration and ``--down`` take."""
    interfaces: tuple[str, ...]
    """Empty where the router does not say which one it is."""
    gateways: tuple[str, ...]
    """First hops: addresses, or the interface itself for a point-to-point line."""
    addresses: tuple[str, ...]
    routing_tables: tuple[str, ...]
    """Tables whose nearest default route leads through it, main left out."""
    routing_marks: tuple[str, ...]
    """Those of its tables that mangle rules mark for."""
    connection_marks: tuple[str, ...]
    """Marks that are routed by its tables."""
    routes: tuple[Route, ...]
    """Every default route through it, in every table, also disabled ones."""
    nat: tuple[str, ...] = ()
    """Ids of the srcnat rules that translate its connections."""
    share: float = 0.0
    """Its part of the hash space, the mean over the PCC groups of forwarded traffic."""

    @property
    def interface(self) -> str:
        """Its interface, empty where that is not known."""
        return self.interfaces[0] if self.interfaces else ""


@dataclass(frozen=True, slots=True)
class Discovery:
    """A router as discovery understands it."""

    wans: tuple[FoundWan, ...]
    tables: tuple[FoundTable, ...]
    groups: tuple[Group, ...]
    """PCC groups of enabled rules, in the order of their first rules."""
    bound: Wans
    """The WANs as planning takes them."""
    specs: tuple[WanSpec, ...]
    """What a configuration would say of the WANs."""
    findings: tuple[Finding, ...] = ()
    """What could not be told, and which configuration key would tell it."""

    def table(self, name: str) -> FoundTable | None:
        """The table of that name."""
        return next((table for table in self.tables if table.name == name), None)

    def wan(self, name: str) -> FoundWan | None:
        """The WAN of that name."""
        return next((wan for wan in self.wans if wan.name == name), None)

    def wan_of_interface(self, interface: str) -> FoundWan | None:
        """The WAN that an interface belongs to, where exactly one does."""
        found = [wan for wan in self.wans if interface in wan.interfaces]
        return found[0] if len(found) == 1 else None
