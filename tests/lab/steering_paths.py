"""What the daemon proves of its probes' paths, and what it does where they are not what it was told."""

import time
from dataclasses import asdict, dataclass
from typing import Any

from tests.lab.faults import Cut, heal, inflict
from tests.lab.namespaces import LabError
from tests.lab.steering_daemon import all_are, running
from tests.lab.steering_ground import Ground
from tests.lab.steering_host import lines_of
from tests.lab.steering_states import WAN
from tests.lab.steering_ways import Line, Way
from tests.lab.watch import wan

_HELD = 5.0
"""Seconds in which a daemon that does not know its paths has to leave the router alone."""


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
    with running(ground, target) as daemon:
        daemon.wait("proof", lambda status: all_are(status, "path", "proven"))
        before = tuple(each["path"] for each in daemon.status()["wans"])
        _swap(ground, one, other)
        unproven = daemon.wait("doubt", lambda status: all_are(status, "path", "unproven"))
        steps = daemon.count("change.applied")
        inflict(isp, Cut.BEYOND)
        daemon.wait("a verdict", lambda s: any(w["state"] == "down" for w in s["wans"]))
        time.sleep(_HELD)
        verdicts = tuple(each["state"] for each in daemon.status()["wans"])
        steps = daemon.count("change.applied") - steps
        heal(isp)
        _swap(ground, one, other)
        proven = daemon.wait("proof again", lambda status: all_are(status, "path", "proven"))
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


@dataclass(frozen=True, slots=True)
class Proof:
    """What the daemon says of the paths of two healthy lines."""

    way: Way
    paths: tuple[str, ...]
    cause: str

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def proofs(ground: Ground, target: str) -> list[Proof]:
    """Start a daemon for each way that is none of the mistakes; raises LabError."""
    found = []
    for way in (way for way in Way if not way.is_mistake):
        with running(ground, target, way) as daemon:
            daemon.wait("a reading", lambda s: all(w["path"] != "unknown" for w in s["wans"]))
            wans = daemon.status()["wans"]
            found.append(Proof(way, tuple(w["path"] for w in wans), wans[0]["path_cause"]))
    return found


@dataclass(frozen=True, slots=True)
class Trapped:
    """The daemon with its probes in the table of the clients, during an outage."""

    false_verdicts: int
    """That the dead line is up, before it knew that its probes are astray."""
    returned: int
    """Steps by which the dead line was taken back."""
    unproven_after: float
    """Seconds from the cut."""
    steps_after_that: int

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def trapped(ground: Ground, target: str) -> Trapped:
    """Let the daemon fall into the trap, and see it notice; raises LabError."""
    isp = ground.network.isps[WAN]
    try:
        with running(ground, target, Way.PRODUCTION) as daemon:
            daemon.wait("proof", lambda status: all_are(status, "path", "proven"))
            inflict(isp, Cut.BEYOND)
            after = daemon.wait("doubt", lambda s: wan(s, WAN).get("path") == "unproven")
            steps, events = daemon.count("change.applied"), daemon.events()
            time.sleep(_HELD)
            more = daemon.count("change.applied") - steps
    finally:
        heal(isp)
        restore(ground)
    false = sum(
        each.name == "wan.transition"
        and (each.values["wan"], each.values["before"], each.values["after"]) == (WAN, "down", "up")
        for each in events
    )
    returned = sum(
        each.name == "change.applied" and each.values["reason"].endswith("-returned")
        for each in events
    )
    return Trapped(false, returned, round(after, 1), more)


def restore(ground: Ground) -> None:
    """Have wanwatch put everything back, as an operator would; raises LabError."""
    ground.command("restore", "--router", ground.topology.router)
