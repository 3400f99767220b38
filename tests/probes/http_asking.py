"""Probing a small HTTP server once, and cancelling it midway."""

import asyncio
import ssl
from typing import Any

from tests.probes.http_hosts import Play, answer, http_host, saying
from wanwatch.probes.http import HttpProber
from wanwatch.probes.results import ProbeResult
from wanwatch.probes.steering import Steering

PORTAL = answer("302 Found", Location="http://login.portal.example/?from=house.example")


async def ask(
    play: Play | None = None, *, patience: float = 5.0, delay: float = 0.0, **page: Any
) -> ProbeResult:
    """Probe a page of a server of its own once."""
    async with http_host(play, delay=delay, **page) as (target, _):
        return await HttpProber(Steering()).probe(target, patience=patience)


async def upsets_of_cancelling(
    prober: HttpProber, seconds: float, *, tls: ssl.SSLContext | None = None, **page: Any
) -> list[dict[str, Any]]:
    """Cancel ten exchanges after so many seconds; return what the loop had to complain about."""
    upsets: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, upset: upsets.append(upset))
    slow = saying(answer(body=b"all is ok")[:-5], b"is ok", pause=30)
    async with http_host(slow, tls=tls, body="is ok", **page) as (target, _):
        tasks = [asyncio.create_task(prober.probe(target, patience=30)) for _ in range(10)]
        await asyncio.sleep(seconds)
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(result, asyncio.CancelledError) for result in results)
    await asyncio.sleep(0.05)
    return upsets
