"""Rendered rules take the packets that the simulated router's own rules take.

The same rows are walked by the world and by the kernel; each row must have met as many packets.
"""

import random
from collections import Counter
from collections.abc import Mapping

import pytest

from tests.sim.netns.crossing import crossing, key_of, why_not
from tests.sim.small_world import V7, SmallRouter, put
from wanwatch.sim.netns.numbers import Numbers
from wanwatch.sim.netns.ruleset import render
from wanwatch.sim.packet import Packet, to_number

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())

CHOICES: Mapping[str, tuple[str, ...]] = {
    "src_address": ("192.168.88.0/28", "!192.168.88.11", "192.168.88.12-192.168.88.20"),
    "dst_address": ("1.1.1.1", "!1.1.1.0/30", "1.1.1.2-1.1.1.5", "0.0.0.0/0"),
    "src_address_list": ("staff", "!staff", "nobody", "!nobody"),
    "dst_address_list": ("hosts", "!hosts"),
    "src_address_type": ("unicast", "!unicast", "local"),
    "dst_address_type": ("local", "!local", "unicast,multicast", "!local,broadcast"),
    "in_interface": ("bridge", "!bridge", "ether1", "all", "!all"),
    "in_interface_list": ("LAN", "!LAN", "WAN", "EMPTY", "!EMPTY", "all", "none"),
    "connection_mark": ("no-mark", "!no-mark", "a", "!a", "b"),
    "packet_mark": ("no-mark", "!no-mark", "p", "!p"),
    "routing_mark": ("main", "!main", "t", "!t"),
    "connection_state": ("new", "!new", "established,related", "!established,invalid"),
    "protocol": ("tcp", "udp", "17", "!udp", "icmp", "!icmp"),
    "src_port": ("20000-20020", "!20003", "20001,20002,20007-20009"),
    "dst_port": ("443", "53,443", "!53", "1-100,50-60"),
    "dscp": ("0", "10", "!10", "46"),
}
ACTIONS: tuple[Mapping[str, str], ...] = (
    {"action": "mark-connection", "new_connection_mark": "a"},
    {"action": "mark-connection", "new_connection_mark": "b", "passthrough": "false"},
    {"action": "mark-connection", "new_connection_mark": "no-mark"},
    {"action": "mark-packet", "new_packet_mark": "p"},
    {"action": "mark-packet", "new_packet_mark": "no-mark"},
    {"action": "mark-routing", "new_routing_mark": "t"},
    {"action": "mark-routing", "new_routing_mark": "main"},
    {"action": "change-dscp", "new_dscp": "46"},
    {"action": "change-dscp", "new_dscp": "10", "passthrough": "false"},
    {"action": "passthrough"},
    {"action": "log"},
    {"action": "accept"},
    {"action": "return"},
    {"action": "jump", "jump_target": "first"},
    {"action": "jump", "jump_target": "second"},
)


def router_with_names() -> SmallRouter:
    router = SmallRouter(V7, 1)
    router.table("t")
    router.route("203.0.113.1")
    for name in ("LAN", "WAN", "EMPTY"):
        put(router.store, "/interface/list", name=name)
    put(router.store, "/interface/list/member", list="LAN", interface="bridge")
    put(router.store, "/interface/list/member", list="WAN", interface="ether1")
    lists = "/ip/firewall/address-list"
    put(router.store, lists, list="staff", address="192.168.88.10")
    put(router.store, lists, list="staff", address="192.168.88.10-192.168.88.13")
    put(router.store, lists, list="staff", address="192.168.88.14/31")
    put(router.store, lists, list="hosts", address="1.1.1.1")
    put(router.store, lists, list="hosts", address="1.1.1.2", disabled="true")
    return router


def random_router(chance: random.Random, rules: int) -> SmallRouter:
    router = router_with_names()
    for _ in range(rules):
        row = dict(chance.choice(ACTIONS))
        ends = row["action"] in ("accept", "return") or "passthrough" in row
        names = chance.sample(sorted(CHOICES), 4 if ends else chance.choice((0, 1, 1, 2, 2)))
        chain = chance.choice(("prerouting", "prerouting", "prerouting", "first", "second"))
        row.update({name: chance.choice(CHOICES[name]) for name in names})
        router.mangle(chain=chain, **row)
    return router


def random_packets(chance: random.Random, count: int) -> list[Packet]:
    packets = []
    for number in range(count):
        protocol = chance.choice(("udp", "udp", "icmp"))
        is_echo = protocol == "icmp"
        packets.append(
            Packet(
                to_number("192.168.88.10") + chance.randrange(12),
                to_number(chance.choice(["1.1.1.1", "1.1.1.2", "1.1.1.4", "192.168.88.1"])),
                protocol,
                0 if is_echo else 20000 + number,
                0 if is_echo else chance.choice((53, 443, 80)),
                "bridge",
                icmp_id=4000 + number if is_echo else 0,
                dscp=chance.choice((0, 0, 10, 46)),
            )
        )
    return packets


@pytest.mark.parametrize("seed", range(6))
def test_the_kernel_and_the_world_walk_the_same_rules(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 (repeatable chance)
    router = random_router(chance, 60)
    # Answers are walked too, and the world shows packets of the LAN only: none may come back.
    router.row("/ip/firewall/raw", chain="prerouting", action="drop", in_interface="ether1")
    world, numbers = router.world(), Numbers()
    packets = [p for p in random_packets(chance, 60) if p.dst != to_number("192.168.88.1")]
    result = render(router.store, world.state(), numbers, is_v7=True, seed=1)
    assert result.unsupported == ()
    seen = crossing([result.text], packets)
    wanted: Counter[str] = Counter()
    marks = {}
    for packet in packets:
        passage = world.trace(packet)
        wanted.update(f"mangle_{rule.removeprefix('*')}" for rule in passage.rules)
        marks[key_of(packet)] = numbers.connection.number(passage.connection_mark)
    counted = {
        name: count for name, count in seen.counters.items() if name.startswith("mangle") and count
    }
    assert counted == dict(wanted)
    assert seen.marks == marks
    assert len(wanted) > 10
