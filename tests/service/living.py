"""A whole house with a real daemon, in time that jumps: an hour of it takes a moment."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.e2e.house import FAST, House, Watched, house
from tests.service.jumping import run_jumping

Story = Callable[[House, Watched], Awaitable[None]]


def with_status(listen: str = "", sock: str = "", extra: str = FAST) -> str:
    """A configuration whose daemon answers at an address or a socket."""
    extra = extra.replace('listen = ""', f'listen = "{listen}"')
    return extra.replace('socket = ""', f'socket = "{sock}"')


def live(folder: Path, story: Story, extra: str = FAST, name: str = "v7-two-interleaved") -> None:
    """Tell a story beside a daemon; it is stopped at the end as SIGTERM does."""

    async def main() -> None:
        home = house(name, folder)
        async with home.open(), home.watched(extra) as watched:
            await story(home, watched)

    run_jumping(main())


def rewrite(path: Path, old: str, new: str) -> None:
    """Change a configuration file."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


async def signalled(number: signal.Signals) -> None:
    """Send this process a signal, and let the loop take it."""
    os.kill(os.getpid(), number)
    await asyncio.sleep(0.01)


def open_sockets() -> set[str]:
    """What this process holds open, sockets only."""
    found = set()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            target = str(entry.readlink())
        except OSError:
            continue
        if target.startswith("socket:"):
            found.add(target)
    return found
