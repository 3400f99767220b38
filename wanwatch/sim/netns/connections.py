"""The connection menus on the kernel's own connection tracking.

A row is made only of what was asked for, and only when the query words of the ``print`` let it
through. An entry is removed by what the kernel finds it by, kept for the ids that were listed, so
that a removal does not look through the table.
"""

import errno
import os
import socket
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from wanwatch.core.snapshot import Version
from wanwatch.sim.connection_rows import PORTS_SPLIT_SINCE
from wanwatch.sim.netns import ctnetlink
from wanwatch.sim.netns.ctnetlink import Tracked
from wanwatch.sim.netns.errors import KernelError
from wanwatch.sim.netns.numbers import Names
from wanwatch.sim.netns.protocols import protocol_name
from wanwatch.sim.query import compile_query
from wanwatch.sim.store import Item
from wanwatch.sim.traps import failure
from wanwatch.sim.values import format_time

_FAMILIES = {"-4": socket.AF_INET, "-6": socket.AF_INET6}
_PORT_NUMBERS = frozenset({6, 17, 33, 132, 136})
_TCP = 6
_TCP_STATES = (
    *("none", "syn-sent", "syn-received", "established", "fin-wait"),
    *("close-wait", "last-ack", "time-wait", "close", "syn-sent"),
)
_MOST_KEPT = 1 << 20
_KERNELS = 0xFFFFFFFF
_Kept = TypeVar("_Kept")
_ORIGINAL, _REPLY = ctnetlink.ORIGINAL, ctnetlink.REPLY
_GONE = frozenset({errno.ENOENT, errno.ESRCH})

Say = Callable[[Tracked], str | None]
"""What a property says of an entry; None where RouterOS leaves it out."""


class Channel(Protocol):
    """What carries requests to the kernel; see ``netlink.Netfilter``."""

    def dump(self, kind: int, family: int, body: bytes = b"") -> Iterator[tuple[bytes, int, int]]:
        """The messages of a dump."""
        ...

    def order(self, kind: int, family: int, body: bytes = b"") -> int:
        """Ask for something to be done; 0 or the error's number."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class KernelConntrack:
    """Connection tracking of the namespace that the channel was opened in."""

    def __init__(self, channel: Channel, marks: Names, version: Version) -> None:
        self._netfilter = channel
        self._layouts = ctnetlink.Layouts()
        self._marks = marks
        self._says = _properties(marks, split=version >= PORTS_SPLIT_SINCE)
        self._kept: dict[int, tuple[int, Tracked]] = {}
        """Id -> family, and the entry as it was listed."""
        self._removed: dict[int, int] = {}
        """The kernel's id -> how often an entry with it was removed.

        The kernel makes ids of where an entry lies and what it is, so a connection that is made
        anew at once may have the id of the one that was removed.
        """

    def of_family(self, family: str) -> "FamilyConnections":
        """The menu of ``-4`` or ``-6``."""
        return FamilyConnections(self, _FAMILIES[family])

    def rows(
        self, family: int, queries: Sequence[str], names: Sequence[str] | None
    ) -> Iterator[Item]:
        """The rows that a ``print`` with these query words shows; raises KernelError, Trap."""
        matches = compile_query(queries)
        says = self._says
        named = _named(queries)
        asked = [(name, says[name]) for name in named if name in says]
        is_sifted = bool(asked) and ".id" not in named
        is_counted = names is not None and not names
        shown = [(n, s) for n, s in says.items() if names is None or n in names]
        if asked and any(name not in dict(shown) for name, _ in asked):
            shown += [pair for pair in asked if pair[0] not in dict(shown)]
        for entry in self._dump(family, queries):
            if is_sifted and not matches(_row(asked, entry)):
                continue
            number = self._number(entry)
            if not is_counted:
                self._keep(number, family, entry)
            yield Item(f"*{number:X}", _row(shown, entry), dynamic=True)

    def remove(self, item_id: str) -> bool:
        """Remove a listed entry; False when it is gone. Raises KernelError."""
        try:
            number = int(item_id.removeprefix("*"), 16)
        except ValueError:
            return False
        kept = self._kept.pop(number, None)
        if kept is None or not self._order(kept[0], kept[1].name()):
            return False
        own = number & _KERNELS
        self._removed[own] = self._removed.pop(own, 0) + 1
        _keep_at_most(_MOST_KEPT, self._removed)
        return True

    def forget_translated(self, addresses: Collection[str]) -> None:
        """Remove every entry whose source was translated to one of these; raises KernelError."""
        if not addresses:
            return
        names = [
            entry.name()
            for entry in self._dump(socket.AF_INET, ())
            if entry.word(ctnetlink.STATUS) & ctnetlink.SRC_NAT
            and entry.address(_REPLY, is_source=False) in addresses
        ]
        for name in names:
            self._order(socket.AF_INET, name)

    def clear(self) -> None:
        """Remove every entry; raises KernelError."""
        self._kept.clear()
        self._order(socket.AF_UNSPEC, b"")

    def close(self) -> None:
        """Close the socket."""
        self._netfilter.close()

    def _order(self, family: int, name: bytes) -> bool:
        number = self._netfilter.order(ctnetlink.DELETE, family, name)
        if number and number not in _GONE:
            raise KernelError(f"a connection cannot be removed: {os.strerror(number)}")
        return not number

    def _dump(self, family: int, queries: Sequence[str]) -> Iterator[Tracked]:
        body = b""
        mark = _required(queries).get("connection-mark")
        if mark:
            number = self._marks.known(mark)
            if not number:
                return
            body = ctnetlink.only_mark(number)
        # Read to its end at once: the socket carries one request at a time.
        found = list(self._netfilter.dump(ctnetlink.GET, family, body))
        read = self._layouts.read
        for data, start, end in found:
            yield read(data, start, end)

    def _number(self, entry: Tracked) -> int:
        """The number of an entry's id."""
        own = entry.word(ctnetlink.ID)
        return own + (self._removed.get(own, 0) << 32)

    def _keep(self, number: int, family: int, entry: Tracked) -> None:
        self._kept[number] = (family, entry)
        _keep_at_most(_MOST_KEPT, self._kept)


