"""One outage from beginning to end: start everything, wait until all is quiet, cut, heal, stop.

Waits for what it needs to see, never for a time; a bound ends what hangs, with what was last seen.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.lab.faults import Cut, heal, inflict
from tests.lab.flows import find_homes
from tests.lab.logs import KernelWatch
from tests.lab.namespaces import LabError, Namespaces
from tests.lab.network import Network, build
from tests.lab.people import Crowd
from tests.lab.phases import NEW, Story, Times, decided_at
from tests.lab.router import Router
from tests.lab.topology import Topology, read_topology
from tests.lab.watch import Watch, is_frozen, is_out, is_quiet, wan

_LOOK, _LOOK_THROUGH = 0.05, 0.5
"""Seconds between two looks at the status, and at everything that clients wrote down."""
_START, _FAIL, _RETURN = 60.0, 90.0, 60.0
"""Seconds until a start, a failover or a recovery counts as not happening."""
FOLDER = Path("/run/lab")
"""Where the processes of a run keep their files, within an enclosure."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What outage to make."""

    export: str
    wan: str = "wan1"
    """The line that is cut."""
    cut: Cut = Cut.BEYOND
    loss: float = 0.4
    """With ``Cut.LOSS``: the share of packets that is lost each way."""
    profile: str = "default"
    entries: int = 0
    """Connections that the router is to have before the cut, at least."""
    latency: str = ""
    """What each API command takes, such as ``5ms``."""


