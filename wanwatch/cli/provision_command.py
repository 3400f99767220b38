"""``wanwatch provision``: what a router and this host need, shown, done and undone.

Decides the exit code: 0 everything stands (or was done and proven), 2 something is to be done,
1 an error.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from getpass import getpass
from pathlib import Path

from wanwatch.cli.console import EXIT_ERROR, EXIT_OK, EXIT_PENDING, Failure, note, say
from wanwatch.cli.exported import survey_file
from wanwatch.cli.provision_confirm import confirmed
from wanwatch.cli.provision_host import host_commands
from wanwatch.cli.provision_remove import remove
from wanwatch.cli.provision_script import script
from wanwatch.cli.provision_source import Asked, ProvisionOptions, asked_for
from wanwatch.cli.provision_words import change_sentence, name_of, standing_words
from wanwatch.cli.source import live_router
from wanwatch.config import load
from wanwatch.config.password import from_file
from wanwatch.core.provision.changes import Change, changes_of
from wanwatch.core.provision.judge import Verdict, judge
from wanwatch.core.provision.stale import stale_changes
from wanwatch.core.provision.wanted import wanted_items
from wanwatch.core.survey import Survey
from wanwatch.routeros.dialect import dialect_for
from wanwatch.routeros.provision import carry_out, provision_survey
from wanwatch.routeros.router import Router
from wanwatch.routeros.text import display_text, router_text

_PASSES = 3
"""A row set right may turn out to stand in the wrong place; more is another hand at the router."""
LEASE = "wanwatch-lease"


@dataclass(frozen=True, slots=True)
class ProvisionWanted:
    """What the command line asks for."""

    options: ProvisionOptions
    apply: bool = False
    remove: bool = False
    yes: bool = False
    new_password_file: Path | None = None


def run_provision(wanted: ProvisionWanted) -> int:
    """Show, apply or remove; raises Failure, ConfigError and RouterError."""
    options = wanted.options
    if wanted.apply and wanted.remove:
        raise Failure("--apply and --remove are two directions; give one of them")
    if options.export is not None:
        if wanted.apply or wanted.remove:
            raise Failure(
                "--apply and --remove change a live router; an --export cannot be changed"
            )
        if options.login.router:
            raise Failure("--export and --router are two routers; give one of them")
        options.login.check()
        return _show_export(options, options.export)
    if options.config is None and not options.login.router:
        raise Failure("name the router, by --config FILE, --router HOST[:PORT] or --export FILE")
    options.login.check()
    return asyncio.run(_live(wanted))


@asynccontextmanager
async def open_router(options: ProvisionOptions) -> AsyncIterator[Router]:
    """The router of the command line, else that of the configuration."""
    if not options.login.router and options.config is not None:
        async with live_router(load(options.config)) as router:
            yield router
    else:
        async with options.login.open() as router:
            yield router


def _show_export(options: ProvisionOptions, export: Path) -> int:
    survey = survey_file(export)
    return show(survey, asked_for(options, survey))


async def _live(wanted: ProvisionWanted) -> int:
    async with open_router(wanted.options) as router:
        survey = await provision_survey(router, LEASE)
        if wanted.remove:
            return await remove(router, survey, LEASE, yes=wanted.yes)
        asked = asked_for(wanted.options, survey)
        if not wanted.apply:
            return show(survey, asked)
        return await _apply(router, survey, asked, wanted)


def show(survey: Survey, asked: Asked) -> int:
    """Print the script and the host's commands."""
    verdicts, stale = _judged(survey, asked)
    say(f"# ---- the router: RouterOS {survey.snapshot.version}, paste into its console ----")
    if asked.is_proposal:
        say(
            "# The sources are a proposal: take free addresses of your LAN and name them by --sources."
        )
    say(script(verdicts, survey.snapshot.version, stale))
    say()
    say("# ---- wanwatch's host, as root ----")
    for line in host_commands(asked.hosts, asked.router):
        say(line)
    return EXIT_OK if all(map(_is_settled, verdicts)) and not stale else EXIT_PENDING


def _judged(survey: Survey, asked: Asked) -> tuple[tuple[Verdict, ...], tuple[Change, ...]]:
    """How everything stands, and what nothing wants any more."""
    items = wanted_items(survey, asked.specs, asked.wish)
    return judge(survey, items), stale_changes(survey, items)


async def _apply(router: Router, survey: Survey, asked: Asked, wanted: ProvisionWanted) -> int:
    if asked.is_proposal:
        raise Failure(
            "nobody has said which addresses are free: name one for each WAN with --sources, or"
            " write `source` into the configuration"
        )
    passwords = _Passwords(wanted)
    verdicts, stale = _judged(survey, asked)
    for number in range(_PASSES):
        changes = passwords.affordable((*changes_of(verdicts), *stale))
        if not changes:
            break
        dialect = dialect_for(survey.snapshot.version)
        if number == 0 and not confirmed(changes, dialect, yes=wanted.yes):
            return EXIT_PENDING
        applied = await carry_out(
            router.session, survey, changes, passwords.get, on_change=_say_done
        )
        if applied.failed is not None:
            note(f"wanwatch: refused: {change_sentence(applied.failed)}: {_message(applied.error)}")
            note("wanwatch: what was done before stays; run it again when this is mended.")
            return EXIT_ERROR
        survey = await provision_survey(router, LEASE)
        verdicts, stale = _judged(survey, asked)
    return _conclude(verdicts)


def _conclude(verdicts: Sequence[Verdict]) -> int:
    left = [verdict for verdict in verdicts if not verdict.is_fine]
    for verdict in left:
        say(f"left: {name_of(verdict.item)}: {standing_words(verdict)}")
    if all(map(_is_settled, verdicts)):
        say(f"Read back: all {len(verdicts) - len(left)} items stand on the router.")
        return EXIT_OK
    return EXIT_PENDING if all(verdict.item.blocked for verdict in left) else EXIT_ERROR


def _is_settled(verdict: Verdict) -> bool:
    return verdict.is_fine or verdict.item.optional


def _say_done(change: Change) -> None:
    say(f"done: {change_sentence(change)}")


def _message(error: Exception | None) -> str:
    return display_text(str(error)) if error is not None else ""


class _Passwords:
    """The password of the login that is to be made: never shown, asked for once."""

    def __init__(self, wanted: ProvisionWanted) -> None:
        self._wanted = wanted
        self._password = ""

    def get(self) -> str:
        """The password as the router's text."""
        return router_text(self._password)

    def affordable(self, changes: Sequence[Change]) -> tuple[Change, ...]:
        """The changes without those that need a password, where there is none to be had."""
        if any(change.needs_password for change in changes) and not self._password:
            self._password = self._find()
        if self._password:
            return tuple(changes)
        return tuple(change for change in changes if not change.needs_password)

    def _find(self) -> str:
        if self._wanted.new_password_file is not None:
            return from_file(self._wanted.new_password_file, "--new-password-file").reveal()
        if self._wanted.options.config is not None:
            section = load(self._wanted.options.config).router
            found = "" if section is None else section.password().reveal()
            if found:
                return found
        if sys.stdin is not None and sys.stdin.isatty():
            return getpass("Password for wanwatch's own login (empty to leave it out): ")
        note(
            "wanwatch: the login is left out: name its password by password_file in the"
            " configuration, or by --new-password-file"
        )
        return ""
