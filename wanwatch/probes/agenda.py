"""Wakes whoever has something to do at an instant, with one timer of the loop for all of them.

A timer for each would cost more than the probe that it sends: the loop compares its timers in
Python.
"""

import asyncio
import heapq
import itertools
from collections.abc import Callable
from typing import Generic, TypeVar

Entry = TypeVar("Entry")


class Agenda(Generic[Entry]):
    """Hands each entry to ``due`` at its instant, in loop time; an entry is in it at most once.

    To be used within the loop that is running.
    """

    def __init__(self, due: Callable[[list[tuple[float, Entry]]], None]) -> None:
        """``due`` gets all entries of one waking with their instants, and may put them again."""
        self._due = due
        self._loop = asyncio.get_running_loop()
        self._heap: list[tuple[float, int, Entry]] = []
        self._numbers = itertools.count()
        self._valid: dict[Entry, int] = {}
        self._timer: asyncio.TimerHandle | None = None

    def put(self, entry: Entry, at: float) -> None:
        """Wake for an entry at ``at``, and not when was said before."""
        number = self._valid[entry] = next(self._numbers)
        heapq.heappush(self._heap, (at, number, entry))
        timer = self._timer
        if timer is None or at < timer.when():
            if timer is not None:
                timer.cancel()
            self._timer = self._loop.call_at(at, self._wake)

    def clear(self) -> None:
        """Wake nobody any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._heap.clear()
        self._valid.clear()

    def _wake(self) -> None:
        heap, valid = self._heap, self._valid
        timer, self._timer = self._timer, None
        # A loop may wake its timers a little early.
        now = max(self._loop.time(), timer.when() if timer is not None else 0.0)
        ripe = []
        while heap and heap[0][0] <= now:
            at, number, entry = heapq.heappop(heap)
            if valid.get(entry) == number:
                del valid[entry]
                ripe.append((at, entry))
        if heap:
            self._timer = self._loop.call_at(heap[0][0], self._wake)
        self._due(ripe)
