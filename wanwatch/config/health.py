"""``[health]``: how the answers to the probes are judged."""

from collections.abc import Iterator
from math import ceil, log2
from typing import Annotated, Literal

from pydantic import Field, model_validator

from wanwatch.config.durations import Span, format_duration
from wanwatch.config.fields import Between, Section
from wanwatch.config.problem import Problem, refuse
from wanwatch.config.profiled import by_profile
from wanwatch.config.ratios import RatioOrOff, RatioRange
from wanwatch.core.health.damping import DampingConfig
from wanwatch.core.health.profile import PROFILES, Profile
from wanwatch.core.health.window import CAPACITY

LEAVE_LOSS = 0.5
"""Of ``degraded_loss``: a line at the edge of its limit goes to and fro without a gap; with a wider
one, a line that is always a little lossy would never come back from one bad minute."""
LEAVE_TIME = 0.75
"""Of ``degraded_rtt`` and ``degraded_jitter``: a line has an RTT of its own that does not vanish
when it is well, so that the gap cannot be as wide as that of the losses."""
LONGEST_WINDOW = 3600.0
"""Seconds; the range of ``window``."""
LONGEST_DAMPING = 86400.0
"""Seconds; the range of ``damping_maximum``."""

Ratio = Annotated[float, RatioRange()]
Time = Annotated[float, Span("0ms", "60s")]


