"""Recording samples to a file: JSON lines, written and rotated beside the loop.

A thread of its own writes, so that a slow disk delays no probe. What cannot be written ends the
recording, and nothing else: it is logged once and stands in the status.
"""

import json
import threading
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from os import SEEK_END
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

import structlog

from wanwatch import __version__
from wanwatch.core.health.judge import Judge, WatchedWan
from wanwatch.core.health.replay_format import Header, Item, NotARecording, read_header, wall_clock
from wanwatch.core.health.replay_record import RecordingJudge, recorded_wans, recording_stopped
from wanwatch.core.model import Finding
from wanwatch.service.clock import Clock

log = structlog.get_logger()

FILE_SIZE = 50_000_000
"""Bytes from which a file is full."""
FILES = 3
"""Files that are kept, the one that is written included."""
_WRITE_EVERY = 2.0
"""Seconds; what was not written is lost when the process is killed."""
_WALL_EVERY = 60.0
"""Seconds between two looks at the wall clock, which may be set."""
_LONGEST_HEADER = 1_000_000
"""Bytes."""
_MOST_WAITING = 500_000
"""Lines that wait to be written, at most: hours of a usual site, 200 MB of memory."""


class RecorderError(Exception):
    """A file cannot be recorded to; the sentence says why."""


class Recorder:
    """Writes one file and its older parts; outlives reloads of the configuration."""

    def __init__(self, path: Path, *, file_size: int = FILE_SIZE, files: int = FILES) -> None:
        """Open the file, which is gone on with. Raises RecorderError where that cannot be."""
        self.path = path
        self._file_size, self._files = file_size, files
        self._waiting: deque[Item | Header] = deque()
        self._wake = threading.Event()
        self._is_closed = False
        self._error = ""
        self._header: Header | None = None
        self._states: dict[str, str] = {}
        self._clock: Clock | None = None
        self._wall_due = 0.0
        self._stream, self._size = _opened(path)
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    def judge(
        self,
        wans: Mapping[str, WatchedWan],
        confirm_intervals: Mapping[str, float],
        clock: Clock,
        *,
        asks_router: bool,
    ) -> Judge:
        """A judge whose samples and verdicts are recorded as a run of their own."""
        self._clock = clock
        at, wall = clock.monotonic(), clock.wall()
        self._wall_due = at + _WALL_EVERY
        known = recorded_wans(wans, confirm_intervals)
        self._put(Header(__version__, uuid4().hex, 0, at, wall, known, asks_router))
        return RecordingJudge(wans, self._take, asks_router=asks_router)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """That nothing is recorded any more, with the reason; else nothing."""
        return (recording_stopped(str(self.path), self._error),) if self._error else ()

    def close(self) -> None:
        """Write what waits, and close the file; waits for a disk that is slow, but not for ever."""
        self._is_closed = True
        self._wake.set()
        self._thread.join(timeout=5.0)

    def _take(self, item: Item) -> None:
        clock, at = self._clock, item["t"]
        if clock is not None and at >= self._wall_due:
            self._wall_due = at + _WALL_EVERY
            self._put(wall_clock(clock.monotonic(), clock.wall()))
        self._put(item)

    def _put(self, item: Item | Header) -> None:
        if self._error:
            return
        if len(self._waiting) >= _MOST_WAITING:
            self._stop("the disk does not keep up with what is to be written")
            return
        self._waiting.append(item)

    def _run(self) -> None:
        try:
            while not self._error:
                is_last = self._is_closed
                self._write_waiting()
                self._stream.flush()
                if is_last:
                    break
                self._wake.wait(_WRITE_EVERY)
        except OSError as error:
            self._stop(error.strerror or str(error))
        finally:
            # What is left in the stream cannot be written either, and the next file starts anew.
            with suppress(OSError):
                self._stream.close()

    def _write_waiting(self) -> None:
        for _ in range(len(self._waiting)):
            if self._error:  # the loop has given up meanwhile
                return
            item = self._waiting.popleft()
            if isinstance(item, Header):
                self._header = item
                self._states = {wan.name: wan.state for wan in item.wans}
                item = item.item()
            elif item["is"] == "changed":
                self._states[item["wan"]] = item["after"]
            self._write(item)
            if self._size >= self._file_size:
                self._rotate()

    def _write(self, item: Item) -> None:
        text = json.dumps(item, separators=(",", ":"), ensure_ascii=False)
        self._size += self._stream.write(text.encode() + b"\n")

    def _rotate(self) -> None:
        """Give the full file a number, and begin the next."""
        self._stream.close()
        for number in range(self._files - 1, 0, -1):
            older = self.path if number == 1 else part(self.path, number - 1)
            with suppress(FileNotFoundError):
                older.replace(part(self.path, number))
        self._stream, self._size = self.path.open("wb"), 0
        if self._header is not None and self._clock is not None:
            now, wall = self._clock.monotonic(), self._clock.wall()
            self._header = self._header.next_part(now, wall, self._states)
            self._write(self._header.item())

    def _stop(self, error: str) -> None:
        self._error = error
        log.error("recording.stopped", file=str(self.path), error=error)


def part(path: Path, number: int) -> Path:
    """Where the older parts of a recording are: the newest of them has the number 1."""
    return path.with_name(f"{path.name}.{number}")


def _opened(path: Path) -> tuple[BinaryIO, int]:
    """The file, to be gone on with, and its size; one that is something else is left alone."""
    try:
        stream = path.open("a+b")
    except OSError as error:
        raise RecorderError(f"{path} cannot be recorded to: {error.strerror}") from error
    try:
        return stream, _ready(stream)
    except (NotARecording, OSError, ValueError) as error:
        stream.close()
        sentence = f"{path} is not empty, and no recording of this format; name another file"
        raise RecorderError(sentence) from error


def _ready(stream: BinaryIO) -> int:
    """Return the size; raise where the file holds something else. End a line that was not ended."""
    size = stream.seek(0, SEEK_END)
    if not size:
        return 0
    stream.seek(0)
    read_header(json.loads(stream.readline(_LONGEST_HEADER)))
    stream.seek(-1, SEEK_END)
    return size if stream.read(1) == b"\n" else size + stream.write(b"\n")
