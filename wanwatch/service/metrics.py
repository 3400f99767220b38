"""What wanwatch counts and measures of itself, for Prometheus.

Everything stands in a registry of its own, made with the object: two daemons in one process (or
two tests) do not share numbers. Names begin with ``wanwatch_``, units are base units. Counters get
all their label values before the first event, since ``rate`` does not see a series' first step.
What merely mirrors the status document is drawn from it in ``status_metrics``.
"""

from collections.abc import Iterator, Sequence

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.registry import Collector

from wanwatch.core.health.wan_health import HealthReason
from wanwatch.core.model import HealthState
from wanwatch.probes.distrust import DisturbanceKind
from wanwatch.probes.results import ErrorReason
from wanwatch.routeros.apply import Outcome
from wanwatch.routeros.errors import RouterError
from wanwatch.service.status import StatusDocument
from wanwatch.service.status_metrics import StatusMetrics

PROBE_RESULTS = ("reply", "lost", "error", "void")
PHASES = ("detect", "decide", "apply", "activation", "flush", "verify")
OUTCOMES = (
    "verified",
    "waiting",
    "unverified",
    *(outcome.value for outcome in Outcome if outcome is not Outcome.DONE),
)
"""How a pass that changed something ends: all was done and the router says so itself, a route is
still waited for, the router says otherwise, or how the applying was broken off."""

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""Prometheus's text format (Prometheus manual, Exposition formats)."""

_PREFIX = "wanwatch_"
_RTT = (0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1, 2, 5)
"""From a fibre's first hop to a geostationary satellite and a full modem queue."""
_PHASE = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 7.5, 10, 15, 30, 60)
_RECONCILE = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_API = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

_MOVES = {
    HealthState.UP: (HealthReason.TARGETS_ANSWER, HealthReason.QUALITY_BACK),
    HealthState.DEGRADED: (
        HealthReason.LOSS_HIGH,
        HealthReason.RTT_HIGH,
        HealthReason.JITTER_HIGH,
    ),
    HealthState.DOWN: (HealthReason.TARGETS_FAIL, HealthReason.ROUTER_SAYS_GONE),
}
"""Which reasons lead to which state (``WanHealth`` names them)."""


