"""The RouterOS API server of the built-in world: listens, keeps the sessions, can go away."""

import asyncio
import contextlib
import ssl
from collections.abc import Sequence

from wanwatch.sim.commands import Commands
from wanwatch.sim.faults import Faults
from wanwatch.sim.listen import Changes
from wanwatch.sim.login import User
from wanwatch.sim.session import Served, Session
from wanwatch.sim.store import RouterModel

_REBOOT_AFTER = 0.02
"""Seconds between the command that reboots the router and the end of its sessions."""


class ApiServer:
    """Serves one router to any number of clients."""

    def __init__(
        self,
        model: RouterModel,
        users: Sequence[User] = (User(),),
        faults: Faults | None = None,
        *,
        strict_login: bool = False,
    ) -> None:
        """``strict_login``: a version before 6.43 insists on the challenge, as the real one does."""
        self.served = Served(
            model=model,
            users=tuple(users),
            faults=Faults() if faults is None else faults,
            commands=Commands(model),
            changes=Changes(model),
            strict_login=strict_login,
        )
        model.on_reboot(self._rebooted)
        self._listener: asyncio.Server | None = None
        self._address = ("127.0.0.1", 0)
        self._tls: ssl.SSLContext | None = None
        self._sessions: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def start(
        self, host: str = "127.0.0.1", port: int = 0, *, tls: ssl.SSLContext | None = None
    ) -> tuple[str, int]:
        """Listen, and say where; port 0 takes a free one. Raises OSError when it cannot."""
        self._tls = tls
        self._listener = await asyncio.start_server(self._connected, host, port, ssl=tls)
        bound = self._listener.sockets[0].getsockname()
        self._address = (bound[0], bound[1])
        return self._address

    async def close(self) -> None:
        """Stop listening and end every session."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        sessions = dict(self._sessions)
        self.disconnect()
        for task in sessions:
            task.cancel()
        await asyncio.gather(*sessions, return_exceptions=True)
        for writer in sessions.values():
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def become_unreachable(self) -> None:
        """Refuse connections and end the present ones, as a router that is off does."""
        await self.close()

    async def become_reachable(self) -> None:
        """Listen again where it did. Raises OSError when somebody took the port."""
        if self._listener is None:
            await self.start(*self._address, tls=self._tls)

    def disconnect(self) -> None:
        """End every session at once, without a word; new ones are welcome."""
        for writer in self._sessions.values():
            writer.transport.abort()

    def _rebooted(self) -> None:
        """End the sessions of now, as soon as the command that asked for it has its ``!done``."""

        def end() -> None:
            for writer in sessions:
                writer.transport.abort()

        sessions = [*self._sessions.values()]
        with contextlib.suppress(RuntimeError):  # no loop runs: then there are no sessions either
            asyncio.get_running_loop().call_later(_REBOOT_AFTER, end)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            return
        self._sessions[task] = writer
        try:
            await Session(self.served, reader, writer).run()
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            self._sessions.pop(task, None)
