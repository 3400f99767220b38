"""How long a plan takes to compute, for a router with eight WANs."""

import time
from statistics import median

from tests.bench.figures import Figure
from wanwatch.cli.exported import survey_text
from wanwatch.core.model import Disposition, WanSpec
from wanwatch.core.planning import make_plan

WANS = 8
BUCKETS = 24
REPEATS = 30


def measure() -> list[Figure]:
    """Plan for no WAN down, for one, and for all but one."""
    names = [f"wan{number}" for number in range(1, WANS + 1)]
    specs = [WanSpec(name, name) for name in names]
    snapshot = survey_text(export(names)).snapshot
    figures = []
    for what, down in (
        ("all up", names[:0]),
        ("one down", names[:1]),
        ("all but one down", names[1:]),
    ):
        wishes = dict.fromkeys(names, Disposition.CARRY) | dict.fromkeys(down, Disposition.OUT)
        times = []
        for _ in range(REPEATS):
            began = time.perf_counter()
            plan = make_plan(snapshot, specs, wishes)
            times.append((time.perf_counter() - began) * 1000.0)
        name = f"{WANS} WANs, {BUCKETS} buckets, {what}: {len(plan.steps)} steps"
        figures.append(Figure("plan", name, median(times), "ms", None, (min(times), max(times))))
    return figures


def export(names: list[str]) -> str:
    """A RouterOS 7 configuration that spreads its buckets evenly, each WAN with a fallback."""
    count = len(names)
    lines = ["# by RouterOS 7.20.8", "/interface bridge", "add name=lan", "/ip address"]
    lines.append("add address=192.168.88.1/24 interface=lan")
    lines += [f"add address=203.0.{n}.2/24 interface={name}" for n, name in enumerate(names)]
    lines.append("/routing table")
    lines += [f"add fib name=to-{name}" for name in names]
    lines.append("/ip firewall mangle")
    lines += [
        "add action=mark-connection chain=prerouting connection-mark=no-mark "
        f"dst-address-type=!local in-interface=lan new-connection-mark={names[r % count]} "
        f"per-connection-classifier=both-addresses:{BUCKETS}/{r}"
        for r in range(BUCKETS)
    ]
    lines += [
        f"add action=mark-routing chain=prerouting connection-mark={name} in-interface=lan "
        f"new-routing-mark=to-{name} passthrough=no"
        for name in names
    ]
    lines.append("/ip firewall nat")
    lines += [f"add action=masquerade chain=srcnat out-interface={name}" for name in names]
    lines.append("/ip route")
    for n, name in enumerate(names):
        table = f"dst-address=0.0.0.0/0 routing-table=to-{name}"
        lines.append(f"add {table} gateway=203.0.{n}.1 distance=1")
        lines.append(f"add {table} gateway=203.0.{(n + 1) % count}.1 distance=2")
        lines.append(f"add dst-address=0.0.0.0/0 gateway=203.0.{n}.1 distance={n + 1}")
    return "\n".join(lines) + "\n"
