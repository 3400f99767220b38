"""The trap: probes through the table whose routes the watchdog takes away. Beside it the cure.

A line is dead beyond its first hop. The watchdog disables the line's routes, the probes fall
through to main and another line, and are answered: the line looks well again, its routes come back,
and so on. A table of their own ends that, and a blackhole in it what happens when the interface
itself goes down.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from tests.lab.faults import Cut, heal, inflict
from tests.lab.namespaces import LabError
from tests.lab.steering_ground import Ground
from tests.lab.steering_host import lines_of
from tests.lab.steering_states import WAN, State, befallen
from tests.lab.steering_watchdog import Watchdog
from tests.lab.steering_ways import Line, Way, steering
from wanwatch.core.snapshot import Version

TARGET = "203.0.113.251"
_SETTLING, _OUTAGE, _AFTER = 2.5, 7.0, 2.0
"""Seconds before, of and after an outage."""
_GRACE = 0.2
"""Seconds in which an answer from before a cut may still be read."""
_PROBES, _APART = 25, 0.04


@dataclass(frozen=True, slots=True)
class Outage:
    """What the watchdog thought of a line during one outage."""

    way: Way
    seconds: float
    transitions: int
    """All of the line's, from the cut until all is over."""
    false_recoveries: int
    """Those to UP while the line was dead."""
    probes: int
    """Of the line, while it was dead."""
    answered: int
    """Of these."""
    state_at_end: str

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Unplugged:
    """What became of probes of a line whose interface is down."""

    way: Way
    probes: int
    answered: int
    by_another_line: int

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def outage(ground: Ground, way: Way) -> Outage:
    """Let a watchdog live through an outage of the first line; raises LabError."""
    isp = ground.network.isps[WAN]
    lines = [line for line in lines_of(ground.topology) if line.family == 4]
    with _watchdog(ground, way, lines) as process:
        time.sleep(_SETTLING)
        cut = time.monotonic()
        inflict(isp, Cut.BEYOND)
        time.sleep(_OUTAGE)
        healed = time.monotonic()
        heal(isp)
        said, _ = process.communicate(timeout=30)
    if process.returncode:
        raise LabError("the watchdog ended early")
    record = json.loads(said)
    of_line = [each for each in record["transitions"] if each["wan"] == WAN and each["at"] > cut]
    dead = [
        each
        for each in record["probes"]
        if each["wan"] == WAN and cut + _GRACE < each["at"] < healed
    ]
    return Outage(
        way=way,
        seconds=round(healed - cut, 1),
        transitions=len(of_line),
        false_recoveries=sum(t["to"] == "up" and t["at"] < healed for t in of_line),
        probes=len(dead),
        answered=sum(each["answered"] for each in dead),
        state_at_end=of_line[-1]["to"] if of_line else "up",
    )


@contextmanager
def _watchdog(ground: Ground, way: Way, lines: list[Line]) -> Iterator["subprocess.Popen[bytes]"]:
    told = Watchdog(
        sources={line.wan: str(steering(way, line).source) for line in lines},
        target=TARGET,
        seconds=_SETTLING + _OUTAGE + _AFTER,
        router=ground.topology.router,
        acts_on=WAN,
        routes=_production_routes(ground, lines[0]),
    )
    with ground.network.watch.start(
        [sys.executable, "-m", "tests.lab.steering_watchdog"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        try:
            if process.stdin is None:
                raise LabError("the watchdog has no standard input")
            process.stdin.write(json.dumps(asdict(told)).encode())
            process.stdin.close()
            process.stdin = None
            yield process
        finally:
            process.kill()


def _production_routes(ground: Ground, line: Line) -> tuple[str, ...]:
    gateway = f"gateway={line.gateway}"
    if ground.topology.version >= Version(7):
        return f"routing-table=line{line.number} {gateway}", f"routing-table=main {gateway}"
    return f"routing-mark=line{line.number} {gateway}", f"-routing-mark {gateway}"


def unplugged(ground: Ground, way: Way) -> Unplugged:
    """Unplug the first line, and probe it; raises LabError."""
    line = lines_of(ground.topology)[0]
    told = steering(way, line)
    with befallen(ground, State.UNPLUGGED):
        ground.forget()
        asked = [
            {
                "id": str(number),
                "steering": [told.source, told.dscp, told.fwmark, told.device],
                "engine": "kernel",
                "target": f"203.0.113.{200 + number}",
            }
            for number in range(_PROBES)
        ]
        results = ground.ask(asked, 1.0)
        seen = ground.seen()
    others = set().union(*(addresses for wan, addresses in seen.items() if wan != WAN))
    return Unplugged(
        way=way,
        probes=len(asked),
        answered=sum(each["outcome"] == "answered" for each in results.values()),
        by_another_line=sum(str(probe["target"]) in others for probe in asked),
    )
