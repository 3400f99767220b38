"""The whole configuration, and what the other parts ask of it."""

from math import ceil
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PrivateAttr, model_validator

from wanwatch.config.durations import format_duration
from wanwatch.config.fields import Section
from wanwatch.config.health import HealthSection
from wanwatch.config.probing import PATIENCE, ProbeSection, Probing
from wanwatch.config.probing_rules import probing_problems
from wanwatch.config.problem import ConfigError, Key, Problem, refuse, toml_value, wrong
from wanwatch.config.router import RouterSection
from wanwatch.config.rules import family_problem, wan_problems
from wanwatch.config.service import FailoverSection, LogSection, StatusSection
from wanwatch.config.wan import WanSection
from wanwatch.core.health.health_config import HealthConfig
from wanwatch.core.lease import shortest_lease
from wanwatch.core.model import WanSpec
from wanwatch.core.target import Target

_OWN_PROBING = ("interval", "timeout", "patience", "targets")
_BOUNDED_BY = {
    "patience": "timeout",
    "shortest_timeout": "timeout",
    "confirm_interval": "interval",
}
"""A key of ``[probe]`` and the key that a line has of its own when only there it is wrong."""
_WAN_FORM = "write [[wan]], in two brackets, and a name and an interface below, once for each line"


def _wan_tables(value: object) -> object:
    if isinstance(value, dict):
        raise wrong(f"a single table; {_WAN_FORM}")
    if not isinstance(value, list | tuple):
        raise wrong(f"{toml_value(value)} is not a list of tables; {_WAN_FORM}")
    if not value:
        raise wrong(f"no line is named; {_WAN_FORM}")
    return tuple(value)


class Config(Section):
    """What the operator wrote, with the defaults filled in; made by ``load`` and ``load_text``."""

    router: RouterSection | None = None
    """The router, its API service and the login. Not needed to plan from an export."""
    wans: Annotated[tuple[WanSection, ...], BeforeValidator(_wan_tables)] = Field(alias="wan")
    """The lines, once `[[wan]]` for each."""
    probe: ProbeSection = ProbeSection()
    """What is sent through each WAN."""
    health: HealthSection = HealthSection()
    """When a WAN is down, degraded, and up again."""
    failover: FailoverSection = FailoverSection()
    """What wanwatch may do on the router."""
    status: StatusSection = StatusSection()
    """Where wanwatch answers and serves metrics."""
    log: LogSection = LogSection()
    """What is logged."""

    _source: str = PrivateAttr(default="")

    def model_post_init(self, context: Any, /) -> None:
        """Remember the file's name for sentences that come later."""
        if isinstance(context, dict):
            self._source = str(context.get("source", ""))

    @model_validator(mode="after")
    def _agrees(self) -> "Config":
        common = probing_problems(self._common_probing(), self.health)
        problems = [*common, *wan_problems(self.wans)]
        known = {problem.key for problem in common}
        for index, wan in enumerate(self.wans):
            probing = self.probing(wan)
            family = family_problem(index, wan, probing)
            if family is not None:
                problems.append(family)
            own = [key for key in _OWN_PROBING if getattr(wan, key) is not None]
            if not own:
                continue
            for problem in probing_problems(probing, self.health, wan=wan.name):
                if problem.key not in known:
                    key = _at_wan(problem.key, index, own)
                    problems.append(Problem(key, problem.sentence))
        problems += self._lease_problems()
        refuse(problems)
        return self

    @property
    def source(self) -> str:
        """The name of the file that was read."""
        return self._source

    @property
    def wan_specs(self) -> tuple[WanSpec, ...]:
        """The lines as the core knows them, in the order of the file."""
        return tuple(wan.spec for wan in self.wans)

    def probing(self, wan: WanSection) -> Probing:
        """Return what is sent through a line: its own settings, else the common ones."""
        return self._probing(
            wan.targets or self.probe.targets,
            wan.interval or self.probe.interval,
            wan.timeout or self.probe.timeout,
            wan.patience,
        )

    def health_limits(self, wan: WanSection) -> HealthConfig:
        """Return what a line is judged by, as the core knows it."""
        loss, rtt, jitter = (
            pair or (None, None)
            for pair in (self.health.loss_pair, self.health.rtt_pair, self.health.jitter_pair)
        )
        probing = self.probing(wan)
        return HealthConfig(
            interval=probing.interval,
            timeout=probing.timeout,
            timeout_shortest=probing.shortest_timeout,
            fall=self.health.fall,
            confirm=self.health.confirm_seconds,
            rise=self.health.rise,
            quorum=self.health.quorum,
            hold_down=self.health.hold_down,
            damping=self.health.damping_limits,
            window=self.health.window_for(probing.interval),
            minimum_samples=self.health.named.minimum_samples,
            loss_enter=loss[0],
            loss_leave=loss[1],
            rtt_enter=rtt[0],
            rtt_leave=rtt[1],
            jitter_enter=jitter[0],
            jitter_leave=jitter[1],
        )

    def require_router(self) -> RouterSection:
        """Return the router's section. Raises ConfigError when there is none."""
        if self.router is None:
            remedy = "write [router] and its address below, or plan from an export with --export"
            raise ConfigError([f"{self._prefix}router: missing; {remedy}"])
        return self.router

    def require_steering(self) -> None:
        """Raise ConfigError when a line's probes have nothing that leads them into it."""
        unsteered = [
            f'{self._prefix}wan[{index} "{wan.name}"]: nothing steers its probes into this line; '
            "write a source, dscp, fwmark or device"
            for index, wan in enumerate(self.wans, 1)
            if not wan.is_steered
        ]
        if unsteered:
            raise ConfigError(unsteered)

    @property
    def lease_seconds(self) -> float:
        """How long the lease lasts, long enough for the router's timeout; 0 where there is none."""
        wanted = self.failover.lease
        if self.router is None or "lease" in self.failover.model_fields_set:
            return wanted
        return max(wanted, float(ceil(shortest_lease(self.router.timeout))))

    def _lease_problems(self) -> list[Problem]:
        wanted = self.failover.lease
        least = shortest_lease(self.router.timeout) if self.router else 0.0
        if not wanted or wanted >= least or "lease" not in self.failover.model_fields_set:
            return []
        sentence = (
            f'"{format_duration(wanted)}" is too short for router.timeout '
            f'"{format_duration(self.router.timeout if self.router else 0.0)}": a write must end '
            f'while the lease lasts; write "{format_duration(ceil(least))}" or more, or "off"'
        )
        return [Problem(("failover", "lease"), sentence)]

    @property
    def _prefix(self) -> str:
        return f"{self._source}: " if self._source else ""

    def _common_probing(self) -> Probing:
        probe = self.probe
        return self._probing(probe.targets, probe.interval, probe.timeout, None)

    def _probing(
        self, targets: tuple[Target, ...], interval: float, timeout: float, patience: float | None
    ) -> Probing:
        probe, profile = self.probe, self.health.named
        return Probing(
            targets=targets,
            interval=interval,
            confirm_interval=probe.confirm_interval or min(interval, profile.confirm_interval),
            shortest_timeout=probe.shortest_timeout or min(timeout, profile.timeout_shortest),
            timeout=timeout,
            patience=patience or probe.patience or PATIENCE * timeout,
        )


def _at_wan(key: Key, index: int, own: list[str]) -> Key:
    """Return the line's own key where it stands behind the problem; ``[health]`` has no own."""
    if key[0] != "probe":
        return key
    return ("wan", index, key[1] if key[1] in own else _BOUNDED_BY[str(key[1])])
