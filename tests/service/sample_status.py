"""Status documents to test with: two WANs, everything known, and ways to vary it."""

from dataclasses import replace
from typing import Any

from wanwatch.service.status import (
    FindingStatus,
    LeaseStatus,
    RouterStatus,
    StatusDocument,
    TargetStatus,
    WanStatus,
    WriteStatus,
)


def a_target(name: str = "192.0.2.1", **changes: Any) -> TargetStatus:
    """A target that answers."""
    target = TargetStatus(
        target=name, state="up", losses_in_row=0, last_rtt=0.02, loss_ratio=0.0, discounted=False
    )
    return replace(target, **changes)


def a_wan(name: str = "isp1", **changes: Any) -> WanStatus:
    """A WAN that is up and carries half of the traffic."""
    wan = WanStatus(
        name=name,
        interface="ether1",
        state="up",
        since=1000.0,
        reason="targets-answer",
        admin="auto",
        disposition="carry",
        blind="",
        hold_down_remaining=0.0,
        loss_ratio=0.25,
        rtt=0.02,
        jitter=0.003,
        share=0.5,
        buckets=("prerouting both-addresses:2/0",),
        routes=("main via 192.0.2.254 distance 1 (active)",),
        targets=(a_target(),),
        path="proven",
        path_address="198.51.100.7",
    )
    return replace(wan, **changes)


def a_finding(code: str = "pcc-classifier-invalid", severity: str = "error") -> FindingStatus:
    """Something about the router."""
    return FindingStatus(code=code, severity=severity, where="*7", data={}, fix=())


def a_document(**changes: Any) -> StatusDocument:
    """A daemon that is well."""
    document = StatusDocument(
        version="1.2.3",
        started=1000.0,
        now=2000.0,
        ready=True,
        frozen="",
        router=a_router(),
        wans=(a_wan("isp1"), a_wan("isp2", interface="ether2")),
        pending_steps=0,
        findings=(),
        changes=(),
        writes=WriteStatus(last_hour=4, limit=60, spent=False),
        config_error="",
        lease=LeaseStatus(instance="watch-1", held=True, holder="watch-1", error=""),
    )
    return replace(document, **changes)


def a_router(**changes: Any) -> RouterStatus:
    """A router that wanwatch talks to."""
    router = RouterStatus(
        address="192.0.2.254:8728",
        identity="shop",
        version="7.20.8",
        state="connected",
        error="",
        since=1000.0,
        last_observed=1990.0,
    )
    return replace(router, **changes)
