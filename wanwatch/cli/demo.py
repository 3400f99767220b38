"""``wanwatch demo``: a failover and a failback, before one's eyes, with nothing staged.

The built-in world runs in this process, the daemon in one of its own; they talk over TCP, and the
probes are datagrams on loopback. Needs no root, no router and no network.
"""

import asyncio
import contextlib
import signal
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from wanwatch.cli.console import EXIT_ERROR, EXIT_INTERRUPTED, EXIT_OK, Failure, note, say
from wanwatch.cli.demo_daemon import DemoDaemon, configuration
from wanwatch.cli.demo_plain import PlainTeller
from wanwatch.cli.demo_story import CALM, Pace, Story, Teller
from wanwatch.cli.demo_view import LiveTeller
from wanwatch.cli.demo_world import SOURCES, DemoWorld
from wanwatch.sim.faults import Faults


def run_demo(plain: bool, *, pace: Pace = CALM, faults: Faults | None = None) -> int:
    """Tell the story; 0 when it came true, 1 with the reason on standard error when it did not.

    ``plain`` prints lines also on a terminal. ``faults`` are of the router's API, to see the demo
    fail.
    """
    try:
        with contextlib.ExitStack() as stack:
            console = Console(highlight=False)
            if plain or not console.is_terminal or not console.encoding.startswith("utf"):
                teller: Teller = PlainTeller(_say_at_once)
            else:
                teller = stack.enter_context(LiveTeller(console))
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="wanwatch-demo-"))
            asyncio.run(_tell(teller, Path(folder), pace, faults))
    except Failure as failure:
        first, *more = failure.sentences
        for sentence in (f"wanwatch demo failed: {first}", *more):
            note(sentence)
        return EXIT_ERROR
    except asyncio.CancelledError:
        return EXIT_INTERRUPTED
    return EXIT_OK


async def _tell(teller: Teller, folder: Path, pace: Pace, faults: Faults | None) -> None:
    _end_on_sigterm()
    daemon = DemoDaemon(folder)
    try:
        async with DemoWorld(faults) as world:
            text = configuration(pace.timing, world.address, SOURCES, world.targets, daemon.socket)
            try:
                pid = await daemon.start(text)
                teller.say(
                    f"wanwatch demo: RouterOS {world.version} (built in) at "
                    f"{world.address[0]}:{world.address[1]}; wanwatch run as process {pid}"
                )
                await Story(world, daemon, teller, pace).tell()
            finally:
                await daemon.stop()
    except OSError as error:
        raise Failure(f"the demo cannot run here: {error.strerror or error}") from error


def _end_on_sigterm() -> None:
    """Clean up on SIGTERM as on Ctrl-C, so that no daemon is left behind."""
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


def _say_at_once(text: str) -> None:
    say(text)
    sys.stdout.flush()
