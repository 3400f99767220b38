"""Routers to provision: two static lines, FastTrack, and what is wished for on them."""

from tests.routeros.provisioned import LOGIN, Provisioned
from wanwatch.core.provision.items import LoginWish, Steered, Wish

MANGLE, FILTER = "/ip/firewall/mangle", "/ip/firewall/filter"

STATIC = """# 2026-01-10 10:00:00 by RouterOS 7.20.8
/interface bridge
add name=bridge
/ip address
add address=192.168.88.1/24 interface=bridge network=192.168.88.0
add address=203.0.113.2/29 interface=ether1 network=203.0.113.0
add address=198.51.100.2/29 interface=ether2 network=198.51.100.0
/routing table
add disabled=no fib name=wan1
add disabled=no fib name=wan2
/ip firewall mangle
add action=accept chain=prerouting dst-address=192.168.88.0/24
add action=mark-connection chain=prerouting connection-mark=no-mark in-interface=bridge \\
    new-connection-mark=c1 per-connection-classifier=both-addresses:2/0
add action=mark-connection chain=prerouting connection-mark=no-mark in-interface=bridge \\
    new-connection-mark=c2 per-connection-classifier=both-addresses:2/1
add action=mark-routing chain=prerouting connection-mark=c1 in-interface=bridge new-routing-mark=wan1
add action=mark-routing chain=prerouting connection-mark=c2 in-interface=bridge new-routing-mark=wan2
/ip firewall nat
add action=masquerade chain=srcnat out-interface=ether1
add action=masquerade chain=srcnat out-interface=ether2
/ip route
add dst-address=0.0.0.0/0 gateway=203.0.113.1 routing-table=wan1
add dst-address=0.0.0.0/0 gateway=198.51.100.1 routing-table=wan2
add distance=1 dst-address=0.0.0.0/0 gateway=203.0.113.1
add distance=2 dst-address=0.0.0.0/0 gateway=198.51.100.1
"""

FASTTRACK = """/ip firewall filter
add action=drop chain=forward connection-state=invalid
add action=fasttrack-connection chain=forward connection-state=established,related
add action=accept chain=forward connection-state=established,related
"""
SOURCES = (Steered("ether1", "192.168.88.201"), Steered("ether2", "192.168.88.202"))


def wish(*steered: Steered, login: LoginWish | None = None) -> Wish:
    return Wish(steered or SOURCES, LOGIN.host, login)


def rows(home: Provisioned, menu: str) -> list[dict[str, str]]:
    return [item.properties for item in home.store.items(menu)]


def dhcp(version: str) -> str:
    """The lines by DHCP, with the default routes of the clients in main."""
    kept = STATIC.replace("7.20.8", version).split("/ip route\n")[0]
    lines = [line for line in kept.splitlines() if "interface=ether" not in line or "nat" in line]
    text = "\n".join(line for line in lines if "address=203" not in line)
    text = text.replace(
        "\n/ip firewall nat", "\n/ip firewall nat\nadd action=masquerade chain=srcnat"
    )
    clients = "add interface=ether1 add-default-route=yes disabled=no\n"
    clients += "add interface=ether2 add-default-route=yes default-route-distance=2 disabled=no\n"
    return f"{text}\n/ip dhcp-client\n{clients}"
