"""``python -m tests.bench flush``: a line dies that a quarter of a full connection table is through.

The daemon, the router and the hosts that are probed are processes of their own. Measured are the
daemon's loop (a task that waits for 5 ms again and again), its probes by its own recording, and
what is left in the table; for both shapes of the table, and for a router whose every command waits
5 ms. Figures of this host.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from tests.bench.children import cpu_seconds, peak_megabytes
from tests.bench.flush_probes import Probes, probes
from tests.bench.flush_router import DEAD, LINES
from tests.bench.talking import Talker
from wanwatch.cli.console import Failure
from wanwatch.cli.demo_world import SOURCES
from wanwatch.cli.status_source import fetch
from wanwatch.probes.icmp_sockets import icmp_capability
from wanwatch.routeros.dialect import CONNECTION_MENU

CONNECTIONS = 100_000
CASES = ((7, 0.0), (7, 0.005), (6, 0.0), (6, 0.005))
"""RouterOS's major version, and the seconds that every command waits."""
_EXPIRING = 500
_START_WITHIN, _FLUSH_WITHIN = 60.0, 300.0
_CALM = 5.0
_AFTER = 3.0
_INTERVAL = 0.2


@dataclass(frozen=True, slots=True)
class Case:
    """What one flush cost; times in seconds, memory in megabytes."""

    major: int
    latency: float
    connections: int
    flush: float
    removing: float
    """For how long of that the router was told to remove, the rest being spent on looking."""
    commands: int
    """In how many commands."""
    removed: int
    remaining: int
    others_before: dict[str, int]
    others_after: dict[str, int]
    stall: float
    """The longest while the dead line was dealt with."""
    stall_busy: float
    """The longest that this process spent at a stretch; the rest of a stall others had."""
    stall_before: float
    """The longest while nothing was the matter."""
    collection: float
    """The longest garbage collection meanwhile."""
    probes: Probes
    daemon_cpu: float
    router_cpu: float
    memory: float
    memory_before: float
    late: list[list[float]] = field(default_factory=list)


def configuration(router: Sequence[Any], hosts: Sequence[str], socket: Path) -> str:
    """Four lines, three hosts each; those that stay are also asked by ICMP where this host may."""
    has_icmp = icmp_capability().style is not None
    text = f'[router]\naddress = "{router[0]}"\nport = {router[1]}\nuser = "admin"\n'
    for line, source in SOURCES.items():
        targets = list(hosts)
        if has_icmp and line != DEAD:
            targets[-1] = targets[-1].split(":")[1]
        text += f'\n[[wan]]\nname = "{line}"\ninterface = "{line}"\nsource = "{source}"\n'
        text += f"targets = {json.dumps(targets)}\n"
    return (
        f'{text}\n[probe]\ninterval = "{_INTERVAL * 1000:.0f}ms"\ntimeout = "500ms"\n'
        f'\n[status]\nlisten = ""\nsocket = {json.dumps(str(socket))}\n'
    )


def measure(major: int, latency: float, connections: int = CONNECTIONS) -> Case:
    """Let the line die, and watch until its connections are gone."""
    with (
        tempfile.TemporaryDirectory(prefix="wanwatch-bench-") as name,
        Talker("flush_hosts", SOURCES[DEAD]) as hosts,
        Talker("flush_router", str(major), str(connections), str(latency)) as router,
    ):
        folder = Path(name)
        config, socket, record = folder / "c.toml", folder / "s.sock", folder / "record"
        config.write_text(configuration(router.told, hosts.told, socket))
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 - this interpreter, with words of this package
                [sys.executable, "-m", "tests.bench.flush_daemon", str(config), str(record)],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
            try:
                _wait(lambda: _all_up(socket), _START_WITHIN)
                calm = time.monotonic()
                time.sleep(_CALM)
                before, memory = router.ask("counts"), peak_megabytes(process.pid)
                used = cpu_seconds(process.pid), cpu_seconds(router.pid)
                router.ask(f"expire {_EXPIRING}")
                cut = time.monotonic()
                hosts.ask("cut")
                _wait(lambda: bool(_removed(folder / "log")), _FLUSH_WITHIN)
                done = time.monotonic()
                took = cpu_seconds(process.pid) - used[0], cpu_seconds(router.pid) - used[1]
                peak = peak_megabytes(process.pid)
                removing, commands = _told_to_remove(socket)
                after = router.ask("counts")
                time.sleep(_AFTER)
            finally:
                os.kill(process.pid, signal.SIGTERM)
                told = json.loads(process.communicate()[0] or "{}")
        flushes = _removed(folder / "log")
        late = [each for each in told["late"] if cut <= each[0] <= done]
        pauses = [took for at, took in told["collections"] if cut <= at <= done]
        return Case(
            major=major,
            latency=latency,
            connections=connections,
            flush=flushes[0]["seconds"],
            removing=removing,
            commands=commands,
            removed=sum(each["removed"] for each in flushes),
            remaining=after.get(DEAD, 0),
            others_before={line: before[line] for line in LINES if line != DEAD},
            others_after={line: after.get(line, 0) for line in LINES if line != DEAD},
            stall=max((by for _, by, _ in late), default=0.0),
            stall_busy=max((busy for _, _, busy in late), default=0.0),
            stall_before=max((by for at, by, _ in told["late"] if calm <= at < cut), default=0.0),
            collection=max(pauses, default=0.0),
            probes=probes(record, DEAD, cut, done),
            daemon_cpu=took[0],
            router_cpu=took[1],
            memory=peak,
            memory_before=memory,
            late=sorted(late, key=lambda each: -each[1])[:20],
        )


