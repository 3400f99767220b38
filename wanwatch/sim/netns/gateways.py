"""check-gateway by real echoes: which gateways do not answer.

A gateway is asked every 10 s and given up after two echoes in a row that were not answered within 1 s;
one answer restores it at once. Source: RouterOS manual, "IP Routing" (check-gateway). An echo
leaves by the device that the gateway's route leads to, with an identifier of its own each time, so
that no old connection tracking entry pins it.
"""

import os
import random
import socket
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_ECHO, _ECHO_REPLY = 8, 0
_ANSWER_WITHIN = 1.0
_SO_BINDTODEVICE = 25
_FAILURES = 2
_ENOUGH = 2048
_IP_HEADER_UNIT = 4


@dataclass(slots=True)
class _Checked:
    address: str
    device: str
    socket: socket.socket | None
    next_at: float
    failures: int = 0
    identifier: int = 0
    """Of the echo that is out, 0 for none."""
    sent_at: float = 0.0

    @property
    def is_given_up(self) -> bool:
        return self.failures >= _FAILURES


class Gateways:
    """The gateways that routes with check-gateway have asked about."""

    def __init__(self, clock: Callable[[], float], *, every: float) -> None:
        """``every``: seconds from one echo to the next."""
        self._clock = clock
        self._every = every
        self._within = min(_ANSWER_WITHIN, every)
        self._checked: dict[tuple[str, str], _Checked] = {}
        self._asked: set[tuple[str, str]] = set()
        self._chance = random.Random()  # noqa: S311 (identifiers of echoes, no secret)

    def is_given_up(self, address: str, device: str) -> bool:
        """The verdict; a gateway asked about for the first time answers until it is shown not to."""
        key = (address, device)
        self._asked.add(key)
        checked = self._checked.get(key)
        if checked is None:
            checked = _Checked(address, device, None, next_at=self._clock())
            self._checked[key] = checked
        return checked.is_given_up

    def keep_asked(self) -> None:
        """Forget the gateways that were not asked about since this was called last."""
        for key in self._checked.keys() - self._asked:
            self._close(self._checked.pop(key))
        self._asked = set()

    def step(self) -> bool:
        """Read answers, judge what is out too long, send what is due; True when a verdict changed."""
        before = {key: checked.is_given_up for key, checked in self._checked.items()}
        now = self._clock()
        for checked in self._checked.values():
            self._read(checked)
            if checked.identifier and now - checked.sent_at >= self._within:
                checked.identifier = 0
                checked.failures += 1
            if now >= checked.next_at:
                checked.next_at = now + self._every
                self._send(checked, now)
        return any(self._checked[key].is_given_up != was for key, was in before.items())

    def descriptors(self) -> Iterator[int]:
        """What is readable when an answer has come."""
        for checked in self._checked.values():
            if checked.socket is not None:
                yield checked.socket.fileno()

    def close(self) -> None:
        """Close the sockets."""
        for checked in self._checked.values():
            self._close(checked)
        self._checked.clear()

    def _send(self, checked: _Checked, now: float) -> None:
        checked.identifier = self._chance.randrange(1, 0x10000)
        checked.sent_at = now
        try:
            if checked.socket is None:
                checked.socket = _open(checked.device)
            checked.socket.sendto(_echo(checked.identifier), (checked.address, 0))
        except OSError:
            # No way there is no answer; the device may have been made anew, so is the socket.
            self._close(checked)

    def _read(self, checked: _Checked) -> None:
        while checked.socket is not None:
            try:
                packet, (sender, _) = checked.socket.recvfrom(_ENOUGH)
            except BlockingIOError:
                return
            except OSError:
                self._close(checked)
                return
            if sender == checked.address and _answered(packet) == checked.identifier != 0:
                checked.identifier = 0
                checked.failures = 0

    @staticmethod
    def _close(checked: _Checked) -> None:
        if checked.socket is not None:
            checked.socket.close()
            checked.socket = None


def _open(device: str) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    made.setblocking(False)  # noqa: FBT003 (as socket names it)
    try:
        made.setsockopt(socket.SOL_SOCKET, _SO_BINDTODEVICE, os.fsencode(device) + b"\0")
    except OSError:
        made.close()
        raise
    return made


def _echo(identifier: int) -> bytes:
    header = struct.pack("!BBHHH", _ECHO, 0, 0, identifier, 1)
    total = sum(struct.unpack("!4H", header))
    total = (total >> 16) + (total & 0xFFFF)
    return struct.pack("!BBHHH", _ECHO, 0, ~total & 0xFFFF, identifier, 1)


def _answered(packet: bytes) -> int:
    """The identifier of an echo reply, 0 for any other packet."""
    start = (packet[0] & 0x0F) * _IP_HEADER_UNIT
    if len(packet) < start + 8 or packet[start] != _ECHO_REPLY:
        return 0
    (identifier,) = struct.unpack_from("!H", packet, start + 4)
    return int(identifier)
