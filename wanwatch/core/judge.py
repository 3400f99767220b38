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

from wanwatch.core.blindness import Blind, Blindness, BlindReason
from wanwatch.core.common_cause import Discount, Views, discounts, everything_fails
from wanwatch.core.explain import Explanation, explain
from wanwatch.core.health import Transition, WanHealth
from wanwatch.core.health_config import HealthConfig
from wanwatch.core.health_report import HealthReport, WanReport
from wanwatch.core.model import HealthState
from wanwatch.core.silence import is_refuted
from wanwatch.core.streak import TargetState
from wanwatch.core.target_health import TargetHealth, wan_figures


@dataclass(frozen=True, slots=True)
class WatchedWan:
    """What a WAN is judged by. A target named alike in several WANs is the same target."""

    targets: tuple[str, ...]
    health: HealthConfig = field(default_factory=HealthConfig)


class _Wan:
    """The parts of one WAN."""

    def __init__(self, name: str, watched: WatchedWan) -> None:
        if not watched.targets or watched.health.quorum > len(watched.targets):
            raise ValueError(f"WAN {name} has fewer targets than its quorum")
        if len(set(watched.targets)) < len(watched.targets):
            raise ValueError(f"WAN {name} has the same target twice")
        self.targets = {target: TargetHealth(target, watched.health) for target in watched.targets}
        self._quorum = watched.health.quorum
        self.health = WanHealth(name, watched.health)
        self.blindness = Blindness(watched.health.blind_after)

    def judge(self, now: float) -> None:
        """Let time pass for the targets."""
        for target in self.targets.values():
            before = target.state
            if target.judge(now):
                self.blindness.heard()
            came_back = before is not target.state is TargetState.FINE
            if came_back and self.health.state is HealthState.DOWN:
                target.begin_figures_anew()  # the outage is judged: it is not bad quality as well

    @property
    def is_doubtful(self) -> bool:
        """True while fewer than quorum targets answered their newest judged sample."""
        counted = [target for target in self.targets.values() if not target.discounted]
        alive = sum(target.is_judged and target.losses == 0 for target in counted)
        return alive < min(self._quorum, len(counted))

    @property
    def is_suspected(self) -> bool:
        """True while a loss may be the beginning of an outage.

        Nobody has answered since what was sent no earlier; a target that fails by itself raises no
        suspicion any more.
        """
        if self.health.state is HealthState.DOWN:
            return False
        counted = [target for target in self.targets.values() if not target.discounted]
        quorum = min(self._quorum, len(counted))
        failing = [target for target in counted if target.state is TargetState.FAILING]
        fresh = failing if len(counted) - len(failing) < quorum else []
        suspects = fresh or [target for target in counted if target not in failing]
        silences = [target.silence for target in counted]
        return any(
            not is_refuted(target.silence.lost_since[-1], silences, quorum)
            for target in suspects
            if target.silence.lost_since
        )

    def is_settled(self, now: float) -> bool:
        """Say whether judging it now would change nothing."""
        return (
            self.health.is_settled
            and self.blindness.begins_at is None
            and all(target.is_settled(now) for target in self.targets.values())
        )

    def step(self, now: float) -> Transition | None:
        """Decide the WAN's state; an outage that is over leaves no figures behind."""
        transition = self.health.step(now, [*self.targets.values()])
        if transition is not None and transition.before is HealthState.DOWN:
            for target in self.targets.values():
                if target.state is not TargetState.FINE:
                    target.begin_figures_anew()
        return transition


class Judge:
    """The health of all WANs."""

    def __init__(self, wans: Mapping[str, WatchedWan]) -> None:
        """Begin with every WAN UNKNOWN.

        Raises ValueError when a WAN has fewer targets than its quorum, or one twice.
        """
        self._wans = {name: _Wan(name, watched) for name, watched in wans.items()}
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

    def tick(self, now: float) -> list[Transition]:
        """Judge everything as of ``now``; return what changed."""
        for wan in self._wans.values():
            wan.judge(now)
        self._discount(now)
        transitions = []
        for wan in self._wans.values():
            if wan.blindness.blind(now) is not None:
                wan.health.pause()
            elif (transition := wan.step(now)) is not None:
                transitions.append(transition)
        return transitions

    def is_settled(self, now: float) -> bool:
        """Say whether ``tick(now)`` would change nothing: it may be left out.

        So it is while every WAN is UP and well heard. That the rest goes on as if it had been
        called lets recordings do without the calls that say nothing.
        """
        return not self._discounts and all(wan.is_settled(now) for wan in self._wans.values())

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
        """The WANs that a fast cadence should confirm or clear, as of the last tick."""
        return frozenset(name for name, wan in self._wans.items() if wan.is_suspected)

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
                )
                for name, wan in self._wans.items()
            ),
            discounts=self.discounts,
            everything_fails=self.everything_fails(now),
        )

    def _blind(self, now: float, wan: _Wan) -> Blind | None:
        """Return why a WAN is not judged, None when it is."""
        blind = wan.blindness.blind(now)
        if blind is None and all(target.discounted for target in wan.targets.values()):
            since = max(self._discounts[target].since for target in wan.targets)
            return Blind(BlindReason.NO_TARGET_COUNTS, since)
        return blind

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
