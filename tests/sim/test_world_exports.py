"""Configurations as people publish them, loaded from their export: the world makes sense of them."""

from collections import Counter

import pytest

from tests.sim.small_world import MANGLE, ROUTE, Clock, rows
from wanwatch.sim.clients import Clients
from wanwatch.sim.export import load_export
from wanwatch.sim.packet import to_text
from wanwatch.sim.store import Store
from wanwatch.sim.world import World

TWO_PPPOE = """# by RouterOS 6.49
/interface bridge
add name=bridge-local
/interface pppoe-client
add add-default-route=no disabled=no interface=ether1 name=pppoe-out1 user=a
add add-default-route=no disabled=no interface=ether2 name=pppoe-out2 user=b
/ip address
add address=192.168.1.1/24 interface=bridge-local network=192.168.1.0
add address=203.0.113.10/32 interface=pppoe-out1 network=203.0.113.1
add address=198.51.100.20/32 interface=pppoe-out2 network=198.51.100.1
/ip firewall mangle
add action=accept chain=prerouting dst-address=192.168.1.0/24 in-interface=bridge-local
add action=mark-connection chain=prerouting connection-mark=no-mark dst-address-type=!local \\
    in-interface=bridge-local new-connection-mark=W1 per-connection-classifier=both-addresses:2/0
add action=mark-connection chain=prerouting connection-mark=no-mark dst-address-type=!local \\
    in-interface=bridge-local new-connection-mark=W2 per-connection-classifier=both-addresses:2/1
add action=mark-routing chain=prerouting connection-mark=W1 in-interface=bridge-local \\
    new-routing-mark=W1 passthrough=no
add action=mark-routing chain=prerouting connection-mark=W2 in-interface=bridge-local \\
    new-routing-mark=W2 passthrough=no
/ip firewall nat
add action=masquerade chain=srcnat out-interface=pppoe-out1
add action=masquerade chain=srcnat out-interface=pppoe-out2
/ip route
add dst-address=0.0.0.0/0 gateway=pppoe-out1 routing-mark=W1
add dst-address=0.0.0.0/0 gateway=pppoe-out2 routing-mark=W2
add distance=1 dst-address=0.0.0.0/0 gateway=pppoe-out1
"""
DIRECT_MARKS = """# by RouterOS 6.40
/ip address
add address=203.0.113.2/30 interface=ether1
add address=198.51.100.2/30 interface=ether2
add address=192.168.1.1/24 interface=ether3 comment="LAN Gateway"
/ip firewall mangle
add action=mark-routing chain=prerouting dst-address-type=!local in-interface=ether3 \\
    new-routing-mark="Out One" per-connection-classifier=both-addresses-and-ports:2/0
add action=mark-routing chain=prerouting dst-address-type=!local in-interface=ether3 \\
    new-routing-mark="Out Two" per-connection-classifier=both-addresses-and-ports:2/1
/ip firewall nat
add action=masquerade chain=srcnat out-interface=ether1
add action=masquerade chain=srcnat out-interface=ether2
/ip route
add check-gateway=ping dst-address=0.0.0.0/0 gateway=203.0.113.1,198.51.100.1
add distance=1 dst-address=0.0.0.0/0 gateway=203.0.113.1 routing-mark="Out One"
add distance=1 dst-address=0.0.0.0/0 gateway=198.51.100.1 routing-mark="Out Two"
"""
LISTS = """# by RouterOS 6.49
/interface list
add name=LAN
/interface list member
add interface=bridge1 list=LAN
/ip address
add address=10.0.0.1/16 interface=bridge1
add address=203.0.113.2/30 interface="Port1: WAN1"
add address=203.0.113.6/30 interface="Port2: WAN2"
/ip firewall mangle
add action=mark-connection chain=prerouting connection-mark=no-mark connection-state=new \\
    in-interface="Port1: WAN1" new-connection-mark=c1
add action=mark-connection chain=prerouting connection-mark=no-mark connection-state=new \\
    dst-address-type=!local in-interface-list=LAN new-connection-mark=c1 \\
    per-connection-classifier=src-address-and-port:2/0
add action=mark-connection chain=prerouting connection-mark=no-mark connection-state=new \\
    dst-address-type=!local in-interface-list=LAN new-connection-mark=c2 \\
    per-connection-classifier=src-address-and-port:2/1
add action=mark-routing chain=prerouting connection-mark=c1 in-interface-list=LAN \\
    new-routing-mark=w1 passthrough=no
add action=mark-routing chain=prerouting connection-mark=c2 in-interface-list=LAN \\
    new-routing-mark=w2 passthrough=no
/ip firewall nat
add action=masquerade chain=srcnat out-interface="Port1: WAN1"
add action=masquerade chain=srcnat out-interface="Port2: WAN2"
/ip route
add dst-address=0.0.0.0/0 gateway=203.0.113.1 routing-mark=w1
add dst-address=0.0.0.0/0 gateway=203.0.113.5 routing-mark=w2
add distance=1 dst-address=0.0.0.0/0 gateway=203.0.113.1
"""
WEIGHTED_HEAD = """# 2026-01-10 10:00:00 by RouterOS 7.20.8
/interface bridge
add name=bridge
/ip address
add address=192.168.88.1/24 interface=bridge
add address=203.0.113.2/29 interface=ether1
add address=198.51.100.2/29 interface=ether2
/routing table
add disabled=no fib name=wan1
add disabled=no fib name=wan2
/ip firewall mangle
"""
WEIGHTED_TAIL = """
add action=mark-routing chain=prerouting connection-mark=c1 in-interface=bridge \\
    new-routing-mark=wan1 passthrough=no
add action=mark-routing chain=prerouting connection-mark=c2 in-interface=bridge \\
    new-routing-mark=wan2 passthrough=no
/ip firewall nat
add action=masquerade chain=srcnat out-interface=ether1
add action=masquerade chain=srcnat out-interface=ether2
/ip route
add check-gateway=ping dst-address=0.0.0.0/0 gateway=203.0.113.1 routing-table=wan1
add check-gateway=ping dst-address=0.0.0.0/0 gateway=198.51.100.1 routing-table=wan2
add check-gateway=ping distance=1 dst-address=0.0.0.0/0 gateway=203.0.113.1
"""
PCC = (
    "add action=mark-connection chain=prerouting connection-mark=no-mark connection-state=new"
    " dst-address-type=!local in-interface=bridge new-connection-mark=c{wan}"
    " per-connection-classifier=both-addresses-and-ports:4/{remainder}"
)
WEIGHTED = (
    WEIGHTED_HEAD
    + "\n".join(PCC.format(wan=2 if r == 3 else 1, remainder=r) for r in range(4))
    + WEIGHTED_TAIL
)
SEVERAL_REMAINDERS = (
    WEIGHTED_HEAD + PCC.format(wan=1, remainder="0,1,2") + "\n" + PCC.format(wan=2, remainder="3")
) + WEIGHTED_TAIL


