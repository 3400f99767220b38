"""Telling systemd how we are: sd_notify(3), without a library.

Outside systemd there is nobody to tell, and every call does nothing. A message that cannot be
delivered is dropped: a watchdog that dies of its own supervisor would help nobody, and systemd
notices a silence by itself.
"""

import os
import socket
from collections.abc import Mapping
from typing import Self

_PATIENCE = 0.2
"""Seconds to wait for room in systemd's queue; the event loop stands still meanwhile."""
_LONGEST_STATUS = 256


class Notifier:
    """Sends our state to the socket that systemd named.

    ``watchdog_interval`` is how often ``watchdog`` is to be called, in seconds: half of what the
    unit's WatchdogSec allows, as sd_watchdog_enabled(3) recommends. None when nobody waits for it.
    """

    def __init__(self, address: str = "", watchdog_interval: float | None = None) -> None:
        """``address`` is a path, ``@`` and an abstract name (unix(7)), or empty for nobody."""
        self.watchdog_interval = watchdog_interval
        self._address = "\0" + address[1:] if address.startswith("@") else address

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] = os.environ, pid: int | None = None) -> Self:
        """Read NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID; ``pid`` is ours unless given.

        What is malformed, or is meant for another process, counts as absent.
        """
        address = environ.get("NOTIFY_SOCKET", "")
        if not address.startswith(("/", "@")):
            address = ""
        interval = _watchdog_interval(environ, os.getpid() if pid is None else pid)
        return cls(address, interval if address else None)

    def ready(self) -> bool:
        """Say that the start, or a reload, is complete. True when the message was delivered."""
        return self._send("READY=1")

    def reloading(self, monotonic_usec: int) -> bool:
        """Say that a reload began at this CLOCK_MONOTONIC instant; ``ready`` ends it."""
        return self._send(f"RELOADING=1\nMONOTONIC_USEC={monotonic_usec}")

    def stopping(self) -> bool:
        """Say that the shutdown began."""
        return self._send("STOPPING=1")

    def status(self, text: str) -> bool:
        """Show a line in ``systemctl status``; line breaks become spaces."""
        line = " ".join(text.split())[:_LONGEST_STATUS]
        return self._send(f"STATUS={line}")

    def watchdog(self) -> bool:
        """Say that we are alive."""
        return self._send("WATCHDOG=1")

    def _send(self, message: str) -> bool:
        if not self._address:
            return False
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
                sock.settimeout(_PATIENCE)
                sock.sendto(message.encode(errors="replace"), self._address)
        except (OSError, ValueError):  # ValueError: a path that no socket can have
            return False
        return True


def _watchdog_interval(environ: Mapping[str, str], pid: int) -> float | None:
    try:
        microseconds = int(environ.get("WATCHDOG_USEC", ""))
        meant_for = int(environ.get("WATCHDOG_PID", pid))
    except ValueError:
        return None
    if microseconds <= 0 or meant_for != pid:
        return None
    return microseconds / 2 / 1_000_000
