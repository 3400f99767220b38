"""One client's connection: reads sentences, carries them out, writes the replies.

Commands without a tag are answered in their order; commands with a tag run beside them and bear
their tag in every sentence. Replies are written in pieces, so that a large print holds up
neither the router nor the memory.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from wanwatch.routeros.wire import Sentence, SentenceDecoder, WireError, encode_sentence
from wanwatch.sim.commands import DONE, Commands
from wanwatch.sim.faults import Faults
from wanwatch.sim.listen import Changes
from wanwatch.sim.login import Login, User
from wanwatch.sim.request import Request
from wanwatch.sim.store import RouterModel
from wanwatch.sim.traps import Trap, interrupted, no_such_command, not_enough_permissions

_READ_BYTES = 65536
_WRITE_BYTES = 32768


class _Closing(Exception):  # noqa: N818 (an order, not an error)
    """The connection ends now."""


@dataclass(slots=True)
class Served:
    """What all sessions of a server share; it may change while they last."""

    model: RouterModel
    users: tuple[User, ...]
    faults: Faults
    commands: Commands
    changes: Changes
    strict_login: bool


class Session:
    """A connection; ``run`` lasts as long as it does."""

    def __init__(
        self, served: Served, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._served = served
        self._reader = reader
        self._writer = writer
        self._login = Login(served.model.version, served.users, strict=served.strict_login)
        self._tagged: dict[str, asyncio.Task[None]] = {}
        self._stalled = False

    async def run(self) -> None:
        """Serve until the client leaves, an error of its own, or a fault ends it."""
        try:
            if not self._served.faults.refuse_connections:
                await self._serve()
        except (_Closing, WireError, OSError):
            pass
        finally:
            tasks = list(self._tagged.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._writer.close()

    async def _serve(self) -> None:
        decoder = SentenceDecoder()
        while data := await self._reader.read(_READ_BYTES):
            for words in decoder.feed(data):
                await self._take(words)

    async def _take(self, words: Sentence) -> None:
        faults = self._served.faults
        drop_before, drop_after = faults.note(words)
        if drop_before:
            raise _Closing
        if self._stalled:
            return
        request = Request.parse(words)
        if drop_after:
            for _ in self._carry_out(request):
                pass
            raise _Closing
        if request.command == "cancel" and not request.path:
            await self._cancel(request)
        elif request.tag is None:
            await self._answer(request, words[0])
        else:
            self._start(request, request.tag, words[0])

    def _start(self, request: Request, tag: str, command: str) -> None:
        task = asyncio.create_task(self._answer(request, command), name=f"api command {tag}")
        self._tagged[tag] = task
        task.add_done_callback(lambda done: self._forget(tag, done))

    def _forget(self, tag: str, task: asyncio.Task[None]) -> None:
        if self._tagged.get(tag) is task:
            del self._tagged[tag]
        if not task.cancelled() and task.exception() is not None:
            self._writer.close()

    async def _cancel(self, request: Request) -> None:
        wanted = request.attributes.get("tag")
        for tag, task in list(self._tagged.items()):
            if wanted in (None, tag):
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                await self._write(encode_sentence(_tag(("!trap", *interrupted().words), tag)))
                await self._write(encode_sentence(_tag(DONE, tag)))
        await self._write(encode_sentence(_tag(DONE, request.tag)))

    async def _answer(self, request: Request, command: str) -> None:
        if self._served.faults.latency:
            await asyncio.sleep(self._served.faults.latency)
        if request.command == "quit" and not request.path:
            await self._fatal("session terminated on request")
        if self._login.user is None and command != "/login":
            await self._fatal("not logged in")
        if request.command == "listen":
            await self._listen(request)
            return
        pending = bytearray()
        for sentence in self._carry_out(request):
            pending += encode_sentence(_tag(sentence, request.tag))
            if len(pending) >= _WRITE_BYTES and not self._served.faults.stalls(command):
                await self._write(bytes(pending))
                pending.clear()
                await asyncio.sleep(0)
        if self._served.faults.stalls(command):
            await self._write(bytes(pending[: len(pending) // 2]))
            self._stalled = True
        await self._write(bytes(pending))

    def _carry_out(self, request: Request) -> Iterator[Sentence]:
        faults = self._served.faults
        try:
            if request.command == "login" and not request.path:
                if faults.refuse_login:
                    raise self._login.refusal()
                yield self._login.answer(request)
            elif self._login.user is not None:
                yield from self._served.commands.run(request, self._has_policy)
        except Trap as trap:
            yield ("!trap", *trap.words)
            yield DONE

    def _has_policy(self, policy: str) -> bool:
        if policy == "write" and self._served.faults.deny_write:
            return False
        return self._login.has_policy(policy)

    async def _listen(self, request: Request) -> None:
        try:
            menu = self._served.commands.menu_of(request)
            if self._served.faults.refuse_listen:
                raise no_such_command()
            if not self._has_policy("read"):
                raise not_enough_permissions()
            rows: AsyncIterator[Sentence] = self._served.changes.listen(
                self._served.model, menu, request
            )
            async for sentence in rows:
                await self._write(encode_sentence(_tag(sentence, request.tag)))
        except Trap as trap:
            for sentence in (("!trap", *trap.words), DONE):
                await self._write(encode_sentence(_tag(sentence, request.tag)))

    async def _fatal(self, reason: str) -> None:
        await self._write(encode_sentence(("!fatal", reason)))
        raise _Closing

    async def _write(self, data: bytes) -> None:
        if self._stalled:
            return
        self._writer.write(data)
        await self._writer.drain()


def _tag(sentence: Sentence, tag: str | None) -> Sentence:
    return sentence if tag is None else (*sentence, f".tag={tag}")
