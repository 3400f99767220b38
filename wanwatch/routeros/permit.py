"""The permit that every write asks for: the place where the lease stands.

Nothing is written to the router but through ``RouterSession.write``, and that asks the permit
first. Without a lease every write is permitted.
"""

from typing import Protocol


class WritePermit(Protocol):
    """Says whether this wanwatch may write now."""

    async def require(self) -> None:
        """Return when writing is allowed; raises WriteForbidden with the cause when it is not.

        Called before each write, outside the session's lock, so that it may talk to the router.
        """
        ...


class AlwaysPermitted:
    """The permit of a wanwatch that shares its router with no other."""

    async def require(self) -> None:
        """Allow the write."""


ALWAYS_PERMITTED: WritePermit = AlwaysPermitted()
