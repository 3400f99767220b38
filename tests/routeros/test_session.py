"""A session keeps text text, knows when it is out of step, and comes back by itself."""

import asyncio
import random
import time
from contextlib import aclosing

import pytest

from tests.routeros.router_model import RouterModel, replying, sending, session_to, trap
from wanwatch.routeros.errors import (
    CommandRefused,
    ConnectionLost,
    ItemVanished,
    PermissionMissing,
    RouterError,
    RouterStalled,
    RouterUnreachable,
    WriteForbidden,
)
from wanwatch.routeros.session import Call, RouterSession, Timeouts
from wanwatch.routeros.wire import encode_sentence

LIST = "/ip/firewall/address-list"
ROUTE = "/ip/route"


async def test_values_stay_text_whatever_they_look_like() -> None:
    row = {"list": "100", "comment": "yes", "address": "true", "timeout": "007"}
    async with RouterModel({LIST: [row]}).serving() as model, session_to(model) as session:
        (seen,) = await session.command(f"{LIST}/print")
    assert {name: seen[name] for name in row} == row


async def test_a_comment_in_any_encoding_comes_and_goes_byte_for_byte() -> None:
    comment = "Мегафон".encode().decode("latin-1") + "Линия 2".encode("cp1251").decode("latin-1")
    model = RouterModel({LIST: [{"comment": comment, "list": "a"}]})
    async with model.serving(), session_to(model) as session:
        (row,) = await session.command(f"{LIST}/print")
        await session.write(f"{LIST}/set", [f"=.id={row['.id']}", f"=comment={row['comment']}!"])
    assert model.menus[LIST][0]["comment"] == comment + "!"


async def test_a_value_may_hold_equals_signs_and_be_empty() -> None:
    row = {"comment": "a=b=c", "list": ""}
    async with RouterModel({LIST: [row]}).serving() as model, session_to(model) as session:
        (seen,) = await session.command(f"{LIST}/print")
    assert (seen["comment"], seen["list"]) == ("a=b=c", "")


async def test_a_command_is_sent_without_anybody_iterating_over_it() -> None:
    async with RouterModel({LIST: []}).serving() as model, session_to(model) as session:
        assert await session.write(f"{LIST}/add", ["=list=x"]) == "*1"
        assert model.menus[LIST] == [{".id": "*1", "list": "x"}]


async def test_empty_is_no_row() -> None:
    async with RouterModel({LIST: []}).serving() as model, session_to(model) as session:
        assert await session.command(f"{LIST}/print") == []


async def test_a_count_is_not_a_row() -> None:
    rows = [{"list": "a"}, {"list": "b"}, {"list": "a"}]
    async with RouterModel({LIST: rows}).serving() as model, session_to(model) as session:
        assert await session.count(f"{LIST}/print", queries=("list=a",)) == 2


async def test_a_proplist_and_queries_go_out_as_words() -> None:
    async with RouterModel({ROUTE: []}).serving() as model, session_to(model) as session:
        await session.command(f"{ROUTE}/print", queries=("a=1", "b", "#|"), proplist=(".id", "a"))
    assert model.heard[-1] == (f"{ROUTE}/print", "=.proplist=.id,a", "?a=1", "?b", "?#|")


async def test_a_reading_command_cannot_write() -> None:
    async with RouterModel({ROUTE: []}).serving() as model, session_to(model) as session:
        with pytest.raises(ValueError, match="writes go through"):
            await session.command(f"{ROUTE}/remove", {".id": "*1"})
    assert model.heard == []


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("no such item (4)", ItemVanished),
        ("not enough permissions (9)", PermissionMissing),
        ("failure: already have such entry", CommandRefused),
    ],
)
async def test_a_trap_is_typed_by_its_words_and_leaves_the_connection(
    message: str, kind: type[CommandRefused]
) -> None:
    async with RouterModel({LIST: []}).serving() as model, session_to(model) as session:
        model.faults[f"{LIST}/add"] = replying(*trap(message))
        with pytest.raises(kind) as caught:
            await session.write(f"{LIST}/add", ["=list=x"])
        assert (caught.value.message, caught.value.sentence[1]) == (message, "=list=x")
        assert await session.command(f"{LIST}/print") == []
        assert model.connections == 1


async def test_several_traps_are_read_on_to_the_end_and_become_one_error() -> None:
    async with RouterModel({LIST: []}).serving() as model, session_to(model) as session:
        model.faults[f"{LIST}/print"] = replying(
            ("!trap", "=message=no such item"),
            ("!re", "=.id=*1"),
            ("!trap", "=category=2", "=message=interrupted"),
            ("!done",),
        )
        with pytest.raises(CommandRefused, match="no such item; interrupted") as caught:
            await session.command(f"{LIST}/print")
        assert type(caught.value) is CommandRefused
        assert await session.command(f"{LIST}/print") == []
        assert model.connections == 1


