"""How an HTTP exchange ends: nothing stays open, and nothing that a server does upsets the prober."""

import asyncio
import random
from typing import Any

import pytest

from tests.probes.hosts import open_files
from tests.probes.http_asking import PORTAL, ask, upsets_of_cancelling
from tests.probes.http_hosts import answer, http_host, reset, saying
from wanwatch.probes.http import HttpProber
from wanwatch.probes.results import Reply, Timeout
from wanwatch.probes.steering import Steering


@pytest.mark.parametrize("seconds", [0.0, 0.001, 0.005, 0.02])
async def test_cancelling_an_exchange_closes_its_connection(seconds: float) -> None:
    assert await upsets_of_cancelling(HttpProber(Steering()), seconds) == []


async def test_no_way_of_answering_leaves_a_connection_open() -> None:
    plays = [saying(PORTAL), saying(answer(body=b"x" * 100_000)), saying(b"junk\r\n"), reset]
    before = open_files()
    for play in plays * 3:
        await ask(play, body="is ok")
        await ask(play)
    await asyncio.sleep(0.05)
    assert open_files() <= before


async def test_no_answer_upsets_the_prober() -> None:
    dice = random.Random(7)  # noqa: S311 - drawn, not secret
    whole = answer("302 Found", b"all is ok", Location="http://192.0.2.1/", X_More="é" * 30)
    upsets: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, upset: upsets.append(upset))
    current = b""

    async def play(writer: asyncio.StreamWriter) -> None:
        writer.write(current)

    async with http_host(play, status=(302,), body="ok") as (target, _):
        prober = HttpProber(Steering())
        for _ in range(300):
            mangled = bytearray(whole[: dice.randrange(len(whole) + 1)])
            for _ in range(dice.randrange(4)):
                if mangled:
                    mangled[dice.randrange(len(mangled))] = dice.choice(b"\0\r\n :;/ \xff9")
            current = bytes(mangled)
            result = await prober.probe(target, patience=5)
            assert isinstance(result, Reply | Timeout), (current, result)
            if isinstance(result, Timeout):
                assert result.detail
                assert result.detail.isprintable()
                assert len(result.detail) < 200
    assert upsets == []
