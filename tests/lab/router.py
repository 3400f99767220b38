"""The router: the built-in RouterOS world, which forwards real packets in its namespace."""

import sys
import time
from pathlib import Path

from tests.lab.namespaces import LabError, Namespace

_PATIENCE = 30.0
"""Seconds until a router that does not serve counts as failed."""


class Router:
    """A running ``wanwatch sim``."""

    def __init__(self, space: Namespace, export: str, folder: Path, latency: str = "") -> None:
        """``latency`` is what each API command takes, such as ``5ms``. Raises LabError."""
        path = folder / "router.rsc"
        path.write_text(export, "latin-1")
        self._log = folder / "router.log"
        command = [
            *(sys.executable, "-m", "wanwatch", "sim", "--netns", space.name),
            *("--load", str(path), "--listen", "0.0.0.0:8728", "--clients", "0"),
            *(("--latency", latency) if latency else ()),
        ]
        with self._log.open("wb") as log:
            self._process = space.start(command, stdout=log, stderr=log)
        deadline = time.monotonic() + _PATIENCE
        while "0.0.0.0:8728" not in self.said():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise LabError(f"the router does not serve:\n{self.said()[-3000:]}")
            time.sleep(0.05)

    def said(self) -> str:
        """Everything it printed."""
        return self._log.read_text(errors="replace")

    def check(self) -> None:
        """Raise LabError when it has ended."""
        if self._process.poll() is not None:
            raise LabError(f"the router ended:\n{self.said()[-3000:]}")

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(20)
