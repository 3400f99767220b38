"""Several reading commands under way at once on one connection, told apart by their tags.

RouterOS runs commands with different tags beside each other and repeats the tag in every sentence
of a reply (RouterOS manual, API, "Tags"), so that a dozen short prints cost one round trip instead
of a dozen. A sentence that bears no tag, or none that is under way, belongs to nobody: then the
conversation is out of step. Changes are never sent so, since their order counts.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from librouteros.exceptions import FatalError, MultiTrapError, ProtocolError, TrapError

from wanwatch.routeros.call import Call
from wanwatch.routeros.errors import CommandRefused, refusal
from wanwatch.routeros.protocol import Row, TextProtocol, least, parse_row, trap_of
from wanwatch.routeros.question import Answer, Words
from wanwatch.routeros.wire import Sentence

AT_ONCE = 16
"""Commands under way at once: the questions of one observation, IPv6 included, and not many more.

RouterOS documents no limit. A small board answers them one after the other all the same, so that
more would save nothing; and dashboards that keep dozens of streams open are known to trouble one.
"""
_ALONE = 3600.0
"""Seconds that commands go one by one after batches were lost."""
_LOST_IN_A_ROW = 2


@dataclass(slots=True)
class _UnderWay:
    place: int
    words: Words
    sent_at: float
    waited: float
    """How long the batch had waited for the router when this was sent."""
    rows: list[Row] = field(default_factory=list)
    traps: list[TrapError] = field(default_factory=list)


class Pipeline:
    """One batch of commands, and what became of each; to be run once."""

    def __init__(
        self, commands: Sequence[Words], tags: Iterator[int], clock: Callable[[], float]
    ) -> None:
        """``tags`` never gives a number twice on a connection; ``clock`` times the calls."""
        self._unsent = deque(enumerate(commands))
        self._answers: list[Answer] = [[] for _ in commands]
        self._under_way: dict[str, _UnderWay] = {}
        self._calls: list[Call] = []
        self._tags = tags
        self._clock = clock
        self._began = clock()
        self._waited = 0.0

    @property
    def current(self) -> Words:
        """The command that has been waited for longest, or is to be sent first."""
        for each in self._under_way.values():
            return each.words
        return self._unsent[0][1] if self._unsent else ("",)

    @property
    def was_sent(self) -> bool:
        """True when the router got any of it."""
        return bool(self._under_way or self._calls)

    async def run(self, protocol: TextProtocol, limit: float) -> list[Answer]:
        """The answers, in the order of the commands.

        ``limit`` bounds, in seconds, how long is waited for the router since a command was sent; each
        sentence is bounded by the protocol's timeout. Raises ProtocolError when a sentence belongs
        to nobody; FatalError on ``!fatal``; else as ``TextProtocol.read_sentences``.
        """
        loop = asyncio.get_running_loop()
        while self._unsent or self._under_way:
            await self._send(protocol)
            oldest = next(iter(self._under_way.values()))
            left = max(0.0, limit - (self._waited - oldest.waited))
            started = loop.time()
            sentences = await protocol.read_sentences(least(left, protocol.timeout))
            self._waited += loop.time() - started
            for sentence in sentences:
                self._take(sentence)
            await asyncio.sleep(0)
        return self._answers

    def calls(self, outcome: str) -> list[Call]:
        """What became of each command that was sent; ``outcome`` became of those under way.

        Where none was sent, the first one failed so.
        """
        now = self._clock()
        cut_off = [
            Call(each.words[0], now - each.sent_at, outcome, len(each.rows))
            for each in self._under_way.values()
        ]
        if not (self._calls or cut_off) and self._unsent:
            return [Call(self.current[0], now - self._began, outcome, 0)]
        return self._calls + cut_off

    async def _send(self, protocol: TextProtocol) -> None:
        """Send as many as may be under way, in one piece."""
        sentences = []
        while self._unsent and len(self._under_way) < AT_ONCE:
            place, words = self._unsent.popleft()
            tag = str(next(self._tags))
            self._under_way[tag] = _UnderWay(place, words, self._clock(), self._waited)
            sentences.append((*words, f".tag={tag}"))
        if sentences:
            await protocol.write_sentences(sentences)

    def _take(self, sentence: Sentence) -> None:
        word = sentence[0]
        if word == "!fatal":
            raise FatalError(" ".join(sentence[1:]))
        tag = tag_of(sentence)
        of = self._under_way.get(tag)
        if of is None:
            raise ProtocolError(f"a sentence {word[:20]!r} that answers none of the questions")
        if word == "!re":
            of.rows.append(parse_row(sentence))
        elif word == "!trap":
            of.traps.append(trap_of(parse_row(sentence)))
        elif word == "!done":
            del self._under_way[tag]
            self._end(of)
        elif word != "!empty":
            raise ProtocolError(f"unknown reply word {word[:20]!r}")

    def _end(self, of: _UnderWay) -> None:
        answer: Answer = of.rows
        if of.traps:
            traps = of.traps[0] if len(of.traps) == 1 else MultiTrapError(*of.traps)
            answer = refusal(traps, of.words)
        self._answers[of.place] = answer
        outcome = answer.reason if isinstance(answer, CommandRefused) else "ok"
        seconds = self._clock() - of.sent_at
        self._calls.append(Call(of.words[0], seconds, outcome, len(of.rows)))


class Togetherness:
    """Whether commands may go together: not for an hour after two batches in a row were lost.

    It is documented that they may, and yet a router may fail at it that would answer them one by
    one; then a slow observation is better than none.
    """

    def __init__(self) -> None:
        self._lost = 0
        self._alone_until: float | None = None

    def is_allowed(self, now: float) -> bool:
        """True while batches are sent; ``now`` in seconds."""
        return self._alone_until is None or now >= self._alone_until

    def worked(self) -> None:
        """Note a batch that was answered whole."""
        self._lost = 0
        self._alone_until = None

    def lost(self, now: float) -> None:
        """Note a batch whose connection was lost; one more after an hour alone is enough."""
        self._lost += 1
        if self._lost >= _LOST_IN_A_ROW:
            self._alone_until = now + _ALONE


def tag_of(sentence: Sentence) -> str:
    """The tag that a sentence bears; empty for none."""
    return next((word[5:] for word in reversed(sentence) if word.startswith(".tag=")), "")