@dataclass(slots=True)
class Laboratory:
    """Everything that runs; a context manager."""

    wish: Wish
    topology: Topology = field(init=False)
    network: Network = field(init=False)
    router: Router = field(init=False)
    crowd: Crowd = field(init=False)
    watch: Watch = field(init=False)
    kernel: KernelWatch = field(init=False)
    _open: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> "Laboratory":  # noqa: PYI034 - a dataclass that nobody extends
        with ExitStack() as stack:
            self._start(stack)
            self._open = stack.pop_all()
        return self

    def _start(self, stack: ExitStack) -> None:
        wish = self.wish
        self.topology = read_topology(wish.export)
        self.topology.uplink(wish.wan)
        self.network = build(stack.enter_context(Namespaces()), self.topology)
        self.router = Router(self.network.router, wish.export, FOLDER, wish.latency)
        stack.callback(self.router.close)
        self.kernel = KernelWatch(self.network.router, FOLDER)
        stack.callback(self.kernel.close)
        self.crowd = Crowd(self.network, FOLDER, wish.entries)
        stack.callback(self.crowd.close)
        self.watch = Watch(self.network.watch, self.topology, wish.profile, FOLDER)
        stack.callback(self.watch.close)

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def wait(
        self, what: str, holds: Callable[[], bool], within: float, look: float = _LOOK
    ) -> float:
        """Wait until something holds, and return when that was; raises LabError."""
        deadline = time.monotonic() + within
        while True:
            self.crowd.tail.read()
            if holds():
                return time.monotonic()
            self.router.check()
            self.crowd.check()
            if time.monotonic() > deadline:
                raise LabError(f"{what} did not come within {within:g} s; {self._last_seen()}")
            time.sleep(look)

    def _last_seen(self) -> str:
        status = self.watch.status()
        wans = ", ".join(
            f"{w['name']} {w['state']} {w['disposition']} {w['share']}"
            for w in status.get("wans", ())
        )
        return (
            f"wanwatch says: {wans}; frozen {status.get('frozen')!r}, "
            f"{status.get('pending_steps')} steps pending, router {status.get('router')}\n"
            f"{self.watch.said()[-2000:]}\n{self.router.said()[-2000:]}"
        )

    # -- the story

    def outage(self) -> Story:
        """Wait until all is quiet, cut the line, wait for the failover, heal, wait for the return."""
        wish, isp = self.wish, self.network.isps[self.wish.wan]
        self.wait("a quiet start", lambda: is_quiet(self.watch.status()), _START)
        self.wait("a connection of everybody", self._everybody_is_on, _START, _LOOK_THROUGH)
        cut = time.monotonic()
        inflict(isp, wish.cut, wish.loss)
        severed = time.monotonic()
        states = ("down", "degraded") if wish.cut is Cut.LOSS else ("down",)
        self.wait("the failover", lambda: self._is_out(states), _FAIL)
        self.wait(
            "an answer for everybody", lambda: self._is_all_answered(cut), _FAIL, _LOOK_THROUGH
        )
        heal(isp)
        healed = time.monotonic()
        back = self.wait("the return", lambda: is_quiet(self.watch.status()), _RETURN)
        self.wait(
            "a round of connections", lambda: self._went_round_since(back), _RETURN, _LOOK_THROUGH
        )
        ended = time.monotonic()
        self.crowd.stop_clients()
        self.watch.close()
        return self._story(Times(cut, severed, healed, back, ended))

    def unattended_outage(self, reason: str) -> dict[str, Any]:
        """Cut the line of a router that wanwatch does not touch; returns what it says then."""
        wish, isp = self.wish, self.network.isps[self.wish.wan]
        self.wait("a start", lambda: is_frozen(self.watch.status(), reason), _START)
        inflict(isp, wish.cut, wish.loss)
        self.wait("the verdict", lambda: self._state() == "down", _FAIL)
        heal(isp)
        self.wait("the return", lambda: self._state() == "up", _RETURN)
        return self.watch.status()

    def _state(self) -> str:
        return str(wan(self.watch.status(), self.wish.wan).get("state"))

    def _story(self, times: Times) -> Story:
        return Story(
            wan=self.wish.wan,
            wan_of=self.wan_of,
            probes=frozenset({*self.topology.aliases, self.topology.watch}),
            times=times,
            attempts=tuple(self.crowd.tail.attempts),
            events=tuple(self.watch.events()),
            removed=tuple(self.kernel.removed()),
            rule_changes=tuple(self.kernel.changes),
        )

    @property
    def wan_of(self) -> dict[str, str]:
        """Translated address -> WAN."""
        return {uplink.address: uplink.wan for uplink in self.topology.uplinks}

    def _is_out(self, states: tuple[str, ...]) -> bool:
        return is_out(self.watch.status(), self.wish.wan, states=states)

    def _everybody_is_on(self) -> bool:
        done = [a for a in self.crowd.tail.attempts if a.completed]
        used_again = {a.flow for a in done if a.kind in ("tcp", "call")}
        idle = sum(a.kind == "idle" for a in done)
        return len(used_again) == self.crowd.flows and idle == self.wish.entries

    def _is_all_answered(self, cut: float) -> bool:
        """Every flow of the line is on again, and a whole round was begun since the rules moved."""
        never = float("inf")
        decided = decided_at(self._story(Times(cut, cut, never, never, never)))
        attempts = self.crowd.tail.attempts
        homes = find_homes(attempts, self.wan_of, cut)
        dead = {key[0] for key, wan in homes.wans.items() if wan == self.wish.wan}
        dead = {flow for flow in dead if not flow.startswith("idle")}
        on_again = {
            attempt.flow
            for attempt in attempts
            if attempt.completed
            and attempt.started >= cut
            and (self.wan_of.get(attempt.seen) != self.wish.wan or self.wish.cut is Cut.LOSS)
        }
        return dead <= on_again and decided is not None and self._went_round_since(decided)

    def _went_round_since(self, since: float) -> bool:
        """Every desk and every reader has completed something that it began after a time."""
        done = {
            attempt.flow or f"{attempt.kind} {attempt.client}"
            for attempt in self.crowd.tail.attempts
            if attempt.kind in NEW and attempt.completed and attempt.started > since
        }
        return len(done) == (self.crowd.manners.desks + 2) * len(self.topology.clients)
