"""The daemon as a process of its own, killed where it hurts, and started again."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.e2e.house import House, house

WRITES = {"add", "set", "remove"}


@contextlib.asynccontextmanager
async def process(config: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """``wanwatch run``, gone at the end one way or the other."""
    daemon = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "wanwatch", "run", "--config", str(config)),
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield daemon
    finally:
        with contextlib.suppress(ProcessLookupError):
            daemon.kill()
        await daemon.wait()


async def until(holds: Callable[[], bool], within: float = 10.0) -> None:
    async with asyncio.timeout(within):
        while not holds():  # noqa: ASYNC110 - the router is looked at, it does not call
            await asyncio.sleep(0.02)


def kill_after(home: House, daemon: asyncio.subprocess.Process, writes: int) -> None:
    """Kill the daemon in the middle of its conversation: at so many writes of the failover."""
    seen = 0

    def count(words: tuple[str, ...]) -> None:
        nonlocal seen
        seen += words[0].rpartition("/")[2] in WRITES
        if seen == writes and daemon.returncode is None:
            daemon.send_signal(signal.SIGKILL)

    home.faults.on_sentence = count


@pytest.mark.parametrize("writes", [1, 3, 5, 6])
async def test_sigkill_in_the_middle_of_a_failover_ends_in_the_same_router(
    writes: int, tmp_path: Path
) -> None:
    async with house("v7-four-equal", tmp_path).open() as home:
        before, config = home.export(), home.config()
        async with process(config) as first:
            await asyncio.sleep(1.5)
            assert home.export() == before
            kill_after(home, first, writes)
            home.world.line("ether1").cut(beyond=True)
            await until(lambda: first.returncode is not None)
            assert first.returncode == -signal.SIGKILL
        home.faults.on_sentence = None
        async with process(config) as second:
            await until(lambda: home.export().count("[wanwatch: wan=w1") == 5)
            rules = [line for line in home.export().splitlines() if "12/" in line]
            assert len(rules) == 3
            home.world.line("ether1").mend()
            await until(lambda: home.export() == before)
            second.send_signal(signal.SIGTERM)
            async with asyncio.timeout(5):
                assert await second.wait() == 0
        assert home.export() == before
