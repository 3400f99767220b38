"""What can go wrong on the way, switched on and off while the server runs."""

import asyncio

import pytest

from wanwatch.routeros.wire import Sentence
from wanwatch.sim.faults import Faults

from .raw_client import raw_client
from .tiny_router import TinyRouter, librouteros_says, serving


async def test_a_stall_sends_half_a_reply_and_then_nothing() -> None:
    faults = Faults(stall_on="/ip/route/print")
    router = TinyRouter()
    router.put("/ip/route", gateway="ether1")
    async with serving(router, faults=faults) as (_server, port), raw_client(port) as client:
        assert (await client.ask("/system/identity/print"))[-1] == ("!done",)
        client.send("/ip/route/print")
        before = client.bytes_read
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.read(), 0.1)
        assert client.bytes_read > before
        faults.stall_on = ""
        async with raw_client(port) as another:
            assert (await another.ask("/ip/route/print"))[-1] == ("!done",)


async def test_a_dropped_sentence_is_not_carried_out() -> None:
    router, faults = TinyRouter(), Faults()
    async with serving(router, faults=faults) as (_server, port), raw_client(port) as client:
        faults.drop_before = 2
        await client.ask("/ip/route/add", "=gateway=ether1")
        client.send("/ip/route/add", "=gateway=ether2")
        with pytest.raises(ConnectionError):
            await client.read()
    assert len(router.store.items("/ip/route")) == 1
    assert faults.drop_before is None


async def test_a_reply_can_be_lost_after_the_deed() -> None:
    router, faults = TinyRouter(), Faults()
    async with serving(router, faults=faults) as (_server, port), raw_client(port) as client:
        faults.drop_after = 1
        client.send("/ip/route/add", "=gateway=ether1")
        with pytest.raises(ConnectionError):
            await client.read()
        async with raw_client(port) as again:
            assert (await again.ask("/ip/route/print", "=count-only=")) == [("!done", "=ret=1")]


async def test_every_sentence_is_counted_and_shown() -> None:
    seen: list[Sentence] = []
    faults = Faults(on_sentence=seen.append)
    async with serving(TinyRouter(), faults=faults) as (_server, port), raw_client(port) as client:
        await client.ask("/system/identity/print")
    assert [words[0] for words in seen] == ["/login", "/system/identity/print"]
    assert faults.sentences_seen == 2


async def test_latency_delays_each_command() -> None:
    faults = Faults()
    async with serving(TinyRouter(), faults=faults) as (_server, port), raw_client(port) as client:
        faults.latency = 0.05
        before = asyncio.get_running_loop().time()
        await client.ask("/system/identity/print")
        assert asyncio.get_running_loop().time() - before >= 0.045


async def test_refusals() -> None:
    faults = Faults(refuse_login=True)
    async with serving(TinyRouter(), faults=faults) as (_server, port):
        said = await asyncio.to_thread(librouteros_says, port, "/ip/route/print")
        assert said == "invalid user name or password (6)"
        faults.refuse_login = False
        faults.deny_write = True
        said = await asyncio.to_thread(librouteros_says, port, "/ip/route/add", "=gateway=ether1")
        assert said == "not enough permissions (9)"
        faults.refuse_connections = True
        said = await asyncio.to_thread(librouteros_says, port, "/ip/route/print")
        assert "closed" in said or "reset" in said
