"""librouteros' asynchronous API with values that stay text and rows that come in bulk.

The library reads a word with up to three awaits, casts values (``100`` to an int, ``yes`` to True),
loses bytes outside its encoding and collects a whole reply before the first row. Here sentences are
decoded from one buffer, words are latin-1 text, and rows are handed out as they come. Words are
never logged: a login holds the password.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping
from typing import Any

from librouteros.api import AsyncApi
from librouteros.connections import AsyncSocketTransport
from librouteros.exceptions import (
    ConnectionClosed,
    FatalError,
    MultiTrapError,
    ProtocolError,
    TrapError,
)
from librouteros.protocol import AsyncApiProtocol

from wanwatch.routeros.wire import Sentence, SentenceDecoder, WireError, encode_sentence

Row = Mapping[str, str]
"""One row of the router: RouterOS's property names and values, all text."""

_CHUNK_BYTES = 16384
"""As much is decoded at a stretch, a few hundred rows: the probes wait meanwhile."""


def parse_row(words: tuple[str, ...]) -> dict[str, str]:
    """The attribute words of a reply as a row; other words (a tag) are left out."""
    row = {}
    for word in words:
        if word[:1] == "=":
            name, _, value = word[1:].partition("=")
            row[name] = value
    return row


class TextProtocol(AsyncApiProtocol):
    """Sentences over a stream, decoded in bulk.

    ``timeout`` bounds, in seconds, one write and the wait for one complete sentence.
    """

    def __init__(self, transport: AsyncSocketTransport, timeout: float) -> None:
        super().__init__(transport=transport, encoding="latin-1", timeout=timeout)
        self._decoder = SentenceDecoder()
        self._pending: list[tuple[str, ...]] = []

    @property
    def is_in_step(self) -> bool:
        """True when nothing of an earlier reply is left, and the peer has not closed."""
        reader = self.transport.reader
        return not (
            self._pending
            or self._decoder.is_mid_sentence
            or reader.at_eof()
            or reader.exception() is not None
            or self.transport.writer.is_closing()
        )

    async def writeSentence(self, cmd: str, *words: str) -> None:  # noqa: N802 - librouteros' name
        """Send one sentence; raises as ``write_sentences``."""
        await self.write_sentences([(cmd, *words)])

    async def write_sentences(self, sentences: Iterable[Sentence]) -> None:
        """Send sentences in one piece, all or none of them.

        Raises TimeoutError, OSError; WireError or UnicodeEncodeError when nothing was sent.
        """
        encoded = b"".join([encode_sentence(sentence) for sentence in sentences])
        async with asyncio.timeout(self.timeout):
            await self.transport.write(encoded)

    async def read_sentences(self, limit: float | None) -> list[tuple[str, ...]]:
        """Every sentence that has come, at least one; waits at most ``limit`` seconds for it.

        Raises TimeoutError, ConnectionClosed, ProtocolError or OSError.
        """
        if self._pending:
            sentences, self._pending = self._pending, []
            return sentences
        async with asyncio.timeout(limit):
            while True:
                data = await self.transport.reader.read(_CHUNK_BYTES)
                if not data:
                    raise ConnectionClosed("the router closed the connection")
                try:
                    sentences = self._decoder.feed(data)
                except WireError as error:
                    raise ProtocolError(str(error)) from error
                if sentences:
                    return sentences

    def put_back(self, sentences: list[tuple[str, ...]]) -> None:
        """Keep sentences that belong to nobody yet; ``is_in_step`` is False while there are any."""
        self._pending = sentences + self._pending

    async def readSentence(self) -> tuple[str, tuple[str, ...]]:  # noqa: N802 - librouteros' name
        """One sentence as reply word and words; raises FatalError on ``!fatal``."""
        first, *rest = await self.read_sentences(self.timeout)
        self.put_back(rest)
        if first[0] == "!fatal":
            raise FatalError(" ".join(first[1:]))
        return first[0], first[1:]

    def abort(self) -> None:
        """End the connection at once, without waiting and without a farewell."""
        self.transport.writer.transport.abort()


class TextApi(AsyncApi):
    """librouteros' API over a TextProtocol: every value stays text."""

    protocol: TextProtocol

    def __init__(self, protocol: TextProtocol) -> None:
        super().__init__(protocol=protocol)
        self.done: dict[str, str] = {}
        """The words of the last ``!done``: ``ret`` of an add or a count."""

    async def readSentence(self) -> tuple[str, dict[str, Any]]:  # noqa: N802 - librouteros' name
        """One sentence as reply word and row."""
        reply_word, words = await self.protocol.readSentence()
        return reply_word, parse_row(words)

    async def readResponse(self) -> list[dict[str, Any]]:  # noqa: N802 - librouteros' name
        """The rows of a reply, with the words of ``!done`` last as the library has it."""
        rows: list[dict[str, Any]] = []
        async for batch in self.batches(None):
            rows += batch
        return [*rows, self.done] if self.done else rows

    async def batches(self, limit: float | None) -> AsyncGenerator[list[dict[str, str]], None]:
        """The rows of the reply that is due, in the portions they come in.

        ``limit`` bounds, in seconds, all waiting for the router together; each sentence is bounded
        by the protocol's timeout. Reads on to ``!done`` after a trap and raises TrapError or
        MultiTrapError then; FatalError on ``!fatal``; else as ``TextProtocol.read_sentences``.
        """
        loop = asyncio.get_running_loop()
        left = limit
        traps: list[TrapError] = []
        self.done = {}
        finished = False
        while not finished:
            started = loop.time()
            sentences = await self.protocol.read_sentences(least(left, self.protocol.timeout))
            if left is not None:
                left = max(0.0, left - (loop.time() - started))
            rows, finished = self._sort(sentences, traps)
            if rows:
                yield rows
        if traps:
            raise traps[0] if len(traps) == 1 else MultiTrapError(*traps)

    def _sort(
        self, sentences: list[tuple[str, ...]], traps: list[TrapError]
    ) -> tuple[list[dict[str, str]], bool]:
        """The rows among these sentences, and whether the reply ended; traps are added to ``traps``."""
        rows = []
        for index, sentence in enumerate(sentences):
            word = sentence[0]
            if word == "!re":
                rows.append(parse_row(sentence))
            elif word == "!done":
                self.done = parse_row(sentence)
                self.protocol.put_back(sentences[index + 1 :])
                return rows, True
            elif word == "!trap":
                traps.append(trap_of(parse_row(sentence)))
            elif word == "!fatal":
                raise FatalError(" ".join(sentence[1:]))
            elif word != "!empty":
                raise ProtocolError(f"unknown reply word {word[:20]!r}")
        return rows, False


def trap_of(row: Row) -> TrapError:
    """The words of a ``!trap`` as librouteros' error."""
    category = row.get("category", "")
    return TrapError(
        message=row.get("message", "no message"),
        category=int(category) if category.isdigit() else None,
    )


def least(left: float | None, right: float | None) -> float | None:
    """The shorter of two time limits, None being no limit."""
    limits = [limit for limit in (left, right) if limit is not None]
    return min(limits) if limits else None