@dataclass(frozen=True, slots=True)
class FamilyConnections:
    """The rows of one connection menu, as the store's Source."""

    conntrack: KernelConntrack
    family: int

    def rows(self, queries: Sequence[str], names: Sequence[str] | None) -> Iterator[Item]:
        """The rows that these query words let through, with these properties; raises Trap."""
        try:
            yield from self.conntrack.rows(self.family, queries, names)
        except KernelError as error:
            raise failure(str(error)) from error

    def remove(self, item_id: str) -> bool:
        """Remove an entry that was listed; False when it is gone. Raises Trap."""
        try:
            return self.conntrack.remove(item_id)
        except KernelError as error:
            raise failure(str(error)) from error


def _keep_at_most(count: int, kept: dict[int, _Kept]) -> None:
    while len(kept) > count:
        del kept[next(iter(kept))]


def _row(says: Sequence[tuple[str, Say]], entry: Tracked) -> dict[str, str]:
    return {name: text for name, say in says if (text := say(entry)) is not None}


def _named(queries: Sequence[str]) -> set[str]:
    """The properties that query words ask about."""
    words = (word[1:] for word in queries if not word.startswith("?#"))
    return {word.lstrip("-=<>").partition("=")[0] for word in words}


def _required(queries: Sequence[str]) -> dict[str, str]:
    """The values that every row must have that these words let through."""
    if any(word.startswith("?#") for word in queries):
        return {}
    words = (word[1:].removeprefix("=") for word in queries if word[1:2] not in ("-", "<", ">"))
    return {name: value for name, equals, value in (w.partition("=") for w in words) if equals}


def _properties(marks: Names, *, split: bool) -> Mapping[str, Say]:
    """What is said of an entry, in the order of a row."""
    says: dict[str, Say] = {"protocol": lambda entry: protocol_name(entry.protocol)}
    for name, direction, is_source in (
        ("src", _ORIGINAL, True),
        ("dst", _ORIGINAL, False),
        ("reply-src", _REPLY, True),
        ("reply-dst", _REPLY, False),
    ):
        says[f"{name}-address"] = _address(direction, is_source=is_source, split=split)
        if split:
            says[f"{name}-port"] = _port(direction, is_source=is_source)
    for place, name in enumerate(("icmp-type", "icmp-code", "icmp-id")):
        says[name] = _icmp(place)
    says["tcp-state"] = _tcp_state
    says["connection-mark"] = lambda entry: marks.name(entry.word(ctnetlink.MARK)) or None
    says["timeout"] = lambda entry: format_time(entry.word(ctnetlink.TIMEOUT))
    for name, kind in (("orig", 9), ("repl", 10)):
        says[f"{name}-packets"] = _count((kind, 1))
        says[f"{name}-bytes"] = _count((kind, 2))
    for name, bit in (
        ("expected", ctnetlink.EXPECTED),
        ("confirmed", ctnetlink.CONFIRMED),
        ("seen-reply", ctnetlink.SEEN_REPLY),
        ("assured", ctnetlink.ASSURED),
        ("dying", ctnetlink.DYING),
        ("srcnat", ctnetlink.SRC_NAT),
        ("dstnat", ctnetlink.DST_NAT),
    ):
        says[name] = _status(bit)
    says["fasttrack"] = lambda _: "false"
    return says


def _address(direction: int, *, is_source: bool, split: bool) -> Say:
    def alone(entry: Tracked) -> str:
        return entry.address(direction, is_source=is_source)

    def with_port(entry: Tracked) -> str:
        address = entry.address(direction, is_source=is_source)
        if entry.protocol not in _PORT_NUMBERS:
            return address
        return f"{address}:{entry.port(direction, is_source=is_source)}"

    return alone if split else with_port


def _port(direction: int, *, is_source: bool) -> Say:
    def say(entry: Tracked) -> str | None:
        if entry.protocol not in _PORT_NUMBERS:
            return None
        return str(entry.port(direction, is_source=is_source))

    return say


def _icmp(place: int) -> Say:
    def say(entry: Tracked) -> str | None:
        found = entry.icmp()
        return None if found is None else str(found[place])

    return say


def _tcp_state(entry: Tracked) -> str | None:
    if entry.protocol != _TCP:
        return None
    state = entry.byte(ctnetlink.TCP_STATE)
    return _TCP_STATES[state] if state < len(_TCP_STATES) else "none"


def _count(path: ctnetlink.Path) -> Say:
    return lambda entry: str(entry.long(path))


def _status(bit: int) -> Say:
    return lambda entry: "true" if entry.word(ctnetlink.STATUS) & bit else "false"
