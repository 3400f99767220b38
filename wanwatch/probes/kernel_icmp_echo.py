"""An echo request of the kernel-timestamp engine on its way, and what its reply comes to."""

import socket
from collections.abc import Callable
from typing import Protocol

from wanwatch.probes.results import ErrorReason, ProbeError, ProbeResult, Reply, Timeout
from wanwatch.probes.steering import family_of


class Sender(Protocol):
    """The socket that an echo was sent by."""

    def forget(self, echo: "Echo") -> None:
        """Wait for an echo no longer."""
        ...

    def overdue(self, echo: "Echo") -> ProbeResult:
        """Return what an echo came to whose reply is not in the socket at its deadline."""
        ...


class Peer:
    """A target's address as the socket takes it, and as the socket tells it."""

    __slots__ = ("address", "family", "text")

    def __init__(self, address: str) -> None:
        self.family = family_of(address)
        self.address = (address, 0, 0, 0) if self.family == socket.AF_INET6 else (address, 0)
        self.text = socket.inet_ntop(self.family, socket.inet_pton(self.family, address))


class Echo:
    """An echo request and what is known of it; ``tell`` hears its result, once."""

    __slots__ = ("deadline", "key", "peer", "sent_at", "sock", "tell", "token")

    def __init__(self, tell: Callable[[ProbeResult], None]) -> None:
        self.tell: Callable[[ProbeResult], None] | None = tell
        self.sock: Sender | None = None
        self.peer: Peer
        self.key = 0
        self.token = 0
        self.sent_at = 0.0
        self.deadline = 0.0

    def finish(self, result: ProbeResult) -> None:
        """Tell the result, unless it is told or nobody wants it."""
        tell, self.tell = self.tell, None
        if self.sock is not None:
            self.sock.forget(self)
        if tell is not None:
            tell(result)

    def cancel(self) -> None:
        """Have nothing told any more."""
        self.tell = None
        if self.sock is not None:
            self.sock.forget(self)


def judge_arrival(
    echo: Echo, received_at: float, read_at: float, now: Callable[[], float]
) -> ProbeResult:
    """Decide what a reply is that the kernel received at one time and that was read at another.

    All in loop time. ``now`` is asked where the reply seems to have come after ``read_at``: others
    were read with it, and it came meanwhile.
    """
    if echo.sent_at <= received_at and (received_at <= read_at or received_at <= now()):
        return Reply(received_at - echo.sent_at) if received_at <= echo.deadline else Timeout()
    if read_at <= echo.deadline:
        return Reply(max(0.0, read_at - echo.sent_at))
    return ProbeError(ErrorReason.SOCKET, "the wall clock was set while the answer waited")
