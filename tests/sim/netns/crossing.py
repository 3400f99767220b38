"""Real packets through a rendered firewall: a LAN, the router, and a far end that answers TCP.

``crossing`` is called by a test and gives what the kernel counted and tracked. What it does happens
in an enclosure of its own: this file is run there as a program, and once more as the sender.
"""

import json
import re
import socket
import struct
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any

from tests.lab.enclosure import INSIDE, environment, missing, wrapped
from tests.lab.namespaces import Namespace
from wanwatch.sim.packet import Packet, to_text

_PATIENCE = 60
_LAN, _ROUTER, _FAR = (Namespace(name) for name in ("lan", "router", "far"))
_SERVER = """
import socket, sys
server = socket.create_server(("", 443), backlog=4096)
print("ready", flush=True)
held = []
while True:
    held.append(server.accept())
"""
_CONNECTION = re.compile(
    r"src=(\S+) dst=\S+ (?:sport=(\d+) dport=\d+|type=8 code=0 id=(\d+)) .*?src=\S+ dst=(\S+)"
)
_MARK = re.compile(r" mark=(\d+)")


@dataclass(frozen=True, slots=True)
class Crossing:
    """What is to cross the router, and how its network is set up."""

    rules: tuple[str, ...]
    """Transactions, loaded one after the other before the packets are sent."""
    packets: tuple[Mapping[str, Any], ...]
    lines: Mapping[str, str] = field(default_factory=lambda: {"ether1": "203.0.113"})
    """Interfaces to the far end, and the network they have .1 and .2 of: far end and router."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the kernel counted and tracked."""

    counters: Mapping[str, int]
    """Packets by the name of the counter."""
    marks: Mapping[str, int]
    """Connection mark by ``source:port`` of the first packet; an echo's id is its port."""
    translated: Mapping[str, str]
    """The destination of the answers, by the same key."""
    ruleset: str


@cache
def why_not() -> str:
    """Why no packets can be sent here, empty when they can."""
    return missing()


def crossing(
    rules: Sequence[str], packets: Sequence[Packet], lines: Mapping[str, str] | None = None
) -> Seen:
    """Load rules and send packets that come from the LAN, one after the other."""
    plain = tuple(
        {**asdict(packet), "src": to_text(packet.src), "dst": to_text(packet.dst)}
        for packet in packets
    )
    wanted = Crossing(tuple(rules), plain, lines or {"ether1": "203.0.113"})
    done = subprocess.run(  # noqa: S603 (this file itself)
        wrapped([sys.executable, "-m", "tests.sim.netns.crossing"]),
        input=json.dumps(asdict(wanted)),
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=False,
        env={**environment(), INSIDE: "1"},
    )
    assert done.returncode == 0, done.stderr
    return Seen(**json.loads(done.stdout))


def refused(text: str) -> str:
    """What nftables has against a text, empty when it and the kernel take it."""
    done = subprocess.run(  # noqa: S603 (words of this file)
        wrapped(["nft", "-f", "-"]),
        input=text,
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=False,
        env=environment(),
    )
    return done.stderr or ("" if done.returncode == 0 else str(done.returncode))


def key_of(packet: Packet) -> str:
    """How ``Seen`` names the connection of a packet."""
    return f"{to_text(packet.src)}:{packet.icmp_id or packet.src_port}"


def _inside(wanted: Crossing) -> Seen:
    _build(wanted)
    for text in wanted.rules:
        _ROUTER.run("nft", "-f", "-", given=text)
    with subprocess.Popen(  # noqa: S603 (words of this file)
        _FAR.entering([sys.executable, "-c", _SERVER]), stdout=subprocess.PIPE, env=environment()
    ) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == b"ready\n"
        program = [sys.executable, "-m", "tests.sim.netns.crossing", "send"]
        _LAN.run(*program, given=json.dumps(wanted.packets))
        server.kill()
    counters = json.loads(_ROUTER.run("nft", "-j", "list", "counters"))["nftables"]
    tracked = [_track(line) for line in _ROUTER.run("conntrack", "-L").splitlines()]
    return Seen(
        {row["counter"]["name"]: row["counter"]["packets"] for row in counters if "counter" in row},
        {key: mark for key, mark, _ in tracked},
        {key: answered for key, _, answered in tracked},
        _ROUTER.run("nft", "list", "ruleset"),
    )


