"""From probes to health: feeds every sample to the judge and tells of what changed."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from wanwatch.core.health.blindness import BlindReason
from wanwatch.core.health.gone import GoneReason
from wanwatch.core.health.health_report import HealthReport
from wanwatch.core.health.judge import Judge
from wanwatch.core.health.wan_health import Transition
from wanwatch.core.model import HealthState
from wanwatch.core.target import Target
from wanwatch.probes.distrust import StallGuard
from wanwatch.probes.results import ProbeError, ProbeResult, Reply, Timeout
from wanwatch.service.metrics import Metrics


class SuspicionListener(Protocol):
    """Is told when a WAN is suspected to be lost, and when it is cleared or lost."""

    def __call__(self, wan: str, *, suspected: bool) -> None:
        """Probe the WAN at the cadence that fits."""
        ...


class Watcher:
    """The sink of the probe runner, and the task that lets time pass for the judge.

    ``on_transitions`` is called with every batch of changes, in the call that found them;
    ``on_suspicion`` for each WAN whose loss is to be confirmed or cleared soon. ``catch_up`` has
    to report what has arrived and was not read yet; it is called before a sample is found lost.
    ``after_tick`` is called whenever it was judged, for those who ask the watcher.
    """

    def __init__(
        self,
        judge: Judge,
        wans: Mapping[str, Sequence[Target]],
        *,
        guard: StallGuard,
        metrics: Metrics,
        clock: Callable[[], float],
        on_transitions: Callable[[Sequence[Transition]], None],
        on_suspicion: "SuspicionListener",
        catch_up: Callable[[], None] = lambda: None,
        after_tick: Callable[[], None] = lambda: None,
    ) -> None:
        self._judge = judge
        self._guard = guard
        self._metrics = metrics
        self._clock = clock
        self._on_transitions = on_transitions
        self._on_suspicion = on_suspicion
        self._catch_up = catch_up
        self._after_tick = after_tick
        self._suspected: frozenset[str] = frozenset()
        self._fed = asyncio.Event()
        self._names = {target: str(target) for targets in wans.values() for target in targets}
        self.states = dict.fromkeys(wans, HealthState.UNKNOWN)
        self.reasons = dict.fromkeys(wans, "")
        """Why each WAN is in its state; empty before its first verdict."""
        self._why_lost: dict[tuple[str, str], str] = {}
        """Why the last probe of a target through a WAN was lost, by name; nothing where it was not."""
        self._errors = dict.fromkeys(wans, "")
        """The last reason for which a probe through each WAN failed on our side."""

    def sent(self, wan: str, target: Target, seq: int, at: float) -> None:
        """A probe is on its way."""
        self._judge.sent(wan, self._names[target], seq, at)
        self._fed.set()

    def finished(self, wan: str, target: Target, seq: int, result: ProbeResult, at: float) -> None:
        """A probe came back; a timeout is not fed, since the sample's age decides."""
        name = self._names[target]
        match result:
            case Reply(rtt=rtt):
                self._judge.answered(wan, name, seq, rtt, at)
                self._why_lost.pop((wan, name), None)
                self._metrics.probe(wan, name, "reply", rtt)
            case ProbeError() as error:
                self._judge.failed(wan, name, seq, f"{error.reason}: {error.detail}", at)
                self._metrics.probe(wan, name, "error", None)
                self._metrics.probe_error(wan, error.reason.value)
                self._errors[wan] = error.reason.value
            case Timeout(detail=detail):
                self._why_lost[wan, name] = detail
                self._metrics.probe(wan, name, "lost", None)
        self._fed.set()

    def voided(self, wan: str, target: Target, seq: int, reason: str, at: float) -> None:
        """A sample overlapped a disturbance of ours."""
        del reason
        self._judge.voided(wan, self._names[target], seq, at)
        self._metrics.probe(wan, self._names[target], "void", None)
        self._fed.set()

    @property
    def doubtful(self) -> frozenset[str]:
        """The WANs that are not proven alive just now."""
        return self._judge.doubtful

    @property
    def silent(self) -> frozenset[str]:
        """The WANs through which too few targets answer just now."""
        return self._judge.silent

    @property
    def needs_router(self) -> bool:
        """True while verdicts wait for a word of the router."""
        return self._judge.needs_router

    @property
    def lan_lost_since(self) -> float | None:
        """Since when the LAN has counted as lost, None while it does not."""
        return self._judge.lan_lost_since

    def why_lost(self, wan: str, target: str) -> str:
        """Why the last probe of a target was lost; empty where nothing was said, or it was not."""
        return self._why_lost.get((wan, target), "")

    def blind_causes(self) -> list[str]:
        """For each WAN the word for what blinds it, empty where it can be judged."""
        return [
            self._errors[wan]
            if blind is not None and blind.reason is BlindReason.PROBE_ERRORS
            else ("" if blind is None else blind.reason.value)
            for wan, blind in self._judge.blinds(self._clock()).items()
        ]

    def router_says(self, gone: Mapping[str, GoneReason]) -> None:
        """Take the router's word on which lines are gone; the others are not."""
        for wan in self.states:
            if wan in gone:
                self._judge.gone(wan, gone[wan])
            else:
                self._judge.returned(wan)
        self._fed.set()

    def router_heard(self, asked_at: float) -> None:
        """The router answered something that it was asked at that time."""
        self._judge.router_heard(asked_at)
        if self._judge.needs_router:
            self._fed.set()

    def report(self) -> HealthReport:
        """The health as of now."""
        return self._judge.report(self._clock())

    async def run(self) -> None:
        """Judge whenever something was fed or time alone changes something; until cancelled."""
        deadline: float | None = None
        while True:
            self._fed.clear()
            # A stall that nobody noticed yet has to void its samples before they look lost.
            self._guard.look()
            self._metrics.loop_lag(self._guard.lag, self._guard.worst_lag)
            if deadline is not None and self._clock() >= deadline:
                self._catch_up()
            now = self._clock()
            transitions = self._judge.tick(now)
            for transition in transitions:
                self.states[transition.wan] = transition.after
                self.reasons[transition.wan] = transition.reason.value
            if transitions:
                self._on_transitions(transitions)
            self._tell_suspicions()
            self._after_tick()
            deadline = self._judge.next_deadline(now)
            try:
                async with asyncio.timeout_at(deadline):
                    await self._fed.wait()
            except TimeoutError:
                pass

    def _tell_suspicions(self) -> None:
        suspected = self._judge.suspected
        for wan in suspected ^ self._suspected:
            self._on_suspicion(wan, suspected=wan in suspected)
        self._suspected = suspected
