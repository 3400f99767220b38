"""Which process this is, so that its successor on the same host need not wait for its lease.

The token of a holder names the host's boot, the name space of process ids, the user, the process and
when it started (proc(5)): whoever shares the first three can look whether that process still lives.
Elsewhere nothing is known, and the lease has to run out.
"""

import os
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path

from wanwatch.core.lease import Holder, instance_name

_PROC = Path("/proc")
_STARTED = 19
"""The index of ``starttime`` among the fields of ``stat`` behind the command (proc_pid_stat(5))."""


@dataclass(frozen=True, slots=True)
class Instances:
    """The processes of a host, as ``proc`` shows them."""

    proc: Path = _PROC

    def me(self, name: str | None) -> Holder:
        """This process; without a name the host's. Two of one process differ all the same."""
        pid = os.getpid()
        parts = [self._place(), str(pid), self._started(pid), secrets.token_hex(4)]
        return Holder(instance_name(name or socket.gethostname()), ":".join(parts))

    def is_dead(self, holder: Holder) -> bool:
        """True when the holder was a process of this host and is no more; False when in doubt."""
        parts = holder.token.split(":")
        if len(parts) != 4 or not parts[1].isdecimal():
            return False
        place, pid, started, _ = parts
        is_here = bool(place) and bool(started) and place == self._place()
        return is_here and self._started(int(pid)) != started

    def _place(self) -> str:
        """This boot, name space of process ids and user; empty where that cannot be told.

        The user counts because another's processes may be hidden (``hidepid``, ``ProtectProc=``).
        """
        try:
            boot = (self.proc / "sys/kernel/random/boot_id").read_text().strip()
            space = (self.proc / "self/ns/pid").readlink().name
        except OSError:
            return ""
        return f"{boot[:13]}-{''.join(filter(str.isdecimal, space))}-{os.getuid()}"

    def _started(self, pid: int) -> str:
        """When a process started, in ticks since the boot; empty when there is none."""
        try:
            stat = (self.proc / str(pid) / "stat").read_text()
        except OSError:
            return ""
        fields = stat.rpartition(")")[2].split()
        if len(fields) <= _STARTED or fields[0] in ("Z", "X"):
            return ""
        return fields[_STARTED]
