"""The rows by which a router steers wanwatch's probes: a table of its own for each alias address.

README, "Steering the probes", says them for people.
"""

from tests.lab.topology import Topology, Uplink
from wanwatch.core.snapshot import Version

_V7 = Version(7)


def probe_rows(topology: Topology) -> str:
    """Commands to append to a router's export: tables, routes and mangle rules of the probes."""
    lines: list[str] = []
    for uplink, alias in zip(topology.uplinks, topology.aliases, strict=True):
        lines += _rows(uplink, alias, is_v7=topology.version >= _V7)
    return "\n".join(lines) + "\n"


def _rows(uplink: Uplink, alias: str, *, is_v7: bool) -> list[str]:
    table = f"probe-{uplink.wan}"
    named = f"{'routing-table' if is_v7 else 'routing-mark'}={table}"
    next_hop = f'"{uplink.interface}"' if uplink.is_point_to_point else uplink.gateway
    matching = f"chain=prerouting src-address={alias} dst-address-type=!local"
    marking = f"action=mark-routing new-routing-mark={table} passthrough=no place-before=0"
    return [
        *([f"/routing table add name={table} fib"] if is_v7 else []),
        f"/ip route add dst-address=0.0.0.0/0 gateway={next_hop} {named}",
        f"/ip route add dst-address=0.0.0.0/0 distance=254 {named}"
        + (" blackhole" if is_v7 else " type=blackhole"),
        f"/ip firewall mangle add {matching} {marking}",
    ]
