"""Removing a dead WAN's connections: which entries, in batches, in passes, within a time.

Entries come and go by themselves, so an id that vanished is no error. RouterOS stops at the first
missing id of a list, does not say which it was, and leaves the rest; what came before it is gone.
So such a list is sent once more from its other end, and what stands between two that vanished is
for the next pass, whose ids are younger. The table is never held in memory, only the ids of the
entries that go.
"""

import time
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network

from wanwatch.core.plan import Flush
from wanwatch.routeros import rows
from wanwatch.routeros.dialect import CONNECTION_MENU
from wanwatch.routeros.errors import ItemVanished
from wanwatch.routeros.session import RouterSession

BATCH = 100
"""Ids in one remove: long enough to save round trips, short enough to keep the router responsive."""
_SMALLEST_BATCH = 10
"""Down to which they are halved from pass to pass while ids vanish."""

_PROPERTIES = (".id", "reply-dst-address", "connection-mark", "src-address")


@dataclass(frozen=True, slots=True)
class FlushReport:
    """What a flush did; ``duration`` in seconds.

    ``removed`` counts the entries that were found and are gone, ``remaining`` those found last.
    """

    wan: str
    removed: int
    remaining: int
    passes: int
    duration: float
    menu: str = CONNECTION_MENU


def belongs(flush: Flush, entry: rows.Connection) -> bool:
    """True when the entry is the dead WAN's: by its translated address, else by its mark.

    wanwatch's own probes through the WAN are not: their answers are what recovery is seen by.
    """
    if entry.src_address in flush.probe_sources:
        return False
    if _is_among(entry.reply_dst_address, flush.addresses):
        return True
    return entry.connection_mark in flush.connection_marks and not _is_among(
        entry.reply_dst_address, flush.other_addresses
    )


def _is_among(address: str, addresses: frozenset[str]) -> bool:
    """True for one of the addresses, and for an address in one of the prefixes among them."""
    if address in addresses:
        return True
    prefixes = [_network(each) for each in addresses if "/" in each]
    return bool(prefixes) and _is_in(address, prefixes)


def _is_in(address: str, prefixes: list[IPv6Network]) -> bool:
    try:
        ip = IPv6Address(address)
    except ValueError:
        return False
    return any(ip in prefix for prefix in prefixes)


@lru_cache(maxsize=256)
def _network(prefix: str) -> IPv6Network:
    return IPv6Network(prefix)


async def flush(
    session: RouterSession,
    wanted: Flush,
    *,
    budget: float = 20.0,
    max_passes: int = 6,
    clock: Callable[[], float] = time.monotonic,
) -> FlushReport:
    """Remove the connections of one WAN until none is left, the count settles, or time is up.

    ``budget`` in seconds. Raises RouterError.
    """
    started = clock()
    deadline = started + budget
    removed = passes = 0
    size = BATCH
    left: list[str] = []
    if wanted.addresses or wanted.connection_marks:
        split = await has_split_ports(session, wanted.menu)
        left = await find(session, wanted, split=split)
        while left and passes < max_passes and clock() < deadline:
            passes += 1
            batches = [left[start : start + size] for start in range(0, len(left), size)]
            if not await _remove_all(session, wanted.menu, batches, deadline, clock):
                size = max(size // 2, _SMALLEST_BATCH)
            before, left = left, await find(session, wanted, split=split)
            removed += len(set(before).difference(left))
            if len(left) >= len(before):
                break
    return FlushReport(wanted.wan, removed, len(left), passes, clock() - started, wanted.menu)


async def has_split_ports(session: RouterSession, menu: str = CONNECTION_MENU) -> bool:
    """True when the router prints ports as properties of their own, so that addresses can be queried.

    The shape changed within RouterOS 7, at a version nobody wrote down; so the table is asked.
    """
    return await session.count(f"{menu}/print", queries=("reply-dst-port",)) > 0


async def find(session: RouterSession, wanted: Flush, *, split: bool) -> list[str]:
    """The ids of the WAN's entries.

    The whole table is looked through where ports stand in the addresses, and for a prefix.
    """
    queries: list[str] = []
    if not wanted.addresses or (split and not any("/" in each for each in wanted.addresses)):
        queries += [f"reply-dst-address={address}" for address in sorted(wanted.addresses)]
        queries += [f"connection-mark={mark}" for mark in sorted(wanted.connection_marks)]
        queries += ["#|"] * (len(queries) - 1)
    found = session.stream(f"{wanted.menu}/print", queries=queries, proplist=_PROPERTIES)
    async with aclosing(found):
        return [
            row[".id"]
            async for row in found
            if ".id" in row and belongs(wanted, rows.connection(row))
        ]


async def _remove_all(
    session: RouterSession,
    menu: str,
    batches: list[list[str]],
    deadline: float,
    clock: Callable[[], float],
) -> bool:
    """Remove these entries until the deadline; False when some had vanished."""
    complete = True
    for batch in batches:
        if clock() >= deadline:
            break
        if await _remove(session, menu, batch):
            continue
        complete = False
        if len(batch) > 1:
            await _remove(session, menu, batch[::-1])
    return complete


async def _remove(session: RouterSession, menu: str, ids: list[str]) -> bool:
    """Remove these entries, up to the first that has vanished; False when one has."""
    try:
        await session.write(f"{menu}/remove", [f"=.id={','.join(ids)}"])
    except ItemVanished:
        return False
    return True
