"""Lines typed into standard input, without holding up the event loop.

Works for a terminal, a pipe and a file. A process in the background of a terminal does not read,
since reading would stop it (tty(4), SIGTTIN). The end of the input is no wish to end.
"""

import asyncio
import os
from collections.abc import Callable


class TypedLines:
    """Calls ``on_line(text)`` for every line typed, until ``close``."""

    def __init__(self, descriptor: int, on_line: Callable[[str], None]) -> None:
        self._descriptor = descriptor
        self._on_line = on_line
        self._rest = b""
        self._is_reading = False

    def start(self) -> None:
        """Begin to read."""
        if not self._is_ours():
            return
        try:
            asyncio.get_running_loop().add_reader(self._descriptor, self._readable)
            self._is_reading = True
        except PermissionError:
            # A plain file is always readable, so no event loop can watch it.
            while self._read():
                pass

    def close(self) -> None:
        """Stop reading; may be called twice."""
        if self._is_reading:
            asyncio.get_running_loop().remove_reader(self._descriptor)
            self._is_reading = False

    def _readable(self) -> None:
        if not self._is_ours() or not self._read():
            self.close()

    def _read(self) -> bool:
        try:
            data = os.read(self._descriptor, 4096)
        except OSError:
            return False
        *lines, self._rest = (self._rest + data).split(b"\n")
        if not data and self._rest:
            lines, self._rest = [self._rest], b""
        for line in lines:
            self._on_line(line.decode("utf-8", "replace"))
        return bool(data)

    def _is_ours(self) -> bool:
        if not os.isatty(self._descriptor):
            return True
        try:
            return os.tcgetpgrp(self._descriptor) == os.getpgrp()
        except OSError:
            return False
