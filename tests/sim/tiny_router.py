"""The smallest router the API server can serve: rows, a few connections, nothing computed."""

import ssl
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import librouteros
from librouteros.exceptions import LibRouterosError

from wanwatch.core.snapshot import Version
from wanwatch.sim.commands import Commands
from wanwatch.sim.faults import Faults
from wanwatch.sim.login import User
from wanwatch.sim.menus import menus_of
from wanwatch.sim.request import Request
from wanwatch.sim.rows import complete
from wanwatch.sim.server import ApiServer
from wanwatch.sim.store import Item, RouterModel, Store
from wanwatch.sim.traps import Trap

V6 = Version(6, 49, 7)
V7 = Version(7, 20, 8)


class TinyRouter:
    """A RouterModel with two ports and two routing tables."""

    def __init__(self, version: Version = V7) -> None:
        self.version = version
        self.store = Store()
        self.made_up: dict[str, list[Item]] = {}
        self.facts: dict[str, Mapping[str, str]] = {}
        self.reboots = 0
        self._on_reboot: list[Callable[[], None]] = []
        for name in ("ether1", "ether2"):
            self.put("/interface/ethernet", name=name, default_name=name)
        if version >= V7:
            for name in ("wan1", "wan2"):
                self.put("/routing/table", name=name, fib="true")

    def put(self, path: str, **properties: str) -> Item:
        """Add a row as the API would leave it."""
        row = {name.replace("_", "-"): value for name, value in properties.items()}
        complete(menus_of(self.version)[path], row, is_v7=self.version >= V7)
        return self.store.add(path, row)

    def rows(self, path: str) -> Iterable[Item]:
        return [*self.store.items(path), *self.made_up.get(path, [])]

    def computed(self, path: str, item: Item) -> Mapping[str, str]:  # noqa: ARG002 (the contract)
        return self.facts.get(path, {})

    def remove_connection(self, item_id: str) -> bool:
        rows = self.made_up.get("/ip/firewall/connection", [])
        found = [row for row in rows if row.id == item_id]
        for row in found:
            rows.remove(row)
        return bool(found)

    def reboot(self) -> None:
        self.reboots += 1
        for listener in self._on_reboot:
            listener()

    def on_reboot(self, listener: Callable[[], None]) -> None:
        self._on_reboot.append(listener)

    def tick(self) -> None:
        """Nothing expires here."""


_conforms: Callable[[], RouterModel] = TinyRouter


def ask(router: TinyRouter, *words: str) -> list[dict[str, str]]:
    """Carry out a command without a wire; rows and what ``!done`` says. Raises Trap."""
    replies = Commands(router).run(Request.parse(words), lambda _policy: True)
    rows = []
    for reply in replies:
        pairs = (word[1:].partition("=") for word in reply[1:])
        row = {name: value for name, _, value in pairs}
        if row:
            rows.append(row)
    return rows


def trap_of(router: TinyRouter, *words: str) -> str:
    """What the router says when it refuses; fails when it does not."""
    try:
        ask(router, *words)
    except Trap as trap:
        return trap.message
    raise AssertionError(f"{words} was carried out")


@asynccontextmanager
async def serving(
    router: TinyRouter,
    *,
    users: tuple[User, ...] = (User(),),
    faults: Faults | None = None,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[tuple[ApiServer, int]]:
    """The router behind a real socket."""
    server = ApiServer(router, users, faults)
    _, port = await server.start(tls=tls)
    try:
        yield server, port
    finally:
        await server.close()


def librouteros_says(port: int, *words: str, **login: Any) -> list[dict[str, Any]] | str:
    """What the plain synchronous client gets for one command; a string when it is refused."""
    arguments = {"username": "admin", "password": "", "encoding": "latin-1", "timeout": 5, **login}
    try:
        api = librouteros.connect(host="127.0.0.1", port=port, **arguments)
    except (LibRouterosError, OSError) as error:
        return str(error)
    try:
        return list(api.rawCmd(*words))
    except (LibRouterosError, OSError) as error:
        return str(error)
    finally:
        api.close()
