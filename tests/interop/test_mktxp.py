"""mktxp, the exporter most people run, reads both versions without an error, and reads them right."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.interop.serving import CLIENTS, PASSWORD, USER, VERSIONS

pytest.importorskip("mktxp", reason="mktxp is not installed; install the dev extra")

READ = (
    "installed_packages dhcp dhcp_lease connections connection_stats connection_stats_destinations "
    "interface interface_with_default_name route pool firewall neighbor dns monitor netwatch "
    "queue address_list_entries total_address_list_counts ipv6_route ipv6_total_address_list_counts"
)
"""What mktxp is to collect: whatever the built-in router has menus for."""
LEFT_OUT = (
    "health routerboard wireguard_peers bridge_vlan ipv6_pool ipv6_neighbor poe public_ip "
    "wireless wireless_clients capsman capsman_clients w60g eoip gre ipip lte ipsec switch_port "
    "kid_control_assigned kid_control_dynamic user bfd bgp routing_stats certificate container"
)
Samples = Mapping[tuple[str, str], list[tuple[Mapping[str, str], float]]]


def shipped(name: str) -> str:
    """A configuration file as mktxp ships it; the package itself is not imported here."""
    found = find_spec("mktxp")
    assert found is not None
    assert found.submodule_search_locations is not None
    return (Path(found.submodule_search_locations[0]) / "cli" / "config" / name).read_text()


def changed(text: str, wanted: Mapping[str, str]) -> str:
    """The file with other values; each of them has to be in it."""
    for key, value in wanted.items():
        text, count = re.subn(rf"(?m)^(\s+{key} =).*$", rf"\1 {value}", text)
        assert count == 1, key
    return text


def configuration(addresses: Mapping[str, tuple[str, int]]) -> str:
    """mktxp.conf: two routers, every collector on or off by name."""
    lines = []
    for version, (host, port) in addresses.items():
        lines += [f"[v{version}]", f"hostname = {host}", f"port = {port}"]
        lines += [f"username = {USER}", f"password = {PASSWORD}", "address_list = tills"]
        lines += [f"ipv6_firewall = {version == '7'}"]  # RouterOS 6 has no NAT of IPv6 to read
    _, _, default = shipped("mktxp.conf").partition("[default]")
    wanted = dict.fromkeys(READ.split(), "True") | dict.fromkeys(LEFT_OUT.split(), "False")
    return "\n".join(lines) + "\n[default]" + changed(default, wanted)


@pytest.fixture(scope="module")
def scraped(
    routers: Mapping[str, tuple[str, int]], tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Samples]:
    """What mktxp says, and its samples by router and name."""
    folder = tmp_path_factory.mktemp("mktxp")
    (folder / "mktxp.conf").write_text(configuration(routers))
    parallel = changed(shipped("_mktxp.conf"), {"fetch_routers_in_parallel": "True"})
    (folder / "_mktxp.conf").write_text(parallel)
    done = subprocess.run(  # noqa: S603 - this interpreter
        [sys.executable, "-m", "tests.interop.mktxp_once", str(folder)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "HOME": str(folder)},
        cwd=Path(__file__).parents[2],
    )
    samples: dict[tuple[str, str], list[tuple[Mapping[str, str], float]]] = {}
    for family in text_string_to_metric_families(done.stdout):
        for sample in family.samples:
            key = sample.labels.get("routerboard_name", ""), sample.name.removeprefix("mktxp_")
            samples.setdefault(key, []).append((sample.labels, sample.value))
    return done.stderr, samples


def values(samples: Samples, version: str, name: str, label: str) -> dict[str, float]:
    """The samples of a name by one of their labels."""
    return {labels[label]: value for labels, value in samples[f"v{version}", name]}


def test_mktxp_has_nothing_to_complain_of(scraped: tuple[str, Samples]) -> None:
    said, _ = scraped
    assert said.count("has been established") == len(VERSIONS)
    rest = [
        line
        for line in said.splitlines()
        if line and "Connecting to router" not in line and "has been established" not in line
    ]
    assert rest == []


@pytest.mark.parametrize("version", VERSIONS)
def test_it_sees_the_router_as_it_is(scraped: tuple[str, Samples], version: str) -> None:
    _, samples = scraped
    assert values(samples, version, "system_identity_info", "name") == {"till-router": 1}
    (resource,) = values(samples, version, "system_uptime", "version")
    assert resource.startswith(f"{version}.")
    assert values(samples, version, "dns_info", "property") == {"cache_size": 4096 * 1024}
    packages = values(samples, version, "installed_packages_info", "name")
    assert packages == {"routeros" if version == "7" else "system": 1}


@pytest.mark.parametrize("version", VERSIONS)
def test_it_counts_what_is_there(scraped: tuple[str, Samples], version: str) -> None:
    _, samples = scraped
    ((_, connections),) = samples[f"v{version}", "ipv4_connections_total"]
    assert 0 < connections <= CLIENTS * 10
    protocols = values(samples, version, "routes_protocol_count", "protocol")
    assert (protocols["static"], protocols["connect"]) == (4, 3)
    running = values(samples, version, "interface_running", "name")
    assert running == dict.fromkeys(["ether1", "ether2", "ether3", "ether5", "guests", "lan"], 1)
    links = values(samples, version, "interface_status", "name")
    assert links == dict.fromkeys(["ether1", "ether2", "ether3", "ether5"], 1)
    assert values(samples, version, "interface_vlan_info_info", "vlan_id") == {"20": 1}
    assert values(samples, version, "ip_pool_total", "pool") == {"lan-pool": 100}
    assert values(samples, version, "netwatch_info", "host") == {"203.0.113.1": 1}
    assert values(samples, version, "firewall_address_list", "address") == {"192.168.88.50": 0}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_lease_that_nobody_holds_is_not_counted(
    scraped: tuple[str, Samples], version: str
) -> None:
    _, samples = scraped
    assert (f"v{version}", "dhcp_lease_info") not in samples
