"""The same load by fping and by dpinger, where they are installed; both are programs in C.

fping sends from one process, evenly spaced. dpinger watches one target by a process of its own, so
it is measured with few targets only.
"""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.bench.probes_run import hosts

MOST_DPINGERS = 12
_FPING_LINE = re.compile(r"xmt/rcv/%loss = (\d+)/(\d+)/")


@dataclass(frozen=True, slots=True)
class Cost:
    """What so many probes cost in seconds of processor time, and how many had no answer."""

    probes: int
    cpu: float
    lost: float


def fping(targets: int, rate: float, seconds: float, prefix: str) -> Cost:
    """Measure fping; the whole of its processes, from start to end."""
    period = 1000.0 / rate
    count = max(1, round(seconds * rate))
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(str(target) for target in hosts(prefix, targets)))
        file.flush()
        command = ["fping", "-q", "-c", f"{count}", "-p", f"{period:g}", "-t", "1000"]
        command += ["-i", f"{period / targets:.4f}", "-f", file.name]
        told, cpu = _run(command)
    lines = [(int(sent), int(heard)) for sent, heard in _FPING_LINE.findall(told)]
    return Cost(sum(sent for sent, _ in lines), cpu, sum(sent - heard for sent, heard in lines))


def dpinger(targets: int, rate: float, seconds: float, prefix: str) -> Cost:
    """Measure as many dpingers as targets; their last report tells the loss."""
    with tempfile.TemporaryDirectory(prefix="wanwatch-bench-") as folder:
        reports = [Path(folder) / str(target) for target in hosts(prefix, targets)]
        options = ["-f", "-s", f"{1000 / rate:.0f}", "-l", "1000", "-t", "60000", "-r", "1000"]
        running = [
            subprocess.Popen(  # noqa: S603 - a peer, with numbers of this file
                ["dpinger", *options, "-o", str(report), report.name],  # noqa: S607 - as installed
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            for report in reports
        ]
        time.sleep(seconds)
        used = 0.0
        for process in running:
            process.send_signal(signal.SIGTERM)
            _, _, usage = os.wait4(process.pid, 0)
            process.returncode = 0
            used += usage.ru_utime + usage.ru_stime
        words = [report.read_text().split() for report in reports]
    probes = round(targets * rate * seconds)
    loss = [float(each[-1]) for each in words if each]
    return Cost(probes, used, probes * sum(loss) / len(loss) / 100.0 if loss else probes)


def is_installed(program: str) -> bool:
    """Return whether a program is on the path."""
    return shutil.which(program) is not None


def _run(command: list[str]) -> tuple[str, float]:
    with tempfile.TemporaryFile("w+") as told:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=told)  # noqa: S603 - as above
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
        told.seek(0)
        return told.read(), usage.ru_utime + usage.ru_stime
