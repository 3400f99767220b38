"""The prober whose every probe has a steered socket of its own, gone when the probe is over."""

import socket
from abc import ABC, abstractmethod
from typing import ClassVar

from wanwatch.core.target import Target
from wanwatch.probes.results import ErrorReason, LocalFault, ProbeError, ProbeResult
from wanwatch.probes.steering import Steering, open_steered


class SocketProber(ABC):
    """Opens and closes the socket of each probe; what is exchanged over it is the kind's own."""

    socket_type: ClassVar[socket.SocketKind]

    def __init__(self, steering: Steering) -> None:
        self._steering = steering
        self._closed = False

    async def probe(self, target: Target, *, patience: float) -> ProbeResult:
        """Send one probe and wait for its answer."""
        if self._closed:
            return ProbeError(ErrorReason.CLOSED)
        try:
            sock = open_steered(target.address, self.socket_type, 0, self._steering)
        except LocalFault as fault:
            return fault.error
        with sock:
            return await self._exchange(sock, target, patience)

    async def close(self) -> None:
        """Refuse further probes; no socket outlives its probe."""
        self._closed = True

    @abstractmethod
    async def _exchange(self, sock: socket.socket, target: Target, patience: float) -> ProbeResult:
        """What one probe comes to over its socket, which is not connected yet."""