def _wait(until: Callable[[], bool], seconds: float) -> None:
    ends = time.monotonic() + seconds
    while not until():
        if time.monotonic() > ends:
            raise TimeoutError(f"not within {seconds:g} s")
        time.sleep(0.2)


def _all_up(socket: Path) -> bool:
    try:
        wans = json.loads(fetch([socket]))["wans"]
    except Failure:
        return False
    return all(wan["state"] == "up" for wan in wans)


def _told_to_remove(socket: Path) -> tuple[float, int]:
    """For how long and how often, by the daemon's own metrics."""
    name = "wanwatch_api_latency_seconds_"
    sums = {
        sample.name.removeprefix(name): sample.value
        for family in text_string_to_metric_families(fetch([socket], "/metrics").decode())
        for sample in family.samples
        if sample.labels.get("command") == f"{CONNECTION_MENU}/remove"
    }
    return sums["sum"], int(sums["count"])


def _removed(log: Path) -> list[dict[str, Any]]:
    """What the daemon says of connections that it removed."""
    events = [json.loads(line) for line in log.read_text().splitlines() if line[:1] == "{"]
    return [event for event in events if event["event"] == "connections.removed"]


def line(case: Case) -> str:
    """A case for people."""
    probed = case.probes
    kept = "all kept" if case.others_after == case.others_before else f"{case.others_after}"
    return (
        f"RouterOS {case.major}, {case.connections} entries, {case.latency * 1000:g} ms a command\n"
        f"  flush {case.flush:.2f} s, {case.removing:.2f} s of it in {case.commands} removes; "
        f"removed {case.removed}, left {case.remaining}, "
        f"of others {kept} ({sum(case.others_before.values())})\n"
        f"  longest stall {case.stall * 1000:.1f} ms (busy at a stretch {case.stall_busy * 1000:.1f} ms; "
        f"before {case.stall_before * 1000:.1f} ms; garbage collection "
        f"{case.collection * 1000:.1f} ms)\n"
        f"  {probed.sent} probes of the others, late p50 {probed.late_p50 * 1000:.1f} ms, "
        f"p99 {probed.late_p99 * 1000:.1f} ms, at most {probed.late_max * 1000:.1f} ms, "
        f"left out {probed.missed}, lost {probed.lost}, void {probed.void}\n"
        f"  processor: daemon {case.daemon_cpu:.2f} s, router {case.router_cpu:.2f} s; memory at "
        f"most {case.memory:.0f} MB ({case.memory_before:.0f} MB before)"
    )


def main(arguments: Sequence[str]) -> None:
    """Measure, and print for people or as a JSON document."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench flush", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print a JSON document")
    parser.add_argument("--connections", type=int, default=CONNECTIONS, metavar="N")
    chosen = parser.parse_args(arguments)
    cases = []
    for major, latency in CASES:
        cases.append(measure(major, latency, chosen.connections))
        if not chosen.json:
            sys.stdout.write(line(cases[-1]) + "\n")
            sys.stdout.flush()
    if chosen.json:
        sys.stdout.write(json.dumps([asdict(case) for case in cases], indent=2) + "\n")
