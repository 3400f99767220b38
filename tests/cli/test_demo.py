"""The whole demo in a process of its own: it comes true, or it says why it does not."""

import os
import signal
import subprocess
import sys
import time

SCRIPT = """
import sys
from wanwatch.cli.demo import run_demo
from wanwatch.cli.demo_daemon import Timing
from wanwatch.cli.demo_story import BRISK, Pace
from wanwatch.sim.faults import Faults
sys.exit({call})
"""


def demo(call: str) -> subprocess.Popen[str]:
    """Start the demo with this call of it."""
    return subprocess.Popen(  # noqa: S603 - this interpreter, with a text of this file
        [sys.executable, "-c", SCRIPT.format(call=call)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_story_comes_true_and_is_told_in_lines() -> None:
    with demo("run_demo(True, pace=BRISK)") as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, ""), out
    assert "\x1b" not in out
    told = [
        "[1] All lines are up",
        "[2] fibre is cut beyond its first hop",
        "fibre is down",
        "  API  /ip/firewall/mangle/set =.id=",
        "  API  /ip/route/set =.id=",
        "  API  /ip/firewall/connection/remove =.id=",
        "the daemon finds it DOWN",
        "routes by fibre as active",
        "all as planned",
        "[3] fibre is mended",
        "it has answered and held down: UP",
        "the first connection through fibre again",
        "The router is byte for byte as it was",
    ]
    places = [out.find(text) for text in told]
    assert -1 not in places, (told[places.index(-1)], out)
    assert places == sorted(places), out


def test_the_demo_fails_and_says_why_when_the_router_takes_no_change() -> None:
    pace = "Pace(linger=0.0, act_within=1.0)"
    with demo(f"run_demo(True, pace={pace}, faults=Faults(deny_write=True))") as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 1, out
    first, second, *_ = err.splitlines()
    assert first.startswith("wanwatch demo failed: fibre was cut and no failover was proven within")
    assert "fibre down" in second
    assert "not enough permissions" in err
    assert "byte for byte" not in out


def test_sigterm_ends_the_demo_and_its_daemon() -> None:
    with demo("run_demo(True, pace=Pace(linger=60.0))") as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline().rpartition(" ")[2])
        assert is_alive(pid)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert process.returncode == 130
    deadline = time.monotonic() + 5.0
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_alive(pid)


def is_alive(pid: int) -> bool:
    """True while the process is there."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
