"""The gauges that the status document knows: metrics drawn from it, with no memory of their own.

A figure that is not known yet has no sample, since a zero would be read as a measurement; a WAN
that a reload took away has none either. States are one-hot: one sample for each state, 1 for the
one that holds (a state in a number would need a legend, and could not be counted).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.registry import Collector

from wanwatch.core.model import AdminState, Disposition, HealthState
from wanwatch.service.status import StatusDocument, TargetStatus, WanStatus

CONNECTED = "connected"
"""What ``RouterStatus.state`` says while the conversation with the router goes on."""

LISTENING = "listening"
"""What ``RouterStatus.watch`` says while the router tells of its interfaces by itself."""

_PATHS = {"proven": 1.0, "suspected": 0.0, "unproven": 0.0}
"""What ``WanStatus.path`` says that is known; the rest is not a claim."""

Samples = Iterable[tuple[Sequence[str], float | None]]
"""Label values and what was measured; None leaves the sample out."""


class StatusMetrics(Collector):
    """Turns the document that was given last into gauges whenever the registry is read."""

    def __init__(self) -> None:
        self.document: StatusDocument | None = None
        self._frozen_seen: set[str] = set()

    def update(self, document: StatusDocument) -> None:
        """Take the document that the next reading shows."""
        self.document = document
        if document.frozen:
            self._frozen_seen.add(document.frozen)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield every gauge; without a document they have no samples."""
        document = self.document
        wans = document.wans if document else ()
        yield from _wan_states(wans)
        yield from _wan_figures(wans)
        yield from _targets(wans)
        yield from self._router_and_self(document)

    def _router_and_self(self, document: StatusDocument | None) -> Iterator[GaugeMetricFamily]:
        known: Sequence[StatusDocument] = [document] if document else []
        yield _gauge(
            "router_up",
            "1 while wanwatch is logged in to the router.",
            (),
            (((), _claim(d.router.state == CONNECTED)) for d in known),
        )
        yield _gauge(
            "router_listening",
            "1 while the router tells by itself of interfaces that go down.",
            (),
            (((), _claim(d.router.watch == LISTENING)) for d in known),
        )
        yield _gauge(
            "lease_held",
            "1 while this instance may write: it holds the router's lease, or none is used.",
            (),
            (((), _claim(d.lease is None or d.lease.held)) for d in known),
        )
        yield _gauge(
            "lease_holder",
            "Always 1; the label has the instance that holds the router's lease.",
            ("holder",),
            (((d.lease.holder,), 1.0) for d in known if d.lease is not None and d.lease.holder),
        )
        yield _gauge(
            "frozen",
            "1 for the reason why wanwatch changes nothing at all; a reason appears when first met.",
            ("reason",),
            (
                ((reason,), _claim(d.frozen == reason))
                for d in known
                for reason in sorted(self._frozen_seen)
            ),
        )
        yield _gauge(
            "findings",
            "How many things on the router the operator should know, by code.",
            ("code", "severity"),
            (
                (labels, count)
                for d in known
                for labels, count in sorted(
                    Counter((finding.code, finding.severity) for finding in d.findings).items()
                )
            ),
        )
        yield _gauge(
            "plan_changes",
            "Steps that the last plan had and that are not done yet.",
            (),
            (((), d.pending_steps) for d in known),
        )
        yield _gauge(
            "write_budget_remaining",
            "Configuration writes that are left of this hour's budget.",
            (),
            (((), max(0, d.writes.limit - d.writes.last_hour)) for d in known),
        )


def _wan_states(wans: Sequence[WanStatus]) -> Iterator[GaugeMetricFamily]:
    kinds: tuple[tuple[str, str, str, type[StrEnum], list[str]], ...] = (
        (
            "wan_state",
            "state",
            "1 for the state that was measured of the WAN, 0 for the others.",
            HealthState,
            [wan.state for wan in wans],
        ),
        (
            "wan_admin_state",
            "state",
            "1 for what the operator wishes for the WAN, 0 for the others.",
            AdminState,
            [wan.admin for wan in wans],
        ),
        (
            "wan_disposition",
            "disposition",
            "1 for what the WAN should do on the router, 0 for the others.",
            Disposition,
            [wan.disposition for wan in wans],
        ),
    )
    for name, label, meaning, words, holding in kinds:
        yield _gauge(
            name,
            meaning,
            ("wan", label),
            (
                ((wan.name, word), _claim(word == held))
                for wan, held in zip(wans, holding, strict=True)
                for word in words
            ),
        )
    yield _gauge(
        "wan_gone",
        "1 while the router itself says that the line is gone; it is down then.",
        ("wan",),
        (((wan.name,), _claim(bool(wan.gone))) for wan in wans),
    )
    yield _gauge(
        "wan_blind",
        "1 while the WAN cannot be judged for a reason of our own; it keeps its state.",
        ("wan",),
        (((wan.name,), _claim(bool(wan.blind))) for wan in wans),
    )

    yield _gauge(
        "wan_path_proven",
        "1 while the WAN's probes are known to leave by it, 0 while they leave by another line.",
        ("wan",),
        (((wan.name,), _PATHS.get(wan.path)) for wan in wans),
    )


def _wan_figures(wans: Sequence[WanStatus]) -> Iterator[GaugeMetricFamily]:
    kinds: tuple[tuple[str, str, list[float | None]], ...] = (
        (
            "wan_loss_ratio",
            "Part of the probes that were lost, 0 to 1: the median over the WAN's targets.",
            [wan.loss_ratio for wan in wans],
        ),
        (
            "wan_rtt_seconds",
            "Mean round-trip time: the median over the WAN's targets.",
            [wan.rtt for wan in wans],
        ),
        (
            "wan_jitter_seconds",
            "Mean difference of successive round-trip times: the median over the WAN's targets.",
            [wan.jitter for wan in wans],
        ),
        (
            "wan_share_ratio",
            "The WAN's part of the hash space as the router's rules are, 0 to 1.",
            [wan.share for wan in wans],
        ),
        (
            "wan_buckets",
            "Buckets that mark connections for the WAN.",
            [None if wan.share is None else len(wan.buckets) for wan in wans],
        ),
    )
    for name, meaning, values in kinds:
        samples = zip(([wan.name] for wan in wans), values, strict=True)
        yield _gauge(name, meaning, ("wan",), samples)


def _targets(wans: Sequence[WanStatus]) -> Iterator[GaugeMetricFamily]:
    pairs = [(wan, target) for wan in wans for target in wan.targets]
    yield _gauge(
        "target_up",
        "1 while the target answers through the WAN, 0 while it does not.",
        ("wan", "target"),
        (((wan.name, target.target), _is_up(target)) for wan, target in pairs),
    )
    yield _gauge(
        "target_discounted",
        "1 while the target itself is at fault and does not count.",
        ("wan", "target"),
        (((wan.name, target.target), _claim(target.discounted)) for wan, target in pairs),
    )


def _is_up(target: TargetStatus) -> float | None:
    return {"up": 1.0, "down": 0.0}.get(target.state)


def _claim(holds: bool) -> float:  # noqa: FBT001 - the claim is the value
    return 1.0 if holds else 0.0


def _gauge(name: str, meaning: str, labels: Sequence[str], samples: Samples) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"wanwatch_{name}", meaning, labels=labels)
    for values, measured in samples:
        if measured is not None:
            family.add_metric(values, measured)
    return family
