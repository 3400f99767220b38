"""``[probe]``: what is sent through each WAN."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from wanwatch.config.durations import Span
from wanwatch.config.fields import Section
from wanwatch.config.profiled import by_profile
from wanwatch.config.targets import Targets
from wanwatch.core.target import Target

PATIENCE = 2.0
"""Times the timeout."""

Interval = Annotated[float, Span("20ms", "10m")]
Timeout = Annotated[float, Span("10ms", "30s")]
Patience = Annotated[float, Span("10ms", "60s")]


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
    """What is probed through each WAN, by ICMP, TCP, UDP, DNS or HTTP. Three hosts of three
    operators, so that no one host's trouble passes for a line's."""
    interval: Interval = 1.0
    """The time between two probes to one target. One second, since much faster is what public
    hosts limit; while a loss is being confirmed it is `confirm_interval`."""
    confirm_interval: Interval | None = by_profile("confirm_interval")
    """The time between two probes to one target from the first lost probe until the line has
    answered or is down. Never longer than `interval`."""
    timeout: Timeout = 1.0
    """A probe without an answer for this long counts as lost, whatever was measured. Longer than
    any sane line's RTT."""
    shortest_timeout: Timeout | None = by_profile("timeout_shortest")
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
    engine: Literal["auto", "kernel", "aioping"] = "auto"
    """What sends the ICMP probes: the best engine this host allows, or a named one."""
