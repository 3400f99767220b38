"""Which devices of the namespace carry packets: present, up, and with a carrier.

Asked by ioctl (netdevice(7), IFF_RUNNING), and only after the kernel said that something changed
(rtnetlink(7), RTMGRP_LINK), since it is asked before every command.
"""

import fcntl
import os
import socket
import struct

_NETLINK_ROUTE = 0
_GROUP_LINK = 1
_GET_FLAGS = 0x8913  # SIOCGIFFLAGS
_RUNNING = 0x40  # IFF_RUNNING
_UP = 0x1  # IFF_UP
_ENOUGH = 65536


class Links:
    """The devices of the namespace this process is in."""

    def __init__(self) -> None:
        self._events = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_ROUTE)
        self._events.setblocking(False)  # noqa: FBT003 (as socket names it)
        self._events.bind((0, _GROUP_LINK))
        self._asking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.devices: frozenset[str] = frozenset()
        """The names of all devices there are."""
        self.running: frozenset[str] = frozenset()
        """Those that carry packets."""
        self.changes = 0
        """How often something was seen to have changed; devices may have been away and be back."""
        self._scan()

    def fileno(self) -> int:
        """The descriptor that is readable when something changed."""
        return self._events.fileno()

    def close(self) -> None:
        """Close the sockets."""
        self._events.close()
        self._asking.close()

    def refresh(self) -> bool:
        """Take over what changed; True when something did."""
        is_changed = False
        while True:
            try:
                self._events.recv(_ENOUGH)
            except BlockingIOError:
                break
            except OSError:
                pass  # the kernel dropped some for want of room (ENOBUFS): all is looked at anyway
            is_changed = True
        if is_changed:
            self._scan()
        return is_changed

    def _scan(self) -> None:
        flags = {name: self._flags(name) for _, name in socket.if_nameindex()}
        up = _RUNNING | _UP
        self.devices = frozenset(flags)
        self.running = frozenset(name for name, found in flags.items() if found & up == up)
        self.changes += 1

    def _flags(self, name: str) -> int:
        request = struct.pack("16sH14x", os.fsencode(name), 0)
        try:
            answer = fcntl.ioctl(self._asking, _GET_FLAGS, request)
        except OSError:
            return 0  # gone since it was named
        (found,) = struct.unpack_from("H", answer, 16)
        return int(found)
