"""What is wanted on the router, one row or property each, as values."""

from dataclasses import dataclass, field
from enum import StrEnum

from wanwatch.core.families import version_of
from wanwatch.core.plan import Attributes


class Kind(StrEnum):
    """What an item is for; its value stands in the comment of its row."""

    TABLE = "table"
    """The routing table that a WAN's probes are looked up in, and nothing else."""
    ROUTE = "route"
    """The default route of that table, through the WAN."""
    LEASE_ROUTE = "lease-route"
    """The same where the WAN's gateway comes with a DHCP lease: the client keeps it up to date."""
    BLACKHOLE = "blackhole"
    """What a probe meets when the line is gone, instead of another line."""
    MEMBER = "source"
    """A probe source in the address list that the exemptions match."""
    OUT = "exempt-out"
    BACK = "exempt-back"
    """FastTrack would take a probe past mangle, and so past its line."""
    NAT = "nat"
    """Translation of what a probe source sends by a WAN, where no rule of the operator's does."""
    MARK = "mark"
    """The rule that leads a probe into its table."""
    GROUP = "group"
    USER = "login"
    SERVICE = "api-ssl"
    SCRIPT = "restore"
    """Undoes what a daemon left behind that does not renew its lease any more."""
    SCHEDULE = "schedule"


class Place(StrEnum):
    """Where among the rows of its menu an item's row stands."""

    ANYWHERE = "anywhere"
    FIRST = "first"
    """Before every rule of its chain, other provisioned ones aside."""
    BEFORE_FASTTRACK = "before-fasttrack"
    """Before the first enabled rule of its chain that fasttracks."""


class Blocked(StrEnum):
    """Why an item cannot be had by a command; the sentence is rendered at the edge."""

    NO_GATEWAY = "no-gateway"
    NOT_ON_ROUTER = "not-on-router"
    """No route, address or interface of the router is the WAN's."""
    NEEDS_V7 = "needs-routeros-7"
    LAN_UNKNOWN = "lan-unknown"
    CERTIFICATE = "certificate"
    """api-ssl has no certificate; making one takes the router's console."""
    HOST_UNKNOWN = "host-unknown"
    NO_SCHEDULER = "no-scheduler"
    """The device mode does not allow a scheduler."""
    UNREADABLE = "unreadable"
    """The login may not read the menu."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is wanted.

    ``wanted`` are properties in RouterOS 7's words. A row is found by its comment, or by ``name``
    where that is set.
    """

    kind: Kind
    subject: str
    menu: str
    wanted: Attributes = ()
    place: Place = Place.ANYWHERE
    name: tuple[str, str] | None = None
    comment: str = ""
    blocked: Blocked | None = None
    data: tuple[tuple[str, str], ...] = ()
    """What the reason's sentence is filled with."""
    optional: bool = False
    """True for what wanwatch does without: its lack is told, and is no fault."""
    secret: bool = False
    """True for a user: adding it takes a password, which is no part of any item."""


@dataclass(frozen=True, slots=True)
class Steered:
    """How a WAN's probes are told apart: what its configuration says."""

    wan: str
    source: str = ""
    dscp: int | None = None
    version: int = 4
    """The IP version of what is told apart by DSCP; a source tells its own."""

    @property
    def family(self) -> int:
        """4 or 6."""
        return version_of(self.source) or self.version


@dataclass(frozen=True, slots=True)
class LoginWish:
    """The login that wanwatch is to have."""

    user: str
    host: str
    """The address of wanwatch's host as the router sees it; empty where it is not known."""
    needs_tls: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """Everything that is asked of ``provision``."""

    steered: tuple[Steered, ...] = ()
    host: str = ""
    login: LoginWish | None = None
    restore: bool = True
    lease: str = field(default="wanwatch-lease")
    """The address list that the daemon's lease is kept in."""
