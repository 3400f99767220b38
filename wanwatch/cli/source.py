"""Where a command reads the router: the live one of a configuration, or the text of an export."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from wanwatch.cli.console import Failure
from wanwatch.config import Config
from wanwatch.routeros.router import Router
from wanwatch.service.open_router import open_router


@asynccontextmanager
async def live_router(config: Config) -> AsyncIterator[Router]:
    """The router of the configuration; raises ConfigError when the password cannot be had."""
    config.require_router().password()
    router = open_router(config)
    try:
        yield router
    finally:
        await router.close()


def read_export(path: Path) -> str:
    """An export's text, one character a byte; raises Failure when it cannot be read."""
    try:
        return path.read_bytes().decode("latin-1")
    except OSError as error:
        raise Failure(f"{path}: cannot be read ({error.strerror}); name an /export file") from error
