"""Holding the lease on the router: taking it, renewing it, giving it up, and asking who has it.

It is the permit of every write (``permit``). It has a connection of its own, since a long answer on
the other one must not keep it from being renewed. An entry is set by its id only on the connection
that the id was read on: after a reboot the same id may be somebody else's entry.
"""

import asyncio
from collections.abc import Callable

from wanwatch.core.lease import LEASE_ADDRESS, LEASE_LIST, Holder, LeaseTerm, holder_of
from wanwatch.routeros.errors import CommandRefused, ItemVanished, RouterError, WriteForbidden
from wanwatch.routeros.protocol import Row
from wanwatch.routeros.rows import is_true
from wanwatch.routeros.session import RouterSession
from wanwatch.routeros.time_text import seconds_of

MENU = "/ip/firewall/address-list"
_EXISTS = "already have such entry"
_TRIES = 3
"""How often it is tried again because the entry came or went meanwhile."""


class Lease:
    """The lease of one router, as one instance sees it. ``clock`` goes on while the host sleeps."""

    def __init__(
        self,
        session: RouterSession,
        me: Holder,
        term: LeaseTerm,
        *,
        clock: Callable[[], float],
        is_dead: Callable[[Holder], bool] = lambda _: False,
    ) -> None:
        """``session`` is the lease's own, without a permit.

        ``is_dead`` tells of a holder whether it surely lives no more; it is not waited for.
        """
        self._session = session
        self._me = me
        self._term = term
        self._clock = clock
        self._is_dead = is_dead
        self._lock = asyncio.Lock()
        self._id = ""
        self._login = 0
        self._sent_at = 0.0
        self.other: Holder | None = None
        """Who was seen to hold it instead of us, last."""
        self.other_left = 0.0
        """For how many seconds it had it then."""
        self.error: RouterError | None = None
        """Why it could not be taken or renewed the last time."""
        self.tenure = 0
        """Counts how often it was taken: what was read under another one may be outdated."""

    @property
    def me(self) -> Holder:
        """This instance."""
        return self._me

    @property
    def term(self) -> LeaseTerm:
        """How long it lasts."""
        return self._term

    @property
    def is_held(self) -> bool:
        """True while it is surely ours."""
        return bool(self._id) and self._term.is_valid(self._sent_at, self._clock())

    @property
    def renew_in(self) -> float:
        """Seconds until it is time to renew it; 0 where there is none to be renewed."""
        due = self._sent_at + self._term.renew_every
        return max(0.0, due - self._clock()) if self._id else 0.0

    async def keep(self) -> None:
        """Take it, or renew it when that is due; never raises RouterError (``error``)."""
        async with self._lock:
            if self.renew_in > 0:
                return
            try:
                await self._take_or_renew()
                self.error = None
            except RouterError as error:
                self.error = error

    async def confirm(self) -> None:
        """Renew it now, so that it is known to be ours; raises RouterError when it is not."""
        async with self._lock:
            if not self.is_held and self.error is not None:
                raise self.error
            if not self.is_held or not await self._renew():
                raise WriteForbidden(self._who())

    async def require(self) -> None:
        """Return when a write may begin now: ``permit.WritePermit``. Raises RouterError."""
        if self._may_write():
            return
        await self.confirm()
        if not self._may_write():
            raise WriteForbidden("the lease ends too soon for a write")

    async def give_up(self) -> None:
        """Leave it to whoever comes first; the entry stays until its time is over.

        The script on the router that restores what nobody watches over takes the entry for a sign
        of life, and an instance that takes over at once needs it no more. Never raises RouterError.
        """
        async with self._lock:
            item, self._id = self._id, ""
            if item and self._is_same_connection():
                gone = Holder(self._me.name, self._me.token, given_up=True)
                try:
                    await self._write("set", f"=.id={item}", f"=comment={gone.comment}")
                except RouterError as error:
                    self.error = error

    async def remove(self) -> None:
        """Give it up and leave no entry: nobody watches any more. Never raises RouterError."""
        async with self._lock:
            item, self._id = self._id, ""
            if item and self._is_same_connection():
                try:
                    await self._remove(item)
                except RouterError as error:
                    self.error = error

    async def close(self) -> None:
        """End the connection; the entry stays."""
        await self._session.close()

    def _may_write(self) -> bool:
        return bool(self._id) and self._term.may_write(self._sent_at, self._clock())

    def _who(self) -> str:
        if self.other is not None:
            return f"{self.other.name} holds the lease of this router"
        return "the lease of this router is not held"

    async def _take_or_renew(self) -> None:
        if self._id and await self._renew():
            return
        for _ in range(_TRIES):
            if await self._add():
                return
            row = await self._read()
            if row is None:
                continue
            holder = holder_of(row.get("comment", ""))
            if self._is_ours(row):
                if await self._set_timeout(row[".id"]):
                    self._hold(row[".id"])
                    return
            elif holder.given_up or (holder.token and self._is_dead(holder)):
                await self._remove(row[".id"])
            else:
                self.other, self.other_left = holder, seconds_of(row.get("timeout", ""))
                return

    async def _renew(self) -> bool:
        """Set its timeout anew; False when it is gone. Raises RouterError."""
        item = self._id
        if not self._is_same_connection():
            row = await self._read()
            item = ""
            if row is not None and self._is_ours(row):
                item = row[".id"]
        if item and await self._set_timeout(item):
            self._id, self._login = item, self._session.logins
            return True
        self._id = ""
        return False

    async def _add(self) -> bool:
        """Make the entry; False when there is one."""
        sent_at = self._clock()
        try:
            item = await self._write(
                "add",
                f"=list={LEASE_LIST}",
                f"=address={LEASE_ADDRESS}",
                f"=timeout={self._term.length:.0f}s",
                f"=comment={self._me.comment}",
            )
        except CommandRefused as error:
            if _EXISTS in error.message.lower():
                return False
            raise
        self._sent_at = sent_at
        self._hold(item)
        return True

    def _hold(self, item: str) -> None:
        self._id, self._login = item, self._session.logins
        self.tenure += 1
        self.other = None

    async def _set_timeout(self, item: str) -> bool:
        sent_at = self._clock()
        try:
            await self._write("set", f"=.id={item}", f"=timeout={self._term.length:.0f}s")
        except ItemVanished:
            return False
        self._sent_at = sent_at
        return True

    async def _remove(self, item: str) -> None:
        """Remove an entry that nobody uses; whoever adds the next one has it."""
        try:
            await self._write("remove", f"=.id={item}")
        except ItemVanished:
            return

    async def _read(self) -> Row | None:
        rows = await self._session.command(
            f"{MENU}/print",
            queries=(f"list={LEASE_LIST}", f"address={LEASE_ADDRESS}"),
            proplist=(".id", "comment", "dynamic", "timeout"),
        )
        return max(rows, key=lambda row: is_true(row, "dynamic"), default=None)

    def _is_ours(self, row: Row) -> bool:
        holder = holder_of(row.get("comment", ""))
        return holder.token == self._me.token and is_true(row, "dynamic")

    def _is_same_connection(self) -> bool:
        return self._session.is_connected and self._session.logins == self._login

    async def _write(self, verb: str, *words: str) -> str:
        return await self._session.write(f"{MENU}/{verb}", words)
