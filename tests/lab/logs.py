"""What the daemon and the router's kernel say during a run, as events on one clock.

The clock is CLOCK_MONOTONIC, the clients' own; log lines bear wall time and are moved over.
"""

import json
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from subprocess import PIPE, Popen
from typing import IO, Any

from tests.lab.namespaces import Namespace

_FIELD = re.compile(r"(\w+)=(\S+)")


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the daemon's log."""

    at: float
    name: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Removed:
    """One connection that the router's kernel forgot."""

    at: float
    source: str
    """Who opened it."""
    translated: str
    """The address it was translated to, which tells its line."""


def clock_offset() -> float:
    """What to take from wall time to have CLOCK_MONOTONIC."""
    return time.time() - time.monotonic()


def read_log(text: str, offset: float) -> list[Event]:
    """The events of the daemon's JSON log; lines that are none are passed over."""
    events = []
    for line in text.splitlines():
        if not line.startswith("{"):
            continue
        values = json.loads(line)
        at = datetime.fromisoformat(values.pop("timestamp")).timestamp() - offset
        events.append(Event(at, values.pop("event"), values))
    return events


def read_removed(text: str, offset: float) -> list[Removed]:
    """The connections in the output of ``conntrack -E -e DESTROY -o timestamp``."""
    removed = []
    for line in text.splitlines():
        if not line.startswith("["):
            continue
        stamp, _, rest = line[1:].partition("]")
        fields: dict[str, list[str]] = {}
        for name, value in _FIELD.findall(rest):
            fields.setdefault(name, []).append(value)
        if len(fields.get("dst", ())) == 2:
            removed.append(Removed(float(stamp) - offset, fields["src"][0], fields["dst"][1]))
    return removed


class KernelWatch:
    """Listens in the router's namespace: which connections go, and when its rules change."""

    def __init__(self, router: Namespace, folder: Path) -> None:
        self.changes: list[float] = []
        """When a change of the rules was complete."""
        self._file = folder / "removed.log"
        with self._file.open("wb") as log:
            self._conntrack = router.start(
                ["stdbuf", "-oL", "conntrack", "-E", "-e", "DESTROY", "-o", "timestamp"],
                stdout=log,
                stderr=log,
            )
        self._monitor: Popen[bytes] = router.start(["stdbuf", "-oL", "nft", "monitor"], stdout=PIPE)
        assert self._monitor.stdout is not None
        self._thread = threading.Thread(
            target=self._listen, args=(self._monitor.stdout,), daemon=True
        )
        self._thread.start()

    def _listen(self, lines: IO[bytes]) -> None:
        with lines:
            for line in lines:
                if b"new generation" in line:
                    self.changes.append(time.monotonic())

    def removed(self) -> list[Removed]:
        """The connections that went so far."""
        return read_removed(self._file.read_text(errors="replace"), clock_offset())

    def close(self) -> None:
        """Stop listening."""
        for process in (self._conntrack, self._monitor):
            process.terminate()
            process.wait()
        self._thread.join()
