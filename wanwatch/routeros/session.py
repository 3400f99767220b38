"""A lasting conversation with one router: one command at a time, reconnecting by itself.

Decides when a connection can be trusted: a trap leaves it in step; anything else (timeout,
cancellation in the middle of a reply, closed, undecodable) drops it, since the next command would
read the old reply. Never repeats a command by itself: whether a lost write was done is for the next
observation to see.
"""

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from librouteros.exceptions import LibRouterosError, MultiTrapError, TrapError

from wanwatch.routeros.backoff import Backoff
from wanwatch.routeros.connect import Endpoint, Password, connect
from wanwatch.routeros.errors import (
    CommandRefused,
    ConnectionLost,
    RouterError,
    RouterStalled,
    refusal,
)
from wanwatch.routeros.permit import ALWAYS_PERMITTED, WritePermit
from wanwatch.routeros.protocol import Row, TextApi
from wanwatch.routeros.tls import TlsOptions
from wanwatch.routeros.wire import WireError

Attributes = Mapping[str, str] | Iterable[tuple[str, str]]

_LOOP_BUDGET = 0.004
"""Seconds of rows handed out before other tasks get their turn."""
_CLOCK_EVERY = 64
"""Rows between two looks at the clock."""


@dataclass(frozen=True, slots=True)
class Call:
    """One command that ended: for metrics. ``outcome`` is ``ok`` or an error's reason."""

    command: str
    seconds: float
    outcome: str
    rows: int


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. ``sentence`` bounds connecting and each sentence, ``command`` a whole reply."""

    sentence: float = 10.0
    command: float = 60.0


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete reply: its rows, and what came with ``!done``."""

    rows: list[Row]
    done: Row = field(default_factory=dict)

    @property
    def ret(self) -> str:
        """The value RouterOS returned: the id of an added row, a count; empty where none came."""
        return self.done.get("ret", "")


