"""Carries out ``ip`` commands in one process, and tells which of them the kernel refused.

A command that takes something away which is not there any more has nothing left to do, since the
kernel takes routes and addresses away by itself when a device goes down or vanishes; nor has one
that adds a policy rule which is there already.
"""

import json
import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wanwatch.sim.netns.errors import KernelError, NamespaceError

_MISSING = "ip is missing; on Debian install the packages iproute2 and nftables"
_FAILED = re.compile(r"Command failed -:(\d+)")
_GONE = (
    *("No such process", "Cannot assign requested address", "No such file or directory"),
    *("Cannot find device", "does not exist", "No such device"),
)
_TAKING_AWAY = ("del", "flush")
_THERE = "File exists"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A command that failed, with the kernel's reason."""

    command: str
    reason: str


def run_batch(commands: Sequence[str]) -> list[Refusal]:
    """Carry out commands, each as it stands after ``ip``, all of them even when one fails.

    Each begins with ``-4`` or ``-6``; those of a family are carried out in their order, IPv4's
    first. Raises NamespaceError when ``ip`` is not installed.
    """
    refusals = []
    for family in ("-4", "-6"):
        own = [text.removeprefix(family).strip() for text in commands if text.startswith(family)]
        refusals += _run(family, own)
    return refusals


def _run(family: str, commands: Sequence[str]) -> list[Refusal]:
    if not commands:
        return []
    text = "".join(f"{command}\n" for command in commands)
    try:
        done = subprocess.run(  # noqa: S603 (commands of ours)
            ("ip", family, "-force", "-batch", "-"),  # noqa: S607 (iproute2 is where PATH has it)
            input=text.encode(),
            capture_output=True,
            check=False,
            env=_environment(),
        )
    except FileNotFoundError:
        raise NamespaceError(_MISSING) from None
    return read_refusals(commands, done.stderr.decode("utf-8", "replace"))


def read_refusals(commands: Sequence[str], said: str) -> list[Refusal]:
    """What ``ip -force -batch`` said of the commands that failed, less what needs no more doing."""
    refusals = []
    reasons: list[str] = []
    for line in said.splitlines():
        failed = _FAILED.fullmatch(line.strip())
        if failed is None:
            reasons.append(line.strip())
            continue
        command = commands[int(failed[1]) - 1]
        reason = " ".join(reasons)
        reasons = []
        is_gone = any(word in reason for word in _GONE)
        words = command.split()
        is_done = (is_gone and any(word in words for word in _TAKING_AWAY)) or (
            _THERE in reason and "rule" in words
        )
        if not is_done:
            refusals.append(Refusal(command, reason))
    return refusals


def ask(*words: str) -> list[dict[str, Any]]:
    """What ``ip -j`` says; raises KernelError, NamespaceError."""
    try:
        done = subprocess.run(  # noqa: S603 (words of ours)
            ("ip", "-j", *words),  # noqa: S607 (iproute2 is where PATH has it)
            capture_output=True,
            check=False,
            env=_environment(),
        )
    except FileNotFoundError:
        raise NamespaceError(_MISSING) from None
    if done.returncode:
        raise KernelError(f"ip {' '.join(words)}: {done.stderr.decode('utf-8', 'replace').strip()}")
    found = json.loads(done.stdout or b"[]")
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def _environment() -> dict[str, str]:
    """The environment with the system's folders in its path, which a plain user's may lack."""
    path = os.environ.get("PATH", "/usr/bin:/bin")
    return {**os.environ, "PATH": f"{path}:/usr/sbin:/sbin"}
