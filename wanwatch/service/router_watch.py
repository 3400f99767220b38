"""What the router itself says of the lines, brought to those who judge: from two mouths.

A listener follows the interfaces (``routeros.listen``); every pass of the reconcile loop sees the
interfaces and the routes. The newer word counts. The router is asked at once where its word
matters: when a line is suspected, and when all lines are silent and it may be the LAN.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence

import structlog

from wanwatch.core.health.gone import (
    GoneReason,
    active_routes,
    interfaces_down,
    remembered,
    routes_lost,
)
from wanwatch.core.model import WanSpec
from wanwatch.core.snapshot import Snapshot
from wanwatch.routeros.listen import InterfaceListener, Mode
from wanwatch.service.watcher import Watcher

log = structlog.get_logger()

_OBSERVE_AGAIN = 5.0
"""Seconds between two passes that are made because a line fell silent."""
_ASK_AGAIN = 1.0
"""The same where every line did, and no listener can ask."""

MakeListener = Callable[
    [Callable[[Mapping[str, bool], float], None], Callable[[float], None]], InterfaceListener
]
"""Makes a listener that tells what runs, and that the router answered."""


class RouterWatch:
    """Knows what the router said last; ``observe`` has the next pass begin at once."""

    def __init__(
        self,
        specs: Sequence[WanSpec],
        *,
        watcher: Watcher,
        clock: Callable[[], float],
        observe: Callable[[], None],
        make_listener: MakeListener | None = None,
    ) -> None:
        """Without ``make_listener`` only the passes are there to tell."""
        self._specs = specs
        self._watcher = watcher
        self._clock = clock
        self._observe = observe
        self._listener = make_listener and make_listener(self.told, watcher.router_heard)
        self._running: Mapping[str, bool] = {}
        self._running_at: float | None = None
        self._routes: dict[str, frozenset[str]] = {}
        self._lost: frozenset[str] = frozenset()
        self._gone: Mapping[str, GoneReason] = {}
        self._silent: frozenset[str] = frozenset()
        self._observed_for_silence: float | None = None

    @property
    def mode(self) -> str:
        """How the interfaces are followed between the passes; empty where they are not."""
        return "" if self._listener is None else self._listener.mode.value

    @property
    def is_listening(self) -> bool:
        """True while the router tells of its interfaces by itself."""
        return self.mode == Mode.LISTENING

    async def run(self) -> None:
        """Follow the interfaces until cancelled."""
        if self._listener is not None:
            await self._listener.run()
        else:
            await asyncio.Event().wait()

    def told(self, running: Mapping[str, bool], asked_at: float) -> None:
        """Interfaces were read, by a question that was asked at that time."""
        if self._running_at is None or asked_at >= self._running_at:
            self._running, self._running_at = running, asked_at
        self._judge()

    def observed(self, snapshot: Snapshot, asked_at: float) -> None:
        """A pass has read the router, beginning at that time."""
        self._watcher.router_heard(asked_at)
        self._lost = routes_lost(self._routes, snapshot, self._specs)
        self._routes = remembered(self._routes, active_routes(snapshot, self._specs))
        self.told(snapshot.running_interfaces, asked_at)

    def answered(self, asked_at: float) -> None:
        """The router answered a pass that began at that time, if only with a refusal."""
        self._watcher.router_heard(asked_at)

    def ask(self) -> None:
        """Have the interfaces read at once."""
        if self._listener is not None:
            self._listener.ask()

    def look(self) -> None:
        """Follow which lines are silent: ask the router, and weigh what it said of their routes."""
        silent = self._watcher.silent
        grew, changed = not silent <= self._silent, silent != self._silent
        self._silent = silent
        if changed:
            self._judge()
        if self._watcher.needs_router:
            self.ask()
            self._observe_again(_OBSERVE_AGAIN if self.is_listening else _ASK_AGAIN)
        elif grew:
            self._observe_again(_OBSERVE_AGAIN)

    def _observe_again(self, gap: float) -> None:
        now, last = self._clock(), self._observed_for_silence
        if last is None or now - last >= gap:
            self._observed_for_silence = now
            self._observe()

    def _judge(self) -> None:
        gone = dict.fromkeys(self._lost & self._silent, GoneReason.ROUTE_INACTIVE)
        gone |= dict.fromkeys(
            interfaces_down(self._specs, self._running), GoneReason.INTERFACE_DOWN
        )
        for wan in gone.keys() - self._gone.keys():
            log.warning("wan.gone", wan=wan, reason=gone[wan].value)
        for wan in self._gone.keys() - gone.keys():
            log.info("wan.returned", wan=wan)
        self._gone = gone
        self._watcher.router_says(gone)
