"""The kernel puts IPv6 packets into the buckets that the model of PCC says."""

import json
import subprocess
import sys
from collections import Counter
from ipaddress import IPv6Address

import pytest

from tests.lab.enclosure import environment, wrapped
from tests.sim.netns.crossing import why_not
from tests.sim.netns.rendering import SEED, ruleset
from tests.sim.small_world import V7, SmallRouter
from wanwatch.sim.netns.classifier import falls_into

OWN, FAR, COUNT = "fd00::1", "fd00::2", 100
SEND = f"""
import socket
for number in range({COUNT}):
    sender = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    sender.bind(("{OWN}", 20000 + number))
    sender.sendto(b"x", ("{FAR}", 1000 + number % 7))
"""
SCRIPT = f"""
set -e
ip link set lo up
ip -6 address add {OWN}/64 dev lo nodad
ip -6 address add {FAR}/64 dev lo nodad
nft -f -
"$0" -c '{SEND}'
nft -j list counters
"""


def bucket(number: int) -> int:
    ports = (20000 + number, 1000 + number % 7)
    key = IPv6Address(OWN).packed + IPv6Address(FAR).packed
    key += b"".join(port.to_bytes(2, "big") + b"\0\0" for port in ports)
    return next(r for r in range(6) if falls_into(key, 6, r, SEED))


@pytest.mark.skipif(bool(why_not()), reason=why_not())
def test_ipv6_packets_fall_into_the_buckets_of_the_model() -> None:
    router = SmallRouter(V7, 1)
    for remainder in range(6):
        router.row(
            "/ipv6/firewall/mangle",
            chain="output",
            action="passthrough",
            protocol="udp",
            per_connection_classifier=f"both-addresses-and-ports:6/{remainder}",
        )
    done = subprocess.run(  # noqa: S603 (words of this file)
        wrapped(["sh", "-c", SCRIPT, sys.executable]),
        input=ruleset(router).text,
        capture_output=True,
        text=True,
        check=True,
        env=environment(),
    )
    counted = {
        row["counter"]["name"]: row["counter"]["packets"]
        for row in json.loads(done.stdout)["nftables"]
        if "counter" in row
    }
    wanted = Counter(f"mangle_{bucket(number) + 1}" for number in range(COUNT))
    assert counted == dict(wanted)
    assert len(wanted) == 6
