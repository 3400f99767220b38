"""The transition table of a WAN's health, and the picture of it.

Two rules: whatever can move a WAN stands in this table, and the table knows no numbers. Which
event holds is decided in ``wan_health``.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from wanwatch.core.model import HealthState


class HealthEvent(StrEnum):
    """What the samples of a WAN, or the router, say, once the limits are applied."""

    ENOUGH_TARGETS = "enough-targets"
    """At least quorum targets are fine, and no hold-down forbids to say so."""
    TOO_FEW_TARGETS = "too-few-targets"
    """So many targets are failing that quorum cannot be reached."""
    QUALITY_BAD = "quality-bad"
    """Enough targets answer, but loss, RTT or jitter has reached its enter threshold."""
    QUALITY_GOOD = "quality-good"
    """Loss, RTT and jitter have all stayed at or below their leave thresholds for long enough."""
    ROUTER_SAYS_GONE = "router-says-gone"
    """The router itself says that the line is gone, whatever the samples say (``gone``)."""


TRANSITIONS: Mapping[tuple[HealthState, HealthEvent], HealthState] = MappingProxyType(
    {
        (HealthState.UNKNOWN, HealthEvent.ENOUGH_TARGETS): HealthState.UP,
        (HealthState.UNKNOWN, HealthEvent.QUALITY_BAD): HealthState.DEGRADED,
        (HealthState.UNKNOWN, HealthEvent.TOO_FEW_TARGETS): HealthState.DOWN,
        (HealthState.UNKNOWN, HealthEvent.ROUTER_SAYS_GONE): HealthState.DOWN,
        (HealthState.UP, HealthEvent.QUALITY_BAD): HealthState.DEGRADED,
        (HealthState.UP, HealthEvent.TOO_FEW_TARGETS): HealthState.DOWN,
        (HealthState.UP, HealthEvent.ROUTER_SAYS_GONE): HealthState.DOWN,
        (HealthState.DEGRADED, HealthEvent.QUALITY_GOOD): HealthState.UP,
        (HealthState.DEGRADED, HealthEvent.TOO_FEW_TARGETS): HealthState.DOWN,
        (HealthState.DEGRADED, HealthEvent.ROUTER_SAYS_GONE): HealthState.DOWN,
        (HealthState.DOWN, HealthEvent.ENOUGH_TARGETS): HealthState.UP,
        (HealthState.DOWN, HealthEvent.QUALITY_BAD): HealthState.DEGRADED,
    }
)


def next_state(state: HealthState, event: HealthEvent) -> HealthState:
    """Look the move up. Raises ValueError when the table does not have it."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise ValueError(f"{event} says nothing to a WAN that is {state}") from None


def mermaid() -> str:
    """Draw the table as a mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {HealthState.UNKNOWN.name}"]
    lines += [
        f"    {before.name} --> {after.name}: {event.value.replace('-', ' ')}"
        for (before, event), after in TRANSITIONS.items()
    ]
    return "\n".join(lines) + "\n"
