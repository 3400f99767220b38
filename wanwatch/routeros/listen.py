"""Whether the WANs' interfaces run, told within moments: ``listen`` on a session of its own.

A ``listen`` on ``/interface`` says that something changed (RouterOS manual, API, "listen"); what
is so is then asked with a ``print``, since a lost or partial event would otherwise be believed for
ever. The same ``print`` comes regularly: it shows that the router still answers, and where
``listen`` is refused it is all there is. The second session keeps the first one's long replies out
of the way. It takes one of the API service's ``max-sessions``, and where none is free the caller's
own observations have to do.
"""

import asyncio
import random
from collections.abc import Callable, Collection, Mapping
from enum import StrEnum
from typing import Any

from librouteros.exceptions import LibRouterosError, TrapError

from wanwatch.routeros.backoff import Backoff
from wanwatch.routeros.connect import Endpoint, connect
from wanwatch.routeros.errors import (
    CommandRefused,
    ConnectionLost,
    RouterError,
    RouterStalled,
    refusal,
)
from wanwatch.routeros.pipeline import tag_of
from wanwatch.routeros.protocol import Row, TextProtocol, parse_row
from wanwatch.routeros.rows import is_true
from wanwatch.routeros.session import Call
from wanwatch.routeros.wire import WireError

LISTENING_EVERY = 15.0
"""Seconds between two questions while the router tells of changes by itself."""
POLLING_EVERY = 5.0
"""Seconds between two questions while it does not."""
LEAST_GAP = 0.1
"""Seconds between two questions however much happens."""
_LONGEST_BACKOFF = 5.0
_LISTEN, _PRINT = "listen", "print"
_PROPERTIES = "=.proplist=.id,name,running,disabled"


class Mode(StrEnum):
    """How the interfaces are followed."""

    LISTENING = "listening"
    POLLING = "polling"
    """The router refused ``listen``."""
    DISCONNECTED = "disconnected"


class InterfaceListener:
    """Follows a few interfaces. ``run`` lasts until it is cancelled and connects by itself.

    ``told`` is called with what runs (name -> whether it does, of those the router has) and when
    it was asked; ``answered`` with when something was asked that the router answered at all, be it
    with a refusal.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        names: Collection[str],
        *,
        timeout: float,
        clock: Callable[[], float],
        told: Callable[[Mapping[str, bool], float], None],
        answered: Callable[[float], None],
        on_call: Callable[[Call], None] | None = None,
        rng: random.Random | None = None,
        polling_every: float = POLLING_EVERY,
    ) -> None:
        """``timeout`` bounds connecting and each reply, in seconds."""
        self.mode = Mode.DISCONNECTED
        self.error = ""
        """Why it is disconnected, as an error's reason; empty before the first try."""
        self._endpoint = endpoint
        self._names = frozenset(names)
        self._timeout = timeout
        self._clock = clock
        self._told = told
        self._answered = answered
        self._on_call = on_call
        self._polling_every = polling_every
        self._backoff = Backoff(
            ceiling=_LONGEST_BACKOFF,
            rng=rng or random.Random(),  # noqa: S311 - jitter, no secret
        )
        self._wake = asyncio.Event()
        self._rows: list[Row] = []
        self._ids: frozenset[str] = frozenset()
        self._done: asyncio.Future[None] | None = None

    def ask(self) -> None:
        """Have the router asked at once, if there is a session."""
        self._wake.set()

    async def run(self) -> None:
        """Follow the interfaces until cancelled."""
        while True:
            started = self._clock()
            try:
                await self._follow()
            except RouterError as error:
                self.mode, self.error = Mode.DISCONNECTED, error.reason
                if not error.is_silence:
                    self._answered(started)
            await asyncio.sleep(self._backoff.failed(self._clock()))

    async def _follow(self) -> None:
        """Follow them over one connection until it ends; raises RouterError then."""
        api = await connect(self._endpoint, self._timeout)
        reading = asyncio.ensure_future(self._read(api.protocol))
        try:
            self.mode, self.error = Mode.LISTENING, ""
            await api.protocol.writeSentence("/interface/listen", _PROPERTIES, f".tag={_LISTEN}")
            while True:
                self._wake.clear()
                await self._question(api.protocol, reading)
                self._backoff.succeeded()
                await asyncio.sleep(LEAST_GAP)
                await self._rest(reading)
        except (TimeoutError, OSError, LibRouterosError, WireError, UnicodeError) as error:
            raise ConnectionLost(f"the listening session was lost: {error}") from error
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            api.protocol.transport.writer.close()

    async def _question(self, protocol: TextProtocol, reading: "asyncio.Future[None]") -> None:
        """Ask what runs, and tell; raises RouterError, or what the connection ended with."""
        asked_at = self._clock()
        self._rows, self._done = [], asyncio.get_running_loop().create_future()
        outcome = RouterStalled.reason
        try:
            await protocol.writeSentence("/interface/print", *self._words(), f".tag={_PRINT}")
            if not await _first_of(reading, self._done, within=self._timeout):
                raise RouterStalled("no complete answer to /interface/print in time")
            outcome = "ok"
        except CommandRefused as error:
            outcome = error.reason
            raise
        finally:
            if self._on_call is not None:
                seconds = self._clock() - asked_at
                self._on_call(Call("/interface/print", seconds, outcome, len(self._rows)))
        self._ids = frozenset(row[".id"] for row in self._rows if ".id" in row)
        self._answered(asked_at)
        self._told({row["name"]: _runs(row) for row in self._rows if "name" in row}, asked_at)

    async def _rest(self, reading: "asyncio.Future[None]") -> None:
        """Wait until the next question is due, or asked for."""
        every = LISTENING_EVERY if self.mode is Mode.LISTENING else self._polling_every
        woken = asyncio.ensure_future(self._wake.wait())
        try:
            await _first_of(reading, woken, within=every)
        finally:
            woken.cancel()

    async def _read(self, protocol: TextProtocol) -> None:
        """Take every sentence as it comes; ends with the connection."""
        while True:
            for word, *words in await protocol.read_sentences(None):
                self._take(word, parse_row(tuple(words)), tag_of(tuple(words)))

    def _take(self, word: str, row: Row, tag: str) -> None:
        if word == "!fatal":
            raise ConnectionLost("the router ended the listening session")
        if tag == _LISTEN:
            if word == "!re" and self._is_ours(row):
                self._wake.set()
            elif word in ("!trap", "!done"):
                self.mode = Mode.POLLING
        elif tag == _PRINT and self._done is not None and not self._done.done():
            if word == "!re":
                self._rows.append(row)
            elif word == "!trap":
                trap = TrapError(row.get("message", "no message"))
                self._done.set_exception(refusal(trap, ("/interface/print",)))
            elif word == "!done":
                self._done.set_result(None)

    def _is_ours(self, row: Row) -> bool:
        """True for an interface that is followed, or that was until it was renamed or removed."""
        return row.get("name") in self._names or row.get(".id") in self._ids

    def _words(self) -> list[str]:
        names = [f"?name={name}" for name in sorted(self._names)]
        return [_PROPERTIES, *names, *["?#|"] * (len(names) - 1)]


async def _first_of(*futures: "asyncio.Future[Any]", within: float) -> bool:
    """Wait for one of them; raises what it ended with, and returns False when none did in time."""
    ended, _ = await asyncio.wait(futures, timeout=within, return_when=asyncio.FIRST_COMPLETED)
    for future in ended:
        future.result()
    return bool(ended)


def _runs(row: Row) -> bool:
    return is_true(row, "running") and not is_true(row, "disabled")
