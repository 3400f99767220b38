"""``wanwatch sim`` as it ships, in a process of its own, with a small router of either version."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
USER, PASSWORD = "reader", "s3cret"
CLIENTS = 4
VERSIONS = ("7", "6")
EXPORTS = {version: HERE / f"v{version}.rsc" for version in VERSIONS}


@contextmanager
def serving(export: Path) -> Iterator[tuple[str, int]]:
    """Serve the router of an export; yields where."""
    command = [sys.executable, "-m", "wanwatch", "sim", "--load", str(export)]
    command += ["--listen", "127.0.0.1:0", "--clients", str(CLIENTS)]
    command += ["--user", USER, "--password", PASSWORD]
    with subprocess.Popen(  # noqa: S603 - this interpreter
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout is not None
        try:
            first = process.stdout.readline()
            found = re.search(r" at ([0-9.]+):(\d+),", first)
            assert found is not None, first
            yield found[1], int(found[2])
        finally:
            process.terminate()
            process.communicate()
