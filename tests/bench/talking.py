"""Processes that are asked a word and answer a JSON line, so that each is measured by itself."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self


class Talker:
    """A module of ``tests.bench`` in a process of its own; a context manager."""

    def __init__(self, module: str, *arguments: str) -> None:
        """Start it, and wait for the first line it tells."""
        command = [sys.executable, "-m", f"tests.bench.{module}", *arguments]
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter, with words of this package
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.told = self._line()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def ask(self, word: str) -> Any:
        """Say a word, and wait for the answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(word + "\n")
        self._process.stdin.flush()
        return self._line()

    def _line(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.communicate()


async def answer(told: object, on_word: Callable[[str], object]) -> None:
    """Tell a first line, then answer every word of standard input until it ends."""
    tell(told)
    while word := await asyncio.to_thread(sys.stdin.readline):
        tell(on_word(word.strip()))


def tell(value: object) -> None:
    """Write one line."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()
