"""Which questions go together: a reading of several menus, in as few round trips as it has depths.

A reading is a generator: it gives the questions that it can ask now, takes their answers, and
returns what it read; it does no I/O of its own. What is asked twice in a reading is sent once. What
a later round asked the last time is foreseen and asked with the first one this time, so that a
router that stays as it is costs one round trip; where it was foreseen wrongly the answer is unused.
"""

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Generic, TypeVar

from wanwatch.routeros.errors import CommandRefused
from wanwatch.routeros.protocol import Row
from wanwatch.routeros.question import Answer, Words, rows_of
from wanwatch.routeros.session import RouterSession

T = TypeVar("T")
A = TypeVar("A")
B = TypeVar("B")

Reading = Generator[Sequence[Words], Sequence[Answer], T]


class Foresight:
    """What a reading asked in later rounds the last time."""

    def __init__(self) -> None:
        self.questions: tuple[Words, ...] = ()


async def ask(session: RouterSession, reading: Reading[T], foresight: Foresight | None = None) -> T:
    """What a reading read; raises RouterError, or what the reading raises."""
    under_way = _UnderWay(reading)
    answers: dict[Words, Answer] = {}
    ahead = () if foresight is None else foresight.questions
    later: list[Words] = []
    with _remembered(session):
        under_way.go_on()
        while not under_way.has_ended:
            asked = dict.fromkeys((*under_way.questions, *ahead))
            unknown = [words for words in asked if words not in answers]
            if unknown:
                answers |= zip(unknown, await session.commands(unknown), strict=True)
            ahead = ()
            under_way.go_on([answers[words] for words in under_way.questions])
            later += under_way.questions
    if foresight is not None:
        foresight.questions = tuple(dict.fromkeys(later))
    return under_way.result


def printed(words: Words) -> Reading[list[Row]]:
    """The rows of one print; raises CommandRefused."""
    (answer,) = yield [words]
    return rows_of(answer)


def or_nothing(reading: Reading[list[T]]) -> Reading[list[T]]:
    """What the reading read; nothing where the router refused a question of it."""
    try:
        return (yield from reading)
    except CommandRefused:
        return []


def both(first: Reading[A], second: Reading[B]) -> Reading[tuple[A, B]]:
    """Two readings side by side; where both would raise, the first one does."""
    one, other = _UnderWay(first), _UnderWay(second)
    one.go_on()
    other.go_on()
    while not (one.has_ended and other.has_ended):
        cut = len(one.questions)
        answers = yield (*one.questions, *other.questions)
        one.go_on(answers[:cut])
        other.go_on(answers[cut:])
    return one.result, other.result


class _UnderWay(Generic[T]):
    """A reading that was begun; ``result`` is there when it has ended."""

    result: T

    def __init__(self, reading: Reading[T]) -> None:
        self._reading = reading
        self.questions: Sequence[Words] = ()
        self.has_ended = False

    def go_on(self, answers: Sequence[Answer] | None = None) -> None:
        """Have it ask what it can ask now; None to begin."""
        if self.has_ended:
            return
        try:
            self.questions = next(self._reading) if answers is None else self._reading.send(answers)
        except StopIteration as end:
            self.questions, self.result, self.has_ended = (), end.value, True


@contextmanager
def _remembered(session: RouterSession) -> Iterator[None]:
    """Have the session remember a refusal that the reading did not expect."""
    try:
        yield
    except CommandRefused as error:
        session.last_error = error
        raise
