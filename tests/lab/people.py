"""The processes with the servers and the clients, as the runner sees them."""

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from tests.lab.clients import Manners
from tests.lab.namespaces import LabError
from tests.lab.network import Network
from tests.lab.records import Tail
from tests.lab.topology import TARGETS


class Crowd:
    """Running servers in the internet and running clients on the LAN."""

    def __init__(self, network: Network, folder: Path, idle: int = 0) -> None:
        """``idle`` connections are held without a word beside all others. Raises LabError."""
        self.manners = Manners(network.topology.clients, TARGETS, idle=idle)
        self._servers = network.internet.start(
            [sys.executable, "-m", "tests.lab.internet", *TARGETS], stdout=subprocess.PIPE
        )
        assert self._servers.stdout is not None
        if self._servers.stdout.readline() != b"ready\n":
            raise LabError("the servers did not start")
        self._servers.stdout.close()
        manners, records = folder / "manners.json", folder / "records.jsonl"
        manners.write_text(json.dumps(asdict(self.manners)))
        with manners.open("rb") as told, records.open("wb") as written:
            self._clients = network.lan.start(
                [sys.executable, "-m", "tests.lab.clients"], stdin=told, stdout=written
            )
        self.tail = Tail(records.open())

    @property
    def flows(self) -> int:
        """How many five-tuples are used again and again."""
        m = self.manners
        return m.desks * len(m.clients) + m.calls

    def check(self) -> None:
        """Raise LabError when somebody has ended."""
        for process, what in ((self._servers, "servers"), (self._clients, "clients")):
            if process.poll() is not None:
                raise LabError(f"the {what} ended with {process.returncode}")

    def stop_clients(self) -> None:
        """Let the clients write down what is under way, and end."""
        if self._clients.poll() is None:
            self._clients.terminate()
        self._clients.wait(20)
        self.tail.read()

    def close(self) -> None:
        """End everybody."""
        self.stop_clients()
        self.tail.close()
        self._servers.terminate()
        self._servers.wait(20)