def _track(line: str) -> tuple[str, int, str]:
    """A connection's key, its mark, and the address that its answers go to."""
    found, mark = _CONNECTION.search(line), _MARK.search(line)
    assert found is not None, line
    port, identifier = found[2], found[3]
    return f"{found[1]}:{port or identifier}", int(mark[1]) if mark else 0, found[4]


def _build(wanted: Crossing) -> None:
    for space in (_LAN, _ROUTER, _FAR):
        subprocess.run(["ip", "netns", "add", space.name], check=True, env=environment())  # noqa: S603, S607
        space.run("ip", "link", "set", "lo", "up")
    links = [(_LAN, "eth0", "bridge"), *((_FAR, f"far-{name}", name) for name in wanted.lines)]
    for space, outer, own in links:
        _ROUTER.run("ip", "link", "add", own, "type", "veth", "peer", outer, "netns", space.name)
        _ROUTER.run("ip", "link", "set", own, "up")
        space.run("ip", "link", "set", outer, "up")
    _ROUTER.run("ip", "address", "add", "192.168.88.1/24", "dev", "bridge")
    batch = [
        f"address add {source}/24 dev eth0"
        for source in sorted({packet["src"] for packet in wanted.packets})
    ]
    _LAN.run("ip", "-batch", "-", given="\n".join([*batch, "route add default via 192.168.88.1"]))
    batch = [
        f"address add {far}/32 dev lo"
        for far in sorted({packet["dst"] for packet in wanted.packets})
        if not far.startswith("192.168.88.")
    ]
    for number, (name, network) in enumerate(wanted.lines.items()):
        batch.append(f"address add {network}.1/30 dev far-{name}")
        _ROUTER.run("ip", "address", "add", f"{network}.2/30", "dev", name)
        metric = str(number + 1)
        _ROUTER.run("ip", "route", "add", "default", "via", f"{network}.1", "metric", metric)
        batch.append(f"route add 192.168.88.0/24 via {network}.2 metric {metric}")
    _FAR.run("ip", "-batch", "-", given="\n".join(batch))
    _FAR.run(
        *("nft", "-f", "-"),
        given="table ip t { chain c { type filter hook input priority 0; ip protocol udp drop; }; }",
    )
    for space in (_ROUTER, _FAR):
        space.run("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv4.conf.all.rp_filter=0")


def _send(packets: Sequence[Mapping[str, Any]]) -> None:
    held = []
    for packet in packets:
        kind = socket.SOCK_STREAM if packet["protocol"] == "tcp" else socket.SOCK_DGRAM
        protocol = 0
        if packet["protocol"] == "icmp":
            kind, protocol = socket.SOCK_RAW, socket.IPPROTO_ICMP
        sender = socket.socket(socket.AF_INET, kind, protocol)
        sender.settimeout(0.5)
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, packet["dscp"] << 2)
        sender.bind((packet["src"], packet["src_port"]))
        if packet["protocol"] == "tcp":
            with suppress(OSError):  # a rule under test may refuse or drop it
                sender.connect((packet["dst"], packet["dst_port"]))
        elif packet["protocol"] == "icmp":
            sender.sendto(_echo(packet["icmp_id"]), (packet["dst"], 0))
        else:
            sender.sendto(b"x", (packet["dst"], packet["dst_port"]))
        held.append(sender)


def _echo(identifier: int) -> bytes:
    head = struct.pack("!BBHHH", 8, 0, 0, identifier, 1)
    total = sum(struct.unpack("!4H", head))
    total = (total & 0xFFFF) + (total >> 16)
    return struct.pack("!BBHHH", 8, 0, ~total & 0xFFFF, identifier, 1)


if __name__ == "__main__":
    if sys.argv[1:] == ["send"]:
        _send(json.load(sys.stdin))
    else:
        json.dump(asdict(_inside(Crossing(**json.load(sys.stdin)))), sys.stdout)
