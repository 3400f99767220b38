"""``[probe]`` and ``[health]``: what is sent through each WAN, and how the answers are judged."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, GetCoreSchemaHandler, model_validator
from pydantic_core import CoreSchema, core_schema

from wanwatch.config.durations import Span, format_duration
from wanwatch.config.fields import Between, Section
from wanwatch.config.problem import Problem, refuse, toml_value, wrong
from wanwatch.config.targets import Targets
from wanwatch.core.damping import DampingConfig
from wanwatch.core.profile import PROFILES, Profile
from wanwatch.core.target import Target

LEAVE_LOSS = 0.25
"""Of ``degraded_loss``: a line at the edge of its limit goes to and fro without a wide gap."""
LEAVE_TIME = 0.75
"""Of ``degraded_rtt`` and ``degraded_jitter``: a line has an RTT of its own that does not vanish
when it is well, so that the gap cannot be as wide as that of the losses."""
PATIENCE = 2.0
"""Times the timeout."""
LONGEST_WINDOW = 3600.0
"""Seconds; the range of ``window``."""


class RatioOrOff:
    """Marks a ratio that `"off"` switches off."""

    def __str__(self) -> str:
        return '0 to 1, or "off"'

    def read(self, value: object) -> float | None:
        """Return the ratio, None for off. Raises the error that shows both forms."""
        if value == "off":
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise wrong(f'{toml_value(value)} is not a ratio; write a number such as 0.2, or "off"')
        return check_ratio(value)

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Read it whole."""
        return core_schema.no_info_plain_validator_function(self.read)


class RatioRange:
    """Marks a ratio."""

    def __str__(self) -> str:
        return "0 to 1"

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Let the number's own schema read it first."""
        return core_schema.no_info_after_validator_function(check_ratio, handler(source))


def check_ratio(value: float) -> float:
    """Return the ratio. Raises the error that turns per cent into a ratio."""
    if 1 < value <= 100:
        raise wrong(f"{value:g} is not a ratio; write {value / 100:g} for {value:g} %")
    if not 0 <= value <= 1:
        raise wrong(f"{value:g} is not a ratio; write a number from 0 to 1")
    return float(value)


Interval = Annotated[float, Span("20ms", "10m")]
Timeout = Annotated[float, Span("10ms", "30s")]
Patience = Annotated[float, Span("10ms", "60s")]
Ratio = Annotated[float, RatioRange()]
Time = Annotated[float, Span("0ms", "60s")]


@dataclass(frozen=True, slots=True)
class Probing:
    """What is sent through one WAN, its own settings and the common ones put together.

    ``interval`` is the time between two probes to one target, ``confirm_interval`` that while an
    outage is suspected; a probe without an answer is lost after a time that follows the RTT from
    ``shortest_timeout`` to ``timeout``; an answer is heard, and un-loses its probe, up to
    ``patience``. Seconds.
    """

    targets: tuple[Target, ...]
    interval: float
    confirm_interval: float
    shortest_timeout: float
    timeout: float
    patience: float


class ProbeSection(Section):
    """What is sent through each WAN; a WAN may say otherwise for itself."""

    targets: Targets = Field(
        default=(Target.parse("1.1.1.1"), Target.parse("8.8.8.8"), Target.parse("9.9.9.9")),
        examples=[["1.1.1.1", "tcp:9.9.9.9:853"]],
    )
    """What is probed through each WAN. Three hosts of three operators, so that no one host's
    trouble passes for a line's."""
    interval: Interval = 1.0
    """The time between two probes to one target. One second finds a cut within four; much faster
    is what public hosts limit."""
    confirm_interval: Interval | None = Field(
        default=None,
        examples=["200ms"],
        json_schema_extra={"default_text": "`200ms`; with the profile `fast` `100ms`"},
    )
    """The time between two probes to one target from the first lost probe until the line has
    answered or is down. Never longer than `interval`."""
    timeout: Timeout = 1.0
    """A probe without an answer for this long counts as lost, whatever was measured. Longer than
    any sane line's RTT."""
    shortest_timeout: Timeout | None = Field(
        default=None,
        examples=["200ms"],
        json_schema_extra={"default_text": "`200ms`; with the profile `fast` `150ms`"},
    )
    """A probe counts as lost when its answer is overdue by the RTT measured so far (its mean and
    four times its deviation, as TCP does), from this time up to `timeout`. The same as `timeout`:
    what is measured does not matter."""
    patience: Patience | None = Field(
        default=None,
        examples=["2s"],
        json_schema_extra={"default_text": "twice the timeout"},
    )
    """How long an answer is still listened for; a late one takes the loss back. It tells a slow
    line from a dead one."""
    engine: Literal["auto", "aioping"] = "auto"
    """What sends the ICMP probes: the best engine this host allows, or a named one."""


class HealthSection(Section):
    """When a WAN is down, degraded, and up again."""

    profile: Literal["default", "fast"] = "default"
    """What the keys are that are left out here and below `[probe]`. `default` takes no notice of
    an outage below a second and knows a cut within two; `fast` knows it within one, and moves
    clients for less."""
    fall: Annotated[int, Between(1, 100)] = 3
    """So many losses in a row make a target failing. Two are common on a busy line, three are
    not, and each more costs an interval of outage."""
    confirm: Annotated[float, Span("0ms", "10m")] | None = Field(
        default=None,
        examples=["1s"],
        json_schema_extra={"default_text": "`1s`; with the profile `fast` `350ms`"},
    )
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
    """Whether a line that flaps waits longer than `hold_down`: each time it is lost it is charged
    one, half of which is forgiven in `damping_half_life`."""
    damping_half_life: Annotated[float, Span("10s", "24h")] = 900.0
    """The time in which a line's penalty decays by half."""
    damping_suppress: Annotated[float, Between(0.1, 1000)] = 1.5
    """A penalty from which the line is not taken back. Two losses within ten minutes reach it,
    two within half an hour do not."""
    damping_reuse: Annotated[float, Between(0.01, 999)] = 0.75
    """The penalty at which it is taken back."""
    damping_maximum: Annotated[float, Span("10s", "24h")] = 3600.0
    """No line that is well waits longer than this."""
    window: Annotated[float, Span("1s", "1h")] | None = Field(
        default=None,
        examples=["60s"],
        json_schema_extra={
            "default_text": "`36s`; with the profile `fast` `15s`; times the interval above `1s`"
        },
    )
    """The span that loss ratio, RTT and jitter are taken over."""
    degraded_loss: Annotated[float | None, RatioOrOff()] = 0.2
    """A loss ratio (0.2 is 20 %) from which a WAN is degraded: its buckets move, its routes and
    connections stay. At a fifth calls and TCP are miserable, while radio lines with a few percent
    stay in service."""
    recovered_loss: Ratio | None = Field(
        default=None,
        examples=[0.05],
        json_schema_extra={"default_text": "a quarter of `degraded_loss`"},
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
        if self.damping and self.damping_reuse >= self.damping_suppress:
            sentence = f"{self.damping_reuse:g} is not below damping_suppress, "
            sentence += f"{self.damping_suppress:g}; write less than {self.damping_suppress:g}"
            problems.append(Problem(("damping_reuse",), sentence))
        refuse(problems)
        return self

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
        one: as many probes are needed to tell a ratio.
        """
        if self.window is not None:
            return self.window
        return min(self.named.window * max(interval, 1.0), LONGEST_WINDOW)

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
