"""Which lines and hosts a router's export asks for."""

from pathlib import Path

import pytest

from tests.lab.namespaces import LabError
from tests.lab.topology import read_topology

ROUTERS = Path(__file__).parents[1] / "e2e" / "routers"


def export_of(name: str) -> str:
    return (ROUTERS / f"{name}.rsc").read_text("latin-1")


def test_every_uplink_has_its_device_its_address_and_its_first_hop() -> None:
    topology = read_topology(export_of("v7-four-equal"))
    assert [(u.device, u.address, u.length, u.gateway) for u in topology.uplinks] == [
        ("ether1", "198.18.0.2", 30, "198.18.0.1"),
        ("ether2", "198.18.0.6", 30, "198.18.0.5"),
        ("ether3", "198.18.0.10", 30, "198.18.0.9"),
        ("ether4", "198.18.0.14", 30, "198.18.0.13"),
    ]
    assert topology.lan_device == "bridge1"


def test_a_line_without_a_next_hop_leads_to_its_peer() -> None:
    topology = read_topology(export_of("v6-two-pppoe"))
    assert [(u.interface, u.length, u.gateway) for u in topology.uplinks] == [
        ("dsl", 32, "198.18.0.1"),
        ("fibre", 32, "198.18.1.1"),
    ]


def test_hosts_on_the_lan_have_addresses_of_their_own() -> None:
    topology = read_topology(export_of("v7-two-interleaved"), clients=12)
    hosts = (*topology.clients, topology.watch, *topology.aliases)
    assert len(topology.clients) == 12
    assert len(topology.aliases) == len(topology.uplinks)
    assert len({topology.router, *hosts}) == len(hosts) + 1


def test_an_address_is_known_by_its_wan() -> None:
    topology = read_topology(export_of("v7-two-interleaved"))
    assert topology.wan_of("198.18.1.2") == "wan2"
    assert topology.wan_of("10.50.0.9") == ""


def test_a_router_with_one_line_is_refused() -> None:
    lines = [
        line for line in export_of("v7-two-interleaved").splitlines() if "198.18.1." not in line
    ]
    with pytest.raises(LabError, match="1 uplinks"):
        read_topology("\n".join(lines))


def test_a_lan_too_small_for_the_clients_is_refused() -> None:
    with pytest.raises(LabError, match="no room for 400"):
        read_topology(export_of("v7-two-interleaved"), clients=400)
