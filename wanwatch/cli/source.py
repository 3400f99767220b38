"""Where a command reads the router: the live one, or an export loaded into a world of its own.

An export goes through the same observation as a router: the built-in world is served on a free
loopback port for as long as the command lasts.
"""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from wanwatch.cli.console import Failure, note
from wanwatch.config import Config
from wanwatch.routeros.router import Router
from wanwatch.routeros.session import RouterSession
from wanwatch.service.build import open_router
from wanwatch.sim.export import load_export
from wanwatch.sim.factory import furnish
from wanwatch.sim.server import ApiServer
from wanwatch.sim.store import Store
from wanwatch.sim.world import World


@asynccontextmanager
async def live_router(config: Config) -> AsyncIterator[Router]:
    """The router of the configuration; raises ConfigError when the password cannot be had."""
    config.require_router().password()
    router = open_router(config)
    try:
        yield router
    finally:
        await router.close()


@asynccontextmanager
async def exported_router(path: Path) -> AsyncIterator[Router]:
    """A router as an export describes it; raises Failure when the file cannot be read."""
    store = Store()
    report = load_export(read_export(path), store)
    if not report.commands:
        raise Failure(f"{path}: holds no RouterOS command; name a file made by /export")
    for line in report.unreadable:
        note(f"{path}: line {line.line} is passed over: {line.reason}")
    furnish(store, report.version)
    world = World(store, report.version, clock=time.monotonic, seed=1)
    server = ApiServer(world)
    host, port = await server.start()
    try:
        async with RouterSession(host, port, "admin", "") as session:
            yield Router(session)
    finally:
        await server.close()


def read_export(path: Path) -> str:
    """An export's text, one character a byte; raises Failure when it cannot be read."""
    try:
        return path.read_bytes().decode("latin-1")
    except OSError as error:
        raise Failure(f"{path}: cannot be read ({error.strerror}); name an /export file") from error
