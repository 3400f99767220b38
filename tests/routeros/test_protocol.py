"""librouteros' own interface over our protocol: the same calls, text values, no word in a log."""

import asyncio
import logging
import random

import pytest
from librouteros.exceptions import FatalError, TrapError

from tests.routeros.router_model import RouterModel, replying, session_to
from wanwatch.routeros.backoff import Backoff
from wanwatch.routeros.connect import Endpoint, connect
from wanwatch.routeros.errors import CommandRefused, PermissionMissing, RouterError, refusal
from wanwatch.routeros.protocol import TextApi, parse_row

LIST = "/ip/firewall/address-list"


async def api_of(model: RouterModel) -> TextApi:
    return await connect(Endpoint("127.0.0.1", model.port, model.user, model.password), 1.0)


async def test_the_librarys_calls_give_text() -> None:
    model = RouterModel({LIST: [{"list": "100", "comment": "yes"}]})
    async with model.serving():
        api = await api_of(model)
        rows = [row async for row in api(f"{LIST}/print")]
        again = [row async for row in api.path("ip", "firewall", "address-list")]
        await api.close()
    assert rows == again == [{".id": "*1", "list": "100", "comment": "yes"}]


async def test_the_librarys_path_adds_and_removes() -> None:
    model = RouterModel({LIST: []})
    async with model.serving():
        api = await api_of(model)
        path = api.path("ip", "firewall", "address-list")
        assert await path.add(list="a") == "*1"
        await path.remove("*1")
        await api.close()
    assert model.menus[LIST] == []


async def test_the_library_raises_its_own_errors() -> None:
    model = RouterModel({LIST: []})
    model.faults[f"{LIST}/print"] = replying(("!trap", "=message=no"), ("!done",))
    async with model.serving():
        api = await api_of(model)
        with pytest.raises(TrapError, match="no"):
            [row async for row in api(f"{LIST}/print")]
        model.faults["/quit"] = replying(("!fatal", "session terminated on request"))
        with pytest.raises(FatalError, match="session terminated"):
            [row async for row in api("/quit")]
        api.protocol.abort()


async def test_a_long_reply_comes_in_portions_that_are_soon_looked_through() -> None:
    rows = [{"list": "a", "address": f"10.0.{n // 250}.{n % 250}"} for n in range(5000)]
    model = RouterModel({LIST: rows})
    async with model.serving():
        api = await api_of(model)
        await api.protocol.writeSentence(f"{LIST}/print")
        await asyncio.sleep(0.2)  # so that as much as is taken at once is there
        sizes = [len(batch) async for batch in api.batches(None)]
        await api.close()
    assert sum(sizes) == 5000
    assert max(sizes) <= 1000


async def test_a_single_sentence_can_be_read() -> None:
    model = RouterModel({LIST: [{"list": "a"}]})
    async with model.serving():
        api = await api_of(model)
        await api.protocol.writeSentence(f"{LIST}/print")
        assert await api.readSentence() == ("!re", {".id": "*1", "list": "a"})
        assert await api.readSentence() == ("!done", {})
        assert api.protocol.is_in_step
        await api.close()


async def test_no_word_of_a_login_reaches_a_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    model = RouterModel(password="correct horse")
    async with model.serving(), session_to(model) as session:
        await session.command("/system/identity/print")
    async with model.serving(), session_to(model, password="wrong horse") as session:
        with pytest.raises(RouterError) as caught:
            await session.command("/system/identity/print")
    assert "horse" not in caplog.text
    assert "horse" not in f"{caught.value!r} {caught.value.__cause__!r}"


def test_words_without_a_value_and_words_that_are_no_attributes() -> None:
    assert parse_row(("!re", "=blackhole", "=comment=", ".tag=1", "=a=b=c")) == {
        "blackhole": "",
        "comment": "",
        "a": "b=c",
    }


def test_a_missing_permission_outweighs_other_traps() -> None:
    error = refusal(TrapError("Not Enough Permissions (9)"), ("/x/set",))
    assert isinstance(error, PermissionMissing)
    assert str(error) == "the router refused: Not Enough Permissions (9) (/x/set)"


def all_errors(kind: type[RouterError] = RouterError) -> list[type[RouterError]]:
    return [kind, *(error for sub in kind.__subclasses__() for error in all_errors(sub))]


def test_every_error_has_a_reason_of_its_own() -> None:
    reasons = [error.reason for error in all_errors()]
    assert len(set(reasons)) == len(reasons) > 10
    assert all(reason.replace("-", "").isalpha() and reason.islower() for reason in reasons)


def test_retrying_does_not_help_where_a_person_must_act() -> None:
    hopeless = {error.reason for error in all_errors() if not error.retrying_helps}
    assert {"login-refused", "permission-missing", "tls-refused"} <= hopeless
    assert not {"unreachable", "stalled", "connection-lost", "item-vanished"} & hopeless
    assert not CommandRefused.retrying_helps


def test_waits_grow_to_the_ceiling_and_differ_between_instances() -> None:
    one, other = (Backoff(first=1, ceiling=8, rng=random.Random(seed)) for seed in (1, 2))  # noqa: S311 - seeds
    waits = [one.failed(0.0) for _ in range(50)]
    assert all(4 <= wait <= 8 for wait in waits[3:])
    assert 0.5 <= waits[0] <= 1
    assert other.failed(0.0) != waits[0]
    assert one.wait(0.0) == waits[-1]
    assert one.wait(100.0) == 0
    one.succeeded()
    assert (one.wait(0.0), one.failures) == (0, 0)
