"""The parts of the daemon's status document that the demo shows and checks, as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wanwatch.service.status import NOT_HELD

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class WanSeen:
    """One WAN as the daemon reports it; seconds, ratios 0 to 1, None for not known."""

    name: str
    state: str
    share: float | None
    loss_ratio: float | None
    rtt: float | None
    hold_down: float
    buckets: tuple[str, ...]
    routes: tuple[str, ...]
    targets: tuple[str, ...]
    """The targets' states."""


@dataclass(frozen=True, slots=True)
class Change:
    """An event of the daemon's history; ``at`` is wall time."""

    at: float
    kind: str
    wans: tuple[str, ...]
    after: str
    outcome: str
    removed: int


@dataclass(frozen=True, slots=True)
class Status:
    """What the daemon says of itself at one moment."""

    is_ready: bool
    frozen: str
    error: str
    """What is wrong with the router, in the daemon's words; empty while nothing is."""
    pending_steps: int
    wans: tuple[WanSeen, ...]
    changes: tuple[Change, ...]
    """The newest first."""

    def wan(self, name: str) -> WanSeen:
        """One WAN; raises KeyError when the daemon does not know it."""
        for wan in self.wans:
            if wan.name == name:
                return wan
        raise KeyError(name)

    def all_up(self) -> bool:
        """True when every WAN is up and the daemon acts, or would if the router let it."""
        may_act = self.frozen in ("", NOT_HELD)
        return self.is_ready and may_act and all(w.state == "up" for w in self.wans)

    def transition(self, wan: str, after: str, since: float) -> Change | None:
        """The first change of a WAN into a state since a moment, None when there is none."""
        return self._first("transition", wan, since, lambda change: change.after == after)

    def verified(self, kind: str, wan: str, since: float) -> Change | None:
        """The first failover or failback of a WAN since a moment that was read back and proven."""
        return self._first(kind, wan, since, lambda change: change.outcome == "verified")

    def outcomes(self, since: float) -> list[str]:
        """How the passes that tried to change the router since a moment ended, the oldest first."""
        return [c.outcome for c in reversed(self.changes) if c.at >= since and c.outcome]

    def _first(self, kind: str, wan: str, since: float, fits: Any) -> Change | None:
        for change in reversed(self.changes):
            if change.kind == kind and wan in change.wans and change.at >= since and fits(change):
                return change
        return None


def read_status(document: Document) -> Status:
    """Take the values out of a document; raises KeyError when one is missing."""
    return Status(
        is_ready=document["ready"],
        frozen=document["frozen"],
        error=document["router"]["error"] or document["router"]["state"],
        pending_steps=document["pending_steps"],
        wans=tuple(_wan(wan) for wan in document["wans"]),
        changes=tuple(_change(change) for change in document["changes"]),
    )


def _wan(wan: Document) -> WanSeen:
    return WanSeen(
        name=wan["name"],
        state=wan["state"],
        share=wan["share"],
        loss_ratio=wan["loss_ratio"],
        rtt=wan["rtt"],
        hold_down=wan["hold_down_remaining"],
        buckets=tuple(wan["buckets"]),
        routes=tuple(wan["routes"]),
        targets=tuple(target["state"] for target in wan["targets"]),
    )


def _change(change: Document) -> Change:
    return Change(
        at=change["at"],
        kind=change["kind"],
        wans=tuple(change["wan"].split(", ")),
        after=change["after"],
        outcome=change["outcome"],
        removed=change["connections_removed"],
    )
