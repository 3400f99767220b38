"""A client that writes and reads single sentences, for what librouteros cannot do: tags, cancel."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from wanwatch.routeros.wire import Sentence, SentenceDecoder, encode_sentence


class RawClient:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._decoder = SentenceDecoder()
        self._waiting: list[Sentence] = []
        self.bytes_read = 0

    def send(self, *words: str) -> None:
        """Write one sentence."""
        self._writer.write(encode_sentence(words))

    async def read(self) -> Sentence:
        """The next sentence; raises ConnectionError when the router closes."""
        while not self._waiting:
            data = await asyncio.wait_for(self._reader.read(65536), 5)
            if not data:
                raise ConnectionError("closed by the router")
            self.bytes_read += len(data)
            self._waiting = self._decoder.feed(data)
        return self._waiting.pop(0)

    async def ask(self, *words: str) -> list[Sentence]:
        """Write a sentence and read up to its ``!done``."""
        self.send(*words)
        replies = [await self.read()]
        while replies[-1][0] not in ("!done", "!fatal"):
            replies.append(await self.read())
        return replies

    async def log_in(self, name: str = "admin", password: str = "") -> None:
        """Log in the new way; the answer must be a plain ``!done``."""
        assert await self.ask("/login", f"=name={name}", f"=password={password}") == [("!done",)]


@asynccontextmanager
async def raw_client(port: int, *, logged_in: bool = True) -> AsyncIterator[RawClient]:
    """A connection to a server on this host."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    client = RawClient(reader, writer)
    try:
        if logged_in:
            await client.log_in()
        yield client
    finally:
        writer.transport.abort()
