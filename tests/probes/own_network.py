"""Programs that play in a network namespace of their own, and print what was seen as JSON."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pytest


def apart(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module of the tests in a namespace of its own."""
    return ["unshare", "--net", sys.executable, "-m", module, *arguments]


def ip(words: str) -> None:
    """Run one command of iproute2."""
    subprocess.run(["ip", *words.split()], check=True)  # noqa: S603, S607 - words of the tests


def played(module: str, *, patience: float) -> Any:
    """Return what a module prints when it plays; skips the test where nothing can be played."""
    why = _missing()
    if why:
        pytest.skip(why)
    done = subprocess.run(  # noqa: S603 - a module of the tests
        apart(module), capture_output=True, text=True, timeout=patience, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _missing() -> str:
    absent: Sequence[str] = [name for name in ("ip", "unshare") if shutil.which(name) is None]
    if os.geteuid() or absent:
        return "network namespaces need root, ip(8) and unshare(1)"
    furnish = [
        "unshare",
        "--net",
        "ip",
        *["link", "add", "one", "type", "veth", "peer", "name", "two"],
    ]
    tried = subprocess.run(furnish, capture_output=True, text=True, check=False)  # noqa: S603 - as above
    return (
        f"no network namespace can be furnished: {tried.stderr.strip()}" if tried.returncode else ""
    )
