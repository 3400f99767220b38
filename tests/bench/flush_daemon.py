"""``python -m tests.bench.flush_daemon CONFIG RECORD``: the daemon, and how late its loop comes back.

``wanwatch run --record`` with one task more, that waits for 5 ms again and again. Ends on SIGTERM
and then tells every wait that was late: when, by how many seconds, and for how much of that time
this process had the processor; and the same of every garbage collection.
"""

import asyncio
import gc
import sys
import time
from pathlib import Path

from tests.bench.talking import tell
from wanwatch.config import load
from wanwatch.service import log
from wanwatch.service.collector import spare_what_stands
from wanwatch.service.daemon import Daemon
from wanwatch.service.recorder import Recorder
from wanwatch.service.systemd import Notifier

TICK = 0.005
_LATE = 0.002

Late = tuple[float, float, float]


async def tick(late: list[Late]) -> None:
    """Note every wait that was late."""
    while True:
        due, used = time.monotonic() + TICK, time.thread_time()
        await asyncio.sleep(TICK)
        by = time.monotonic() - due
        if by > _LATE:
            late.append((due, by, time.thread_time() - used))


class Collections:
    """How long the garbage collector stopped the process."""

    def __init__(self) -> None:
        self.pauses: list[tuple[float, float]] = []
        self._began = 0.0

    def __call__(self, phase: str, info: object) -> None:
        """To be called by the collector (``gc.callbacks``)."""
        del info
        if phase == "start":
            self._began = time.monotonic()
        elif (took := time.monotonic() - self._began) > _LATE:
            self.pauses.append((self._began, took))


async def run(config: Path, recorder: Recorder) -> list[Late]:
    """Be the daemon until SIGTERM."""
    late: list[Late] = []
    ticking = asyncio.create_task(tick(late), name="ticker")
    try:
        await Daemon(load(config), config, Notifier.from_environ(), recorder).run()
    finally:
        ticking.cancel()
    return late


def main(config: Path, record: Path) -> None:
    """Measure, and tell."""
    log.configure("info", "json")
    collections = Collections()
    gc.callbacks.append(collections)
    recorder = Recorder(record)
    spare_what_stands()
    try:
        late = asyncio.run(run(config, recorder))
    finally:
        recorder.close()
    tell({"late": late, "collections": collections.pauses})


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
