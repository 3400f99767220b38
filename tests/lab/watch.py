"""The real daemon on the wanwatch host: its configuration, its process, its status."""

import http.client
import json
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from tests.lab.logs import Event, clock_offset, read_log
from tests.lab.namespaces import LabError, Namespace
from tests.lab.topology import Topology

_API_PORT = 8728


def configuration(
    topology: Topology, profile: str, socket_path: Path, port: int = _API_PORT
) -> str:
    """A configuration that watches every line by its alias address.

    A line may come back after five seconds, and without damping, so that a run is short.
    """
    lines = [
        "[router]",
        f'address = "{topology.router}"',
        f"port = {port}",
        'user = "admin"',
        "[health]",
        f'profile = "{profile}"',
        'hold_down = "5s"',
        "damping = false",
        "[failover]",
        "writes_per_hour = 3600",
        "[status]",
        'listen = ""',
        f'socket = "{socket_path}"',
        "[log]",
        'format = "json"',
    ]
    for uplink, alias in zip(topology.uplinks, topology.aliases, strict=True):
        lines += [
            "[[wan]]",
            f'name = "{uplink.wan}"',
            f'interface = "{uplink.interface}"',
            f'source = "{alias}"',
        ]
    return "\n".join(lines) + "\n"


def provision(host: Namespace, config: Path) -> str:
    """Put the rows that steer the probes onto the router; returns what the command said.

    Raises LabError.
    """
    options = ("--no-login", "--no-restore-script", "--apply", "--yes")
    command = (sys.executable, "-m", "wanwatch", "provision", "--config", str(config), *options)
    return host.run(*command)


class Watch:
    """A running daemon."""

    def __init__(self, host: Namespace, topology: Topology, profile: str, folder: Path) -> None:
        """Provision the router by ``wanwatch provision``, then start. Raises LabError."""
        self._socket = folder / "wanwatch.sock"
        self._log = folder / "wanwatch.log"
        path = folder / "wanwatch.toml"
        path.write_text(configuration(topology, profile, self._socket))
        provision(host, path)
        with self._log.open("wb") as log:
            self._process = host.start(
                [sys.executable, "-m", "wanwatch", "run", "--config", str(path)],
                stdout=log,
                stderr=log,
            )

    def status(self) -> dict[str, Any]:
        """The status document; empty while there is none yet. Raises LabError when it has ended."""
        if self._process.poll() is not None:
            raise LabError(f"wanwatch ended:\n{self.said()[-3000:]}")
        connection = _UnixConnection(self._socket)
        try:
            connection.request("GET", "/api/status")
            answer: dict[str, Any] = json.loads(connection.getresponse().read())
        except (OSError, http.client.HTTPException):
            return {}
        else:
            return answer
        finally:
            connection.close()

    def said(self) -> str:
        """Everything in its log."""
        return self._log.read_text(errors="replace")

    def events(self) -> list[Event]:
        """The events in its log, on the clients' clock."""
        return read_log(self.said(), clock_offset())

    def close(self) -> None:
        """Stop it as systemd would."""
        if self._process.poll() is None:
            os.kill(self._process.pid, signal.SIGTERM)
        self._process.wait(20)


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=5)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket's file."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(5)
        self.sock.connect(str(self._path))


def wan(status: dict[str, Any], name: str) -> dict[str, Any]:
    """One WAN of a status document, empty when there is no document yet."""
    return next((w for w in status.get("wans", ()) if w["name"] == name), {})


def is_quiet(status: dict[str, Any]) -> bool:
    """Every WAN is up and carries its share, and nothing is left to do."""
    wans = status.get("wans", ())
    well = all((w["state"], w["disposition"]) == ("up", "carry") for w in wans)
    return bool(wans) and well and _is_settled(status)


def is_frozen(status: dict[str, Any], reason: str) -> bool:
    """Every WAN is judged, and nothing is changed for this reason."""
    wans = status.get("wans", ())
    return bool(wans) and status["frozen"] == reason and all(w["state"] != "unknown" for w in wans)


def is_out(status: dict[str, Any], name: str, *, states: tuple[str, ...] = ("down",)) -> bool:
    """A WAN has no share any more, and nothing is left to do."""
    one = wan(status, name)
    return one.get("state") in states and one["disposition"] != "carry" and _is_settled(status)


def _is_settled(status: dict[str, Any]) -> bool:
    return bool(status["ready"]) and not status["frozen"] and status["pending_steps"] == 0
