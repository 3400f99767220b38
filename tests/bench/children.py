"""Processes that are measured or that serve, and what the kernel says about them (proc(5))."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, Any

_TICKS = os.sysconf("SC_CLK_TCK")


def served(*arguments: str) -> AbstractContextManager[dict[str, Any]]:
    """A router of ``tests.bench.served``; yields what it tells of itself."""
    return serving("tests.bench.served", *arguments)


@contextmanager
def serving(module: str, *arguments: str) -> Iterator[dict[str, Any]]:
    """A module that serves until its standard input ends; yields the JSON line it begins with."""
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(  # noqa: S603 - this interpreter, with words of this package
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.stdin.close()
            process.wait()


@contextmanager
def daemon(config: Path, log: IO[bytes]) -> Iterator[int]:
    """``wanwatch run``; yields its process id."""
    command = [sys.executable, "-m", "wanwatch", "run", "--config", str(config)]
    with subprocess.Popen(command, stderr=log, stdout=log) as process:  # noqa: S603 - as above
        try:
            yield process.pid
        finally:
            process.terminate()
            process.wait()


def cpu_seconds(pid: int) -> float:
    """Processor time that a process has used, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def resident_megabytes(pid: int) -> float:
    """Memory that a process holds now (VmRSS)."""
    return _megabytes(pid, "VmRSS:")


def peak_megabytes(pid: int) -> float:
    """The most memory that a process has held so far (VmHWM)."""
    return _megabytes(pid, "VmHWM:")


def _megabytes(pid: int, name: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text("ascii", "replace").splitlines():
        if line.startswith(name):
            return int(line.split()[1]) / 1024.0
    return 0.0
