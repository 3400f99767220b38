"""The network around the router: clients, a switch, providers and an internet, as namespaces.

```
lan (clients) --- switch --- router === isp1 --- internet (targets, servers)
watch ------------'                 === isp2 ---'
```

The router's namespace gets its devices and nothing else: its addresses, routes and rules are those
of the router that is put into it. What the internet answers goes back by the provider that the
translated address belongs to, so a server sees which line a connection took.
"""

from dataclasses import dataclass

from tests.lab.namespaces import Namespace, Namespaces
from tests.lab.topology import TARGETS, Topology, Uplink

LINE, BACKBONE = "line", "backbone"
"""A provider's two devices: towards the router and towards the internet."""
PORT = "eth0"
"""The only device of a host on the LAN."""
_TRANSIT = "100.127"
_PROVIDER = """
table inet provider {{
    chain forward {{
        type filter hook forward priority -10
        iifname "{line}" ip saddr != {address} drop
    }}
}}
"""
"""A provider takes what comes from its customer's own address only (BCP 38)."""


@dataclass(frozen=True, slots=True)
class Network:
    """The namespaces of one laboratory."""

    topology: Topology
    router: Namespace
    lan: Namespace
    watch: Namespace
    internet: Namespace
    isps: dict[str, Namespace]
    """By the name of the WAN."""


def build(spaces: Namespaces, topology: Topology) -> Network:
    """Make all namespaces and cables; raises LabError."""
    router, switch = spaces.add("router"), spaces.add("switch")
    lan, watch, internet = spaces.add("lan"), spaces.add("watch"), spaces.add("internet")
    switch.configure("link add br0 type bridge forward_delay 0", "link set br0 up")
    for space, device in ((router, topology.lan_device), (lan, PORT), (watch, PORT)):
        spaces.connect(space, device, switch, f"to-{space.name}")
        switch.configure(f"link set to-{space.name} master br0")
    router.set(ipv4__ip_forward=1, ipv4__conf__all__rp_filter=0, ipv4__conf__default__rp_filter=0)
    _host(lan, topology, topology.clients)
    _host(watch, topology, (topology.watch, *topology.aliases))
    internet.configure(*(f"address add {target}/32 dev lo" for target in TARGETS))
    isps = {
        uplink.wan: _isp(spaces, router, internet, uplink, number)
        for number, uplink in enumerate(topology.uplinks)
    }
    return Network(topology, router, lan, watch, internet, isps)


def _host(space: Namespace, topology: Topology, addresses: tuple[str, ...]) -> None:
    lines = [f"address add {address}/{topology.length} dev {PORT}" for address in addresses]
    space.configure(*lines, f"route add default via {topology.router}")
    # Enough for every connection of a run, and none of them on hold for the next one.
    space.set(ipv4__ip_local_port_range="'20000 60999'")


def _isp(
    spaces: Namespaces, router: Namespace, internet: Namespace, uplink: Uplink, number: int
) -> Namespace:
    isp = spaces.add(uplink.isp)
    spaces.connect(router, uplink.device, isp, LINE)
    spaces.connect(isp, BACKBONE, internet, f"to-{uplink.isp}")
    here, there = f"{_TRANSIT}.{number}.1", f"{_TRANSIT}.{number}.2"
    isp.set(ipv4__ip_forward=1, ipv4__conf__all__rp_filter=0)
    # A router that routes into the line without a next hop asks for every address beyond it.
    isp.set(**{f"ipv4__conf__{LINE}__proxy_arp": 1, f"ipv4__neigh__{LINE}__proxy_delay": 0})
    own = (
        f"{uplink.gateway} peer {uplink.address}"
        if uplink.is_point_to_point
        else f"{uplink.gateway}/{uplink.length}"
    )
    isp.configure(
        f"address add {own} dev {LINE}",
        f"address add {here}/30 dev {BACKBONE}",
        f"route add default via {there}",
    )
    isp.nft(_PROVIDER.format(line=LINE, address=uplink.address))
    internet.configure(
        f"address add {there}/30 dev to-{uplink.isp}",
        f"route add {uplink.address}/32 via {here}",
    )
    return isp
