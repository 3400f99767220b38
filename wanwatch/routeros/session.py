"""A lasting conversation with one router: one exchange at a time, reconnecting by itself.

An exchange is one command, or several that only read and are under way at once (``pipeline``).
Decides when a connection can be trusted: a trap leaves it in step; anything else (timeout,
cancellation in the middle of a reply, closed, undecodable) drops it, since the next command would
read the old reply. Never repeats a command by itself: whether a lost write was done is for the next
observation to see.
"""

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import aclosing, asynccontextmanager
from itertools import count
from types import TracebackType
from typing import Self

from librouteros.exceptions import LibRouterosError, MultiTrapError, TrapError

from wanwatch.routeros.backoff import Backoff
from wanwatch.routeros.call import Call, Timeouts
from wanwatch.routeros.connect import Endpoint, Password, connect
from wanwatch.routeros.errors import (
    CommandRefused,
    RouterError,
    failure,
    refusal,
)
from wanwatch.routeros.permit import ALWAYS_PERMITTED, WritePermit
from wanwatch.routeros.pipeline import Pipeline, Togetherness
from wanwatch.routeros.protocol import Row, TextApi
from wanwatch.routeros.question import Answer, Attributes, Reply, Words, reading, require_reading
from wanwatch.routeros.tls import TlsOptions
from wanwatch.routeros.wire import WireError

__all__ = ["Call", "RouterSession", "Timeouts"]

_LOOP_BUDGET = 0.004
"""Seconds of rows handed out before other tasks get their turn."""
_CLOCK_EVERY = 64
"""Rows between two looks at the clock."""


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
        self._tags = count(1)
        self._togetherness = Togetherness()

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

    async def commands(self, questions: Sequence[Words]) -> list[Answer]:
        """Run several commands that read, at once; their answers in the order of the questions.

        ``questions`` are made by ``question.reading``. A refusal is the answer to its own question
        alone. Raises ValueError when one could change the router; RouterError when the connection
        was lost, and then nothing of what was answered counts.
        """
        for words in questions:
            require_reading(words[0])
        if len(questions) > 1 and self._togetherness.is_allowed(self._clock()):
            async with self._lock:
                return await self._together(questions)
        return [await self._answer(words) for words in questions]

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

    async def _answer(self, words: Words) -> Answer:
        try:
            return (await self._call(words)).rows
        except CommandRefused as error:
            return error

    async def _call(self, words: Words) -> Reply:
        async with self._lock:
            rows: list[Row] = []
            async with aclosing(self._batches(words)) as batches:
                async for batch in batches:
                    rows += batch
                    await asyncio.sleep(0)
            return Reply(rows, self._api.done if self._api else {})

    async def _batches(self, words: Words) -> AsyncGenerator[list[dict[str, str]], None]:
        """One command and its reply; raises RouterError."""
        self._require_due()
        started = self._clock()
        rows = 0
        outcome = "cancelled"
        try:
            async with self._exchange(lambda: words) as api:
                await api.protocol.writeSentence(*words)
                async with aclosing(api.batches(self._timeouts.command)) as batches:
                    async for batch in batches:
                        rows += len(batch)
                        yield batch
            outcome = "ok"
        except RouterError as error:
            outcome = error.reason
            raise
        finally:
            self._report(Call(words[0], self._clock() - started, outcome, rows))

    async def _together(self, questions: Sequence[Words]) -> list[Answer]:
        """Several commands and their replies; raises RouterError."""
        self._require_due()
        pipeline = Pipeline(questions, self._tags, self._clock)
        outcome = "cancelled"
        try:
            async with self._exchange(lambda: pipeline.current) as api:
                answers = await pipeline.run(api.protocol, self._timeouts.command)
        except RouterError as error:
            outcome = error.reason
            if pipeline.was_sent:
                self._togetherness.lost(self._clock())
            raise
        else:
            self._togetherness.worked()
            return answers
        finally:
            for call in pipeline.calls(outcome):
                self._report(call)

    def _require_due(self) -> None:
        if self._api is None and self._connect_error is not None and self.retry_in > 0:
            raise self._connect_error.with_traceback(None)

    @asynccontextmanager
    async def _exchange(self, asked: Callable[[], Words]) -> AsyncGenerator[TextApi, None]:
        """The connection, with everything that can go wrong on it turned into RouterError.

        ``asked`` tells what is being waited for.
        """
        in_step = False
        api = None
        try:
            api = await self._connected()
            yield api
            in_step = True
            self.last_error = None
            self._backoff.succeeded()
        except (TrapError, MultiTrapError) as error:
            in_step = True
            self._backoff.succeeded()
            raise self._remember(refusal(error, asked())) from None
        except RouterError as error:
            raise self._remember(error)  # noqa: B904 - the same error goes on
        except (TimeoutError, OSError, LibRouterosError, WireError, UnicodeError) as error:
            raise self._remember(failure(error, asked())) from error
        finally:
            if api is not None and not in_step:
                self._drop(api)

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

    def _report(self, call: Call) -> None:
        self.last_call = call
        if self._on_call is not None:
            self._on_call(call)
