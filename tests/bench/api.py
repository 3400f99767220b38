"""Reading a large connection table: how long it takes, and how long it holds up the probes."""

import asyncio
import time
from statistics import median

from tests.bench.children import served
from tests.bench.figures import Figure
from wanwatch.routeros.session import RouterSession

ROWS = 100_000
RUNS = 3
_TICK = 0.005


def measure() -> list[Figure]:
    """Read the ids of many connections from a router in another process."""
    with served("crowd", str(ROWS)) as router:
        host, port = router["address"]
        return asyncio.run(_measure(host, port, router["connections"]))


async def _measure(host: str, port: int, expected: int) -> list[Figure]:
    times, stalls, counts = [], [], []
    async with RouterSession(host, port, "admin", "") as session:
        await session.count("/ip/firewall/connection/print")
        for _ in range(RUNS):
            worst = [0.0]
            ticking = asyncio.create_task(_watch(worst))
            await asyncio.sleep(0)
            began = time.perf_counter()
            rows = session.stream("/ip/firewall/connection/print", proplist=(".id",))
            counts.append(sum([1 async for _ in rows]))
            times.append(time.perf_counter() - began)
            await asyncio.sleep(2 * _TICK)
            ticking.cancel()
            stalls.append(worst[0] * 1000.0)
    what = f"{expected} connection rows (.id)"
    return [
        Figure("api", f"reading {what}", median(times), "s", None, tuple(times)),
        Figure(
            "api", "longest stall of the loop meanwhile", median(stalls), "ms", None, tuple(stalls)
        ),
        Figure("api", "rows read", median(counts), f"of {expected}"),
    ]


async def _watch(worst: list[float]) -> None:
    """Note how late the loop comes back to somebody who waits for a moment."""
    while True:
        due = time.perf_counter() + _TICK
        await asyncio.sleep(_TICK)
        worst[0] = max(worst[0], time.perf_counter() - due)
