"""Exports in pieces, and what discovery makes of them."""

from wanwatch.cli.exported import survey_text
from wanwatch.core.discovery.discover import discover
from wanwatch.core.discovery.found import Discovery, FoundWan

V6 = "# nov/01/2026 10:00:00 by RouterOS 6.49.10"
V7 = "# 2026-11-01 10:00:00 by RouterOS 7.16.2"

LINES = """
/ip address
add address=192.168.88.1/24 interface=bridge network=192.168.88.0
add address=203.0.1.2/30 interface=ether1 network=203.0.1.0
add address=203.0.2.2/30 interface=ether2 network=203.0.2.0
"""
"""Two static lines."""

MANGLE = """
/ip firewall mangle
add action=mark-connection chain=prerouting connection-mark=no-mark in-interface=ether1 \\
    new-connection-mark=in1 passthrough=yes
add action=mark-connection chain=prerouting connection-mark=no-mark in-interface=ether2 \\
    new-connection-mark=in2 passthrough=yes
add action=mark-connection chain=prerouting connection-mark=no-mark in-interface=bridge \\
    new-connection-mark=c1 passthrough=yes per-connection-classifier=both-addresses:3/0
add action=mark-connection chain=prerouting connection-mark=no-mark in-interface=bridge \\
    new-connection-mark=c1 passthrough=yes per-connection-classifier=both-addresses:3/1
add action=mark-connection chain=prerouting connection-mark=no-mark in-interface=bridge \\
    new-connection-mark=c2 passthrough=yes per-connection-classifier=both-addresses:3/2
add action=mark-routing chain=prerouting connection-mark=c1 in-interface=bridge \\
    new-routing-mark=to1 passthrough=no
add action=mark-routing chain=prerouting connection-mark=c2 in-interface=bridge \\
    new-routing-mark=to2 passthrough=no
add action=mark-routing chain=output connection-mark=in1 new-routing-mark=to1 passthrough=no
add action=mark-routing chain=output connection-mark=in2 new-routing-mark=to2 passthrough=no
"""
"""Two to one between the tables to1 and to2, with marks of their own for what comes in."""

NAT = """
/ip firewall nat
add action=masquerade chain=srcnat out-interface=ether1
add action=masquerade chain=srcnat out-interface=ether2
"""

ROUTES = """
/ip route
add distance=1 gateway=203.0.1.1 routing-mark=to1
add distance=2 gateway=203.0.2.1 routing-mark=to1
add distance=1 gateway=203.0.2.1 routing-mark=to2
add distance=1 gateway=203.0.1.1
add distance=2 gateway=203.0.2.1
"""


def found(*pieces: str) -> Discovery:
    """Discover the router that these pieces describe."""
    return discover(survey_text("\n".join(pieces)))


def by_name(discovery: Discovery) -> dict[str, FoundWan]:
    return {wan.name: wan for wan in discovery.wans}


def codes(discovery: Discovery) -> list[str]:
    return [finding.code for finding in discovery.findings]
