"""``wanwatch plan``: what would be done for WANs that are down, and with ``--apply`` doing it.

Decides the exit code: 0 nothing to do (or all done and proven), 2 steps are pending, 1 an error or
a finding that forbids planning.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wanwatch.cli.console import EXIT_ERROR, EXIT_OK, EXIT_PENDING, Failure, note, say, say_json
from wanwatch.cli.plan_json import execution_document, plan_document
from wanwatch.cli.plan_source import Planner, PlanSource
from wanwatch.cli.plan_text import print_execution, print_findings, print_plan, problems
from wanwatch.cli.rsc import Script
from wanwatch.cli.sentences import finding_sentence
from wanwatch.cli.under_lease import under_lease
from wanwatch.core.model import Finding, Severity
from wanwatch.core.plan import Plan
from wanwatch.core.snapshot import Snapshot
from wanwatch.routeros.execute import execute
from wanwatch.routeros.router import Router


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for."""

    source: PlanSource
    down: tuple[str, ...] = ()
    json: bool = False
    rsc: bool = False
    apply: bool = False
    force: bool = False


def run_plan(wanted: Wanted) -> int:
    """Plan, show and perhaps apply; raises Failure, ConfigError and RouterError."""
    if wanted.json and wanted.rsc:
        raise Failure("--json and --rsc are two forms of the same plan; give one of them")
    if wanted.apply and wanted.source.export is not None:
        raise Failure("--apply changes a live router; an --export cannot be changed, only planned")
    if wanted.apply and wanted.rsc:
        raise Failure("--apply does the plan itself; leave it out to print it with --rsc")
    wanted.source.check()
    if wanted.source.export is None:
        return asyncio.run(_live(wanted))
    planner, snapshot = wanted.source.of_export(wanted.down)
    return _show(_Shown(planner, snapshot, wanted))


async def _live(wanted: Wanted) -> int:
    async with wanted.source.of_router(wanted.down) as (planner, snapshot, router):
        shown = _Shown(planner, snapshot, wanted)
        if wanted.apply:
            return await _apply(router, shown)
    return _show(shown)


def _show(shown: "_Shown") -> int:
    shown.print()
    if shown.plan.steps:
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
    async with under_lease(router, force=shown.wanted.force):
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

    def __init__(self, planner: Planner, snapshot: Snapshot, wanted: Wanted) -> None:
        self.planner = planner
        self.plan: Plan = planner.plan(snapshot)
        self.wanted = wanted
        self._snapshot = snapshot
        self._findings = _telling((*planner.findings, *self.plan.findings), planner.down)

    @property
    def is_forbidden(self) -> bool:
        """True when there are no steps because something is wrong."""
        severities = {finding.severity for finding in self.plan.findings}
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
        return Script(self._snapshot, by_id=self.wanted.source.export is None)

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


def _telling(findings: Sequence[Finding], down: Sequence[str]) -> list[Finding]:
    """The findings that matter to this plan, each once, the gravest first.

    How a WAN's connections are found matters where they are to be removed.
    """
    told = [f for f in findings if f.code != "wan-without-address" or f.where in down]
    return sorted(dict.fromkeys(told), key=lambda f: list(Severity).index(f.severity))


def _ascii(text: str) -> str:
    return text.encode("ascii", "backslashreplace").decode("ascii")
