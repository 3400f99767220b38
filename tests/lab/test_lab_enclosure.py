"""Nothing of a laboratory outlives it, however it ends."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from os import killpg
from pathlib import Path
from uuid import uuid4

import pytest

from tests.lab.enclosure import INSIDE, environment

pytestmark = pytest.mark.lab

_COMMAND = [sys.executable, "-m", "tests.lab", "failover", "--router", "v7-two-interleaved"]


def bearing(token: str) -> list[str]:
    """The commands of all processes that have a token in their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if token.encode() in (folder / "environ").read_bytes():
                found.append((folder / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


def names() -> list[Path]:
    return list(Path("/run/netns").iterdir())


def until(holds: Callable[[], bool], within: float = 60.0) -> None:
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_run_that_is_ended_leaves_no_process_and_no_namespace(number: signal.Signals) -> None:
    token = f"{uuid4()}"
    outside = {**environment(), "LAB_TOKEN": token}
    del outside[INSIDE]
    before = names()
    with subprocess.Popen(  # noqa: S603 - our own
        _COMMAND,
        env=outside,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        process_group=0,
    ) as run:
        until(lambda: any("wanwatch run" in command for command in bearing(token)))
        assert len(bearing(token)) > 5
        if number is signal.SIGINT:  # as a terminal does it: to all of the foreground
            killpg(run.pid, number)
        else:
            run.send_signal(number)
        run.wait(30)
    until(lambda: bearing(token) == [], within=30.0)
    assert names() == before
