"""A router on real packets between a LAN and two providers, and what a client of both sees.

``observed`` is called by tests and gives what was seen. What it does happens in an enclosure of its
own: this file is run there as a program, and once more on the LAN.
"""

import json
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.lab.enclosure import INSIDE, environment, missing, wrapped
from tests.lab.namespaces import Namespace, Namespaces
from tests.sim.netns.packet_client import CLIENTS, FAR, PORT
from wanwatch.sim.export import load_export
from wanwatch.sim.factory import furnish
from wanwatch.sim.netns.packet_world import PacketWorld
from wanwatch.sim.store import Item, Store

EXPORT = """\
# 2026-01-10 10:00:00 by RouterOS 7.20.8
/interface bridge
add name=bridge
/ip address
add address=192.168.88.1/24 interface=bridge
add address=203.0.113.2/29 interface=ether1
add address=198.51.100.2/29 interface=ether2
/routing table
add fib name=wan1
add fib name=wan2
/ip firewall mangle
add action=accept chain=prerouting dst-address=192.168.88.1
add action=mark-connection chain=prerouting connection-mark=no-mark connection-state=new \\
    in-interface=bridge new-connection-mark=one per-connection-classifier=src-address:2/0
add action=mark-connection chain=prerouting connection-mark=no-mark connection-state=new \\
    in-interface=bridge new-connection-mark=two per-connection-classifier=src-address:2/1
add action=mark-routing chain=prerouting connection-mark=one in-interface=bridge \\
    new-routing-mark=wan1
add action=mark-routing chain=prerouting connection-mark=two in-interface=bridge \\
    new-routing-mark=wan2
/ip firewall nat
add action=masquerade chain=srcnat out-interface=ether1
add action=masquerade chain=srcnat out-interface=ether2
/ip route
add dst-address=0.0.0.0/0 gateway=203.0.113.1 routing-table=wan1
add dst-address=0.0.0.0/0 gateway=198.51.100.1 routing-table=wan2
add dst-address=0.0.0.0/0 distance=1 gateway=203.0.113.1
add dst-address=0.0.0.0/0 distance=2 gateway=198.51.100.1
"""
_PATIENCE = 90
_ECHO = f"""
import socket
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("{FAR}", {PORT}))
print("ready", flush=True)
while True:
    _, sender = server.recvfrom(2048)
    server.sendto(sender[0].encode(), sender)
"""


@cache
def why_not() -> str:
    """Why no router can be run here, empty when one can."""
    return missing()


@cache
def observed() -> dict[str, Any]:
    """What was seen by the name of the question."""
    done = subprocess.run(  # noqa: S603 (this file itself)
        wrapped([sys.executable, "-m", "tests.sim.netns.packet_story", "build"]),
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=False,
        env={**environment(), INSIDE: "1"},
    )
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return seen


def _build() -> str:
    with Namespaces() as spaces, TemporaryDirectory() as folder:
        lan, router, *isps = (spaces.add(name) for name in ("lan", "router", "isp1", "isp2"))
        spaces.connect(lan, "eth0", router, "bridge")
        batch = [f"address add {client}/24 dev eth0" for client in CLIENTS]
        lan.configure(*batch, "route add default via 192.168.88.1")
        servers = [
            _provide(spaces, router, isp, interface, gateway)
            for isp, interface, gateway in zip(
                isps, ("ether1", "ether2"), ("203.0.113.1", "198.51.100.1"), strict=True
            )
        ]
        checked = router.run(sys.executable, "-m", "tests.sim.netns.packet_story", "check")
        export = Path(folder, "router.rsc")
        export.write_text(EXPORT, encoding="ascii")
        program = [sys.executable, "-m", "wanwatch", "sim", "--load", str(export)]
        with router.start(
            [*program, "--netns", "router", "--listen", "0.0.0.0:8728"], stderr=subprocess.PIPE
        ) as served:
            try:
                told = lan.run(sys.executable, "-m", "tests.sim.netns.packet_client")
            finally:
                served.terminate()
                _, said = served.communicate(timeout=10)
                for server in servers:
                    server.kill()
                    server.wait()
        after = router.run("ip", "route", "show", "table", "1001")
        return json.dumps(
            {
                **json.loads(told),
                **json.loads(checked),
                "after the end": after,
                "stderr": said.decode(),
                "rc": served.returncode,
            }
        )


def _provide(
    spaces: Namespaces, router: Namespace, isp: Namespace, interface: str, gateway: str
) -> "subprocess.Popen[bytes]":
    spaces.connect(isp, "line", router, interface)
    isp.configure(f"address add {gateway}/29 dev line", f"address add {FAR}/32 dev lo")
    server = isp.start([sys.executable, "-c", _ECHO], stdout=subprocess.PIPE)
    assert server.stdout is not None
    assert server.stdout.readline() == b"ready\n"
    return server


def _check() -> dict[str, Any]:
    """How check-gateway takes a provider that ceases to answer echoes, every 0.2 s."""
    store = Store()
    text = EXPORT.replace("gateway=203", "check-gateway=ping gateway=203")
    version = load_export(text, store).version
    furnish(store, version)
    complaints: list[str] = []
    world = PacketWorld(
        store,
        version,
        clock=time.monotonic,
        seed=1,
        report=complaints.append,
        check_gateway_after=0.4,
    )

    def wait(claim: str, seconds: float) -> float:
        """Seconds until the route of wan1 is active, or is not; -1 when it never is."""
        started = time.monotonic()
        while time.monotonic() < started + seconds:
            world.tick()
            row = next(row for row in world.rows("/ip/route") if _is_of(row, "wan1"))
            shown = subprocess.run(
                ["ip", "route", "show", "table", "1001"],  # noqa: S607
                capture_output=True,
                text=True,
                check=False,
                env=environment(),
            ).stdout
            active = world.computed("/ip/route", row)["active"]
            if active == claim and bool(shown) == (claim == "true"):
                return time.monotonic() - started
            time.sleep(0.01)
        return -1.0

    seen: dict[str, Any] = {"given up while it answers": wait("false", 1.5)}
    Namespace("isp1").set(ipv4__icmp_echo_ignore_all=1)
    seen["given up"] = wait("false", 3)
    Namespace("isp1").set(ipv4__icmp_echo_ignore_all=0)
    seen["restored"] = wait("true", 3)
    seen["complaints"] = complaints
    world.close()
    return seen


def _is_of(row: Item, table: str) -> bool:
    return row.properties.get("routing-table") == table


if __name__ == "__main__":
    said = _build() if sys.argv[1] == "build" else json.dumps(_check())
    sys.stdout.write(f"{said}\n")
