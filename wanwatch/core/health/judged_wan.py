"""One WAN as the judge has it: its targets, its state, and what is said of it between verdicts."""

from collections.abc import Sequence

from wanwatch.core.health.blindness import Blindness
from wanwatch.core.health.health_config import HealthConfig
from wanwatch.core.health.silence import is_refuted
from wanwatch.core.health.streak import TargetState
from wanwatch.core.health.target_health import TargetHealth
from wanwatch.core.health.wan_health import Transition, WanHealth
from wanwatch.core.model import HealthState


class JudgedWan:
    """The targets of one WAN, its state, and whether it can be seen."""

    def __init__(self, name: str, targets: Sequence[str], limits: HealthConfig) -> None:
        """Begin UNKNOWN; raises ValueError with fewer targets than the quorum, or one twice."""
        if not targets or limits.quorum > len(targets):
            raise ValueError(f"WAN {name} has fewer targets than its quorum")
        if len(set(targets)) < len(targets):
            raise ValueError(f"WAN {name} has the same target twice")
        self.targets = {target: TargetHealth(target, limits) for target in targets}
        self._quorum = limits.quorum
        self.health = WanHealth(name, limits)
        self.blindness = Blindness(limits.blind_after)

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
    def is_silent(self) -> bool:
        """True while fewer than quorum targets are without a loss at the end of their rows."""
        counted = [target for target in self.targets.values() if not target.discounted]
        without_loss = sum(target.losses == 0 for target in counted)
        return bool(counted) and without_loss < min(self._quorum, len(counted))

    def begin_anew(self) -> None:
        """Nothing that was measured so far counts."""
        for target in self.targets.values():
            target.begin_anew()
        self.health.pause()

    @property
    def is_suspected(self) -> bool:
        """True while a loss may be the beginning of an outage.

        Nobody has answered since what was sent no earlier; a target that fails by itself raises no
        suspicion any more.
        """
        is_quiet = not any(target.silence.lost_since for target in self.targets.values())
        if is_quiet or self.health.state is HealthState.DOWN:
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
