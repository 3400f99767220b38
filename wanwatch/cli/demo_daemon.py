"""The demo's daemon: ``wanwatch run`` in a process of its own, with a configuration of its own."""

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from wanwatch.cli.console import Failure
from wanwatch.cli.demo_status import Status, read_status
from wanwatch.cli.status_source import fetch
from wanwatch.core.health.health_config import detection_time
from wanwatch.core.health.profile import PROFILES

_STOP_WITHIN = 5.0
_LOG_LINES = 8


_PROFILE = PROFILES["fast"]


@dataclass(frozen=True, slots=True)
class Timing:
    """How the daemon of the demo is set, in seconds: quick, for who watches, and honest."""

    interval: float = 0.2
    timeout: float = 0.3
    fall: int = 3
    rise: int = 3
    hold_down: float = 9.0

    @property
    def detection(self) -> float:
        """Seconds from a cut to DOWN at worst."""
        limits = replace(
            _PROFILE.limits(), interval=self.interval, timeout=self.timeout, fall=self.fall
        )
        return detection_time(limits, targets=1, confirm_interval=_PROFILE.confirm_interval)


def configuration(
    timing: Timing,
    router: tuple[str, int],
    sources: Mapping[str, str],
    targets: Sequence[str],
    socket: Path,
) -> str:
    """The configuration file; ``sources`` are the lines and their probes' addresses."""
    wans = "".join(
        f'\n[[wan]]\nname = "{name}"\ninterface = "{name}"\nsource = "{source}"\n'
        for name, source in sources.items()
    )
    return f"""[router]
address = "{router[0]}"
port = {router[1]}
user = "admin"
{wans}
[probe]
targets = {json.dumps(list(targets))}
interval = "{timing.interval * 1000:.0f}ms"
timeout = "{timing.timeout * 1000:.0f}ms"

[health]
profile = "fast"
fall = {timing.fall}
rise = {timing.rise}
hold_down = "{timing.hold_down * 1000:.0f}ms"

[status]
listen = ""
socket = {json.dumps(str(socket))}

[log]
format = "json"
"""


class DemoDaemon:
    """The daemon's process; ``folder`` holds its configuration, its socket and its log."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "wanwatch.sock"
        self._config = folder / "wanwatch.toml"
        self._log = folder / "wanwatch.log"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, text: str) -> int:
        """Write the configuration and start; returns the process id."""
        self._config.write_text(text, "utf-8")
        with self._log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "wanwatch", "run", "--config", str(self._config)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return self._process.pid

    async def stop(self) -> None:
        """End the process; one that does not end in time is killed."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.terminate()
        try:
            async with asyncio.timeout(_STOP_WITHIN):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    async def status(self) -> Status | None:
        """What it says of itself; None before it answers. Raises Failure when it has ended."""
        if self._process is None or self._process.returncode is not None:
            raise Failure("the daemon has ended by itself", *self.log_tail())
        if not self.socket.exists():
            return None
        try:
            return read_status(json.loads(await asyncio.to_thread(fetch, [self.socket])))
        except Failure:
            return None

    def log_tail(self) -> list[str]:
        """The last lines of its log."""
        try:
            lines = self._log.read_text("utf-8", "replace").splitlines()
        except OSError:
            return []
        return [f"  {line}" for line in lines[-_LOG_LINES:]]
