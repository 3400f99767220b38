"""A small made-up outage for the tests of the pure parts: two lines, one cut at 100 s."""

from dataclasses import replace

from tests.lab.logs import Event, Removed
from tests.lab.phases import Story, Times
from tests.lab.records import Attempt

ONE, TWO = "198.18.0.2", "198.18.1.2"
"""The router's addresses on the lines wan1, which is cut, and wan2."""
CUT, SEVERED, DECIDED, LAST_RULE = 100.0, 100.02, 101.5, 101.6
HEALED, BACK, ENDED = 110.0, 115.0, 130.0


def connection(flow: str, started: float, seen: str, took: float = 0.01) -> Attempt:
    """A short connection that is answered."""
    return Attempt("tcp", flow, "10.0.0.2", started, started + took, seen)


def packet(flow: str, started: float, seen: str) -> Attempt:
    """A packet of a call; one that nobody saw is lost."""
    if not seen:
        return Attempt("call", flow, "10.0.0.2", started, None, "", "timeout")
    return Attempt("call", flow, "10.0.0.2", started, started + 0.01, seen)


def exchange(flow: str, started: float, seen: str, life: int, error: str = "") -> Attempt:
    """An exchange over a connection that is held."""
    return Attempt("long", flow, "10.0.0.2", started, started + 0.5, seen, error, life)


ATTEMPTS = (
    # Each flow once before the cut, which is where it belongs.
    connection("a", 95.0, ONE),
    connection("b", 95.1, TWO),
    packet("call a", 95.0, ONE),
    packet("call b", 95.0, TWO),
    exchange("long a", 95.0, ONE, 0),
    # During the outage: one SYN is sent again, the rest is new.
    connection("a", 100.5, TWO, took=1.2),
    connection("a", 102.0, TWO),
    connection("b", 100.6, TWO),
    packet("call a", 100.2, ""),
    packet("call a", 101.7, TWO),
    packet("call b", 101.7, TWO),
    exchange("long a", 101.2, "", 0, "reset"),
    exchange("long a", 101.9, TWO, 1),
    # After the recovery.
    connection("a", 116.0, ONE),
    connection("b", 116.0, TWO),
    packet("call a", 116.0, TWO),
    packet("call b", 116.0, TWO),
    exchange("long a", 116.0, TWO, 1),
)

EVENTS = (
    Event(DECIDED, "wan.transition", {"wan": "wan1", "after": "down"}),
    Event(101.55, "change.applied", {"wan": "wan1", "menu": "/ip/firewall/mangle"}),
    Event(101.58, "change.applied", {"wan": "wan1", "menu": "/ip/route"}),
    Event(101.9, "plan.applied", {}),
    Event(114.0, "wan.transition", {"wan": "wan1", "after": "up"}),
    Event(114.2, "change.applied", {"wan": "wan1", "menu": "/ip/route"}),
    Event(114.3, "plan.applied", {}),
)

STORY = Story(
    wan="wan1",
    wan_of={ONE: "wan1", TWO: "wan2"},
    probes=frozenset({"10.0.0.99"}),
    times=Times(CUT, SEVERED, HEALED, BACK, ENDED),
    attempts=ATTEMPTS,
    events=EVENTS,
    removed=(
        Removed(101.7, "10.0.0.2", ONE),
        Removed(101.8, "10.0.0.3", ONE),
        Removed(101.9, "10.0.0.2", TWO),
        Removed(105.0, "10.0.0.99", ONE),
        Removed(112.0, "10.0.0.2", ONE),
    ),
    rule_changes=(99.0, LAST_RULE, 114.1),
)


def with_attempts(*more: Attempt) -> Story:
    """The story with further attempts."""
    return replace(STORY, attempts=(*ATTEMPTS, *more))


def without(*unwanted: Attempt) -> Story:
    """The story without some of its attempts."""
    return replace(STORY, attempts=tuple(a for a in ATTEMPTS if a not in unwanted))
