"""``listen``: tells a client of every row that appears, changes or goes, until it cancels.

Source: RouterOS manual, API, "listen" and "Tags". Only changes of kept rows are told, and of
interfaces that begin or cease to run with their line; what else the world computes by itself (an
expiring connection) is not.
"""

import asyncio
from collections.abc import AsyncIterator

from wanwatch.routeros.wire import Sentence
from wanwatch.sim.lines import MENU as LINES
from wanwatch.sim.menu import Menu
from wanwatch.sim.names import VIEW
from wanwatch.sim.print_ import rendered_rows, reply_row
from wanwatch.sim.query import compile_query
from wanwatch.sim.request import Request
from wanwatch.sim.store import RouterModel


class Changes:
    """Wakes the listeners of a router; one is registered with the store for the server's life."""

    def __init__(self, model: RouterModel) -> None:
        self._waiting: dict[asyncio.Event, str] = {}
        model.store.on_change(self._wake)

    def _wake(self, path: str) -> None:
        for event, wanted in self._waiting.items():
            is_of_line = path == LINES and wanted == VIEW
            if is_of_line or path == wanted or path.startswith(f"{wanted}/"):
                event.set()

    async def listen(
        self, model: RouterModel, menu: Menu, request: Request
    ) -> AsyncIterator[Sentence]:
        """The sentences of a ``listen``, for ever."""
        matches = compile_query(request.queries)
        proplist = request.attributes.get(".proplist")
        columns = None if proplist is None else tuple(proplist.split(","))

        def shown() -> dict[str, dict[str, str]]:
            rows = (row for row in rendered_rows(model, menu) if matches(row))
            return {row.get(".id", ""): row for row in rows}

        changed = asyncio.Event()
        self._waiting[changed] = menu.path
        try:
            before = shown()
            while True:
                await changed.wait()
                changed.clear()
                now = shown()
                for item_id, row in now.items():
                    if before.get(item_id) != row:
                        yield reply_row(row, columns)
                for item_id in before.keys() - now.keys():
                    yield ("!re", f"=.id={item_id}", "=.dead=yes")
                before = now
        finally:
            del self._waiting[changed]
