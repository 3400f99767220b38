"""One outage from beginning to end: start everything, wait until all is quiet, cut, heal, stop.

Waits for what it needs to see, never for a time; a bound ends what hangs, with what was last seen.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
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
        self, what: str, missing: Callable[[], str], within: float, look: float = _LOOK
    ) -> float:
        """Wait until nothing is missing, and return when that was; raises LabError with what is."""
        deadline = time.monotonic() + within
        while True:
            self.crowd.tail.read()
            lacks = missing()
            if not lacks:
                return time.monotonic()
            self.router.check()
            self.crowd.check()
            if time.monotonic() > deadline:
                raise LabError(
                    f"{what} did not come within {within:g} s, for {lacks}; {self._last_seen()}"
                )
            time.sleep(look)

    def _until(self, what: str, holds: Callable[[dict[str, Any]], bool], within: float) -> float:
        """Wait until wanwatch's status says so."""
        return self.wait(
            what, lambda: "" if holds(self.watch.status()) else "wanwatch says otherwise", within
        )

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
        self._until("a quiet start", is_quiet, _START)
        self.wait("a connection of everybody", self._not_on, _START, _LOOK_THROUGH)
        cut = time.monotonic()
        inflict(isp, wish.cut, wish.loss)
        severed = time.monotonic()
        states = ("down", "degraded") if wish.cut is Cut.LOSS else ("down",)
        self._until("the failover", partial(is_out, name=wish.wan, states=states), _FAIL)
        unanswered = partial(self._unanswered, cut)
        self.wait("an answer for everybody", unanswered, _FAIL, _LOOK_THROUGH)
        heal(isp)
        healed = time.monotonic()
        back = self._until("the return", is_quiet, _RETURN)
        resting = partial(self._resting_since, back)
        self.wait("a round of connections", resting, _RETURN, _LOOK_THROUGH)
        ended = time.monotonic()
        self.crowd.stop_clients()
        self.watch.close()
        return self._story(Times(cut, severed, healed, back, ended))

    def unattended_outage(self, reason: str) -> dict[str, Any]:
        """Cut the line of a router that wanwatch does not touch; returns what it says then."""
        wish, isp = self.wish, self.network.isps[self.wish.wan]
        self._until("a start", partial(is_frozen, reason=reason), _START)
        inflict(isp, wish.cut, wish.loss)
        self._until("the verdict", lambda status: self._state(status) == "down", _FAIL)
        heal(isp)
        self._until("the return", lambda status: self._state(status) == "up", _RETURN)
        return self.watch.status()

    def _state(self, status: dict[str, Any]) -> str:
        return str(wan(status, self.wish.wan).get("state"))

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

    # -- what is still missing, in words; empty when nothing is

    def _not_on(self) -> str:
        """Who has not been answered yet."""
        done = [a for a in self.crowd.tail.attempts if a.completed]
        used_again = {a.flow for a in done if a.kind in ("tcp", "call")}
        idle = sum(a.kind == "idle" for a in done)
        if len(used_again) < self.crowd.flows or idle < self.wish.entries:
            return f"{len(used_again)} flows and {idle} idle connections only"
        return ""

    def _unanswered(self, cut: float) -> str:
        """Flows of the line that are not on again, and who made no round since the verdict."""
        never = float("inf")
        decided = decided_at(self._story(Times(cut, cut, never, never, never)))
        if decided is None:
            return "want of a verdict"
        attempts = self.crowd.tail.attempts
        homes = find_homes(attempts, self.wan_of, cut)
        dead = {key[0] for key, home in homes.wans.items() if home == self.wish.wan}
        on_again = {
            attempt.flow
            for attempt in attempts
            if attempt.completed
            and attempt.started >= cut
            and (self.wan_of.get(attempt.seen) != self.wish.wan or self.wish.cut is Cut.LOSS)
        }
        hung = sorted(flow for flow in dead - on_again if not flow.startswith("idle"))
        return ", ".join(hung[:5]) or self._resting_since(decided)

    def _resting_since(self, since: float) -> str:
        """Desks and readers that have completed nothing that they began after a time."""
        seen, done = set(), set()
        for attempt in self.crowd.tail.attempts:
            if attempt.kind in NEW:
                name = attempt.flow or f"{attempt.kind} {attempt.client}"
                seen.add(name)
                if attempt.completed and attempt.started > since:
                    done.add(name)
        return ", ".join(sorted(seen - done)[:5])
