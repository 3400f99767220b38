"""One target through one WAN: its samples, its rows, and whether it is fine or failing.

A target is FAILING after ``fall`` losses in a row and FINE after ``rise`` answers in a row; in
between it stays what it was, and it is UNKNOWN before either.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median_low

from wanwatch.core.health.health_config import HealthConfig
from wanwatch.core.health.recent import Recent, Sample
from wanwatch.core.health.rto import Rto
from wanwatch.core.health.silence import Silence
from wanwatch.core.health.streak import Streak, TargetState
from wanwatch.core.health.window import Figures, Window

_DEAD = 2
"""Times ``fall``."""
_STEADY = 0.9
"""Of the interval: a sample that leaves no sooner is one of the steady cadence."""


@dataclass(frozen=True, slots=True)
class TargetReport:
    """What is known of a target through one WAN, as of the last judging."""

    target: str
    state: TargetState
    losses: int
    """In a row."""
    answers: int
    """In a row."""
    figures: Figures
    last_rtt: float | None
    """Of the answer heard last, in seconds."""
    last_answer_at: float | None
    discounted: bool
    """The target itself is at fault; it counts neither towards quorum nor towards the figures."""
    timeout: float
    """Seconds after which a sample without an answer is lost, as the RTTs are now."""
    recent: tuple[Sample, ...]
    """The last samples, the newest last."""


@dataclass(frozen=True, slots=True)
class WanFigures:
    """The quality of a WAN, over its targets together.

    The loss ratio is that of all their samples: three targets tell a tenth from a third of losses
    sooner than one. RTT and jitter are medians, the lower of two in the middle: a target that is
    far or busy shows alone.
    """

    loss_ratio: float | None = None
    rtt: float | None = None
    jitter: float | None = None


class TargetHealth:
    """What was heard of one target through one WAN."""

    def __init__(self, name: str, config: HealthConfig) -> None:
        """Begin with nothing known."""
        self.name = name
        self.state = TargetState.UNKNOWN
        self.discounted = False
        self._config = config
        self._window = Window(config.window)
        self._confirming = Window(config.window)
        self._least_gap = _STEADY * config.interval
        self._steady: list[tuple[int, float]] = []
        """The last two samples of the steady cadence and when they left; void ones are none."""
        self._streak = Streak()
        self._rto = Rto(shortest=config.shortest_timeout, longest=config.timeout)
        self.silence = Silence()
        """Which of its samples nothing was heard of since the last that was answered."""
        self._recent = Recent()
        self._last_rtt: float | None = None
        self._last_answer_at: float | None = None

    def sent(self, seq: int, at: float, *, suspected: bool = False) -> None:
        """Take up a sample that left. Raises ValueError when the sequence does not grow.

        One that left ahead of the steady cadence, to confirm a suspicion, counts in the rows and
        nowhere else: figures are those of evenly spaced samples, or a short outage that is looked
        at closely would pass for a bad line.
        """
        early = bool(self._steady) and at - self._steady[-1][1] < self._least_gap
        if suspected and early:
            self._confirming.sent(seq, at)
        else:
            self._window.sent(seq, at)
            self._steady = [*self._steady[-1:], (seq, at)]
        self._recent.sent(seq, at)

    def answered(self, seq: int, rtt: float, at: float) -> bool:
        """Take up an answer heard at ``at``; say whether it was news."""
        window = self._holding(seq)
        if not window.answered(seq, rtt):
            return False
        self._streak.answered(seq)
        self._rto.measured(rtt)
        self._recent.answered(seq, rtt)
        sent_at = window.sent_at(seq)
        if sent_at is not None:
            self.silence.answered(sent_at)
        self._last_rtt, self._last_answer_at = rtt, at
        return True

    def voided(self, seq: int) -> None:
        """Take a sample back: it says nothing about the line."""
        window = self._holding(seq)
        sent_at = window.sent_at(seq)
        if sent_at is not None:
            self.silence.voided(sent_at)
        window.voided(seq)
        self._recent.voided(seq)
        self._steady = [sample for sample in self._steady if sample[0] != seq]
        self._streak.voided(seq)

    def judge(self, now: float) -> bool:
        """Let time pass; say whether a sample was found lost. ``state`` follows the rows."""
        timeout = self.timeout
        lost = [*self._window.judge(now, timeout), *self._confirming.judge(now, timeout)]
        for seq, sent_at in sorted(lost):
            self._streak.lost(seq)
            self.silence.lost(sent_at)
            self._recent.lost(seq)
        if self._streak.losses >= self._config.fall:
            self.state = TargetState.FAILING
        elif self._streak.answers >= self._config.rise:
            self.state = TargetState.FINE
        return bool(lost)

    def begin_anew(self) -> None:
        """Forget every sample, those under way too: nothing that was measured so far counts."""
        self.state = TargetState.UNKNOWN
        self._window = Window(self._config.window)
        self._confirming = Window(self._config.window)
        self._steady = []
        self._streak = Streak()
        self.silence = Silence()
        for sample in self._recent.samples():
            self._recent.voided(sample.seq)

    def begin_figures_anew(self) -> None:
        """Forget the judged samples' figures, not the rows."""
        self._window.clear()

    @property
    def next_loss(self) -> float | None:
        """When the oldest pending sample turns lost."""
        timeout = self.timeout
        times = (self._window.next_loss(timeout), self._confirming.next_loss(timeout))
        return min((time for time in times if time is not None), default=None)

    @property
    def timeout(self) -> float:
        """Seconds after which a sample without an answer is lost, as the RTTs are now."""
        return self._rto.timeout

    def _holding(self, seq: int) -> Window:
        return self._window if self._confirming.sent_at(seq) is None else self._confirming

    @property
    def losses(self) -> int:
        """Losses in a row."""
        return self._streak.losses

    @property
    def answers(self) -> int:
        """Answers in a row."""
        return self._streak.answers

    @property
    def is_judged(self) -> bool:
        """True once a sample was answered or lost."""
        return self._streak.losses > 0 or self._streak.answers > 0

    @property
    def is_about_to_fail(self) -> bool:
        """True within one loss of ``fall``, and beyond."""
        return self._streak.losses >= max(1, self._config.fall - 1)

    @property
    def is_dead(self) -> bool:
        """True when it failed for so long that chance cannot be why.

        Through a line that loses a third, ``fall`` losses in a row are common; twice as many are
        not.
        """
        return self.state is TargetState.FAILING and self.losses >= _DEAD * self._config.fall

    @property
    def is_answering(self) -> bool:
        """True when it is fine and the sample judged last was answered."""
        return self.state is TargetState.FINE and not self._streak.losses

    def is_settled(self, now: float) -> bool:
        """Say whether ``judge(now)`` would change nothing that anything is decided from.

        It is fine, nothing is overdue, and so little was lost that no loss ratio of enough samples
        reaches its threshold, whatever leaves the window.
        """
        due, enter = self.next_loss, self._config.loss_enter
        return (
            self.state is TargetState.FINE
            and not self.discounted
            and (due is None or due > now)
            and self._streak.losses < self._config.fall
            and (enter is None or self._window.lost < enter * self._config.minimum_samples)
        )

    def figures(self) -> Figures:
        """Return the window's figures."""
        return self._window.figures()

    def report(self) -> TargetReport:
        """Return all of it as a value."""
        return TargetReport(
            target=self.name,
            state=self.state,
            losses=self._streak.losses,
            answers=self._streak.answers,
            figures=self.figures(),
            last_rtt=self._last_rtt,
            last_answer_at=self._last_answer_at,
            discounted=self.discounted,
            timeout=self.timeout,
            recent=self._recent.samples(),
        )


def wan_figures(targets: Iterable[TargetHealth], minimum_samples: int = 1) -> WanFigures:
    """Return the figures over the targets that count and have enough samples.

    A target that is discounted does not count, nor do those that are dead by themselves, while at
    least as many are not: a line at fault shows through most of its targets.
    """
    counted = [target for target in targets if not target.discounted]
    others = [target for target in counted if not target.is_dead]
    counted = others if 2 * len(others) >= len(counted) else counted
    figures = [each for t in counted if (each := t.figures()).judged >= minimum_samples]
    judged = sum(each.judged for each in figures)
    return WanFigures(
        loss_ratio=sum(each.lost for each in figures) / judged if judged else None,
        rtt=_middle(each.rtt for each in figures),
        jitter=_middle(each.jitter for each in figures),
    )


def _middle(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median_low(known) if known else None
