"""A router on real packets between a LAN and two providers, and what a client of both sees.

``observed`` is called by tests and gives what was seen. What it does happens in an enclosure of its
own: this file is run there as a program, and once more on the LAN.
"""

import asyncio
import contextlib
import json
import socket
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.lab.enclosure import INSIDE, environment, missing, wrapped
from tests.lab.namespaces import Namespace, Namespaces
from tests.sim.raw_client import RawClient
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
WAYS = {"203.0.113.2": "ether1", "198.51.100.2": "ether2"}
"""The translated address that the far end sees -> the interface that led there."""
CLIENTS = tuple(f"192.168.88.{number}" for number in range(101, 117))
FAR = "9.9.9.9"
_PORT = 7007
_PATIENCE = 90
_CONNECTIONS = "/ip/firewall/connection"
_ECHO = f"""
import socket
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("{FAR}", {_PORT}))
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
                told = lan.run(sys.executable, "-m", "tests.sim.netns.packet_story", "ask")
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


class _Flow:
    """A UDP socket of a client; ``way`` is the interface its packets leave by now."""

    def __init__(self, client: str) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(0.5)
        self._socket.bind((client, 0))
        self._socket.connect((FAR, _PORT))
        self.port = self._socket.getsockname()[1]

    def way(self) -> str:
        with contextlib.suppress(OSError):
            self._socket.send(b"x")
            return WAYS.get(self._socket.recv(64).decode(), "?")
        return "none"


def _new_way(client: str) -> str:
    return _Flow(client).way()


async def _ask() -> dict[str, Any]:
    api = await _connected()
    seen: dict[str, Any] = {}
    flows = {client: _Flow(client) for client in CLIENTS}
    ways = seen["ways"] = {client: flow.way() for client, flow in flows.items()}
    first = next(client for client, way in ways.items() if way == "ether1")
    port = flows[first].port
    seen["first"], seen["port"] = first, port
    seen["row of the first"] = await _rows(api, _CONNECTIONS, f"?src-port={port}")
    seen["by mark"] = {
        mark: len(await _rows(api, _CONNECTIONS, f"?connection-mark={mark}", "=.proplist=.id"))
        for mark in ("one", "two", "never given")
    }
    seen["interfaces"] = await _running(api)
    await _remap(api, seen, first)
    await _fall_through(api, seen, flows[first], first)
    await _flush(api, seen, flows[first])
    await _refusals(api, seen)
    await _unplug(api, seen, flows)
    await _restart(api, seen)
    return seen


async def _remap(api: RawClient, seen: dict[str, Any], first: str) -> None:
    rules = await _rows(api, "/ip/firewall/mangle", "?action=mark-connection")
    rule = next(row for row in rules if row["per-connection-classifier"].endswith("/0"))
    if rule["new-connection-mark"] != "one":
        raise AssertionError(rule)
    ways = []
    started = time.perf_counter()
    for mark in ("two", "one") * 15:
        for row in rules:
            reply = await _do(api, "/ip/firewall/mangle/set", row[".id"], new_connection_mark=mark)
            assert reply == [["!done"]], reply
        ways.append(_new_way(first))
    seen["ways while remapped"] = ways
    seen["seconds of a remap"] = (time.perf_counter() - started) / len(ways)
    for row in rules:
        await _do(
            api,
            "/ip/firewall/mangle/set",
            row[".id"],
            new_connection_mark=row["new-connection-mark"],
        )


async def _fall_through(api: RawClient, seen: dict[str, Any], flow: _Flow, first: str) -> None:
    (route,) = await _rows(api, "/ip/route", "?routing-table=wan1")
    (main,) = await _rows(api, "/ip/route", "?routing-table=main", "?distance=1", "?static=yes")
    await _do(api, "/ip/route/disable", route[".id"])
    seen["new, with the table empty"] = _new_way(first)
    await _do(api, "/ip/route/disable", main[".id"])
    seen["new, with main's first disabled too"] = _new_way(first)
    seen["old, with main's first disabled too"] = flow.way()
    await _do(api, "/ip/route/enable", main[".id"])
    reply = await _do(api, "/ip/route/enable", route[".id"])
    seen["enabled"] = [reply, _new_way(first), flow.way()]


async def _flush(api: RawClient, seen: dict[str, Any], flow: _Flow) -> None:
    (before,) = await _rows(api, _CONNECTIONS, f"?src-port={flow.port}")
    found = await _rows(api, _CONNECTIONS, "?connection-mark=one", "=.proplist=.id")
    ids = [row[".id"] for row in found]
    seen["flush"] = await _do(api, f"{_CONNECTIONS}/remove", ",".join(ids))
    seen["left"] = len(await _rows(api, _CONNECTIONS, "?connection-mark=one", "=.proplist=.id"))
    seen["removed twice"] = await _do(api, f"{_CONNECTIONS}/remove", ids[0])
    seen["never there"] = await _do(api, f"{_CONNECTIONS}/remove", "*1")
    seen["way after the flush"] = flow.way()
    (after,) = await _rows(api, _CONNECTIONS, f"?src-port={flow.port}")
    seen["ids of the flow"] = [before[".id"], after[".id"]]


async def _refusals(api: RawClient, seen: dict[str, Any]) -> None:
    seen["lines menu"] = await _rows(api, "/sim/line")
    added = await _do(api, "/ip/route/add", dst_address="10.9.0.0/16", gateway="192.168.88.77")
    seen["route added"] = added
    tracking = await _rows(api, f"{_CONNECTIONS}/tracking")
    seen["total entries"] = int(tracking[0]["total-entries"])


async def _unplug(api: RawClient, seen: dict[str, Any], flows: dict[str, _Flow]) -> None:
    seen["ways before the cable is out"] = sorted({flow.way() for flow in flows.values()})
    isp = Namespace("isp1")
    isp.configure("link set line down")
    await asyncio.sleep(0.3)
    seen["interfaces without a cable"] = await _running(api)
    rows = await _rows(api, "/ip/route", "?routing-table=wan1", "=.proplist=active")
    seen["active without a cable"] = rows[0]["active"]
    rows = await _rows(api, _CONNECTIONS, "?reply-dst-address=203.0.113.2", "?srcnat=true")
    seen["masqueraded without a cable"] = len(rows)
    seen["ways without a cable"] = sorted({flow.way() for flow in flows.values()})
    isp.configure("link set line up")
    await asyncio.sleep(0.3)
    seen["interfaces with the cable again"] = await _running(api)
    seen["new with the cable again"] = sorted({_new_way(client) for client in flows})


async def _restart(api: RawClient, seen: dict[str, Any]) -> None:
    before = {row[".id"] for row in await _rows(api, "/ip/firewall/mangle")}
    await api.ask("/system/reboot")
    await asyncio.sleep(0.2)
    api = await _connected()
    after = {row[".id"] for row in await _rows(api, "/ip/firewall/mangle")}
    seen["ids after a reboot"] = len(before & after)
    rows = await _rows(api, _CONNECTIONS, "?protocol=udp", "=.proplist=.id")
    seen["connections after a reboot"] = len(rows)
    seen["ways after a reboot"] = sorted({_new_way(client) for client in CLIENTS})


async def _connected() -> RawClient:
    for _ in range(200):
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection("192.168.88.1", 8728)
            api = RawClient(reader, writer)
            await api.log_in()
            return api
        await asyncio.sleep(0.05)
    raise AssertionError("the router does not listen")


async def _rows(api: RawClient, menu: str, *words: str) -> list[dict[str, str]]:
    reply = await api.ask(f"{menu}/print", *words)
    assert reply[-1][0] == "!done", reply
    return [
        {name: value for name, _, value in (word[1:].partition("=") for word in row[1:])}
        for row in reply
        if row[0] == "!re"
    ]


async def _do(api: RawClient, command: str, ids: str = "", **properties: str) -> list[list[str]]:
    words = [f"={name.replace('_', '-')}={value}" for name, value in properties.items()]
    reply = await api.ask(command, *([f"=.id={ids}"] if ids else []), *words)
    return [list(sentence) for sentence in reply]


async def _running(api: RawClient) -> dict[str, str]:
    rows = await _rows(api, "/interface", "=.proplist=name,running")
    return {row["name"]: row["running"] for row in rows}


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
    if sys.argv[1] == "build":
        said = _build()
    else:
        said = json.dumps(_check() if sys.argv[1] == "check" else asyncio.run(_ask()))
    sys.stdout.write(f"{said}\n")
