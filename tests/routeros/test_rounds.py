"""Readings ask side by side, each thing once, and foresee what they asked later the last time."""

from collections.abc import Sequence

import pytest

from tests.routeros.router_model import RouterModel, session_to
from wanwatch.routeros.errors import CommandUnknown
from wanwatch.routeros.protocol import Row
from wanwatch.routeros.question import Words, reading
from wanwatch.routeros.rounds import Foresight, Reading, ask, both, or_nothing, printed
from wanwatch.routeros.session import RouterSession

A, B, C = "/a/print", "/b/print", "/c/print"


def router() -> RouterModel:
    return RouterModel({"/a": [{"to": "c"}], "/b": [{"n": "b"}], "/c": [{"n": "c"}]})


def through(first: str) -> Reading[list[Row]]:
    """Follow a row to the menu that it names."""
    rows = yield from printed(reading(first))
    found = yield from printed(reading(f"/{rows[0]['to']}/print"))
    return list(found)


async def batches(
    session: RouterSession, model: RouterModel, foresight: Foresight | None = None
) -> tuple[Sequence[Words], object]:
    model.heard.clear()
    found = await ask(
        session, both(through(A), both(printed(reading(B)), printed(reading(A)))), foresight
    )
    return [words for words in model.heard if words[0] != "/login"], found


async def test_what_depends_on_nothing_goes_first_and_nothing_goes_twice() -> None:
    async with router().serving() as model, session_to(model) as session:
        heard, found = await batches(session, model)
    assert heard == [(A,), (B,), (C,)]
    assert found == (
        [{".id": "*3", "n": "c"}],
        ([{".id": "*2", "n": "b"}], [{".id": "*1", "to": "c"}]),
    )
    assert len(model.tags) == 2


async def test_a_later_round_is_foreseen_the_next_time() -> None:
    foresight = Foresight()
    async with router().serving() as model, session_to(model) as session:
        before = await batches(session, model, foresight)
        assert foresight.questions == ((C,),)
        tags = len(model.tags)
        assert (await batches(session, model, foresight))[1] == before[1]
        assert len(model.tags) - tags == 3
        assert foresight.questions == ((C,),)


async def test_what_was_foreseen_wrongly_changes_nothing_and_is_forgotten() -> None:
    foresight = Foresight()
    async with router().serving() as model, session_to(model) as session:
        await batches(session, model, foresight)
        model.menus["/a"][0]["to"] = "b"
        heard, found = await batches(session, model, foresight)
        assert heard == [(A,), (B,), (C,)]
        assert found == (await batches(session, model))[1]
        assert (await batches(session, model, foresight))[0] == [(A,), (B,)]


async def test_a_refusal_that_nobody_expects_is_raised_and_remembered() -> None:
    async with router().serving() as model, session_to(model) as session:
        gone = printed(reading("/gone/print"))
        with pytest.raises(CommandUnknown):
            await ask(session, both(printed(reading(B)), gone))
        assert isinstance(session.last_error, CommandUnknown)
        assert await ask(session, or_nothing(printed(reading("/gone/print")))) == []
        await ask(session, printed(reading(B)))
        assert session.last_error is None


async def test_of_two_that_would_raise_the_first_does() -> None:
    def refuse(answered: str) -> Reading[None]:
        yield [reading(B)]
        raise ValueError(answered)

    async with router().serving() as model, session_to(model) as session:
        with pytest.raises(ValueError, match="first"):
            await ask(session, both(refuse("first"), refuse("second")))