async def test_after_a_timeout_the_late_answer_is_nobodys() -> None:
    async def late(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.3)
        writer.write(encode_sentence(("!re", "=list=late")) + encode_sentence(("!done",)))

    model = RouterModel({LIST: [{"list": "true answer"}]}, faults={f"{LIST}/print": late})
    async with model.serving(), session_to(model, timeouts=Timeouts(sentence=0.1)) as session:
        with pytest.raises(RouterStalled):
            await session.command(f"{LIST}/print")
        assert not session.is_connected
        await asyncio.sleep(0.3)
        assert [row["list"] for row in await session.command(f"{LIST}/print")] == ["true answer"]
    assert model.connections == 2


async def test_a_router_that_stalls_in_the_middle_of_a_sentence_is_left() -> None:
    half = encode_sentence(("!re", "=list=abcdef"))[:9]
    async with RouterModel({LIST: []}).serving() as model, session_to(model) as session:
        model.faults[f"{LIST}/print"] = sending(half)
        with pytest.raises(RouterStalled, match="/ip/firewall/address-list/print"):
            await session.command(f"{LIST}/print")
        assert await session.command(f"{LIST}/print") == []


async def test_a_router_that_drips_bytes_does_not_outlast_the_sentence_timeout() -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        for byte in encode_sentence(("!re", "=list=" + "x" * 100)):
            writer.write(bytes((byte,)))
            await asyncio.sleep(0.02)

    async with RouterModel({LIST: []}).serving() as model, session_to(model) as session:
        model.faults[f"{LIST}/print"] = drip
        async with asyncio.timeout(0.9):
            with pytest.raises(RouterStalled):
                await session.command(f"{LIST}/print")