def loaded(text: str) -> tuple[World, Clock]:
    store, clock = Store(), Clock()
    report = load_export(text, store)
    assert report.unreadable == ()
    return World(store, report.version, clock=clock, seed=11), clock


def spread(world: World, count: int = 1000) -> Counter[tuple[str, str]]:
    """How many new connections bear which mark and leave by which line."""
    Clients(world, 0).populate(count)
    return Counter((entry.mark, entry.out_interface) for entry in world.entries())


@pytest.mark.parametrize(
    ("text", "share"),
    [
        (TWO_PPPOE, {("W1", "pppoe-out1"): 0.5, ("W2", "pppoe-out2"): 0.5}),
        (DIRECT_MARKS, {("", "ether1"): 0.5, ("", "ether2"): 0.5}),
        (LISTS, {("c1", "Port1: WAN1"): 0.5, ("c2", "Port2: WAN2"): 0.5}),
        (WEIGHTED, {("c1", "ether1"): 0.75, ("c2", "ether2"): 0.25}),
    ],
)
def test_connections_are_shared_out_as_the_rules_say(
    text: str, share: dict[tuple[str, str], float]
) -> None:
    world, _ = loaded(text)
    assert world.unsupported == []
    found = spread(world)
    assert set(found) == set(share)
    for key, part in share.items():
        assert found[key] / 1000 == pytest.approx(part, abs=0.06)


@pytest.mark.parametrize("text", [TWO_PPPOE, DIRECT_MARKS, LISTS, WEIGHTED])
def test_every_default_route_resolves_and_every_connection_is_answered(text: str) -> None:
    world, _ = loaded(text)
    tables = {
        row.get("routing-mark") or row.get("routing-table", "main")
        for row in rows(world, ROUTE)
        if row["dst-address"] == "0.0.0.0/0" and row.get("active") == "true"
    }
    assert len(tables) == 3
    assert Clients(world, 0).populate(50) == 50


def test_the_addresses_of_published_pppoe_lines_are_the_ones_translated_to() -> None:
    world, _ = loaded(TWO_PPPOE)
    spread(world, 50)
    used = {(e.out_interface, to_text(e.nat_src)) for e in world.entries()}
    assert used == {("pppoe-out1", "203.0.113.10"), ("pppoe-out2", "198.51.100.20")}


def test_rules_with_several_remainders_are_invalid_and_main_takes_all() -> None:
    world, _ = loaded(SEVERAL_REMAINDERS)
    invalid = [row for row in rows(world, MANGLE) if row["invalid"] == "true"]
    assert [row["new-connection-mark"] for row in invalid] == ["c1"]
    found = spread(world)
    assert found["", "ether1"] / 1000 == pytest.approx(0.75, abs=0.06)


def test_the_first_ecmp_gateway_is_left_when_it_is_given_up() -> None:
    world, clock = loaded(DIRECT_MARKS)
    world.line("ether1").cut()
    clock.now = 25.0
    statuses = [row["gateway-status"] for row in rows(world, ROUTE)][:2]
    assert statuses == [
        "203.0.113.1 unreachable,198.51.100.1 reachable via  ether2",
        "203.0.113.1 unreachable",
    ]
    assert Clients(world, 0).populate(50) == 50
