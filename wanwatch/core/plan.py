"""A plan: ordered steps for the router, each with its reason and its inverse.

Values only; ``planning`` makes them, ``wanwatch.routeros.apply`` carries them out one by one.
"""

from dataclasses import dataclass
from enum import StrEnum

from wanwatch.core.model import Finding

Attributes = tuple[tuple[str, str], ...]
"""RouterOS attribute words in the order they are sent; an empty value clears the property."""


class Command(StrEnum):
    """What a step does to one row."""

    SET = "set"
    ADD = "add"
    REMOVE = "remove"


class Reason(StrEnum):
    """Why a step is there; the sentence is rendered at the edge."""

    BUCKET_MOVED = "bucket-moved"
    """The rule's owner takes no new connections; the rule now marks for a survivor. An added rule
    does so ahead of it, where the survivor's mark-routing rule would come too early for it."""
    BUCKET_SHARED = "bucket-shared"
    """The bucket is shared by several survivors; this rule is added for one part of it."""
    BUCKET_RETURNED = "bucket-returned"
    """The owner carries again; the rule gets its own mark and classifier back."""
    SHARE_ENDED = "share-ended"
    """The added rule of a shared bucket is no longer needed."""
    ROUTE_DISABLED = "route-disabled"
    """The default route leads through a WAN that is out."""
    ROUTE_RETURNED = "route-returned"
    """The default route's WAN carries again."""
    GATEWAY_REMOVED = "gateway-removed"
    """One of the gateways of an ECMP row leads through a WAN that is out."""
    RESTORED = "restored"
    """The operator asked for the router as it was before wanwatch."""


@dataclass(frozen=True, slots=True)
class Undo:
    """What takes a step back. The inverse of an add removes the id the router gave."""

    command: Command
    id: str = ""
    attributes: Attributes = ()
    place_before: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One sentence to the router. ``id`` is empty for an add; ``attributes`` for a remove."""

    menu: str
    command: Command
    reason: Reason
    wan: str
    undo: Undo
    id: str = ""
    attributes: Attributes = ()
    place_before: str = ""
    """The id of the row that an added row stands before; empty for the end."""
    await_active: bool = False
    """True for a route that must be active before buckets return to its WAN."""
    data: tuple[tuple[str, str], ...] = ()
    """What the reason's sentence is filled with."""


@dataclass(frozen=True, slots=True)
class Flush:
    """Which connections are a dead WAN's.

    A connection belongs to the WAN when it was translated to one of ``addresses``
    (``reply-dst-address``; an IPv6 prefix among them stands for every address in it), or bears one
    of ``connection_marks`` without being translated to an address of another WAN
    (``other_addresses``).
    """

    wan: str
    addresses: frozenset[str] = frozenset()
    connection_marks: frozenset[str] = frozenset()
    other_addresses: frozenset[str] = frozenset()
    probe_sources: frozenset[str] = frozenset()
    """Sources of wanwatch's own probes: their entries are nobody's connections and stay."""
    menu: str = "/ip/firewall/connection"


@dataclass(frozen=True, slots=True)
class Plan:
    """What leads from the router as it is to the router as it should be."""

    steps: tuple[Step, ...] = ()
    flushes: tuple[Flush, ...] = ()
    """Every WAN that is out: after the steps none of their connections may be left."""
    findings: tuple[Finding, ...] = ()
