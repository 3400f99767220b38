"""How long a large router's export takes to be loaded, understood, linted and planned for."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import TypeVar

from tests.bench.figures import Figure
from wanwatch.cli.exported import survey_text
from wanwatch.core.discovery.discover import discover
from wanwatch.core.lint.run import lint
from wanwatch.core.model import Disposition
from wanwatch.core.planning import make_plan

LINES = 8
GROUPS = 300
RULES = 5000
ROUTES = 2000
REPEATS = 5

_T = TypeVar("_T")


def measure() -> list[Figure]:
    """Each part by itself, then the whole command as a user starts it."""
    text = export()
    survey, loading = _timed(lambda: survey_text(text))
    discovery, discovering = _timed(lambda: discover(survey))
    findings, linting = _timed(lambda: lint(survey, discovery))
    down = {spec.name: Disposition.CARRY for spec in discovery.specs}
    down[discovery.specs[0].name] = Disposition.OUT
    plan, planning = _timed(lambda: make_plan(survey.snapshot, discovery.specs, down))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "export.rsc")
        path.write_text(text, encoding="latin-1")
        command = [sys.executable, "-m", "wanwatch", "inspect", "--export", str(path), "--json"]
        _, whole = _timed(
            lambda: subprocess.run(command, check=False, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command
        )
    return [
        _figure(f"{RULES} mangle rules, {ROUTES} routes: loading", loading),
        _figure(f"discovery: {len(discovery.wans)} WANs, {GROUPS} groups", discovering),
        _figure(f"linter: {len(findings)} findings", linting),
        _figure(f"plan, one WAN down: {len(plan.steps)} steps", planning),
        _figure("wanwatch inspect --export --json, as a process", whole),
    ]


def export() -> str:
    """A RouterOS 7 router of a provider: groups of customers over all lines, and other rules."""
    lines = ["# by RouterOS 7.20.8", "/interface bridge", "add name=lan", "/routing table"]
    lines += [f"add fib name=to{n}" for n in range(LINES)]
    lines += ["/ip address", "add address=192.168.88.1/24 interface=lan"]
    lines += [f"add address=203.0.{n}.2/30 interface=wan{n}" for n in range(LINES)]
    lines += ["/ip firewall mangle", *_rules(), "/ip firewall nat"]
    lines += [f"add action=masquerade chain=srcnat out-interface=wan{n}" for n in range(LINES)]
    return "\n".join([*lines, "/ip route", *_routes()]) + "\n"


def _rules() -> list[str]:
    rules = [
        f"add action=mark-connection chain=prerouting connection-mark=no-mark in-interface=wan{n} "
        f"new-connection-mark=c{n}"
        for n in range(LINES)
    ]
    rules += [
        "add action=mark-connection chain=prerouting connection-mark=no-mark in-interface=lan "
        f"dst-address-type=!local src-address=10.{group // 250}.{group % 250}.0/24 "
        f"new-connection-mark=c{n} per-connection-classifier=both-addresses:{LINES}/{n}"
        for group in range(GROUPS)
        for n in range(LINES)
    ]
    for n in range(LINES):
        route = f"connection-mark=c{n} new-routing-mark=to{n} passthrough=no"
        rules += [
            f"add action=mark-routing chain=prerouting in-interface=lan {route}",
            f"add action=mark-routing chain=output {route}",
        ]
    return rules + [
        f"add action=mark-packet chain=forward src-address=10.9.{n % 250}.{n // 250} "
        f"new-packet-mark=p{n} passthrough=no"
        for n in range(RULES - len(rules))
    ]


def _routes() -> list[str]:
    routes = [
        f"add dst-address=0.0.0.0/0 check-gateway=ping gateway=203.0.{(n + step) % LINES}.1 "
        f"distance={step + 1} routing-table=to{n}"
        for n in range(LINES)
        for step in range(LINES)
    ]
    routes += [
        f"add dst-address=0.0.0.0/0 check-gateway=ping gateway=203.0.{n}.1 distance={n + 1}"
        for n in range(LINES)
    ]
    return routes + [
        f"add dst-address=172.{16 + n % 16}.{n // 16 % 250}.0/24 gateway=192.168.88.{2 + n % 250}"
        for n in range(ROUTES - len(routes))
    ]


def _timed(work: Callable[[], _T]) -> tuple[_T, list[float]]:
    """What the work gives, and the seconds of each repetition."""
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - began)
    return result, times


def _figure(name: str, seconds: list[float]) -> Figure:
    times = [1000.0 * each for each in seconds]
    return Figure("inspect", name, median(times), "ms", None, (min(times), max(times)))
