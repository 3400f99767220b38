"""What a plan is made from: whose rows, and who says which WANs there are.

The rows are those of a live router or of an export. Which WANs there are is said by a configuration
where one is named; else it is found out. An export is planned for as it is written: no address and
no gateway of a DHCP or PPP client is made up.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from wanwatch.cli.console import Failure, note
from wanwatch.cli.exported import survey_file
from wanwatch.cli.known_wans import KnownWan, configured, discovered, meant
from wanwatch.cli.login import Login
from wanwatch.cli.sentences import finding_sentence
from wanwatch.cli.source import live_router
from wanwatch.config import Config, load
from wanwatch.core.discovery.agreement import matches
from wanwatch.core.discovery.discover import discover
from wanwatch.core.discovery.found import Discovery
from wanwatch.core.model import Finding, HealthState, Severity, WanSpec
from wanwatch.core.plan import Plan
from wanwatch.core.planning import PlanOptions, make_plan
from wanwatch.core.policy import dispositions
from wanwatch.core.snapshot import Snapshot
from wanwatch.core.survey import Survey
from wanwatch.core.wans import bind
from wanwatch.routeros.router import Router
from wanwatch.service.build import plan_options, specs

_FEWEST = 2
"""WANs between which traffic can move."""
_MOST_UNREAD = 5
"""Lines of an export that are named; a page of prose would hide the plan."""


@dataclass(frozen=True, slots=True)
class Planner:
    """Plans with some WANs down and all others up; the same WANs for every snapshot."""

    specs: tuple[WanSpec, ...]
    options: PlanOptions
    down: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
    """What was found out about the WANs before planning."""

    @property
    def all_down(self) -> bool:
        """True when no WAN is left."""
        return len(self.down) == len(self.specs)

    def plan(self, snapshot: Snapshot) -> Plan:
        """The plan from this snapshot."""
        health = {
            spec.name: HealthState.DOWN if spec.name in self.down else HealthState.UP
            for spec in self.specs
        }
        return make_plan(snapshot, self.specs, dispositions(health), self.options)


@dataclass(frozen=True, slots=True)
class PlanSource:
    """Where to read, and for which WANs to plan. ``check`` before use."""

    config: Path | None
    """Names the WANs, and the router where ``login`` does not; None finds the WANs out."""
    export: Path | None
    login: Login

    def check(self) -> None:
        """Refuse what contradicts; raises Failure."""
        if self.export is not None and self.login.router:
            raise Failure("--export and --router are two routers; give one of them")
        self.login.check()

    def of_export(self, down: Sequence[str]) -> tuple[Planner, Snapshot]:
        """A planner and the snapshot of the export; raises Failure and ConfigError."""
        if self.export is None:
            raise ValueError("there is no export to read")
        planner = self._configured(down)
        survey = survey_file(self.export)
        _say_unread(survey, self.export)
        if planner is None:
            return _found_out(survey, down, str(self.export)), survey.snapshot
        return _with_gateways(planner, survey), survey.snapshot

    @asynccontextmanager
    async def of_router(
        self, down: Sequence[str]
    ) -> AsyncIterator[tuple[Planner, Snapshot, Router]]:
        """A planner, the snapshot and the open router; raises Failure, ConfigError, RouterError.

        The snapshot is the one that a repeated planning is made from as well.
        """
        planner = self._configured(down)
        async with self._open() as router:
            if planner is None:
                survey = await router.survey()
                planner = _found_out(survey, down, router.state.address)
            yield planner, await router.observe(), router

    def _open(self) -> AbstractAsyncContextManager[Router]:
        if not self.login.router and self.config is not None:
            return live_router(load(self.config))
        return self.login.open()

    def _configured(self, down: Sequence[str]) -> Planner | None:
        if self.config is None:
            return None
        config: Config = load(self.config)
        wans = specs(config)
        return Planner(wans, plan_options(config), meant(down, configured(wans)))


def _say_unread(survey: Survey, export: Path) -> None:
    for line in survey.unread[:_MOST_UNREAD]:
        note(f"{export}: line {line.line} is passed over: {line.reason}")
    more = len(survey.unread) - _MOST_UNREAD
    if more > 0:
        note(f"{export}: {more} more lines are passed over; inspect --json lists them all")


def _found_out(survey: Survey, down: Sequence[str], place: str) -> Planner:
    """A planner for the WANs that are found; raises Failure where there are fewer than two."""
    discovery = discover(survey)
    if len(discovery.wans) < _FEWEST:
        raise Failure(*_too_few(discovery, place))
    known: tuple[KnownWan, ...] = discovered(discovery.wans)
    return Planner(discovery.specs, PlanOptions(), meant(down, known), discovery.findings)


def _with_gateways(planner: Planner, survey: Survey) -> Planner:
    """The planner with the gateways that only a running router would show behind an interface.

    What a configuration says stands. Where it leaves a WAN's gateways to the router, and the export
    has no address that tells, they are those of the WAN that is found by that interface.
    """
    bound = bind(planner.specs, survey.snapshot)
    lacking = {wan.name for wan in bound.wans if not wan.gateways}
    if not lacking:
        return planner
    discovery = discover(survey)
    configured_as = matches(planner.specs, discovery)
    gateways = {
        configured_as[spec.name]: spec.gateways
        for spec in discovery.specs
        if configured_as.get(spec.name) in lacking
    }
    wans = tuple(replace(w, gateways=gateways.get(w.name) or w.gateways) for w in planner.specs)
    told = [f for f in discovery.findings if f.code.startswith("wan-interface-")]
    return replace(planner, specs=wans, findings=tuple(told) if any(gateways.values()) else ())


def _too_few(discovery: Discovery, place: str) -> list[str]:
    names = ", ".join(wan.name for wan in discovery.wans)
    found = f"only one WAN was found ({names})" if names else "no WAN was found"
    advice = "name the WANs in a configuration and give it with --config"
    return [
        f"{place}: {found}, so there is nothing to plan; {advice} if there are more",
        *(
            finding_sentence(finding)
            for finding in discovery.findings
            if finding.severity is not Severity.INFO
        ),
    ]
