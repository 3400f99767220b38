"""The words the parts of wanwatch share: WANs, health states, wishes and dispositions.

Values only. What a state means for the router is decided in ``policy``; how a WAN gets into a
state is decided in ``health``.
"""

from dataclasses import dataclass
from enum import StrEnum


class HealthState(StrEnum):
    """What was measured of a WAN; nothing else changes it."""

    UNKNOWN = "unknown"
    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"


class AdminState(StrEnum):
    """What the operator wishes for a WAN, independent of its health."""

    AUTO = "auto"
    DRAIN = "drain"
    DISABLED = "disabled"


class Disposition(StrEnum):
    """What a WAN should do on the router, derived from health and wish."""

    CARRY = "carry"
    """It keeps its buckets, routes and connections, and takes buckets of others."""
    SPARE = "spare"
    """Its buckets move away; its routes and its connections stay."""
    OUT = "out"
    """Its buckets move away, its default routes are disabled, its connections are removed."""
    KEEP = "keep"
    """Nothing is known: what the router does with it now is left as it is."""


@dataclass(frozen=True, slots=True)
class WanSpec:
    """A WAN as the operator configured it; empty fields are derived from the router.

    ``weight`` is the WAN's share among the survivors; ``None`` takes the number of hash values it
    has in the operator's rules.
    """

    name: str
    interface: str
    weight: int | None = None
    gateways: tuple[str, ...] = ()
    routing_tables: tuple[str, ...] = ()
    connection_marks: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    probe_source: str = ""
    """The address its probes leave wanwatch's host from, where they are steered by one."""


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about the router the operator should know.

    ``code`` is stable; ``where`` names the rule, route or WAN; ``data`` fills the sentence, which
    is rendered at the edge; ``fix`` holds RouterOS commands where one is safe. ``menu`` is the
    menu of the row whose id ``where`` is; it is empty where ``where`` is a name.
    """

    code: str
    severity: Severity
    where: str = ""
    data: tuple[tuple[str, str], ...] = ()
    fix: tuple[str, ...] = ()
    menu: str = ""