class RouterSession:
    """The conversation. ``async with`` closes it; the connection is opened by the first command.

    After a failed connection the next attempt is due in ``retry_in`` seconds; a command before that
    fails at once with the same error and does not touch the network.
    """

    def __init__(
        self,
        address: str,
        port: int,
        user: str,
        password: Password,
        *,
        tls: TlsOptions | None = None,
        timeouts: Timeouts | None = None,
        clock: Callable[[], float] = time.monotonic,
        rng: random.Random | None = None,
        permit: WritePermit = ALWAYS_PERMITTED,
        on_call: Callable[[Call], None] | None = None,
    ) -> None:
        self.endpoint = Endpoint(address, port, user, password, tls)
        self.permit = permit
        self.logins = 0
        """How many connections were opened: a new number means that ids may have changed."""
        self.last_error: RouterError | None = None
        """Why the last command failed; None after one that succeeded."""
        self.last_call: Call | None = None
        self._timeouts = timeouts or Timeouts()
        self._clock = clock
        self._backoff = Backoff(rng=rng or random.Random())  # noqa: S311 - jitter, no secret
        self._on_call = on_call
        self._lock = asyncio.Lock()
        self._api: TextApi | None = None
        self._connect_error: RouterError | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    @property
    def is_connected(self) -> bool:
        """True while a connection is open and in step."""
        return self._api is not None and self._api.protocol.is_in_step

    @property
    def retry_in(self) -> float:
        """Seconds until the next connection attempt is due; 0 when connected or due."""
        return 0.0 if self.is_connected else self._backoff.wait(self._clock())

    async def command(
        self,
        command: str,
        attributes: Attributes = (),
        *,
        queries: Iterable[str] = (),
        proplist: Iterable[str] = (),
    ) -> list[Row]:
        """Run a command that reads, such as ``/ip/route/print``; returns its rows.

        ``queries`` are query words without their ``?`` (``dst-address=0.0.0.0/0``, ``#|``). Raises
        RouterError.
        """
        words = reading(command, attributes, queries=queries, proplist=proplist)
        return (await self._call(words)).rows

    async def count(self, command: str, *, queries: Iterable[str] = ()) -> int:
        """How many rows a print would give; raises RouterError."""
        words = reading(command, {"count-only": ""}, queries=queries)
        ret = (await self._call(words)).ret
        if not ret.isdigit():
            raise CommandRefused(f"no count in the reply: {ret!r}", words)
        return int(ret)

    async def write(self, command: str, words: Iterable[str]) -> str:
        """Run a command that changes the router; the only way to do so.

        ``words`` are complete attribute words. Asks the permit first: here the lease stands.
        Returns the id RouterOS gave, if any. Raises RouterError; WriteForbidden when nothing was
        sent.
        """
        await self.permit.require()
        return (await self._call((command, *words))).ret

    async def stream(
        self,
        command: str,
        attributes: Attributes = (),
        *,
        queries: Iterable[str] = (),
        proplist: Iterable[str] = (),
    ) -> AsyncGenerator[Row, None]:
        """The rows of a reading command as they come; other tasks get their turn in between.

        The session is busy until the last row, so the loop must not run other commands on it. Left
        early (use ``contextlib.aclosing``) the connection is dropped. Raises RouterError.
        """
        words = reading(command, attributes, queries=queries, proplist=proplist)
        yielded_at = time.perf_counter()
        async with self._lock, aclosing(self._batches(words)) as batches:
            async for batch in batches:
                for index, row in enumerate(batch):
                    yield row
                    if index % _CLOCK_EVERY == 0:
                        now = time.perf_counter()
                        if now - yielded_at > _LOOP_BUDGET:
                            await asyncio.sleep(0)
                            yielded_at = time.perf_counter()

    async def close(self) -> None:
        """End the connection; a later command opens a new one."""
        api, self._api = self._api, None
        if api is None:
            return
        try:
            async with asyncio.timeout(1.0):
                await api.protocol.transport.close()
        except (TimeoutError, OSError):
            api.protocol.abort()

    async def _call(self, words: tuple[str, ...]) -> Reply:
        async with self._lock:
            rows: list[Row] = []
            async with aclosing(self._batches(words)) as batches:
                async for batch in batches:
                    rows += batch
                    await asyncio.sleep(0)
            return Reply(rows, self._api.done if self._api else {})

    async def _batches(self, words: tuple[str, ...]) -> AsyncGenerator[list[dict[str, str]], None]:
        """One command and its reply, with everything that can go wrong turned into RouterError."""
        if self._api is None and self._connect_error is not None and self.retry_in > 0:
            raise self._connect_error.with_traceback(None)
        started = self._clock()
        count = 0
        outcome = "cancelled"
        in_step = False
        api = None
        try:
            api = await self._connected()
            await api.protocol.writeSentence(*words)
            async with aclosing(api.batches(self._timeouts.command)) as batches:
                async for batch in batches:
                    count += len(batch)
                    yield batch
            in_step, outcome = True, "ok"
            self.last_error = None
            self._backoff.succeeded()
        except (TrapError, MultiTrapError) as error:
            in_step = True
            self._backoff.succeeded()
            refused = refusal(error, words)
            outcome = refused.reason
            raise self._remember(refused) from None
        except RouterError as error:
            outcome = error.reason
            raise self._remember(error)  # noqa: B904 - the same error goes on
        except (TimeoutError, OSError, LibRouterosError, WireError, UnicodeError) as error:
            failure = self._failure(error, words)
            outcome = failure.reason
            raise self._remember(failure) from error
        finally:
            if api is not None and not in_step:
                self._drop(api)
            self._report(Call(words[0], self._clock() - started, outcome, count))

    async def _connected(self) -> TextApi:
        if self._api is not None and not self._api.protocol.is_in_step:
            self._drop(self._api)
        if self._api is None:
            try:
                self._api = await connect(self.endpoint, self._timeouts.sentence)
            except RouterError as error:
                self._connect_error = error
                self._backoff.failed(self._clock())
                raise
            self.logins += 1
            self._connect_error = None
        return self._api

    def _drop(self, api: TextApi) -> None:
        """End a connection that cannot be trusted any more, without waiting."""
        api.protocol.abort()
        if self._api is api:
            self._api = None

    def _remember(self, error: RouterError) -> RouterError:
        self.last_error = error
        return error

    @staticmethod
    def _failure(error: Exception, words: tuple[str, ...]) -> RouterError:
        if isinstance(error, TimeoutError):
            return RouterStalled(f"no complete answer to {words[0]} in time")
        if isinstance(error, UnicodeError | WireError):
            return CommandRefused(f"the sentence cannot be sent: {error}", words)
        return ConnectionLost(f"the connection was lost during {words[0]}: {error}")

    def _report(self, call: Call) -> None:
        self.last_call = call
        if self._on_call is not None:
            self._on_call(call)


def reading(
    command: str,
    attributes: Attributes = (),
    *,
    queries: Iterable[str] = (),
    proplist: Iterable[str] = (),
) -> tuple[str, ...]:
    """The words of a reading command; raises ValueError on one that could change the router."""
    if command.rpartition("/")[2] not in ("print", "getall"):
        raise ValueError(f"{command} is not a print; writes go through RouterSession.write")
    pairs = attributes.items() if isinstance(attributes, Mapping) else attributes
    words = [command, *(f"={name}={value}" for name, value in pairs)]
    names = ",".join(proplist)
    if names:
        words.append(f"=.proplist={names}")
    words += (f"?{query}" for query in queries)
    return tuple(words)
