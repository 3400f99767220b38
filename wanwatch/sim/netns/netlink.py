"""Netlink to the kernel's netfilter: requests, replies in pieces, attributes.

Source: netlink(7); Linux include/uapi/linux/netlink.h and netfilter/nfnetlink.h.
"""

import os
import socket
import struct
from collections.abc import Iterator

from wanwatch.sim.netns.errors import KernelError

_NETFILTER = 12
_NO_OP, _ERROR, _DONE = 1, 2, 3
REQUEST, ACK, DUMP = 0x1, 0x4, 0x300
_HEADER = struct.Struct("=IHHII")
_GENERIC = struct.Struct("!BBH")
_ATTRIBUTE = struct.Struct("=HH")
HEADERS = _HEADER.size + _GENERIC.size
"""Bytes before the attributes of a message."""
NESTED = 0x8000
_TYPE_MASK = 0x3FFF
_RECEIVE = 1 << 18
_BUFFER = 1 << 22


def attribute(kind: int, payload: bytes) -> bytes:
    """One attribute, padded."""
    length = _ATTRIBUTE.size + len(payload)
    return _ATTRIBUTE.pack(length, kind) + payload + bytes(-length % 4)


def attributes(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """(kind, first byte of the payload, byte after it) of each attribute in a stretch of bytes."""
    while start + 4 <= end:
        length, kind = _ATTRIBUTE.unpack_from(data, start)
        if length < 4 or start + length > end:
            return
        yield kind & _TYPE_MASK, start + 4, start + length
        start += length + 3 & ~3


class Netfilter:
    """A socket to netfilter, for one request after another."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETFILTER)
        self._socket.bind((0, 0))
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        self._sequence = 0

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def dump(self, kind: int, family: int, body: bytes = b"") -> Iterator[tuple[bytes, int, int]]:
        """(buffer, first attribute, end) of every message of a dump; raises KernelError.

        Must be read to its end before the next request.
        """
        self._send(kind, REQUEST | DUMP, family, body)
        while True:
            data = self._socket.recv(_RECEIVE)
            start = 0
            while start + _HEADER.size <= len(data):
                length, found, _, sequence, _ = _HEADER.unpack_from(data, start)
                if sequence == self._sequence:
                    if found == _DONE:
                        return
                    if found == _ERROR:
                        _raise_error(data, start)
                    yield data, start + HEADERS, start + length
                start += length + 3 & ~3

    def order(self, kind: int, family: int, body: bytes = b"") -> int:
        """Ask for something to be done; returns 0 or the error's number."""
        self._send(kind, REQUEST | ACK, family, body)
        while True:
            data = self._socket.recv(_RECEIVE)
            _, found, _, sequence, _ = _HEADER.unpack_from(data)
            if sequence == self._sequence and found == _ERROR:
                return -int(struct.unpack_from("=i", data, _HEADER.size)[0])

    def _send(self, kind: int, flags: int, family: int, body: bytes) -> None:
        self._sequence += 1
        header = _HEADER.pack(HEADERS + len(body), kind, flags, self._sequence, 0)
        self._socket.send(header + _GENERIC.pack(family, 0, 0) + body)


def _raise_error(data: bytes, start: int) -> None:
    number = -struct.unpack_from("=i", data, start + _HEADER.size)[0]
    if number:
        raise KernelError(f"connection tracking cannot be listed: {os.strerror(number)}")
