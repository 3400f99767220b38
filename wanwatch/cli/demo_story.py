"""The story the demo tells, and what has to be true of it for the demo to succeed.

Nothing is staged: the story cuts and mends a line, waits for what the daemon does, and looks.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import unified_diff
from typing import Protocol

from wanwatch.cli.console import Failure
from wanwatch.cli.demo_daemon import DemoDaemon, Timing
from wanwatch.cli.demo_frame import Frame
from wanwatch.cli.demo_record import shown
from wanwatch.cli.demo_status import Status
from wanwatch.cli.demo_timeline import Felt, Moment, failback, failover
from wanwatch.cli.demo_world import DELAYS, DemoWorld

CUT = "fibre"
_LOOK_EVERY = 0.1


@dataclass(frozen=True, slots=True)
class Pace:
    """How long the story lingers, and how long it waits; seconds."""

    linger: float = 4.0
    """So long each state is shown."""
    start_within: float = 20.0
    act_within: float = 10.0
    """So long after the latest moment at which the daemon can know, the router has to be as it
    should be."""
    timing: Timing = field(default_factory=Timing)


CALM = Pace()
BRISK = Pace(linger=0.3, timing=Timing(hold_down=2.0))
"""For tests."""


class Teller(Protocol):
    """Shows the story."""

    def chapter(self, title: str) -> None:
        """Begin a chapter."""

    def show(self, frame: Frame) -> None:
        """Show how things are now; called about ten times a second."""

    def picture(self, frame: Frame) -> None:
        """Show a moment that is to be kept."""

    def say(self, sentence: str) -> None:
        """Say something that is to be kept."""


class Story:
    """One telling; raises Failure with the reason when the story does not come true."""

    def __init__(self, world: DemoWorld, daemon: DemoDaemon, teller: Teller, pace: Pace) -> None:
        self._world = world
        self._daemon = daemon
        self._teller = teller
        self._pace = pace
        self._began = time.monotonic()
        self._chapter = ""
        self._status: Status | None = None
        self._cut_at: float | None = None
        self._mended_at: float | None = None
        self._failover: list[Moment] = []
        self._failback: list[Moment] = []

    async def tell(self) -> None:
        """Tell it from the beginning to the end."""
        await self._all_up()
        before = self._world.configuration()
        broken = self._broken()
        await self._cut()
        await self._mend()
        self._compare(before, broken)

    async def _all_up(self) -> None:
        self._begin("All lines are up")
        await self._until(
            lambda status: status.all_up(),
            self._pace.start_within,
            "the daemon did not find all lines up",
        )
        await self._linger()
        self._picture()

    async def _cut(self) -> None:
        self._begin(f"{CUT} is cut beyond its first hop: the router's own check sees nothing")
        self._cut_at = since = self._world.cut(CUT)
        within = self._pace.timing.detection + self._pace.act_within
        await self._until(
            lambda status: status.verified("failover", CUT, since) is not None,
            within,
            f"{CUT} was cut and no failover was proven",
        )
        await self._until(
            lambda _: self._world.first_connection_at is not None,
            self._pace.act_within,
            f"no new connection of {CUT}'s share got through a survivor",
        )
        self._look_at_survivors()
        self._must(self._now().wan(CUT).share == 0, f"{CUT} still has buckets after the failover")
        await self._until(
            lambda _: self._world.calm_at is not None,
            self._pace.act_within,
            "connections still hang after the failover",
        )
        await self._linger()
        self._picture()

    async def _mend(self) -> None:
        self._begin(f"{CUT} is mended: it has to answer, and to sit out its hold-down")
        self._mended_at = since = self._world.mend(CUT)
        hold_down = self._now().wan(CUT).hold_down
        within = max(hold_down, self._pace.timing.detection) + self._pace.act_within
        await self._until(
            lambda status: status.verified("failback", CUT, since) is not None,
            within,
            f"{CUT} was mended and no failback was proven",
        )
        await self._until(
            lambda _: self._world.first_connection_at is not None,
            self._pace.act_within,
            f"no connection came back to {CUT}",
        )
        await self._linger()
        self._picture()

    def _compare(self, before: str, broken: dict[str, int]) -> None:
        """Hold the end against the beginning; raises Failure."""
        after = self._world.configuration()
        if after != before:
            changed = unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
            raise Failure("the router is not as it was at the beginning:", *changed)
        self._look_at_survivors()
        more = {name: count - broken[name] for name, count in self._broken().items()}
        self._must(
            not any(more.values()),
            f"connections of healthy lines broke: {more}",
        )
        record = self._world.record
        self._teller.say(f"The router is byte for byte as it was ({len(before)} bytes compared).")
        self._teller.say(
            f"{record.removed[CUT]} connections of {CUT} were removed ({record.removed_probes} "
            "entries of its probes besides), none of another line; no connection of a healthy "
            "line broke."
        )

    def _look_at_survivors(self) -> None:
        """No connection of a healthy line was removed, and none of them was taken for dead."""
        others = {name: n for name, n in self._world.record.removed.items() if name != CUT}
        self._must(not others, f"connections of healthy lines were removed: {others}")
        for wan in self._now().wans:
            self._must(
                wan.name == CUT or self._now().transition(wan.name, "down", 0.0) is None,
                f"{wan.name} was taken for down and was healthy; is this host very busy?",
            )

    def _broken(self) -> dict[str, int]:
        """Connections that broke so far, of every line that is never cut."""
        counts = self._world.counts()
        return {name: counts[name].broken for name in DELAYS if name != CUT}

    async def _until(self, is_so: Callable[[Status], bool], within: float, otherwise: str) -> None:
        """Show what happens until something is so; raises Failure when it is not in time."""
        deadline = time.monotonic() + within
        while True:
            status = await self._look()
            if status is not None and is_so(status):
                return
            if time.monotonic() >= deadline:
                raise Failure(f"{otherwise} within {within:.1f} s", *self._why())
            await asyncio.sleep(_LOOK_EVERY)

    async def _linger(self) -> None:
        deadline = time.monotonic() + self._pace.linger
        while time.monotonic() < deadline:
            await self._look()
            await asyncio.sleep(_LOOK_EVERY)

    async def _look(self) -> Status | None:
        """Ask the daemon, and show what there is to see."""
        self._status = await self._daemon.status()
        if self._status is not None:
            felt = Felt(
                self._world.first_connection_at,
                self._world.calm_at,
                self._world.most_hung,
                self._world.active_when_written,
            )
            record = self._world.record
            if self._mended_at is not None:
                self._failback = failback(CUT, self._mended_at, self._status, record, felt)
            elif self._cut_at is not None:
                self._failover = failover(CUT, self._cut_at, self._status, record, felt)
        self._teller.show(self._frame())
        return self._status

    def _frame(self) -> Frame:
        return Frame(
            chapter=self._chapter,
            elapsed=time.monotonic() - self._began,
            status=self._status,
            counts=self._world.counts(),
            sentences=[shown(heard.words) for heard in self._world.record.writes],
            failover=self._failover,
            failback=self._failback,
        )

    def _begin(self, chapter: str) -> None:
        self._chapter = chapter
        self._teller.chapter(chapter)

    def _picture(self) -> None:
        self._teller.picture(self._frame())

    def _now(self) -> Status:
        if self._status is None:
            raise Failure("the daemon does not answer any more", *self._daemon.log_tail())
        return self._status

    def _must(self, claim: bool, otherwise: str) -> None:
        if not claim:
            raise Failure(otherwise)

    def _why(self) -> list[str]:
        """What the daemon says about it."""
        if self._status is None:
            return ["it never answered; its log ends:", *self._daemon.log_tail()]
        states = ", ".join(f"{wan.name} {wan.state}" for wan in self._status.wans)
        since = self._mended_at or self._cut_at or 0.0
        found = [f"lines: {states}; router: {self._status.error}"]
        if self._status.frozen:
            found.append(f"the daemon is frozen: {self._status.frozen}")
        if self._status.pending_steps:
            found.append(f"{self._status.pending_steps} steps are pending")
        if outcomes := self._status.outcomes(since):
            found.append(f"passes ended: {', '.join(outcomes)}")
        return [*found, "the daemon's log ends:", *self._daemon.log_tail()]
