"""What a WAN's health is judged by: the numbers, each with its unit, its default and the reason.

Sentences for the operator about impossible numbers are the configuration's job; what is raised
here protects from programmer error only.
"""

from dataclasses import dataclass

from wanwatch.core.health.damping import DampingConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthConfig:
    """The limits of one WAN. Durations and RTTs in seconds, losses as ratios 0..1.

    ``profile`` has the two sets that are offered by name. Raises ValueError when the numbers
    contradict each other.
    """

    interval: float = 1.0
    """The time between two samples to a target while nothing is suspected."""
    timeout: float = 1.0
    """A sample without an answer for this long is lost. Longer than any sane line's RTT, short
    enough that it does not dominate the detection time."""
    timeout_shortest: float | None = None
    """The timeout follows the measured RTT from here up to ``timeout``; None for one that is
    always ``timeout``."""
    fall: int = 3
    """So many losses in a row make a target failing: two are common on a busy line, three are
    not, and each more costs an interval of outage."""
    confirm: float = 0.0
    """A WAN is DOWN only when nothing was heard of samples sent over so many seconds: an outage
    that is shorter moves nobody."""
    rise: int = 5
    """So many answers in a row make a target fine. More than ``fall``, since coming back too
    early hurts twice: the clients are moved twice."""
    quorum: int = 1
    """So many targets have to answer for the WAN to be usable. One, since a single answer proves
    that the line carries traffic."""
    hold_down: float = 30.0
    """A WAN that went DOWN stays so at least this long, and one that is DEGRADED has to be good
    for this long. A modem that restarts shows a few good seconds before it is stable."""
    damping: DampingConfig | None = None
    """How long a line that flaps waits; None for no longer than ``hold_down``."""
    window: float = 60.0
    """The span that loss ratio, RTT and jitter are taken over."""
    minimum_samples: int = 20
    """A target with fewer judged samples in the window says nothing about quality: below it one
    lost sample weighs more than a twentieth, and the losses of a cut that is still being found
    (``fall``) would already look like a degraded line."""
    blind_after: float = 5.0
    """A WAN of which only errors of ours were heard for this long is reported as blind."""
    loss_enter: float | None = 0.20
    """A loss ratio from which the WAN is DEGRADED; None for never. At a fifth, calls and TCP are
    already miserable, while radio lines with a few percent stay in service."""
    loss_leave: float | None = 0.10
    rtt_enter: float | None = None
    """An RTT from which the WAN is DEGRADED. Not set: what is slow for fibre is a satellite's
    best day."""
    rtt_leave: float | None = None
    jitter_enter: float | None = None
    """A jitter from which the WAN is DEGRADED. Not set, for the same reason."""
    jitter_leave: float | None = None

    def __post_init__(self) -> None:
        if min(self.fall, self.rise, self.quorum, self.minimum_samples) < 1:
            raise ValueError("fall, rise, quorum and minimum_samples are at least 1")
        if not 0 < self.timeout < self.window:
            raise ValueError("timeout is above 0 and below the window")
        if self.timeout_shortest is not None and not 0 < self.timeout_shortest <= self.timeout:
            raise ValueError("timeout_shortest is above 0 and at most timeout")
        if min(self.hold_down, self.confirm) < 0 or self.blind_after <= 0:
            raise ValueError("hold_down and confirm are at least 0 and blind_after above 0")
        for name, enter, leave in (
            ("loss", self.loss_enter, self.loss_leave),
            ("rtt", self.rtt_enter, self.rtt_leave),
            ("jitter", self.jitter_enter, self.jitter_leave),
        ):
            if (enter is None) != (leave is None):
                raise ValueError(f"{name}_enter and {name}_leave are set both or neither")
            if enter is not None and leave is not None and not 0 <= leave < enter:
                raise ValueError(f"{name}_leave is at least 0 and below {name}_enter")

    @property
    def shortest_timeout(self) -> float:
        """The least seconds an answer may take."""
        return self.timeout if self.timeout_shortest is None else self.timeout_shortest


def detection_time(limits: HealthConfig, *, targets: int, confirm_interval: float) -> float:
    """Return the seconds from a hard cut to DOWN at worst, where no RTT has been measured.

    At worst the cut follows right on an answer: a share of the interval passes until the next
    sample leaves to any of the targets, and it has to stay unanswered for ``timeout``. From then on
    each target gets a sample every ``confirm_interval``; the last one that is needed completes
    ``fall`` losses of each target and a silence of ``confirm``, and stays unanswered as well.
    Without a faster cadence the losses take ``fall`` intervals.
    """
    first = limits.interval / targets
    sooner = first + limits.timeout + limits.fall * confirm_interval
    losses = min(sooner, limits.fall * limits.interval)
    silence = first + limits.confirm + confirm_interval if limits.confirm else 0.0
    return max(losses, silence) + limits.timeout


def return_time(limits: HealthConfig) -> float:
    """Return the seconds after which a WAN that went DOWN is taken back, at the earliest.

    From the first answer to the last of ``rise`` they are an interval apart. A line that flaps
    waits longer (``damping``).
    """
    return max(limits.hold_down, (limits.rise - 1) * limits.interval)
