"""The real daemon on steered lines: a portal takes a line out; swapped sources are not acted on."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from tests.lab.faults import Cut, heal, inflict
from tests.lab.namespaces import LabError
from tests.lab.steering_ground import Ground
from tests.lab.steering_hijack import PAGE, Deceit, deceiving
from tests.lab.steering_host import configuration, lines_of
from tests.lab.steering_states import WAN
from tests.lab.steering_ways import Line, Way
from tests.lab.watch import Watch, wan

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
    """A daemon that watches every line by its alias address."""

    def __init__(self, ground: Ground, target: str) -> None:
        self._socket, self._log = ground.folder / "status.sock", ground.folder / "daemon.log"
        lines = [line for line in lines_of(ground.topology) if line.family == 4]
        settings = _SETTINGS.format(socket=self._socket, target=target)
        steered = [("wan", Way.ALIAS, line) for line in lines]
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
def _daemon(ground: Ground, target: str) -> Iterator[Daemon]:
    daemon = Daemon(ground, target)
    try:
        daemon.wait("a start", lambda status: _all(status, "state", "up"))
        yield daemon
    finally:
        daemon.close()


def _all(status: dict[str, Any], key: str, value: str) -> bool:
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
    with _daemon(ground, f"http://{PAGE}/") as daemon:
        with deceiving(ground, Deceit.PORTAL):
            down = daemon.wait("the verdict", lambda s: wan(s, WAN).get("state") == "down")
            other = wan(daemon.status(), "wan2")["state"]
        up = daemon.wait("the return", lambda status: _all(status, "state", "up"))
        return Captive(round(down, 1), other, round(up, 1))


@dataclass(frozen=True, slots=True)
class Swapped:
    """Two lines whose alias addresses the router was told the wrong way round."""

    paths_before: tuple[str, ...]
    unproven_after: float
    """Seconds from the swap until the daemon says so of both lines."""
    wrong_verdicts: tuple[str, ...]
    """The states of the lines while the first one is dead: the wrong one looks so."""
    steps_meanwhile: int
    """What it did to the router while it could not know which line it sees."""
    proven_after: float
    """Seconds from putting it right until it acts again."""

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def swapped(ground: Ground, target: str) -> Swapped:
    """Swap the sources on the router, let a line die, put all right; raises LabError."""
    one, other = [line for line in lines_of(ground.topology) if line.family == 4][:2]
    isp = ground.network.isps[WAN]
    with _daemon(ground, target) as daemon:
        daemon.wait("proof", lambda status: _all(status, "path", "proven"))
        before = tuple(each["path"] for each in daemon.status()["wans"])
        _swap(ground, one, other)
        unproven = daemon.wait("doubt", lambda status: _all(status, "path", "unproven"))
        steps = daemon.count("change.applied")
        inflict(isp, Cut.BEYOND)
        daemon.wait("a verdict", lambda s: any(w["state"] == "down" for w in s["wans"]))
        time.sleep(2.0)  # it would have acted within a fraction of one
        verdicts = tuple(each["state"] for each in daemon.status()["wans"])
        steps = daemon.count("change.applied") - steps
        heal(isp)
        _swap(ground, one, other)
        proven = daemon.wait("proof again", lambda status: _all(status, "path", "proven"))
        return Swapped(before, round(unproven, 1), verdicts, steps, round(proven, 1))


def _swap(ground: Ground, one: Line, other: Line) -> None:
    """Exchange the addresses of the two rules, whichever each has."""
    menu = "/ip/firewall/mangle"
    first, second = one.alias(Way.ALIAS), other.alias(Way.ALIAS)
    rows = ground.router(
        *(f"{menu}/print ?src-address={a} =.proplist=.id" for a in (first, second))
    )
    ids = [row[0][1].removeprefix("=.id=") for row in rows]
    if len(ids) != 2:
        raise LabError(f"not one rule for each of {first} and {second}: {rows}")
    ground.router(
        f"{menu}/set =.id={ids[0]} =src-address={second}",
        f"{menu}/set =.id={ids[1]} =src-address={first}",
    )
