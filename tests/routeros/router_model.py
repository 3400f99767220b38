"""A small working router for these tests: menus of rows behind the API's words, and its bad days.

Knows print with queries, proplist and count-only, add with place-before, set, remove with id lists,
both logins. A fault takes the place of the answer to one command.
"""

import asyncio
import hashlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from wanwatch.routeros.session import RouterSession, Timeouts
from wanwatch.routeros.wire import SentenceDecoder, encode_sentence

Words = tuple[str, ...]
Handler = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class Replying:
    """Sentences that take the place of an answer."""

    sentences: Sequence[Words]


Fault = Handler | Replying

CHALLENGE = "00112233445566778899aabbccddeeff"
_PRESENCE = ("blackhole",)


@dataclass
class RouterModel:
    """The rows, what was heard, and how the router behaves."""

    menus: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    version: str = "7.20.8 (stable)"
    user: str = "wanwatch"
    password: str = "secret"
    old_login: bool = False
    sends_empty: bool = True
    unknown_names: frozenset[str] = frozenset()
    """Names this router does not know: it drops the rest of a proplist, as RouterOS 6 does."""
    heard: list[Words] = field(default_factory=list)
    """Every sentence, without its tag."""
    tags: tuple[str, ...] = ()
    """The tags that came, in their order."""
    batches: list[list[Words]] = field(default_factory=list)
    """What came in one piece, before any of it was answered."""
    faults: dict[str, Fault] = field(default_factory=dict)
    connections: int = 0
    port: int = 0
    _next_id: int = 1

    def __post_init__(self) -> None:
        given, self.menus = self.menus, {}
        self.menus["/system/resource"] = [{"version": self.version}]
        self.menus["/system/identity"] = [{"name": "edge"}]
        for path, rows in given.items():
            self.menus[path] = []
            for row in rows:
                self.insert(path, row)

    def insert(self, path: str, row: dict[str, str], before: str = "") -> str:
        rows = self.menus.setdefault(path, [])
        item = row.get(".id") or f"*{self._next_id:X}"
        self._next_id += 1
        at = next((i for i, other in enumerate(rows) if other[".id"] == before), len(rows))
        rows.insert(at, {".id": item, **row})
        return item

    def row(self, path: str, item: str) -> dict[str, str]:
        return next(row for row in self.menus[path] if row[".id"] == item)

    def ids(self, path: str) -> list[str]:
        return [row[".id"] for row in self.menus.get(path, [])]

    def commands(self, ending: str) -> list[Words]:
        return [words for words in self.heard if words[0].endswith(ending)]

    @asynccontextmanager
    async def serving(self, tls: ssl.SSLContext | None = None) -> AsyncIterator["RouterModel"]:
        """Listen on a free port of the loopback."""
        tasks: set[asyncio.Task[None]] = set()

        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            tasks.add(task)
            self.connections += 1
            try:
                await self._serve(reader, writer)
            except (ConnectionError, asyncio.CancelledError):
                pass
            finally:
                tasks.discard(task)
                writer.transport.abort()

        server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for task in list(tasks):
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await server.wait_closed()
            await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        decoder = SentenceDecoder()
        while data := await reader.read(65536):
            sentences = decoder.feed(data)
            self.batches.append(sentences)
            for sentence in sentences:
                tag = tuple(word for word in sentence if word.startswith(".tag="))
                words = tuple(word for word in sentence if word not in tag)
                self.heard.append(words)
                self.tags += tag
                fault = self.faults.pop(words[0], None)
                if isinstance(fault, Replying):
                    replies: Sequence[Words] = fault.sentences
                elif fault is not None:
                    await fault(writer)
                    continue
                else:
                    replies = self._answer(words)
                writer.write(b"".join(encode_sentence((*reply, *tag)) for reply in replies))
                await writer.drain()

    def _answer(self, words: Words) -> list[Words]:
        path, _, verb = words[0].rpartition("/")
        attributes = dict(
            word[1:].partition("=")[::2] for word in words[1:] if word.startswith("=")
        )
        if words[0] == "/login":
            return self._login(attributes)
        if verb == "print":
            return self._print(path, attributes, [w[1:] for w in words[1:] if w.startswith("?")])
        if path not in self.menus:
            return trap("no such command prefix")
        if verb == "add":
            before = attributes.pop("place-before", "")
            if before and before not in self.ids(path):
                return trap("no such item (4)")
            return [("!done", f"=ret={self.insert(path, self._stored(attributes), before)}")]
        return self._change(path, verb, attributes)

    def _change(self, path: str, verb: str, attributes: dict[str, str]) -> list[Words]:
        """Row by row, stopping at the first id that is not there, as RouterOS does with a list."""
        for item in attributes.pop(".id").split(","):
            if item not in self.ids(path):
                return trap("no such item (4)", category="0")
            row = self.row(path, item)
            if verb == "remove":
                self.menus[path].remove(row)
            else:
                for name in [name for name in attributes if name.startswith("!")]:
                    row.pop(name[1:], None)
                row.update(self._stored(attributes))
        return [("!done",)]

    @staticmethod
    def _stored(attributes: dict[str, str]) -> dict[str, str]:
        printed = {"yes": "true", "no": "false"}
        return {
            name: "true" if name in _PRESENCE else printed.get(value, value)
            for name, value in attributes.items()
            if not name.startswith("!")
        }

    def _login(self, attributes: dict[str, str]) -> list[Words]:
        if self.old_login and "response" not in attributes:
            return [("!done", f"=ret={CHALLENGE}")]
        secret = b"\x00" + self.password.encode("latin-1") + bytes.fromhex(CHALLENGE)
        response = "00" + hashlib.md5(secret, usedforsecurity=False).hexdigest()
        right = (
            attributes.get("response") == response
            if self.old_login
            else attributes.get("password") == self.password
        )
        if right and attributes.get("name") == self.user:
            return [("!done",)]
        return trap("invalid user name or password (6)")

    def _print(self, path: str, attributes: dict[str, str], queries: list[str]) -> list[Words]:
        if path not in self.menus:
            return trap("no such command prefix")
        rows = [row for row in self.menus[path] if matches(row, queries)]
        if "count-only" in attributes:
            return [("!done", f"=ret={len(rows)}")]
        names = attributes.get(".proplist", "").split(",") if ".proplist" in attributes else None
        if names is not None:
            unknown = [i for i, name in enumerate(names) if name in self.unknown_names]
            names = names[: unknown[0]] if unknown else names
        replies: list[Words] = [
            (
                "!re",
                *(f"={n}={v}" for n, v in row.items() if names is None or n in names),
            )
            for row in rows
        ]
        if not replies and self.sends_empty:
            replies.append(("!empty",))
        return [*replies, ("!done",)]