class HealthSection(Section):
    """When a WAN is down, degraded, and up again."""

    profile: Literal["default", "fast"] = "default"
    """What the keys are that are left out here and below `[probe]`. `default` takes no notice of
    an outage below a second and knows a cut within two; `fast` knows it within one, and moves
    clients for less."""
    fall: Annotated[int, Between(1, 100)] = 3
    """So many losses in a row make a target failing. Two are common on a busy line, three are
    not, and each more costs an interval of outage."""
    confirm: Annotated[float, Span("0ms", "10m")] | None = by_profile("confirm")
    """A WAN is down only when nothing was heard of probes sent over this long: a shorter outage
    moves nobody."""
    rise: Annotated[int, Between(1, 1000)] = 5
    """So many answers in a row make a target fine again. More than `fall`, since coming back too
    early moves the clients twice."""
    quorum: Annotated[int, Between(1, 100)] = 1
    """So many targets have to answer for a WAN to be usable. One answer proves that the line
    carries traffic."""
    hold_down: Annotated[float, Span("0s", "24h")] = 30.0
    """A WAN that went down stays out at least this long, and one that is degraded has to be good
    for this long. A restarting modem shows a few good seconds before it is stable."""
    damping: bool = True
    """Whether a line that flaps waits longer than `hold_down`: an outage of a minute is charged
    one, a shorter one less, and half of it is forgiven in `damping_half_life`."""
    damping_half_life: Annotated[float, Span("10s", "24h")] = 900.0
    """The time in which a line's penalty decays by half."""
    damping_suppress: Annotated[float, Between(0.1, 1000)] = 1.5
    """A penalty from which the line is not taken back. Two outages of a minute within ten minutes
    reach it, two within half an hour do not."""
    damping_reuse: Annotated[float, Between(0.01, 999)] = 0.75
    """The penalty at which it is taken back."""
    damping_maximum: Annotated[float, Span("10s", "24h")] = 3600.0
    """No line that is well waits longer than this."""
    window: Annotated[float, Span("1s", "1h")] | None = by_profile(
        "window", "; times the interval above `1s`"
    )
    """The span that loss ratio, RTT and jitter are taken over."""
    degraded_loss: Annotated[float | None, RatioOrOff()] = 0.2
    """A loss ratio (0.2 is 20 %) from which a WAN is degraded: its buckets move, its routes and
    connections stay. At a fifth calls and TCP are miserable, while radio lines with a few percent
    stay in service."""
    recovered_loss: Ratio | None = Field(
        default=None,
        examples=[0.05],
        json_schema_extra={"default_text": "half of `degraded_loss`"},
    )
    """A loss ratio at which it is good again. Below `degraded_loss`, so that a line at its limit
    does not go to and fro."""
    degraded_rtt: Annotated[float, Span("1ms", "60s")] | None = Field(
        default=None, examples=["300ms"]
    )
    """A mean RTT from which a WAN is degraded. Not set: slow for fibre is a satellite's best."""
    recovered_rtt: Time | None = Field(
        default=None,
        examples=["225ms"],
        json_schema_extra={"default_text": "three quarters of `degraded_rtt`"},
    )
    """A mean RTT at which it is good again."""
    degraded_jitter: Annotated[float, Span("1ms", "60s")] | None = Field(
        default=None, examples=["80ms"]
    )
    """A jitter (mean difference of successive RTTs) from which a WAN is degraded. Not set, for
    the same reason."""
    recovered_jitter: Time | None = Field(
        default=None,
        examples=["60ms"],
        json_schema_extra={"default_text": "three quarters of `degraded_jitter`"},
    )
    """A jitter at which it is good again."""

    @model_validator(mode="after")
    def _agrees(self) -> "HealthSection":
        pairs = (
            ("loss", self.loss_pair, self.recovered_loss, str),
            ("rtt", self.rtt_pair, self.recovered_rtt, format_duration),
            ("jitter", self.jitter_pair, self.recovered_jitter, format_duration),
        )
        problems = []
        for name, pair, leave, shown in pairs:
            if leave is None:
                continue
            if pair is None:
                sentence = f"means nothing without degraded_{name}; set that, or remove this key"
                problems.append(Problem((f"recovered_{name}",), sentence))
            elif leave >= pair[0]:
                enter = shown(pair[0])
                sentence = f"{shown(leave)} is not below degraded_{name}, {enter}; write less"
                problems.append(Problem((f"recovered_{name}",), f"{sentence} than {enter}"))
        problems.extend(self._damping_problems())
        refuse(problems)
        return self

    def _damping_problems(self) -> Iterator[Problem]:
        """Return where no line would ever be damped, or never be taken back."""
        if not self.damping:
            return
        suppress, reuse = self.damping_suppress, self.damping_reuse
        if reuse >= suppress:
            sentence = f"{reuse:g} is not below damping_suppress, {suppress:g}"
            yield Problem(("damping_reuse",), f"{sentence}; write less than {suppress:g}")
            return
        decays = ceil(self.damping_half_life * log2(suppress / reuse))
        if self.damping_maximum >= decays:
            return
        remedy = "write a shorter damping_half_life"
        if decays <= LONGEST_DAMPING:
            remedy = f'write "{format_duration(decays)}" or more, or a shorter damping_half_life'
        sentence = (
            f"{format_duration(self.damping_maximum)} is shorter than the "
            f"{format_duration(decays)} in which damping_suppress, {suppress:g}, decays to "
            f"damping_reuse, {reuse:g}, so that no line is ever damped; {remedy}"
        )
        yield Problem(("damping_maximum",), sentence)

    @property
    def named(self) -> Profile:
        """The profile that says what is left out."""
        return PROFILES[self.profile]

    @property
    def confirm_seconds(self) -> float:
        """How long nothing must be heard."""
        return self.named.confirm if self.confirm is None else self.confirm

    def window_for(self, interval: float) -> float:
        """The span of the figures of a target probed at this interval.

        Left out, it is the profile's at an interval of a second and less, and grows with a longer
        one: as many probes are needed to tell a ratio. It keeps to what a window holds.
        """
        if self.window is not None:
            return self.window
        longest = min(LONGEST_WINDOW, float(int(CAPACITY * interval)))
        return min(self.named.window * max(interval, 1.0), longest)

    @property
    def damping_limits(self) -> DampingConfig | None:
        """What a line that flaps is charged; None where it is not."""
        if not self.damping:
            return None
        return DampingConfig(
            half_life=self.damping_half_life,
            suppress=self.damping_suppress,
            reuse=self.damping_reuse,
            maximum=self.damping_maximum,
        )

    @property
    def loss_pair(self) -> tuple[float, float] | None:
        """The loss ratios to enter and to leave DEGRADED at; None when it is switched off."""
        return _pair(self.degraded_loss, self.recovered_loss, LEAVE_LOSS)

    @property
    def rtt_pair(self) -> tuple[float, float] | None:
        """The RTTs to enter and to leave DEGRADED at, in seconds; None when not set."""
        return _pair(self.degraded_rtt, self.recovered_rtt, LEAVE_TIME)

    @property
    def jitter_pair(self) -> tuple[float, float] | None:
        """The jitters to enter and to leave DEGRADED at, in seconds; None when not set."""
        return _pair(self.degraded_jitter, self.recovered_jitter, LEAVE_TIME)


def _pair(enter: float | None, leave: float | None, share: float) -> tuple[float, float] | None:
    if enter is None:
        return None
    return enter, enter * share if leave is None else leave
