"""The laboratory that probes are steered in: H hosts, two providers, an internet, and observers.

Both address families, a VLAN for each line from the wanwatch host to the router (as a cable of its
own), and every provider writes down which address of the internet was asked through it: by an
nftables set at the ingress of its line, before any fault of the line.
"""

import json
import os
import select
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.lab.namespaces import LabError, Namespace, Namespaces
from tests.lab.network import LINE, Network, build
from tests.lab.router import Router
from tests.lab.steering_cases import TARGETS_4, TARGETS_6, Case, Kind, cases, families
from tests.lab.steering_host import (
    add_ipv6,
    as_list,
    lay_cables,
    lines_of,
    set_up_host,
    to_provision,
)
from tests.lab.steering_servers import AUTHORITY, NAME, make_certificates
from tests.lab.steering_ways import Way, router_commands
from tests.lab.topology import Topology, read_topology

ROUTERS = Path(__file__).parent / "steering_routers"
_PROVISION = ("--apply", "--yes", "--no-login", "--no-restore-script")
_START = 20.0
"""Seconds until a process that was started counts as hung."""
_OBSERVER = """
table netdev observer {{
    set four {{ type ipv4_addr; size 65535; flags dynamic; }}
    set six {{ type ipv6_addr; size 65535; flags dynamic; }}
    chain seen {{
        type filter hook ingress device {line} priority -500
        ip daddr {four} update @four {{ ip daddr }}
        ip6 daddr {six} update @six {{ ip6 daddr }}
    }}
}}
"""
_FORGET = "flush set netdev observer four\nflush set netdev observer six\n"


def steered_export(name: str) -> str:
    """A router's export with the rows that steer probes and that ``provision`` does not make."""
    export = (ROUTERS / f"{name}.rsc").read_text(encoding="ascii")
    topology = read_topology(export, clients=1)
    rows = [row for way in Way for line in lines_of(topology) for row in router_commands(way, line)]
    return "\n".join([export.rstrip(), *rows, ""])


@dataclass(frozen=True, slots=True)
class Ground:
    """A running laboratory."""

    network: Network
    folder: Path
    worker: "subprocess.Popen[bytes]"

    @property
    def topology(self) -> Topology:
        """Its lines."""
        return self.network.topology

    def write(self, name: str, text: str) -> str:
        """Write a file, and return its path."""
        path = self.folder / name
        path.write_text(text)
        return str(path)

    def command(self, *words: str) -> str:
        """Run a command of wanwatch on its host; raises LabError when it fails."""
        return self.network.watch.run(sys.executable, "-m", "wanwatch", *words)

    def router(self, *sentences: str) -> list[list[list[str]]]:
        """Say sentences to the router's API, words split at spaces; raises LabError on a trap."""
        host = self.network.watch
        said = host.run(
            sys.executable,
            "-m",
            "tests.lab.steering_api",
            self.topology.router,
            given="\n".join(sentences),
        )
        answers: list[list[list[str]]] = json.loads(said)
        return answers

    def probe(self, asked: Iterable[Case], patience: float) -> dict[str, dict[str, str]]:
        """Send the probes of cases from the wanwatch host, all at once."""
        return self.ask(
            [
                {
                    "id": case.id,
                    "steering": as_list(case.way, case.line),
                    "engine": case.kind.engine,
                    "target": case.target,
                }
                for case in asked
            ],
            patience,
        )

    def ask(self, probes: list[dict[str, Any]], patience: float) -> dict[str, dict[str, str]]:
        """Have the worker send probes, and return what each came to, by its id."""
        stdin, stdout = self.worker.stdin, self.worker.stdout
        if stdin is None or stdout is None:
            raise LabError("the worker has no pipes")
        stdin.write(json.dumps({"patience": patience, "probes": probes}).encode() + b"\n")
        stdin.flush()
        results: dict[str, dict[str, str]] = json.loads(_line(self.worker, patience + _START))
        return results

    def forget(self) -> None:
        """Let the providers begin a new page."""
        for isp in self.network.isps.values():
            isp.nft(_FORGET)

    def seen(self) -> dict[str, set[str]]:
        """The addresses that were asked through each provider since, by WAN."""
        return {
            wan: {
                address
                for family in ("four", "six")
                for address in _elements(
                    isp.run("nft", "-j", "list", "set", "netdev", "observer", family)
                )
            }
            for wan, isp in self.network.isps.items()
        }


@contextmanager
def ground(export: str, folder: Path) -> Iterator[Ground]:
    """Build it, start the router, provision it, start servers and worker; raises LabError."""
    topology = read_topology(export, clients=1)
    asked = list(cases(topology))
    with ExitStack() as stack:
        network = build(stack.enter_context(Namespaces()), topology)
        if 6 in families(topology):
            add_ipv6(network)
        lay_cables(network)
        network.internet.configure(f"route add local {TARGETS_4} dev lo")
        for isp in network.isps.values():
            isp.nft(_OBSERVER.format(line=LINE, four=TARGETS_4, six=TARGETS_6))
        router = Router(network.router, export, folder)
        stack.callback(router.close)
        set_up_host(network)
        https = [case.address for case in asked if case.kind is Kind.HTTPS]
        make_certificates(folder, NAME, *https)
        names = [case.address for case in asked if case.kind is Kind.DNS]
        servers = ("-m", "tests.lab.steering_servers", str(folder), *names)
        stack.enter_context(_started(network.internet, servers, {}, "ready"))
        trust = {"SSL_CERT_FILE": str(folder / AUTHORITY)}
        words = ("-m", "tests.lab.steering_worker")
        worker = stack.enter_context(_started(network.watch, words, trust, ""))
        made = Ground(network, folder, worker)
        path = made.write("provision.toml", to_provision(topology))
        made.command("provision", "--config", path, *_PROVISION)
        yield made


@contextmanager
def _started(
    space: Namespace, words: Iterable[str], env: Mapping[str, str], ready: str
) -> Iterator["subprocess.Popen[bytes]"]:
    """A process of this interpreter, once it has said that it is ready."""
    with space.start(
        [sys.executable, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env
    ) as process:
        try:
            if ready and ready not in _line(process, _START):
                raise LabError(f"{' '.join(words)} did not become ready")
            yield process
        finally:
            process.terminate()


def _line(process: "subprocess.Popen[bytes]", patience: float) -> str:
    stdout = process.stdout
    if stdout is None or not select.select([stdout], [], [], patience)[0]:
        raise LabError(f"no answer within {patience:.0f} s")
    # A line is written at once, so that what is readable is all of it once it has its end.
    said = b""
    while not said.endswith(b"\n"):
        part = os.read(stdout.fileno(), 1 << 20)
        if not part:
            raise LabError("a process of the laboratory ended")
        said += part
    return said.decode()


def _elements(document: str) -> list[str]:
    sets = [entry["set"] for entry in json.loads(document)["nftables"] if "set" in entry]
    found = sets[0].get("elem", [])
    return [each["elem"]["val"] if isinstance(each, dict) else each for each in found]
