"""``wanwatch inspect``: which WANs a router has, how traffic reaches them, and what is wrong.

Decides the exit code: 0 nothing worse than a note, 2 warnings or errors, 1 the router or the export
could not be read.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from wanwatch.cli.console import EXIT_OK, EXIT_PENDING, Failure, say, say_json
from wanwatch.cli.exported import survey_text
from wanwatch.cli.inspect_findings import counts, gravest_first, print_inspected
from wanwatch.cli.inspect_json import inspect_document
from wanwatch.cli.inspect_places import Places
from wanwatch.cli.inspect_text import print_router
from wanwatch.cli.inspect_words import counted
from wanwatch.cli.login import Login
from wanwatch.cli.source import read_export
from wanwatch.config import Config, load
from wanwatch.core.discovery.agreement import disagreements, matches
from wanwatch.core.discovery.discover import discover
from wanwatch.core.discovery.found import Discovery
from wanwatch.core.ipv6_side import specs_of_family
from wanwatch.core.lint.run import lint
from wanwatch.core.model import Finding, Severity
from wanwatch.core.survey import Survey
from wanwatch.core.wans import bind
from wanwatch.routeros.router import Router
from wanwatch.service.build import specs

_HEADER_LINES = 5
"""How many comment lines of an export may hold its header."""


@dataclass(frozen=True, slots=True)
class Inspected:
    """A router, as it was read and as it is understood."""

    survey: Survey
    discovery: Discovery
    findings: tuple[Finding, ...]
    version_guessed: bool = False
    configured: Mapping[str, str] = field(default_factory=dict)
    """Found WAN -> its name in the configuration, where there is one."""


def run_inspect(export: Path | None, login: Login, *, as_json: bool) -> int:
    """Show a router; raises Failure, ConfigError and RouterError."""
    if [export is None, not login.router, login.config is None].count(False) != 1:
        raise Failure(
            "name the router, by --export FILE, --router HOST[:PORT] or --config FILE; one of them"
        )
    login.check()
    if export is not None:
        return show(inspect_export(export), as_json=as_json)
    return show(asyncio.run(_live(login)), as_json=as_json)


def inspect_export(path: Path) -> Inspected:
    """An export, inspected; raises Failure when it cannot be read."""
    text = read_export(path)
    return inspected(survey_text(text, str(path)), version_guessed=not names_its_version(text))


async def inspect_router(router: Router) -> Inspected:
    """A live router, inspected; raises RouterError."""
    return inspected(await router.survey(), router.state.findings)


async def _live(login: Login) -> Inspected:
    async with login.open() as router:
        found = await inspect_router(router)
    return found if login.config is None else beside(found, load(login.config))


def beside(found: Inspected, config: Config) -> Inspected:
    """What was found, and where a configuration says otherwise."""
    wanted = specs_of_family(specs(config), 4)
    bound = bind(wanted, found.survey.snapshot)
    findings = (*bound.findings, *disagreements(wanted, found.discovery), *found.findings)
    return replace(
        found,
        findings=tuple(gravest_first(findings)),
        configured=matches(wanted, found.discovery),
    )


def inspected(
    survey: Survey, beside: tuple[Finding, ...] = (), *, version_guessed: bool = False
) -> Inspected:
    """A survey, inspected; ``beside`` are findings of other sources."""
    discovery = discover(survey)
    findings = gravest_first((*beside, *discovery.findings, *lint(survey, discovery)))
    return Inspected(survey, discovery, tuple(findings), version_guessed)


def show(found: Inspected, *, as_json: bool) -> int:
    """Print what was found and return the exit code."""
    if as_json:
        say_json(
            inspect_document(
                found.survey,
                found.discovery,
                found.findings,
                version_guessed=found.version_guessed,
                configured=found.configured,
            )
        )
    else:
        print_router(
            found.survey,
            found.discovery,
            version_guessed=found.version_guessed,
            configured=found.configured,
        )
        print_inspected(found.findings, Places(found.survey))
        discovery = found.discovery
        wans, groups = (
            counted(len(discovery.wans), "WAN"),
            counted(len(discovery.groups), "PCC group"),
        )
        say(f"{wans}, {groups}, {counts(found.findings)}.")
    is_clean = all(finding.severity is Severity.INFO for finding in found.findings)
    return EXIT_OK if is_clean else EXIT_PENDING


def names_its_version(text: str) -> bool:
    """True for an export whose header says which RouterOS wrote it."""
    comments = [line for line in text.splitlines() if line.lstrip().startswith("#")]
    return any("RouterOS" in line for line in comments[:_HEADER_LINES])
