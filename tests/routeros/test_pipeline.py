"""Several questions at once: each gets its own answer, and a doubt about one is a doubt about all."""

import asyncio

import pytest

from tests.routeros.router_model import Handler, RouterModel, replying, sending, session_to, trap
from wanwatch.routeros.errors import (
    CommandRefused,
    CommandUnknown,
    ConnectionLost,
    PermissionMissing,
    RouterStalled,
    RouterUnreachable,
)
from wanwatch.routeros.pipeline import AT_ONCE, Togetherness
from wanwatch.routeros.protocol import _CHUNK_BYTES
from wanwatch.routeros.question import Words, reading, rows_of
from wanwatch.routeros.session import Call, Timeouts
from wanwatch.routeros.wire import encode_sentence

LIST = "/ip/firewall/address-list"


def asks(count: int) -> list[Words]:
    return [reading(f"{LIST}/print", queries=(f"list={number}",)) for number in range(count)]


def crowd(count: int = 40) -> RouterModel:
    return RouterModel({LIST: [{"list": str(number)} for number in range(count)]})


def holding(model: RouterModel, count: int) -> list[str]:
    """Have the model hold its answers back until so many questions came, and answer them backwards."""
    waiting: list[tuple[Words, str]] = []
    order: list[str] = []

    async def hold(writer: asyncio.StreamWriter) -> None:
        waiting.append((model.heard[-1], model.tags[-1]))
        if len(waiting) < count:
            model.faults[f"{LIST}/print"] = hold
            return
        for words, tag in reversed(waiting):
            order.append(tag)
            for sentence in model._answer(words):
                writer.write(encode_sentence((sentence[0], tag, *sentence[1:])))
        await writer.drain()

    model.faults[f"{LIST}/print"] = hold
    return order


async def test_replies_are_sorted_by_their_tags_in_whatever_order_they_come() -> None:
    async with crowd().serving() as model, session_to(model) as session:
        order = holding(model, 5)
        answers = await session.commands(asks(5))
    assert [row["list"] for answer in answers for row in rows_of(answer)] == list("01234")
    assert order == list(reversed(model.tags))


async def test_replies_that_are_mixed_row_by_row_are_taken_apart() -> None:
    model = crowd(0)

    async def mixed(writer: asyncio.StreamWriter) -> None:
        model.faults[f"{LIST}/print"] = second

    async def second(writer: asyncio.StreamWriter) -> None:
        one, two = model.tags[-2:]
        for tag, words in (
            (one, ("!re", "=n=1")),
            (two, ("!re", "=n=10")),
            (two, ("!trap", "=message=no such command")),
            (one, ("!re", "=n=2")),
            (two, ("!done",)),
            (one, ("!done",)),
        ):
            writer.write(encode_sentence((*words, tag)))

    model.faults[f"{LIST}/print"] = mixed
    async with model.serving(), session_to(model) as session:
        rows, refusal = await session.commands(asks(2))
    assert rows == [{"n": "1"}, {"n": "2"}]
    assert isinstance(refusal, CommandUnknown)
    assert refusal.sentence == asks(2)[1]


async def test_a_refusal_is_one_answer_among_the_others_and_the_connection_stays() -> None:
    async with crowd().serving() as model, session_to(model) as session:
        asked = [asks(1)[0], reading("/nothing/print"), reading("/system/identity/print")]
        model.faults["/system/identity/print"] = replying(*trap("not enough permissions (9)"))
        rows, unknown, forbidden = await session.commands(asked)
        assert len(rows_of(rows)) == 1
        assert isinstance(unknown, CommandUnknown)
        assert isinstance(forbidden, PermissionMissing)
        with pytest.raises(CommandRefused):
            rows_of(unknown)
        assert session.is_connected
        await session.command(f"{LIST}/print")
    assert model.connections == 1


async def test_no_more_than_a_few_are_under_way_at_once_and_all_are_answered() -> None:
    async with crowd().serving() as model, session_to(model) as session:
        holding(model, AT_ONCE)
        answers = await session.commands(asks(40))
    assert [row["list"] for a in answers for row in rows_of(a)] == [str(n) for n in range(40)]


async def test_one_more_than_that_is_not_sent_before_one_is_answered() -> None:
    async with crowd().serving() as model, session_to(model) as session:
        holding(model, AT_ONCE + 1)
        with pytest.raises(RouterStalled):
            await session.commands(asks(AT_ONCE + 1))
    assert len(model.heard) == 1 + AT_ONCE


async def test_a_tag_is_never_given_twice_on_a_connection() -> None:
    async with crowd().serving() as model, session_to(model) as session:
        await session.commands(asks(3))
        await session.commands(asks(3))
    assert len(set(model.tags)) == len(model.tags) == 6


@pytest.mark.parametrize(
    "sentence",
    [
        ("!done",),
        ("!re", "=list=of nobody"),
        ("!done", ".tag=99999"),
        ("!trap", "=message=whose?"),
        ("!what", ".tag=1"),
        ("!fatal", "session terminated on request"),
    ],
    ids=["untagged", "untagged row", "unknown tag", "untagged trap", "unknown word", "fatal"],
)
async def test_a_sentence_that_belongs_to_no_question_ends_the_connection(sentence: Words) -> None:
    async with crowd().serving() as model, session_to(model) as session:
        model.faults[f"{LIST}/print"] = sending(encode_sentence(sentence))
        with pytest.raises(ConnectionLost):
            await session.commands(asks(3))
        assert not session.is_connected
        assert len(await session.command(f"{LIST}/print")) == 40
    assert model.connections == 2