async def test_endless_rows_do_not_outlast_the_command_timeout() -> None:
    async def rows_for_ever(writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(encode_sentence(("!re", "=list=again")))
            await asyncio.sleep(0.05)

    times = Timeouts(sentence=0.3, command=0.4)
    model = RouterModel({LIST: []}, faults={f"{LIST}/print": rows_for_ever})
    async with model.serving(), session_to(model, timeouts=times) as session:
        with pytest.raises(RouterStalled):
            await session.command(f"{LIST}/print")


@pytest.mark.parametrize(
    "fault",
    [
        replying(("!fatal", "session terminated on request")),
        sending(encode_sentence(("!re", "=list=a")), then_close=True),
        sending(b"\xff\x00\x00"),
        replying(("HTTP/1.1 400 Bad Request",)),
    ],
    ids=["fatal", "closed in mid-reply", "control byte", "not the API"],
)
async def test_a_broken_conversation_is_a_lost_connection(fault: object) -> None:
    async with (
        RouterModel({LIST: [{"list": "a"}]}).serving() as model,
        session_to(model) as session,
    ):
        model.faults[f"{LIST}/print"] = fault  # type: ignore[assignment] # parametrised
        with pytest.raises(ConnectionLost):
            await session.command(f"{LIST}/print")
        assert len(await session.command(f"{LIST}/print")) == 1


async def test_words_that_belong_to_nobody_end_the_connection_before_the_next_command() -> None:
    async with (
        RouterModel({LIST: [{"list": "a"}]}).serving() as model,
        session_to(model) as session,
    ):
        model.faults[f"{LIST}/print"] = replying(("!done",), ("!re", "=list=stray"), ("!done",))
        assert await session.command(f"{LIST}/print") == []
        assert [row["list"] for row in await session.command(f"{LIST}/print")] == ["a"]
    assert model.connections == 2


async def test_a_cancelled_command_drops_the_connection() -> None:
    async with (
        RouterModel({LIST: [{"list": "a"}]}).serving() as model,
        session_to(model) as session,
    ):
        model.faults[f"{LIST}/print"] = sending(b"")
        task = asyncio.create_task(session.command(f"{LIST}/print"))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not session.is_connected
        assert len(await session.command(f"{LIST}/print")) == 1


async def test_text_that_is_no_latin_1_is_refused_before_anything_is_sent() -> None:
    async with RouterModel({LIST: []}).serving() as model, session_to(model) as session:
        with pytest.raises(CommandRefused, match="cannot be sent"):
            await session.write(f"{LIST}/add", ["=comment=Мегафон"])
    assert model.commands("/add") == []


async def test_commands_of_several_tasks_take_turns() -> None:
    rows = [{"list": str(number)} for number in range(20)]
    async with RouterModel({LIST: rows}).serving() as model, session_to(model) as session:
        answers = await asyncio.gather(
            *(session.command(f"{LIST}/print", queries=(f"list={n}",)) for n in range(20))
        )
    assert [row["list"] for (row,) in answers] == [str(number) for number in range(20)]


async def test_a_connection_the_router_closed_meanwhile_is_opened_anew() -> None:
    model = RouterModel({LIST: []})
    async with model.serving(), session_to(model) as session:
        model.faults[f"{LIST}/print"] = sending(encode_sentence(("!done",)), then_close=True)
        await session.command(f"{LIST}/print")
        await asyncio.sleep(0.05)
        assert await session.command(f"{LIST}/print") == []
    assert session.logins == 2


async def test_the_write_permit_stands_before_every_write() -> None:
    class NoLease:
        async def require(self) -> None:
            raise WriteForbidden("another wanwatch holds the lease")

    async with (
        RouterModel({LIST: []}).serving() as model,
        session_to(model, permit=NoLease()) as session,
    ):
        assert await session.command(f"{LIST}/print") == []
        with pytest.raises(WriteForbidden, match="holds the lease"):
            await session.write(f"{LIST}/add", ["=list=x"])
    assert model.commands("/add") == []


async def test_every_command_is_told_to_the_hook() -> None:
    calls: list[Call] = []
    async with (
        RouterModel({LIST: [{"list": "a"}]}).serving() as model,
        session_to(model, on_call=calls.append) as session,
    ):
        await session.command(f"{LIST}/print")
        with pytest.raises(RouterError):
            await session.command("/nothing/print")
    assert [(call.command, call.outcome, call.rows) for call in calls] == [
        (f"{LIST}/print", "ok", 1),
        ("/nothing/print", "command-unknown", 0),
    ]
    assert all(call.seconds > 0 for call in calls)


async def test_a_long_print_never_holds_up_the_loop() -> None:
    rows = [{".id": f"*{number:X}", "connection-mark": "WAN1"} for number in range(20_000)]
    model = RouterModel()
    model.menus["/c"] = rows
    longest = 0.0

    async def tick() -> None:
        """Measure in CPU time, so that a busy machine does not look like a stall."""
        nonlocal longest
        while True:
            before = time.thread_time()
            await asyncio.sleep(0.001)
            longest = max(longest, time.thread_time() - before)

    data = b"".join(encode_sentence(("!re", *(f"={k}={v}" for k, v in r.items()))) for r in rows)
    model.faults["/c/print"] = sending(data + encode_sentence(("!done",)))
    async with model.serving(), session_to(model) as session:
        await session.command("/system/identity/print")
        ticker = asyncio.create_task(tick())
        await asyncio.sleep(0)
        seen = 0
        async for _ in session.stream("/c/print", proplist=(".id",)):
            seen += 1
        ticker.cancel()
    assert seen == len(rows)
    assert longest < 0.05


async def test_rows_come_before_the_reply_has_ended() -> None:
    first = encode_sentence(("!re", "=list=first"))
    async with RouterModel({LIST: []}).serving() as model, session_to(model) as session:
        model.faults[f"{LIST}/print"] = sending(first)
        async with aclosing(session.stream(f"{LIST}/print")) as stream:
            assert (await anext(stream))["list"] == "first"
        assert not session.is_connected


async def test_a_failed_connection_is_tried_again_later_and_later_and_not_before() -> None:
    now = 100.0
    model = RouterModel({LIST: []})
    async with model.serving():
        port = model.port
    session = RouterSession(
        "127.0.0.1",
        port,
        "u",
        "p",
        clock=lambda: now,
        rng=random.Random(1),  # noqa: S311 - a seed
    )
    waits: list[float] = []
    for _ in range(9):
        with pytest.raises(RouterUnreachable):
            await session.command(f"{LIST}/print")
        waits.append(session.retry_in)
        with pytest.raises(RouterUnreachable):
            await session.command(f"{LIST}/print")
        assert session.retry_in == waits[-1]
        now += session.retry_in
    assert all(0.25 <= wait <= 0.5 for wait in waits[:1])
    assert all(15.0 <= wait <= 30.0 for wait in waits[7:])
    assert len(set(waits)) == len(waits)


async def test_the_first_success_ends_the_waiting() -> None:
    now = 0.0
    model = RouterModel({LIST: []})
    async with model.serving(), session_to(model, clock=lambda: now) as session:
        model.faults["/login"] = sending(b"", then_close=True)
        with pytest.raises(RouterError):
            await session.command(f"{LIST}/print")
        assert session.last_error is not None
        assert session.retry_in > 0
        now = 60.0
        await session.command(f"{LIST}/print")
        assert session.retry_in == 0
        assert session.last_call is not None
        assert session.last_call.outcome == "ok"
