"""``wanwatch restore``: the router as it was before wanwatch, from the tags in its comments alone."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from getpass import getpass
from pathlib import Path

from wanwatch.cli.console import EXIT_ERROR, EXIT_OK, EXIT_PENDING, Failure, note, say, say_json
from wanwatch.cli.plan_json import execution_document, steps_document
from wanwatch.cli.plan_text import print_execution, print_steps, problems
from wanwatch.cli.rsc import Script
from wanwatch.cli.source import live_router
from wanwatch.config import load
from wanwatch.config.password import from_environment, from_file
from wanwatch.config.router import API_PORT, API_TLS_PORT
from wanwatch.config.secret import Secret
from wanwatch.core.plan import Step
from wanwatch.core.restore import restore_plan
from wanwatch.routeros.execute import execute
from wanwatch.routeros.router import Router
from wanwatch.routeros.session import RouterSession
from wanwatch.routeros.tls import TlsOptions

_PLACE = re.compile(
    r"(?:\[(?P<v6>[0-9A-Fa-f:.%\w]+)\]|(?P<host>[^:\[\]/\s]+))(?::(?P<port>\d{1,5}))?"
)


@dataclass(frozen=True, slots=True)
class Login:
    """How the command line names the router: by a configuration, or by its address."""

    config: Path | None = None
    router: str = ""
    user: str = "admin"
    password_file: Path | None = None
    password_env: str = ""
    tls_fingerprint: str = ""


def run_restore(login: Login, *, dry_run: bool, as_json: bool) -> int:
    """Undo every tag; raises Failure, ConfigError and RouterError."""
    if (login.config is None) == (not login.router):
        raise Failure(
            "name the router, by --config FILE or by --router HOST[:PORT]; one of the two"
        )
    return asyncio.run(_restore(login, dry_run=dry_run, as_json=as_json))


def place_of(text: str, otherwise: int, *, lowest: int = 1) -> tuple[str, int]:
    """Host and port of ``HOST[:PORT]``; raises Failure. An IPv6 address stands in brackets.

    ``lowest`` is 0 where port 0 means that the system chooses.
    """
    match = _PLACE.fullmatch(text)
    if match is None or not lowest <= int(match["port"] or otherwise) < 65536:
        raise Failure(f"{text!r} is not HOST[:PORT]; write it as 192.168.88.1 or 192.168.88.1:8728")
    return match["v6"] or match["host"], int(match["port"] or otherwise)


@asynccontextmanager
async def _router(login: Login) -> AsyncIterator[Router]:
    if login.config is not None:
        async with live_router(load(login.config)) as router:
            yield router
        return
    tls = None
    if login.tls_fingerprint:
        try:
            tls = TlsOptions.pinned(login.tls_fingerprint)
        except ValueError as error:
            raise Failure(f"--tls-fingerprint: {error}") from error
    host, port = place_of(login.router, API_PORT if tls is None else API_TLS_PORT)
    password = _password(login).reveal()
    async with RouterSession(host, port, login.user, password, tls=tls) as session:
        yield Router(session)


def _password(login: Login) -> Secret:
    """From a file, a variable or a person at a terminal; empty where there is none of them."""
    if login.password_file is not None:
        return from_file(login.password_file, "--password-file")
    if login.password_env:
        return from_environment(login.password_env, os.environ, "--password-env")
    if sys.stdin is not None and sys.stdin.isatty():
        return Secret(getpass(f"Password of {login.user} (empty for none): "))
    return Secret("")


async def _restore(login: Login, *, dry_run: bool, as_json: bool) -> int:
    async with _router(login) as router:
        snapshot = await router.observe()
        plan = restore_plan(snapshot)
        script = Script(snapshot, by_id=True)
        document = {"steps": steps_document(plan.steps, script)} if as_json else {}
        if not as_json:
            _show(script, plan.steps)
        if dry_run or not plan.steps:
            if as_json:
                say_json(document)
            return EXIT_PENDING if plan.steps else EXIT_OK
        execution = await execute(router, plan, replan=restore_plan)
    if as_json:
        say_json({**document, "applied": execution_document(execution)})
    else:
        print_execution(execution)
    for sentence in problems(execution):
        note(f"wanwatch: {sentence}.")
    return EXIT_OK if execution.verified else EXIT_ERROR


def _show(script: Script, steps: tuple[Step, ...]) -> None:
    if not steps:
        say("Nothing to restore: no row of the router bears a tag of wanwatch.")
        return
    say(f"{len(steps)} {'step' if len(steps) == 1 else 'steps'}:")
    print_steps(steps, script)