def matches(row: dict[str, str], queries: list[str]) -> bool:
    """RouterOS's query words on a stack; what is left on it is joined with and."""
    stack: list[bool] = []
    for query in queries:
        if query == "#|":
            stack.append(stack.pop() | stack.pop())
        elif "=" in query:
            name, _, value = query.partition("=")
            stack.append(row.get(name) == value)
        else:
            stack.append(query in row)
    return all(stack)


def trap(message: str, category: str = "") -> list[Words]:
    """A refusal as RouterOS words it, mostly without a category."""
    words = ("!trap", *((f"=category={category}",) if category else ()), f"=message={message}")
    return [words, ("!done",)]


def replying(*sentences: Words) -> "Replying":
    """A fault that answers with these sentences, which bear the tag of the question."""
    return Replying(sentences)


def sending(data: bytes, *, then_close: bool = False) -> Handler:
    """A fault that sends these bytes and then nothing, or closes."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        if then_close:
            writer.close()

    return answer


def session_to(model: RouterModel, **options: object) -> RouterSession:
    """A session with short timeouts to a model that is being served."""
    settings: dict[str, object] = {"timeouts": Timeouts(sentence=0.3, command=1.0), **options}
    return RouterSession(
        "127.0.0.1",
        model.port,
        str(settings.pop("user", model.user)),
        str(settings.pop("password", model.password)),
        **settings,  # type: ignore[arg-type] # options of RouterSession by name
    )
