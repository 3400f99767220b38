"""``wanwatch sim``: the built-in RouterOS world, served until Ctrl-C."""

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wanwatch.cli.console import EXIT_OK, Failure, note, say
from wanwatch.cli.login import place_of
from wanwatch.cli.sim_lines import Refused, describe_lines, obey
from wanwatch.cli.source import read_export
from wanwatch.cli.typed_lines import TypedLines
from wanwatch.config.router import API_PORT
from wanwatch.core.snapshot import Version
from wanwatch.routeros.text import router_text
from wanwatch.sim.clients import Clients, Manners
from wanwatch.sim.export import load_export
from wanwatch.sim.factory import furnish
from wanwatch.sim.faults import Faults
from wanwatch.sim.internet import Internet
from wanwatch.sim.login import User
from wanwatch.sim.netns.enter import enter_namespace
from wanwatch.sim.netns.errors import KernelError, NamespaceError
from wanwatch.sim.netns.follow import follow
from wanwatch.sim.netns.packet_world import PacketWorld
from wanwatch.sim.server import ApiServer
from wanwatch.sim.store import Store
from wanwatch.sim.values import parse_time
from wanwatch.sim.world import World

_STEP = 0.1
"""Seconds between two looks at what the clients are to do."""
_CONNECTIONS_PER_CLIENT = 10
_MANNERS = Manners(hold=(1800.0, 7200.0))
"""Connections that last: who tries wanwatch by hand wants to see which ones are still there."""


@dataclass(frozen=True, slots=True)
class Served:
    """What the command line asks for."""

    files: tuple[Path, ...]
    listen: str = "127.0.0.1:8728"
    user: str = "admin"
    password: str = ""
    clients: int = 40
    seed: int = 1
    echo: tuple[str, ...] = ()
    netns: str = ""
    """The network namespace whose kernel forwards; empty for simulated lines."""
    latency: str = "0s"


def run_sim(served: Served) -> int:
    """Serve until Ctrl-C, SIGTERM or ``quit``; raises Failure when it cannot."""
    if served.netns:
        _enter(served)
    return asyncio.run(_until_signalled(served))


async def _until_signalled(served: Served) -> int:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    return await serve(served, ended, _typed_from())


def _enter(served: Served) -> None:
    """Move into the namespace, before any socket is opened there."""
    if served.echo:
        raise Failure("--echo: with --netns the hosts behind the lines are real; leave it out")
    if served.clients:
        raise Failure("--clients: with --netns the clients are real; leave it out")
    try:
        enter_namespace(served.netns)
    except NamespaceError as error:
        raise Failure(str(error)) from error


def _typed_from() -> int | None:
    """Standard input, where there is one."""
    try:
        return None if sys.stdin is None else sys.stdin.fileno()
    except OSError:
        return None


def build_world(served: Served, clock: Callable[[], float]) -> World:
    """Load the exports into a world; raises Failure, notes what could not be read."""
    store = Store()
    version: Version | None = None
    for path in served.files:
        report = load_export(read_export(path), store, version)
        version = version or report.version
        if not report.commands:
            raise Failure(f"{path}: holds no RouterOS command; name a file made by /export")
        for line in report.unreadable:
            note(f"{path}: line {line.line} is passed over: {line.reason}")
        for sentence in report.invalid:
            note(f"{path}: {sentence}")
    if version is None:
        raise Failure("no export is named; give one with --load FILE")
    furnish(store, version)
    if not served.netns:
        return World(store, version, clock=clock, seed=served.seed)
    try:
        return PacketWorld(store, version, clock=clock, seed=served.seed, report=note)
    except (NamespaceError, KernelError) as error:
        raise Failure(str(error)) from error


async def serve(
    served: Served,
    ended: asyncio.Event,
    typed: int | None,
    *,
    on_ready: Callable[[str, int], None] = lambda _host, _port: None,
) -> int:
    """Serve until ``ended``; ``typed`` is the descriptor commands are read from.

    ``on_ready`` is told where the API listens. Raises Failure.
    """
    listen = place_of(served.listen, API_PORT, lowest=0)
    latency = parse_time(served.latency)
    if latency is None or latency < 0:
        raise Failure(f"--latency {served.latency}: is no time; write it as 5ms")
    hosts = [place_of(text, 0, lowest=0) for text in served.echo]
    world = build_world(served, time.monotonic)
    user = User(router_text(served.user), router_text(served.password))
    server = ApiServer(world, (user,), Faults(latency=latency))
    clients = _clients(world, served)
    internet = Internet(world, hosts)
    lines = TypedLines(-1 if typed is None else typed, lambda text: _obey(world, text, ended))
    try:
        host, port = await _listen(server, *listen)
        await _start(internet, served)
        _introduce(world, served, f"{host}:{port}", clients)
        on_ready(host, port)
        if typed is not None:
            lines.start()
        if isinstance(world, PacketWorld):
            await follow(world, ended)
        while not ended.is_set():
            if clients is not None:
                clients.step(time.monotonic())
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), _STEP)
    finally:
        lines.close()
        await internet.close()
        await server.close()
        if isinstance(world, PacketWorld):
            world.close()
    return EXIT_OK


def _clients(world: World, served: Served) -> Clients | None:
    if not served.clients:
        return None
    try:
        clients = Clients(
            world, served.clients, _CONNECTIONS_PER_CLIENT, manners=_MANNERS, seed=served.seed
        )
    except ValueError as error:
        note(f"no clients are simulated: {error}")
        return None
    clients.step(world.clock() + clients.manners.pause)
    return clients


async def _listen(server: ApiServer, host: str, port: int) -> tuple[str, int]:
    try:
        return await server.start(host, port)
    except OSError as error:
        raise Failure(
            f"--listen {host}:{port}: {error.strerror or error}; name another HOST:PORT"
        ) from error


async def _start(internet: Internet, served: Served) -> None:
    try:
        await internet.start()
    except OSError as error:
        raise Failure(f"--echo {', '.join(served.echo)}: {error.strerror or error}") from error


def _introduce(world: World, served: Served, where: str, clients: Clients | None) -> None:
    password = "with a password" if served.password else "with an empty password"
    say(f"RouterOS {world.version} at {where}, user {served.user}, {password}.")
    for path, item, what in world.unsupported:
        note(f"{path} {item}: {what} is not simulated; the rule matches nothing")
    if clients is not None:
        say(f"{len(world.entries())} connections of {served.clients} clients.")
    if isinstance(world, PacketWorld):
        say(f"Real packets in network namespace {served.netns}.")
        say("Type reboot or quit; Ctrl-C ends.")
    else:
        say(describe_lines(world))
        say("Type help for what can be done to the lines; Ctrl-C ends.")
    sys.stdout.flush()


def _obey(world: World, text: str, ended: asyncio.Event) -> None:
    try:
        answer = obey(world, text)
    except Refused as error:
        note(str(error))
        return
    if answer is None:
        ended.set()
    elif answer:
        say(answer)
        sys.stdout.flush()
