"""The status document: what ``/api/status`` serves and ``wanwatch status --json`` prints.

Frozen values; ``as_json`` gives the document. Durations are seconds, time points seconds since
1970 (UTC), ratios 0 to 1, ``None`` means that it has not happened or is not known. Keys are only
ever added.
"""

from dataclasses import asdict, dataclass
from typing import Any

ALL_UP, SOME_TROUBLE, NO_USABLE_WAN = 0, 1, 2
STANDBY = "standby"
"""What ``StatusDocument.frozen`` says while another instance holds the lease."""
NOT_HELD = "lease-not-held"
"""What it says while the lease cannot be taken, though nobody is known to hold it."""
UNPROVEN = "unproven"
"""What ``WanStatus.path`` says of a WAN whose probes leave by another line."""


@dataclass(frozen=True, slots=True)
class TargetStatus:
    """One target through one WAN."""

    target: str
    state: str
    """``up``, ``down`` or ``unknown``."""
    losses_in_row: int
    last_rtt: float | None
    loss_ratio: float | None
    discounted: bool


@dataclass(frozen=True, slots=True)
class WanStatus:
    """One WAN: what was measured, what it should do, what it has on the router."""

    name: str
    interface: str
    state: str
    since: float | None
    reason: str
    """Why it is in its state, as a stable word; empty before the first verdict."""
    admin: str
    disposition: str
    """What it should do on the router: ``carry``, ``spare``, ``out`` or ``keep``."""
    blind: str
    """Why it cannot be judged; empty while it is."""
    hold_down_remaining: float
    loss_ratio: float | None
    rtt: float | None
    jitter: float | None
    share: float | None
    """Its part of the hash space as the router's rules are; None before the first observation."""
    buckets: tuple[str, ...]
    """Its buckets as ``chain fields:denominator/remainder``."""
    routes: tuple[str, ...]
    """Its default routes as ``table via gateway distance N (active|inactive|disabled)``."""
    targets: tuple[TargetStatus, ...]
    gone: str = ""
    """What the router itself says of a line that is gone, as a stable word; empty otherwise."""
    path: str = ""
    """Whether its probes are proven to leave by it: ``unknown``, ``proven``, ``suspected``,
    ``unproven`` or ``unprovable``. While it is suspected or unproven nothing is done about it."""
    path_address: str = ""
    """The address that its probes were seen translated to."""
    path_wan: str = ""
    """The other WAN that this address belongs to, where it is one's."""
    path_cause: str = ""
    """Why it is unprovable, as a stable word."""


@dataclass(frozen=True, slots=True)
class RouterStatus:
    """The router and the conversation with it."""

    address: str
    identity: str
    version: str
    state: str
    """``connected``, ``connecting``, or the last error's word: ``unreachable`` and so on."""
    error: str
    since: float | None
    last_observed: float | None
    watch: str = ""
    """How its interfaces are followed between two readings: ``listening``, ``polling`` or
    ``disconnected``; empty where they are not."""


@dataclass(frozen=True, slots=True)
class FindingStatus:
    """Something about the router the operator should know."""

    code: str
    severity: str
    where: str
    data: dict[str, str]
    fix: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangeStatus:
    """A past event: a WAN's transition, or a pass that changed the router."""

    at: float
    kind: str
    """``transition``, ``failover``, ``failback`` or ``change``."""
    wan: str
    before: str
    after: str
    reason: str
    outcome: str
    """Of a pass: ``verified``, ``stale``, ``refused`` and so on; empty for a transition."""
    steps: int
    connections_removed: int
    phases: dict[str, float]
    """Seconds of each phase: detect, decide, apply, verify, flush."""
    evidence: dict[str, Any]


@dataclass(frozen=True, slots=True)
class WriteStatus:
    """The write budget (flash wear)."""

    last_hour: int
    limit: int
    spent: bool


@dataclass(frozen=True, slots=True)
class LeaseStatus:
    """The lease of the router, which only one instance writes under."""

    instance: str
    """What this instance is called."""
    held: bool
    """True while this instance may write."""
    holder: str
    """Which instance holds it, as far as is known; empty for none."""
    error: str
    """Why it could not be taken or renewed; empty while it can."""


@dataclass(frozen=True, slots=True)
class StatusDocument:
    """Everything that wanwatch says of itself."""

    version: str
    started: float
    now: float
    ready: bool
    frozen: str
    """Why nothing is changed at all, as a stable word; empty while wanwatch acts."""
    router: RouterStatus
    wans: tuple[WanStatus, ...]
    pending_steps: int
    """Steps that the last plan had and that are not done yet."""
    findings: tuple[FindingStatus, ...]
    changes: tuple[ChangeStatus, ...]
    """The newest first."""
    writes: WriteStatus
    config_error: str
    """Why the last reload was refused; empty when it was taken."""
    lease: LeaseStatus | None = None
    """None where no lease is used, and this instance may always write."""

    def as_json(self) -> dict[str, Any]:
        """The document as JSON values, with the exit code of ``wanwatch status`` in it."""
        return {**asdict(self), "exit_code": exit_code(self)}


def exit_code(document: StatusDocument) -> int:
    """What ``wanwatch status`` ends with, so that it serves as a monitoring check.

    0 when all WANs are up and wanwatch could act; 2 when every WAN is down; 1 otherwise: a WAN is
    degraded, down, not known yet, cannot be judged or has an unproven path, or the router does not
    let wanwatch act. That another instance acts is no trouble.
    """
    states = {wan.state for wan in document.wans}
    if states == {"down"}:
        return NO_USABLE_WAN
    can_act = document.router.state == "connected" and document.frozen in ("", STANDBY)
    sees = not any(wan.blind for wan in document.wans)
    proven = not any(wan.path == UNPROVEN for wan in document.wans)
    return ALL_UP if states == {"up"} and can_act and sees and proven else SOME_TROUBLE
