"""What a client on the LAN does to a router on real packets, over its API and with sockets.

Run as a program on the LAN by ``packet_story``; prints what was seen, by the name of the question.
"""

import asyncio
import contextlib
import json
import socket
import sys
import time
from typing import Any

from tests.lab.namespaces import Namespace
from tests.sim.raw_client import RawClient

WAYS = {"203.0.113.2": "ether1", "198.51.100.2": "ether2"}
"""The translated address that the far end sees -> the interface that led there."""
CLIENTS = tuple(f"192.168.88.{number}" for number in range(101, 117))
FAR, PORT = "9.9.9.9", 7007
"""The far end of every line, which answers a packet with the address that it came from."""
_CONNECTIONS = "/ip/firewall/connection"


class _Flow:
    """A UDP socket of a client; ``way`` is the interface its packets leave by now."""

    def __init__(self, client: str) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(0.5)
        self._socket.bind((client, 0))
        self._socket.connect((FAR, PORT))
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
    found = await api.ask(f"{_CONNECTIONS}/print", "?connection-mark=one", "=count-only=")
    seen["counted by mark"] = found[-1][-1]
    found = await api.ask(f"{_CONNECTIONS}/print", "?reply-dst-port", "=count-only=")
    seen["counted with ports"] = found[-1][-1]
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
    seen["refused"] = await _do(api, "/ip/address/add", address="224.0.0.1/24", interface="bridge")
    (refused,) = await _rows(api, "/ip/address", "?address=224.0.0.1/24")
    rules = await _rows(api, "/ip/firewall/mangle")
    seen["after the refusal"] = [
        await _do(api, "/ip/firewall/mangle/set", rules[0][".id"], comment="x"),
        await _do(api, "/ip/address/remove", refused[".id"]),
    ]
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


if __name__ == "__main__":
    sys.stdout.write(f"{json.dumps(asyncio.run(_ask()))}\n")
