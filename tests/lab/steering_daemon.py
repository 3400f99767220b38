"""The real daemon on steered lines, and a line that it takes out for a captive portal."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from tests.lab.namespaces import LabError
from tests.lab.steering_ground import Ground
from tests.lab.steering_hijack import PAGE, Deceit, deceiving
from tests.lab.steering_host import configuration, lines_of
from tests.lab.steering_states import WAN
from tests.lab.steering_ways import Way
from tests.lab.watch import Watch, is_quiet, wan

_PATIENCE = 45.0
"""Seconds until what is waited for counts as not coming."""
_LOOK = 0.1
_SETTINGS = """
[health]
profile = "fast"
hold_down = "1s"
damping = false
[failover]
writes_per_hour = 3600
reconcile_interval = "5s"
[status]
listen = ""
socket = "{socket}"
[log]
format = "json"
[probe]
interval = "500ms"
targets = ["{target}"]
"""


class Daemon(Watch):
    """A daemon that watches every line in one way."""

    def __init__(self, ground: Ground, target: str, way: Way = Way.ALIAS) -> None:
        self._socket, self._log = ground.folder / "status.sock", ground.folder / "daemon.log"
        lines = [line for line in lines_of(ground.topology) if line.family == 4]
        settings = _SETTINGS.format(socket=self._socket, target=target)
        steered = [("wan", way, line) for line in lines]
        path = ground.write("daemon.toml", configuration(ground.topology, steered, settings))
        with self._log.open("wb") as log:
            self._process = ground.network.watch.start(
                [sys.executable, "-m", "wanwatch", "run", "--config", path], stdout=log, stderr=log
            )

    def wait(self, what: str, holds: Callable[[dict[str, Any]], bool]) -> float:
        """Wait until a status holds; returns the seconds it took, raises LabError."""
        began = time.monotonic()
        while not holds(status := self.status()):
            if time.monotonic() - began > _PATIENCE:
                raise LabError(f"{what} did not come: {status}\n{self.said()[-3000:]}")
            time.sleep(_LOOK)
        return time.monotonic() - began

    def count(self, event: str) -> int:
        """How many events of a name it has told."""
        return sum(each.name == event for each in self.events())


@contextmanager
def running(ground: Ground, target: str, way: Way = Way.ALIAS) -> Iterator[Daemon]:
    """A daemon that has found every line up; raises LabError."""
    daemon = Daemon(ground, target, way)
    try:
        daemon.wait("a start", lambda status: all_are(status, "state", "up"))
        yield daemon
    finally:
        daemon.close()


def all_are(status: dict[str, Any], key: str, value: str) -> bool:
    """True when every WAN of a status has this value."""
    wans = status.get("wans", ())
    return bool(wans) and all(each[key] == value for each in wans)


@dataclass(frozen=True, slots=True)
class Captive:
    """A line whose provider shows everybody its portal."""

    down_after: float
    """Seconds from the portal's beginning."""
    other_line: str
    """The state of the other line then."""
    up_after: float
    """Seconds from its end."""

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def captive(ground: Ground) -> Captive:
    """Let the daemon watch pages while a portal begins and ends; raises LabError."""
    with running(ground, f"http://{PAGE}/") as daemon:
        with deceiving(ground, Deceit.PORTAL):
            down = daemon.wait("the verdict", lambda s: wan(s, WAN).get("state") == "down")
            other = wan(daemon.status(), "wan2")["state"]
        up = daemon.wait("the return", lambda status: all_are(status, "state", "up"))
        daemon.wait("the router as it was", is_quiet)
        return Captive(round(down, 1), other, round(up, 1))