class Metrics:
    """Counts what happens, and shows the status document as gauges.

    ``update`` belongs before every ``render``; the rest is called where things happen.
    """

    def __init__(self, version: str) -> None:
        # Otherwise every counter and histogram has a second series with the time of its making.
        prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call] # bare def
        self.registry = CollectorRegistry(auto_describe=True)
        self.content_type = CONTENT_TYPE
        self._status = StatusMetrics()
        self.registry.register(self._status)
        self._last_reconcile = _LastReconcile()
        self.registry.register(self._last_reconcile)
        self._make_probe_metrics()
        self._make_pass_metrics()
        self._make_router_metrics()
        self._make_own_metrics(version)

    def _make_probe_metrics(self) -> None:
        self._rtt = Histogram(
            _PREFIX + "probe_rtt_seconds",
            "Round-trip time of the probes that were answered.",
            ("wan", "target"),
            buckets=_RTT,
            registry=self.registry,
        )
        self._probes = self._counter(
            "probes", "Probes by what came of them.", "wan", "target", "result"
        )
        self._probe_errors = self._counter(
            "probe_errors", "Probes that failed on this host's side, by why.", "wan", "reason"
        )
        self._transitions = self._counter(
            "transitions", "Changes of a WAN's measured state.", "wan", "to", "reason"
        )

    def _make_pass_metrics(self) -> None:
        self._applied = self._counter(
            "apply", "Passes that changed the router, by how they ended.", "outcome"
        )
        for outcome in OUTCOMES:
            self._applied.labels(outcome)
        self._phases = Histogram(
            _PREFIX + "phase_duration_seconds",
            "How long each phase of a failover or failback took.",
            ("phase",),
            buckets=_PHASE,
            registry=self.registry,
        )
        for phase in PHASES:
            self._phases.labels(phase)
        self._reconcile = Histogram(
            _PREFIX + "reconcile_duration_seconds",
            "How long a whole pass took: observe, plan, and what followed.",
            buckets=_RECONCILE,
            registry=self.registry,
        )
        self._removed = self._counter(
            "connections_removed", "Connections of the WAN that were removed.", "wan"
        )
        self._writes = self._counter("writes", "Configuration writes that the router took.")

    def _make_router_metrics(self) -> None:
        self._latency = Histogram(
            _PREFIX + "api_latency_seconds",
            "How long the router took to answer a command.",
            ("command",),
            buckets=_API,
            registry=self.registry,
        )
        self._calls = self._counter(
            "api_calls", "Commands to the router, by how they ended.", "command", "outcome"
        )
        self._errors = self._counter(
            "router_errors", "Failures of the conversation with the router.", "reason"
        )
        for reason in sorted({kind.reason for kind in _kinds(RouterError)}):
            self._errors.labels(reason)

    def _make_own_metrics(self, version: str) -> None:
        self._lag = self._gauge("loop_lag_seconds", "How late the event loop came last time.")
        self._worst_lag = self._gauge(
            "loop_lag_worst_seconds", "The latest the event loop came since the start."
        )
        self._disturbances = self._counter(
            "disturbances", "Times when this process could not vouch for what it measured.", "kind"
        )
        for kind in DisturbanceKind:
            self._disturbances.labels(kind.value)
        self._reload = self._gauge(
            "config_last_reload_successful", "1 when the configuration was taken the last time."
        )
        self._reload.set(1)
        self._lease_losses = self._counter(
            "lease_losses", "Times when the lease was gone before it was given up."
        )
        build = self._gauge("build_info", "Always 1; the label has the version.", "version")
        build.labels(version).set(1)

    def know(self, wan: str, targets: Sequence[str]) -> None:
        """Begin the series of a WAN at zero, so that their first event shows in ``rate``."""
        for target in targets:
            self._rtt.labels(wan, target)
            for result in PROBE_RESULTS:
                self._probes.labels(wan, target, result)
        for error in ErrorReason:
            self._probe_errors.labels(wan, error.value)
        for to, reasons in _MOVES.items():
            for reason in reasons:
                self._transitions.labels(wan, to, reason)
        self._removed.labels(wan)

    def probe(self, wan: str, target: str, result: str, rtt: float | None) -> None:
        """Count a sample that ended; ``result`` is one of PROBE_RESULTS, ``rtt`` in seconds."""
        self._probes.labels(wan, target, result).inc()
        if rtt is not None:
            self._rtt.labels(wan, target).observe(rtt)

    def probe_error(self, wan: str, reason: str) -> None:
        """Count a probe that failed on our side, by one of the words of ``ErrorReason``."""
        self._probe_errors.labels(wan, reason).inc()

    def disturbed(self, kind: str) -> None:
        """Count a disturbance of ours, by one of the words of ``DisturbanceKind``."""
        self._disturbances.labels(kind).inc()

    def transition(self, wan: str, to: str, reason: str) -> None:
        """Count a change of a WAN's measured state."""
        self._transitions.labels(wan, to, reason).inc()

    def phase(self, phase: str, seconds: float) -> None:
        """Note how long one of PHASES took."""
        self._phases.labels(phase).observe(seconds)

    def applied(self, outcome: str) -> None:
        """Count a pass that changed the router, or tried to."""
        self._applied.labels(outcome).inc()

    def writes(self, count: int) -> None:
        """Count configuration writes that the router took."""
        self._writes.inc(count)

    def connections_removed(self, wan: str, count: int) -> None:
        """Count connections that were removed because they were this WAN's."""
        self._removed.labels(wan).inc(count)

    def api_call(self, command: str, seconds: float, outcome: str) -> None:
        """Note a command to the router; ``outcome`` is ``ok`` or an error's reason."""
        self._latency.labels(command).observe(seconds)
        self._calls.labels(command, outcome).inc()

    def router_error(self, reason: str) -> None:
        """Count a failure of the conversation with the router."""
        self._errors.labels(reason).inc()

    def lease_lost(self) -> None:
        """Count that the lease was gone before it was given up."""
        self._lease_losses.inc()

    def loop_lag(self, last: float, worst: float) -> None:
        """Note how late the event loop was, in seconds."""
        self._lag.set(last)
        self._worst_lag.set(worst)

    def reconciled(self, seconds: float, wall_time: float) -> None:
        """Note a whole pass: how long it took, and when it ended (seconds since 1970)."""
        self._reconcile.observe(seconds)
        self._last_reconcile.at = wall_time

    def reloaded(self, ok: bool) -> None:  # noqa: FBT001 - the one thing that is told
        """Note whether the configuration was taken."""
        self._reload.set(1 if ok else 0)

    def update(self, document: StatusDocument) -> None:
        """Let the next ``render`` show this document."""
        self._status.update(document)

    def render(self) -> bytes:
        """Return everything in Prometheus's text format, whose media type is ``content_type``."""
        return generate_latest(self.registry)

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(_PREFIX + name, meaning, labels, registry=self.registry)

    def _gauge(self, name: str, meaning: str, *labels: str) -> Gauge:
        return Gauge(_PREFIX + name, meaning, labels, registry=self.registry)


class _LastReconcile(Collector):
    """When the last pass ended; no sample before the first, since 0 would be the year 1970."""

    def __init__(self) -> None:
        self.at: float | None = None

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the one gauge."""
        meaning = "When the last whole pass ended, in seconds since 1970."
        name = _PREFIX + "last_reconcile_timestamp_seconds"
        yield GaugeMetricFamily(name, meaning, value=self.at)


def _kinds(of: type[RouterError]) -> Iterator[type[RouterError]]:
    yield of
    for kind in of.__subclasses__():
        yield from _kinds(kind)