async def test_an_answer_that_comes_twice_is_nobodys() -> None:
    async with crowd().serving() as model, session_to(model) as session:
        model.faults[f"{LIST}/print"] = replying(("!done",), ("!done",))
        with pytest.raises(ConnectionLost):
            await session.commands(asks(3))


@pytest.mark.parametrize(
    ("fault", "kind", "outcome"),
    [
        (sending(b""), RouterStalled, "stalled"),
        (sending(b"", then_close=True), ConnectionLost, "connection-lost"),
    ],
    ids=["silent", "closed"],
)
async def test_what_was_answered_before_the_connection_was_lost_does_not_count(
    fault: Handler, kind: type[Exception], outcome: str
) -> None:
    calls: list[Call] = []
    async with (
        crowd().serving() as model,
        session_to(model, on_call=calls.append) as session,
    ):
        model.faults["/system/identity/print"] = fault
        with pytest.raises(kind, match="identity"):
            await session.commands([asks(1)[0], reading("/system/identity/print")])
        assert not session.is_connected
    assert [(call.command, call.outcome, call.rows) for call in calls] == [
        (f"{LIST}/print", "ok", 1),
        ("/system/identity/print", outcome, 0),
    ]


async def test_endless_rows_of_one_answer_do_not_outlast_the_command_timeout() -> None:
    model = crowd()

    async def rows_for_ever(writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(encode_sentence(("!re", "=list=again", model.tags[0])))
            await asyncio.sleep(0.05)

    model.faults[f"{LIST}/print"] = rows_for_ever
    times = Timeouts(sentence=0.3, command=0.4)
    async with model.serving(), session_to(model, timeouts=times) as session:
        async with asyncio.timeout(2):
            with pytest.raises(RouterStalled):
                await session.commands(asks(2))


async def test_others_have_their_turn_between_the_portions_of_long_answers() -> None:
    model = crowd()
    turns = 0

    async def tick() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    async def many(writer: asyncio.StreamWriter) -> None:
        tag = model.tags[-1]
        row = encode_sentence(("!re", "=.id=*1F", "=connection-mark=WAN1", tag))
        writer.write(row * 10_000 + encode_sentence(("!done", tag)))

    model.faults = {f"{LIST}/print": many, "/system/identity/print": many}
    async with model.serving(), session_to(model) as session:
        await session.command("/system/resource/print")
        ticker = asyncio.create_task(tick())
        answers = await session.commands([asks(1)[0], reading("/system/identity/print")])
        ticker.cancel()
    assert [len(rows_of(answer)) for answer in answers] == [10_000, 10_000]
    portions = 20_000 * 43 // _CHUNK_BYTES
    assert turns >= portions


async def test_a_cancelled_batch_drops_the_connection_and_says_so() -> None:
    calls: list[Call] = []
    async with crowd().serving() as model, session_to(model, on_call=calls.append) as session:
        model.faults["/system/identity/print"] = sending(b"")
        task = asyncio.create_task(
            session.commands([asks(1)[0], reading("/system/identity/print")])
        )
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not session.is_connected
        assert [call.outcome for call in calls] == ["ok", "cancelled"]
        assert len(await session.command(f"{LIST}/print")) == 40


async def test_a_batch_that_found_no_router_is_one_failed_call() -> None:
    calls: list[Call] = []
    async with crowd().serving() as model:
        session = session_to(model, on_call=calls.append)
    with pytest.raises(RouterUnreachable):
        await session.commands(asks(3))
    assert [(call.command, call.outcome) for call in calls] == [(f"{LIST}/print", "unreachable")]


async def test_a_batch_cannot_write() -> None:
    async with crowd().serving() as model, session_to(model) as session:
        with pytest.raises(ValueError, match="writes go through"):
            await session.commands([asks(1)[0], (f"{LIST}/remove", "=.id=*1")])
    assert model.heard == []


async def test_one_question_goes_without_a_tag() -> None:
    async with crowd().serving() as model, session_to(model) as session:
        assert [len(rows_of(answer)) for answer in await session.commands(asks(1))] == [1]
    assert model.tags == ()


async def test_a_router_that_fails_at_batches_is_asked_one_by_one() -> None:
    now = 0.0
    model = crowd()
    async with model.serving(), session_to(model, clock=lambda: now) as session:
        for _ in range(2):
            model.faults[f"{LIST}/print"] = sending(encode_sentence(("!done",)))
            with pytest.raises(ConnectionLost):
                await session.commands(asks(3))
        model.tags = ()
        answers = await session.commands([*asks(3), reading("/nothing/print")])
        assert [len(rows_of(answer)) for answer in answers[:3]] == [1, 1, 1]
        assert isinstance(answers[3], CommandUnknown)
        assert model.tags == ()
        now = 3600.0
        await session.commands(asks(3))
        assert len(model.tags) == 3


def test_one_lost_batch_is_a_reboot_and_two_in_a_row_are_a_pattern() -> None:
    together = Togetherness()
    together.lost(1.0)
    assert together.is_allowed(1.0)
    together.worked()
    together.lost(2.0)
    assert together.is_allowed(2.0)
    together.lost(3.0)
    assert not together.is_allowed(3602.9)
    assert together.is_allowed(3603.0)
    together.lost(3603.0)
    assert not together.is_allowed(3604.0)
