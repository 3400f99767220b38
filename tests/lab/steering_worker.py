"""Sends probes on the wanwatch host, by the project's own probers.

``python -m tests.lab.steering_worker`` reads a JSON line ``{"patience": SECONDS, "probes": [{"id",
"steering": [source, dscp, fwmark, device], "engine", "target"}]}`` from standard input, sends all
of it at once and answers by one line: ``{id: {"outcome", "detail"}}``. Probers are kept from line
to line, as a daemon keeps them while the router's tables change.
"""

import asyncio
import json
import sys
from typing import Any

from wanwatch.config.targets import read_target
from wanwatch.probes.kinds import open_prober
from wanwatch.probes.prober import KindProber
from wanwatch.probes.results import ProbeError, ProbeResult, Reply
from wanwatch.probes.steering import Steering


class Worker:
    """The probers by what they are steered by."""

    def __init__(self) -> None:
        self._probers: dict[tuple[Steering, str, int], KindProber] = {}

    async def answer(self, asked: dict[str, Any]) -> dict[str, dict[str, str]]:
        """Send all probes of a request."""
        results = await asyncio.gather(
            *(self._probe(probe, asked["patience"]) for probe in asked["probes"])
        )
        return {
            probe["id"]: _told(result)
            for probe, result in zip(asked["probes"], results, strict=True)
        }

    async def _probe(self, probe: dict[str, Any], patience: float) -> ProbeResult:
        target = read_target(probe["target"])
        key = Steering(*probe["steering"]), probe["engine"], 6 if target.is_ipv6 else 4
        if key not in self._probers:
            self._probers[key] = open_prober(key[0], icmp_engine=key[1])
        return await self._probers[key].probe(target, patience=patience)


def _told(result: ProbeResult) -> dict[str, str]:
    match result:
        case Reply():
            return {"outcome": "answered", "detail": ""}
        case ProbeError(reason=reason, detail=detail):
            return {"outcome": "error", "detail": f"{reason}: {detail}"}
    return {"outcome": "lost", "detail": result.detail}


async def _serve() -> None:
    worker = Worker()
    while line := await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(await worker.answer(json.loads(line))), flush=True)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(_serve())
