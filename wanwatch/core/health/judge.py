"""From samples to the WANs' states: the one place that the daemon feeds and asks.

Feed every sample as it leaves (``sent``) and what became of it (``answered``, ``failed``,
``voided``); a timeout is not fed, since a sample's age decides. Call ``tick`` after feeding, and
at ``next_deadline`` when nothing is fed before. The same calls give the same answers: nothing else
is looked at.

Losses are found in ``tick`` only. A loop that was stalled should therefore void what overlapped
the stall before it ticks.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from wanwatch.core.health.blindness import Blind, BlindReason
from wanwatch.core.health.common_cause import Discount, Views, discounts, everything_fails
from wanwatch.core.health.explain import Explanation, explain
from wanwatch.core.health.freeze import LanWatch, Verdicts
from wanwatch.core.health.gone import GoneReason
from wanwatch.core.health.health_config import HealthConfig
from wanwatch.core.health.health_report import HealthReport, WanReport
from wanwatch.core.health.judged_wan import JudgedWan
from wanwatch.core.health.target_health import wan_figures
from wanwatch.core.health.wan_health import Transition


@dataclass(frozen=True, slots=True)
class WatchedWan:
    """What a WAN is judged by. A target named alike in several WANs is the same target."""

    targets: tuple[str, ...]
    health: HealthConfig = field(default_factory=HealthConfig)


class Judge:
    """The health of all WANs."""

    def __init__(self, wans: Mapping[str, WatchedWan], *, asks_router: bool = False) -> None:
        """Begin with every WAN UNKNOWN.

        ``asks_router``: where all WANs fall silent at once no verdict is given until
        ``router_heard``. Raises ValueError when a WAN has fewer targets than its quorum, or one
        twice.
        """
        self._lan = LanWatch() if asks_router else None
        self._wans = {
            name: JudgedWan(name, watched.targets, watched.health) for name, watched in wans.items()
        }
        self._discounts: dict[str, Discount] = {}

    def sent(self, wan: str, target: str, seq: int, at: float) -> None:
        """A sample left. Raises ValueError when the target's sequence does not grow."""
        watched = self._wans[wan]
        watched.targets[target].sent(seq, at, suspected=watched.is_suspected)

    def answered(self, wan: str, target: str, seq: int, rtt: float, at: float) -> None:
        """An answer was heard, in time or late. Raises ValueError on a negative RTT."""
        if self._wans[wan].targets[target].answered(seq, rtt, at):
            self._wans[wan].blindness.heard()

    def failed(self, wan: str, target: str, seq: int, error: str, at: float) -> None:
        """A probe failed for a reason of ours: the sample is void, the error is kept."""
        self._wans[wan].targets[target].voided(seq)
        self._wans[wan].blindness.troubled(BlindReason.PROBE_ERRORS, at, error)

    def voided(self, wan: str, target: str, seq: int, at: float) -> None:
        """A sample overlapped a stall, a suspend or a clock jump of ours: it is void."""
        self._wans[wan].targets[target].voided(seq)
        self._wans[wan].blindness.troubled(BlindReason.VOID_SAMPLES, at)

    def gone(self, wan: str, reason: GoneReason) -> None:
        """The router says that the line is gone: it is DOWN from the next tick on."""
        self._wans[wan].health.gone = reason

    def returned(self, wan: str) -> None:
        """The router does not say so (any more); the line has to prove itself from the start."""
        watched = self._wans[wan]
        if watched.health.gone is not None:
            watched.health.gone = None
            watched.begin_anew()

    def router_heard(self, asked_at: float) -> None:
        """The router answered something that it was asked at that time."""
        if self._lan is not None:
            self._lan.heard(asked_at)

    def tick(self, now: float) -> list[Transition]:
        """Judge everything as of ``now``; return what changed."""
        for wan in self._wans.values():
            wan.judge(now)
        self._discount(now)
        waits = self._waits_for_router(now)
        transitions = []
        for wan in self._wans.values():
            is_blind = waits or wan.blindness.blind(now) is not None
            if is_blind and wan.health.gone is None:
                wan.health.pause()
            elif (transition := wan.step(now)) is not None:
                transitions.append(transition)
        return transitions

    def is_settled(self, now: float) -> bool:
        """Say whether ``tick(now)`` would change nothing: it may be left out.

        So it is while every WAN is UP and well heard. That the rest goes on as if it had been
        called lets recordings do without the calls that say nothing.
        """
        is_plain = not self._discounts and (self._lan is None or self._lan.is_idle)
        return is_plain and all(wan.is_settled(now) for wan in self._wans.values())

    def explain(self, wan: str, now: float) -> Explanation:
        """Say why a WAN is in its state. Raises KeyError when there is none of that name."""
        watched = self._wans[wan]
        return explain(
            watched.health,
            [*watched.targets.values()],
            now,
            blind=self._blind(now, watched),
            is_suspected=watched.is_suspected,
            discounts=self.discounts,
            everything_fails=self.everything_fails(now),
            needs_router=self.needs_router,
        )

    def next_deadline(self, now: float) -> float | None:
        """Return when time alone will have changed something after ``tick(now)``, else None.

        That is a pending sample turning lost, the end of a hold-down that is waited for, or a WAN
        turning blind. Samples that leave the window need no waking: new ones come.
        """
        times = [
            time
            for wan in self._wans.values()
            for time in (
                wan.health.wake_at,
                wan.blindness.begins_at,
                None if self._lan is None else self._lan.begins_at,
                *(target.next_loss for target in wan.targets.values()),
            )
            if time is not None and time > now
        ]
        return min(times, default=None)

    @property
    def discounts(self) -> tuple[Discount, ...]:
        """The targets at fault themselves, as of the last tick."""
        return tuple(self._discounts.values())

    @property
    def doubtful(self) -> frozenset[str]:
        """The WANs that are not proven alive just now, as of the last tick, whatever their state.

        Too few of their targets answered the newest sample that is judged. When all lines are lost
        at once, one is found DOWN first; this tells that the others are no refuge.
        """
        return frozenset(name for name, wan in self._wans.items() if wan.is_doubtful)

    @property
    def suspected(self) -> frozenset[str]:
        """The WANs that a fast cadence should confirm or clear, as of the last tick.

        Nobody while the LAN is lost: that is not confirmed by asking faster.
        """
        if self.lan_lost_since is not None:
            return frozenset()
        return frozenset(name for name, wan in self._wans.items() if wan.is_suspected)

    @property
    def silent(self) -> frozenset[str]:
        """The WANs through which too few targets answer to be usable, as of the last tick."""
        return frozenset(name for name, wan in self._wans.items() if wan.is_silent)

    @property
    def needs_router(self) -> bool:
        """True while verdicts wait for a word of the router, as of the last tick."""
        return self._lan is not None and self._lan.is_waiting

    @property
    def lan_lost_since(self) -> float | None:
        """Since when the LAN has counted as lost, None while it does not."""
        return None if self._lan is None else self._lan.lost_since

    def everything_fails(self, now: float) -> bool:
        """Say whether every target fails through every WAN that is not blind."""
        return everything_fails(self._views(now))

    def report(self, now: float) -> HealthReport:
        """Return what is known, as of the last tick."""
        return HealthReport(
            wans=tuple(
                WanReport(
                    wan=name,
                    state=wan.health.state,
                    since=wan.health.since,
                    figures=wan_figures(wan.targets.values()),
                    hold_down_remaining=wan.health.remaining(now),
                    blind=self._blind(now, wan),
                    targets=tuple(target.report() for target in wan.targets.values()),
                    gone=wan.health.gone,
                )
                for name, wan in self._wans.items()
            ),
            discounts=self.discounts,
            everything_fails=self.everything_fails(now),
            lan_lost_since=self.lan_lost_since,
        )

    def blinds(self, now: float) -> dict[str, Blind | None]:
        """Why each WAN is not judged, None for those that are."""
        return {name: self._blind(now, wan) for name, wan in self._wans.items()}

    def _blind(self, now: float, wan: JudgedWan) -> Blind | None:
        """Return why a WAN is not judged, None when it is."""
        blind = wan.blindness.blind(now)
        if blind is None and all(target.discounted for target in wan.targets.values()):
            since = max(self._discounts[target].since for target in wan.targets)
            return Blind(BlindReason.NO_TARGET_COUNTS, since)
        return blind

    def _waits_for_router(self, now: float) -> bool:
        """Say whether the silence of all lines may be ours; forget it once it was."""
        if self._lan is None:
            return False
        seen = [wan for wan in self._wans.values() if wan.blindness.blind(now) is None]
        verdicts = self._lan.look(now, all_silent=bool(seen) and all(w.is_silent for w in seen))
        if verdicts is Verdicts.BEGIN_ANEW:
            for wan in self._wans.values():
                wan.begin_anew()
        return verdicts is Verdicts.WAIT

    def _views(self, now: float) -> Views:
        return {
            name: wan.targets
            for name, wan in self._wans.items()
            if wan.blindness.blind(now) is None
        }

    def _discount(self, now: float) -> None:
        """Mark the targets at fault; one that comes back begins its figures anew."""
        self._discounts = discounts(now, self._views(now), self._discounts)
        for wan in self._wans.values():
            for name, target in wan.targets.items():
                at_fault = name in self._discounts
                if target.discounted and not at_fault:
                    target.begin_figures_anew()
                target.discounted = at_fault
