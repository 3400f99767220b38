"""What a probe of each kind costs this process, one after another over loopback.

``python -m tests.bench.probes_kinds`` is the other side: servers of every kind on free ports, which
it prints as a JSON object, until its standard input ends.
"""

import asyncio
import json
import sys
import time
from dataclasses import dataclass
from statistics import median

from tests.bench.children import serving
from tests.probes.dns_hosts import dns_host
from tests.probes.hosts import echo_host, listening_host
from tests.probes.http_hosts import http_host, server_context
from wanwatch.core.http_page import HttpPage
from wanwatch.core.target import Target, TargetKind
from wanwatch.probes.kinds import open_prober
from wanwatch.probes.results import Reply
from wanwatch.probes.steering import Steering

HERE = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class KindRow:
    """Microseconds of processor time a probe, and what did not answer."""

    kind: str
    microseconds: float
    probes: int
    lost: int


def measure(rounds: int, seconds: float) -> list[KindRow]:
    """Measure every kind by turns, for so many seconds each; the median of the rounds."""
    with serving("tests.bench.probes_kinds") as ports:
        runs = [asyncio.run(_round(ports, seconds)) for _ in range(rounds)]
    return [
        KindRow(
            kind=rows[0].kind,
            microseconds=median(row.microseconds for row in rows),
            probes=sum(row.probes for row in rows),
            lost=sum(row.lost for row in rows),
        )
        for rows in zip(*runs, strict=True)
    ]


def page(rows: list[KindRow]) -> str:
    """The costs as a table, each also as a multiple of the first."""
    lines = ["Processor time a probe by kind, microseconds, one after another (median; lost)"]
    base = rows[0].microseconds
    lines += [
        f"{row.kind:<7}{row.microseconds:>8.0f}  x{row.microseconds / base:<6.1f}"
        f"lost {row.lost} of {row.probes}"
        for row in rows
    ]
    return "\n".join(lines)


async def _round(ports: dict[str, int], seconds: float) -> list[KindRow]:
    rows = []
    prober = open_prober(Steering())
    for kind, target in _targets(ports).items():
        await prober.probe(target, patience=1)  # what is made once is not counted
        used, until = time.process_time(), time.monotonic() + seconds
        probes = lost = 0
        while time.monotonic() < until:
            probes += 1
            lost += not isinstance(await prober.probe(target, patience=1), Reply)
        rows.append(KindRow(kind, (time.process_time() - used) / probes * 1e6, probes, lost))
    await prober.close()
    return rows


def _targets(ports: dict[str, int]) -> dict[str, Target]:
    return {
        "icmp": Target(TargetKind.ICMP, HERE),
        "tcp": Target(TargetKind.TCP, HERE, ports["tcp"]),
        "udp": Target(TargetKind.UDP, HERE, ports["udp"]),
        "dns": Target(TargetKind.DNS, HERE, ports["dns"]),
        "http": Target(TargetKind.HTTP, HERE, ports["http"]),
        "https": Target(TargetKind.HTTP, HERE, ports["https"], HttpPage(tls=True, verify=False)),
    }


async def serve() -> None:
    """Answer every kind until standard input ends."""
    async with (
        listening_host() as (tcp, _),
        echo_host() as (udp, _),
        dns_host() as (dns, _),
        http_host() as (http, _),
        http_host(tls=server_context("house.example")) as (https, _),
    ):
        named = {"tcp": tcp, "udp": udp, "dns": dns, "http": http, "https": https}
        sys.stdout.write(json.dumps({kind: target.port for kind, target in named.items()}) + "\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve())
