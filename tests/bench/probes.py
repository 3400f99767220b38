"""``python -m tests.bench probes``: what a probe costs, and what a stall of the loop does to it.

The engines run in the daemon's own runner, fping and dpinger as they are installed, one after
another in each round, over the same addresses; then every kind of probe, one probe after another.
Figures of this host; the ratios are what lasts.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from tests.bench import delayed_line, probes_kinds, probes_peers
from tests.bench.probes_peers import Cost
from wanwatch.probes.icmp import describe_engine, engines

LOOPBACK = "127.0"
ROWS = ((12, 1.0), (12, 5.0), (120, 5.0), (1200, 1.0), (1200, 5.0))
"""Targets, and probes a second to each."""
BLOCKED = (0.5, 1.0, 2.0)
PEERS: dict[str, Callable[[int, float, float, str], Cost]] = {
    "fping": probes_peers.fping,
    "dpinger": probes_peers.dpinger,
}


@dataclass(frozen=True, slots=True)
class Size:
    """How long to measure: rounds, and the seconds of a run."""

    rounds: int
    seconds: float
    judged: float


FULL = Size(rounds=3, seconds=5.0, judged=20.0)
QUICK = Size(rounds=1, seconds=2.0, judged=8.0)


@dataclass(frozen=True, slots=True)
class CostRow:
    """Microseconds of processor time a probe, the median of the rounds, and all losses."""

    targets: int
    rate: float
    program: str
    microseconds: float | None
    lost: float = 0.0
    rounds: tuple[float, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class StallRow:
    """What an engine makes of a loop that is blocked for so many seconds; RTTs in seconds."""

    engine: str
    blocked: float
    out: dict[str, Any]
    judged: dict[str, Any]


def costs(size: Size) -> list[CostRow]:
    """Measure every row by every program, the programs by turns."""
    rows = []
    for targets, rate in ROWS:
        runs: dict[str, list[Cost]] = {}
        why: dict[str, str] = {}
        for _ in range(size.rounds):
            for program in (*engines, *PEERS):
                reason = _unfit(program, targets)
                if reason:
                    why[program] = reason
                    continue
                runs.setdefault(program, []).append(_cost(program, targets, rate, size.seconds))
        for program in (*engines, *PEERS):
            each = [run.cpu / run.probes * 1e6 for run in runs.get(program, [])]
            lost = sum(run.lost for run in runs.get(program, []))
            middle = median(each) if each else None
            rows.append(
                CostRow(targets, rate, program, middle, lost, tuple(each), why.get(program, ""))
            )
    return rows


def stalls(size: Size, behind: str) -> list[StallRow]:
    """Block the loop of every engine; behind a line with a delay where ``behind`` is its prefix."""
    rows = []
    for engine in engines:
        for blocked in BLOCKED:
            outs = [_child("out", engine, blocked, behind=behind) for _ in range(size.rounds)]
            out = {
                "lost": sum(each["lost"] for each in outs),
                "of": len(outs) * 120,
                "rtt": median(rtts) if (rtts := [e["rtt"] for e in outs if e["rtt"]]) else None,
            }
            judged = _child("judged", engine, blocked, size.judged, behind=behind)
            rows.append(StallRow(engine, blocked, out, judged))
    return rows


def _unfit(program: str, targets: int) -> str:
    if program in PEERS and not probes_peers.is_installed(program):
        return "not installed"
    if program == "dpinger" and targets > probes_peers.MOST_DPINGERS:
        return "a process a target"
    return ""


def _cost(program: str, targets: int, rate: float, seconds: float) -> Cost:
    if program in PEERS:
        return PEERS[program](targets, rate, seconds, LOOPBACK)
    told = _child("cost", program, targets, rate, seconds, behind=LOOPBACK)
    return Cost(told["probes"], told["cpu"], told["lost"])


def _child(what: str, engine: str, *numbers: float, behind: str) -> dict[str, Any]:
    words = [what, engine, *(f"{number:g}" for number in numbers), behind]
    command = [sys.executable, "-m", "tests.bench.probes_run", *words]
    if behind == delayed_line.PREFIX:
        command = delayed_line.wrapped(command)
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603 - this interpreter
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def page(found: Sequence[CostRow]) -> str:
    """The costs as a table, each also as a multiple of fping's."""
    programs = (*engines, *PEERS)
    lines = ["Processor time a probe, microseconds (median; times fping's; lost)"]
    lines.append(f"{'targets x 1/s':<14}" + "".join(f"{name:>24}" for name in programs))
    for targets, rate in ROWS:
        of = {row.program: row for row in found if (row.targets, row.rate) == (targets, rate)}
        base = of["fping"].microseconds
        cells = "".join(f"{_cell(of[name], base):>24}" for name in programs)
        lines.append(f"{f'{targets} x {rate:g}':<14}{cells}")
    return "\n".join(lines)


def _cell(row: CostRow, base: float | None) -> str:
    if row.microseconds is None:
        return row.why
    ratio = f"x{row.microseconds / base:.2f} " if base else ""
    return f"{row.microseconds:.1f} {ratio}lost {row.lost:.0f}"


def stall_page(rows: Sequence[StallRow], line: str) -> str:
    """What stalls do, as a table."""
    lines = [f"The loop is blocked on a healthy line ({line})"]
    lines.append(
        f"{'engine':<9}{'blocked':>9}{'lost while out':>16}{'RTT':>10}"
        f"{'judged':>9}{'lost':>6}{'void':>6}{'worst RTT':>12}{'downs':>7}"
    )
    for row in rows:
        rtt = "-" if row.out["rtt"] is None else f"{row.out['rtt'] * 1e3:.2f} ms"
        judged = row.judged
        lines.append(
            f"{row.engine:<9}{row.blocked:>7g} s"
            f"{row.out['lost']:>9} of {row.out['of']:<4}{rtt:>9}"
            f"{judged['judged']:>9}{judged['lost']:>6}{judged['void']:>6}"
            f"{judged['worst_rtt'] * 1e3:>9.2f} ms{judged['downs']:>7}"
        )
    lines.append(
        "lost while out: by the engine alone, 120 probes with a patience of 0.3 s; judged, lost, "
        "void, downs: by the judge of lines behind the runner, the loop blocked at random moments."
    )
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> None:
    """Measure, and print the tables or the same as a JSON document."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench probes", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print a JSON document")
    parser.add_argument("--quick", action="store_true", help="short and once: to try it out")
    chosen = parser.parse_args(arguments)
    size = QUICK if chosen.quick else FULL
    reason = delayed_line.missing()
    behind = LOOPBACK if reason else delayed_line.PREFIX
    line = f"loopback, for: {reason}" if reason else f"{delayed_line.DELAY * 1e3:g} ms"
    found = costs(size)
    if not chosen.json:
        sys.stdout.write(f"Here: {describe_engine('auto')}\n\n{page(found)}\n\n")
        sys.stdout.flush()
    kinds = probes_kinds.measure(size.rounds, size.seconds / 5)
    if not chosen.json:
        sys.stdout.write(probes_kinds.page(kinds) + "\n\n")
        sys.stdout.flush()
    stalled = stalls(size, behind)
    if chosen.json:
        rows = {"costs": [*map(asdict, found)], "stalls": [*map(asdict, stalled)], "line": line}
        rows["kinds"] = [*map(asdict, kinds)]
        sys.stdout.write(json.dumps(rows, indent=2) + "\n")
    else:
        sys.stdout.write(stall_page(stalled, line) + "\n")
