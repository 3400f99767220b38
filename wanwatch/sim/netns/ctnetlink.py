"""The kernel's messages about tracked connections, read where they lie.

Messages of the same kind of connection are laid out alike, so a layout is worked out once and then
only recognised, by one comparison of all attribute headers; this makes a table of many thousand
entries cheap to look through. Source: Linux include/uapi/linux/netfilter/nfnetlink_conntrack.h and
nf_conntrack_common.h.
"""

import ipaddress
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from wanwatch.sim.netns.netlink import attribute, attributes

GET, DELETE = 0x101, 0x102
Path = tuple[int, ...]

ORIGINAL, REPLY = 1, 2
STATUS, TIMEOUT, MARK, ID = (3,), (7,), (8,), (12,)
TCP_STATE = (4, 1, 1)
_MARK_MASK = 21
_NESTED = frozenset({(1,), (1, 1), (1, 2), (2,), (2, 1), (2, 2), (4,), (4, 1), (9,), (10,)})
_SOURCE4, _DESTINATION4, _SOURCE6, _DESTINATION6 = (1, 1), (1, 2), (1, 3), (1, 4)
_PROTOCOL, _SOURCE_PORT, _DESTINATION_PORT = (2, 1), (2, 2), (2, 3)
_ICMP_ID, _ICMP_TYPE, _ICMP_CODE = (2, 4), (2, 5), (2, 6)
_ICMP6_ID, _ICMP6_TYPE, _ICMP6_CODE = (2, 7), (2, 8), (2, 9)

SEEN_REPLY, ASSURED, CONFIRMED, SRC_NAT, DST_NAT, DYING = (
    1 << 1,
    1 << 2,
    1 << 3,
    1 << 4,
    1 << 5,
    1 << 9,
)
EXPECTED = 1 << 0

_SHORT = struct.Struct("!H")
_WORD = struct.Struct("!I")
_LONG = struct.Struct("!Q")
_MOST_LAYOUTS = 256


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the attributes of one kind of message are, from its first attribute on."""

    offsets: Mapping[Path, int]
    headers: struct.Struct
    expected: tuple[int, ...]


class Layouts:
    """The layouts seen so far, by the length of the message."""

    def __init__(self) -> None:
        self._by_length: dict[int, list[_Layout]] = {}
        self._count = 0

    def read(self, data: bytes, start: int, end: int) -> "Tracked":
        """The connection of a message whose attributes lie in this stretch of bytes."""
        for layout in self._by_length.get(end - start, ()):
            if layout.headers.unpack_from(data, start) == layout.expected:
                return Tracked(data, start, layout.offsets)
        layout = _work_out(data, start, end)
        if self._count < _MOST_LAYOUTS:
            self._count += 1
            self._by_length.setdefault(end - start, []).append(layout)
        return Tracked(data, start, layout.offsets)


def _work_out(data: bytes, start: int, end: int) -> _Layout:
    offsets: dict[Path, int] = {}
    headers: list[int] = []

    def walk(path: Path, first: int, last: int) -> None:
        for kind, begin, stop in attributes(data, first, last):
            own = (*path, kind)
            offsets[own] = begin - start
            headers.append(begin - 4 - start)
            if own in _NESTED:
                walk(own, begin, stop)

    walk((), start, end)
    form = "="
    at = 0
    for offset in headers:
        form += f"{offset - at}xI"
        at = offset + 4
    compiled = struct.Struct(form)
    return _Layout(offsets, compiled, compiled.unpack_from(data, start))


class Tracked:
    """One connection, in the bytes it came in; nothing is read before it is asked for."""

    __slots__ = ("_at", "_data", "_start")

    def __init__(self, data: bytes, start: int, at: Mapping[Path, int]) -> None:
        self._data = data
        self._start = start
        self._at = at

    def word(self, path: Path) -> int:
        """A 32-bit number, 0 when it is not there."""
        offset = self._at.get(path)
        return 0 if offset is None else int(_WORD.unpack_from(self._data, self._start + offset)[0])

    def long(self, path: Path) -> int:
        """A 64-bit number, 0 when it is not there."""
        offset = self._at.get(path)
        return 0 if offset is None else int(_LONG.unpack_from(self._data, self._start + offset)[0])

    def byte(self, path: Path) -> int:
        """An 8-bit number, 0 when it is not there."""
        offset = self._at.get(path)
        return 0 if offset is None else self._data[self._start + offset]

    def has(self, path: Path) -> bool:
        """True when the kernel said this of the connection."""
        return path in self._at

    @property
    def protocol(self) -> int:
        """The number of the protocol."""
        return self.byte((ORIGINAL, *_PROTOCOL))

    def address(self, direction: int, *, is_source: bool) -> str:
        """An address of the original or the reply direction, as text."""
        four, six = (_SOURCE4, _SOURCE6) if is_source else (_DESTINATION4, _DESTINATION6)
        offset = self._at.get((direction, *four))
        length = 4
        if offset is None:
            offset = self._at.get((direction, *six))
            length = 16
        if offset is None:
            return ""
        first = self._start + offset
        return _address_text(self._data[first : first + length])

    def port(self, direction: int, *, is_source: bool) -> int:
        """A port of the original or the reply direction, 0 where there is none."""
        return self._short((direction, *(_SOURCE_PORT if is_source else _DESTINATION_PORT)))

    def icmp(self) -> tuple[int, int, int] | None:
        """Type, code and identifier of an ICMP query; None for any other protocol."""
        for kind, code, identifier in (
            (_ICMP_TYPE, _ICMP_CODE, _ICMP_ID),
            (_ICMP6_TYPE, _ICMP6_CODE, _ICMP6_ID),
        ):
            if (ORIGINAL, *kind) in self._at:
                return (
                    self.byte((ORIGINAL, *kind)),
                    self.byte((ORIGINAL, *code)),
                    self._short((ORIGINAL, *identifier)),
                )
        return None

    def name(self) -> bytes:
        """What the kernel finds the connection by, and no other that comes after it.

        By what it was translated to, beside the id: a client that uses its ports again at once gets
        an entry with the same id in the same place, perhaps through another line.
        """
        first = self._start + self._at[REPLY,] - 4
        (length,) = struct.unpack_from("=H", self._data, first)
        body = self._data[first : first + length]
        number = self._start + self._at[ID]
        return body + bytes(-length % 4) + attribute(ID[0], self._data[number : number + 4])

    def _short(self, path: Path) -> int:
        offset = self._at.get(path)
        return 0 if offset is None else int(_SHORT.unpack_from(self._data, self._start + offset)[0])


def only_mark(number: int) -> bytes:
    """The attributes that let the kernel list the connections with one mark only."""
    return attribute(MARK[0], _WORD.pack(number)) + attribute(_MARK_MASK, _WORD.pack(0xFFFFFFFF))


@lru_cache(maxsize=65536)
def _address_text(packed: bytes) -> str:
    return str(ipaddress.ip_address(packed))
