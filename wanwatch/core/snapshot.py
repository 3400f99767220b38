"""What is on the router, as immutable values: one observation, read anew for every pass.

RouterOS's own words name the properties (RouterOS manual: "IP Routing", "Mangle", "NAT").
Differences between RouterOS 6 and 7 end in the ``routeros`` package: a routing table here is v7's
``routing-table`` and v6's ``routing-mark``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

MAIN_TABLE = "main"
DEFAULT_DESTINATIONS = {4: ("0.0.0.0/0",), 6: ("::/0", "2000::/3")}
"""The destinations of default routes by IP version; 2000::/3 is all of the IPv6 internet."""
_DEFAULTS = frozenset(d for several in DEFAULT_DESTINATIONS.values() for d in several)


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """A RouterOS version; ``Version.parse("7.20.8 (stable)")`` compares as numbers."""

    major: int
    minor: int = 0
    patch: int = 0

    @classmethod
    def parse(cls, text: str) -> "Version":
        """Read ``/system/resource``'s version; raises ValueError on text without a number."""
        numbers = []
        for part in text.strip().split(" ")[0].split(".")[:3]:
            digits = ""
            for char in part:
                if not char.isdigit():
                    break
                digits += char
            if not digits:
                break
            numbers.append(int(digits))
        if not numbers:
            raise ValueError(f"no RouterOS version in {text!r}")
        return cls(*numbers)

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}" + (f".{self.patch}" if self.patch else "")


@dataclass(frozen=True, slots=True)
class NextHop:
    """Where a packet really goes: a neighbour's address, an interface, or both.

    ``interface`` is empty while the router cannot resolve the gateway.
    """

    address: str = ""
    interface: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """A row of a route menu; ``gateways`` holds several on RouterOS 6 (ECMP in one row)."""

    id: str
    dst_address: str
    gateways: tuple[str, ...]
    table: str = MAIN_TABLE
    distance: int = 1
    comment: str = ""
    active: bool = False
    disabled: bool = False
    dynamic: bool = False
    blackhole: bool = False
    check_gateway: str = ""
    next_hops: tuple[NextHop, ...] = ()
    """Resolved by the router, in the order of ``gateways``; empty while disabled."""

    @property
    def is_default(self) -> bool:
        """True for a default route of either family."""
        return self.dst_address in _DEFAULTS


@dataclass(frozen=True, slots=True)
class MangleRule:
    """A row of a mangle menu: RouterOS's own words, and what planning asks of them.

    ``properties`` holds every settable property but ``comment`` and ``disabled``; a property that
    is not set is absent.
    """

    id: str
    properties: Mapping[str, str] = field(default_factory=dict)
    comment: str = ""
    disabled: bool = False
    dynamic: bool = False
    invalid: bool = False

    @property
    def chain(self) -> str:
        """The chain the rule stands in."""
        return self.properties.get("chain", "")

    @property
    def action(self) -> str:
        """What the rule does; RouterOS's default is accept."""
        return self.properties.get("action", "accept")

    @property
    def classifier(self) -> str:
        """The text of ``per-connection-classifier``, empty where there is none."""
        return self.properties.get("per-connection-classifier", "")

    @property
    def connection_mark(self) -> str:
        """The mark the rule matches, empty where it matches any."""
        return self.properties.get("connection-mark", "")

    @property
    def new_connection_mark(self) -> str:
        """The mark the rule sets on a connection."""
        return self.properties.get("new-connection-mark", "")

    @property
    def new_routing_mark(self) -> str:
        """The routing mark, that is the routing table, the rule sets on a packet."""
        return self.properties.get("new-routing-mark", "")


@dataclass(frozen=True, slots=True)
class NatRule:
    """A row of ``/ip/firewall/nat`` of chain srcnat: which address a WAN's connections get."""

    id: str
    chain: str
    action: str
    out_interface: str = ""
    out_interface_list: str = ""
    to_addresses: str = ""
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Address:
    """A row of ``/ip/address``: ``address`` with its prefix length, ``network`` the peer's for /32."""

    address: str
    interface: str
    network: str = ""
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One observation of the router, everything that planning needs and no more."""

    version: Version
    identity: str = ""
    routes: tuple[Route, ...] = ()
    """Every default route, and the routes that lead to a recursive gateway."""
    mangle: tuple[MangleRule, ...] = ()
    """In the order of evaluation."""
    nat: tuple[NatRule, ...] = ()
    addresses: tuple[Address, ...] = ()
    tables: tuple[str, ...] = ()
    """The declared routing tables (RouterOS 7); empty on 6, where marks need no declaration."""
    interface_lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    running_interfaces: Mapping[str, bool] = field(default_factory=dict)
    ipv6: "Snapshot | None" = None
    """The same of ``/ipv6``, without link-local addresses, which every interface has and nothing
    is told by; None where the router has no IPv6, or no rule and no default route for it."""
