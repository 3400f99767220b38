"""``wanwatch init``: a commented configuration from what was found on a router.

Decides the exit code: 0 the configuration can be used as it is, 2 something has to be filled in
first, 1 an error. An existing file is never overwritten without being told to.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from wanwatch.cli.console import EXIT_OK, EXIT_PENDING, Failure, note, say
from wanwatch.cli.init_router import section_of_export, section_of_login
from wanwatch.cli.init_text import configuration
from wanwatch.cli.inspect_command import Inspected, inspect_export, inspect_router
from wanwatch.cli.login import Login
from wanwatch.config import ConfigError
from wanwatch.config.load import load_text


def run_init(export: Path | None, login: Login, output: Path | None, *, force: bool) -> int:
    """Print or write the configuration; raises Failure, ConfigError and RouterError."""
    if (export is None) == (not login.router):
        raise Failure(
            "name the router, by --export FILE or by --router HOST[:PORT]; one of the two"
        )
    login.check()
    if output is not None and output.exists() and not force:
        raise Failure(f"{output}: is there already; name another file, or overwrite with --force")
    text = _of_export(export) if export is not None else asyncio.run(_of_router(login))
    missing = _missing(text, "the configuration" if output is None else str(output))
    if output is None:
        say(text.removesuffix("\n"))
    else:
        _write(output, text, force=force)
        say(f"{output}: written; read it, then try 'wanwatch check {output}'")
    for sentence in missing:
        note(f"to be filled in: {sentence}")
    return EXIT_PENDING if missing else EXIT_OK


def _of_export(path: Path) -> str:
    found = inspect_export(path)
    return configuration(found, path.name, section_of_export(found.survey, found.discovery))


async def _of_router(login: Login) -> str:
    async with login.open() as router:
        found: Inspected = await inspect_router(router)
    return configuration(found, login.router, section_of_login(login))


def _missing(text: str, name: str) -> Sequence[str]:
    """What keeps the configuration from being used, as its sentences."""
    try:
        load_text(text, name)
    except ConfigError as error:
        return error.problems
    return ()


def _write(path: Path, text: str, *, force: bool) -> None:
    try:
        with path.open("w" if force else "x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise Failure(f"{path}: cannot be written ({error.strerror})") from error
