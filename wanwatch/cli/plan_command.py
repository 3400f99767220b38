"""``wanwatch plan``: what would be done for WANs that are down, and with ``--apply`` doing it.

Decides the exit code: 0 nothing to do (or all done and proven), 2 steps are pending, 1 an error or
a finding that forbids planning.
"""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from wanwatch.cli.console import EXIT_ERROR, EXIT_OK, EXIT_PENDING, Failure, note, say, say_json
from wanwatch.cli.plan_json import execution_document, plan_document
from wanwatch.cli.plan_text import print_execution, print_findings, print_plan, problems
from wanwatch.cli.rsc import Script
from wanwatch.cli.sentences import finding_sentence
from wanwatch.cli.source import exported_router, live_router
from wanwatch.config import Config, load
from wanwatch.core.model import HealthState, Severity
from wanwatch.core.plan import Plan
from wanwatch.core.planning import make_plan
from wanwatch.core.policy import dispositions
from wanwatch.core.snapshot import Snapshot
from wanwatch.routeros.execute import execute
from wanwatch.routeros.router import Router
from wanwatch.service.build import plan_options, specs


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for."""

    config: Path
    export: Path | None = None
    down: tuple[str, ...] = ()
    json: bool = False
    rsc: bool = False
    apply: bool = False


@dataclass(frozen=True, slots=True)
class Planner:
    """Plans for a configuration with these WANs down and all others up."""

    config: Config
    down: tuple[str, ...]

    @property
    def all_down(self) -> bool:
        """True when no WAN is left."""
        return len(self.down) == len(self.config.wans)

    def plan(self, snapshot: Snapshot) -> Plan:
        """The plan from this snapshot."""
        health = {
            wan.name: HealthState.DOWN if wan.name in self.down else HealthState.UP
            for wan in self.config.wans
        }
        return make_plan(
            snapshot, specs(self.config), dispositions(health), plan_options(self.config)
        )


def run_plan(wanted: Wanted) -> int:
    """Plan, show and perhaps apply; raises Failure, ConfigError and RouterError."""
    if wanted.json and wanted.rsc:
        raise Failure("--json and --rsc are two forms of the same plan; give one of them")
    if wanted.apply and wanted.export is not None:
        raise Failure("--apply changes a live router; an --export cannot be changed, only planned")
    if wanted.apply and wanted.rsc:
        raise Failure("--apply does the plan itself; leave it out to print it with --rsc")
    config = load(wanted.config)
    planner = Planner(config, known_wans(wanted.down, config))
    source: AbstractAsyncContextManager[Router]
    source = live_router(config) if wanted.export is None else exported_router(wanted.export)
    return asyncio.run(_plan(source, planner, wanted))


def known_wans(names: Sequence[str], config: Config) -> tuple[str, ...]:
    """The names, each once; raises Failure on one that the configuration does not have."""
    known = [wan.name for wan in config.wans]
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0.5)
            hint = f'; did you mean "{near[0]}"?' if near else ""
            raise Failure(f"--down {name}: no such WAN; known are {', '.join(known)}{hint}")
    return tuple(dict.fromkeys(names))


async def _plan(
    source: AbstractAsyncContextManager[Router], planner: Planner, wanted: Wanted
) -> int:
    async with source as router:
        snapshot = await router.observe()
        plan = planner.plan(snapshot)
        shown = _Shown(planner, plan, snapshot, wanted)
        if wanted.apply:
            return await _apply(router, shown)
    shown.print()
    if plan.steps:
        return EXIT_PENDING
    return EXIT_ERROR if shown.is_forbidden else EXIT_OK


async def _apply(router: Router, shown: "_Shown") -> int:
    if not shown.wanted.json:
        shown.print()
    if shown.is_forbidden:
        if shown.wanted.json:
            shown.print()
        return EXIT_ERROR
    plan = shown.plan
    execution = await execute(router, plan, replan=shown.planner.plan)
    if shown.wanted.json:
        say_json({**shown.document(), "applied": execution_document(execution)})
    elif plan.steps or plan.flushes:
        print_execution(execution)
    for sentence in problems(execution):
        note(f"wanwatch: {sentence}.")
    return EXIT_OK if execution.verified else EXIT_ERROR


class _Shown:
    """One plan in the form that was asked for."""

    def __init__(self, planner: Planner, plan: Plan, snapshot: Snapshot, wanted: Wanted) -> None:
        self.planner = planner
        self.plan = plan
        self.wanted = wanted
        self._snapshot = snapshot
        self._findings = sorted(plan.findings, key=lambda f: list(Severity).index(f.severity))

    @property
    def is_forbidden(self) -> bool:
        """True when there are no steps because something is wrong."""
        severities = {finding.severity for finding in self._findings}
        return not self.plan.steps and Severity.ERROR in severities

    def document(self) -> dict[str, Any]:
        """The plan as JSON."""
        return plan_document(self.plan, self.planner.down, self._script(), self._findings)

    def print(self) -> None:
        """Print the plan."""
        if self.wanted.json:
            say_json(self.document())
        elif self.wanted.rsc:
            self._print_rsc()
        else:
            self._print_text()

    def _script(self) -> Script:
        return Script(self._snapshot, by_id=self.wanted.export is None)

    def _print_text(self) -> None:
        print_findings(self._findings)
        down = self.planner.down
        if self.planner.all_down:
            say("All WANs are down: nothing is changed, so that the last line is never taken away.")
        elif self.plan.steps:
            print_plan(self.plan, self._script())
        elif self.is_forbidden:
            say("Nothing is planned.")
        else:
            state = f"{', '.join(down)} down" if down else "all WANs up"
            say(f"Nothing to do: the router is as it should be with {state}.")

    def _print_rsc(self) -> None:
        for finding in self._findings:
            say(f"# {finding.severity.value}: {_ascii(finding_sentence(finding))}")
            for line in finding.fix:
                say(f"#   {line}")
        if self.plan.steps:
            say(self._script().plan(self.plan))
        elif not self.is_forbidden:
            say("# nothing to do")


def _ascii(text: str) -> str:
    return text.encode("ascii", "backslashreplace").decode("ascii")
