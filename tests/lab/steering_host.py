"""What the hosts around the router are given: VLANs, addresses, rules, IPv6, configurations."""

import json
from collections.abc import Iterable

from tests.lab.network import BACKBONE, LINE, PORT, Network
from tests.lab.steering_cases import TARGETS_6, families
from tests.lab.steering_ways import (
    DEVICE,
    LAN_6,
    LAN_LENGTH_6,
    Line,
    Way,
    host_commands,
    steering,
)
from tests.lab.topology import Topology

_PROVISIONED = (("wan", Way.ALIAS, 4), ("six", Way.ALIAS, 6), ("dscp", Way.DSCP, 4))
"""What ``wanwatch provision`` is told: WANs by these names and numbers, a line three times."""


def lines_of(topology: Topology) -> list[Line]:
    """Every line, in each family that the router steers."""
    numbers = range(1, len(topology.uplinks) + 1)
    return [Line(n, family, topology) for family in families(topology) for n in numbers]


def to_provision(topology: Topology) -> str:
    """A configuration of all that ``wanwatch provision`` makes, which removes what is not in it."""
    return configuration(
        topology,
        [
            (name, way, line)
            for name, way, family in _PROVISIONED
            for line in lines_of(topology)
            if line.family == family
        ],
    )


def configuration(
    topology: Topology, steered: Iterable[tuple[str, Way, Line]], extra: str = ""
) -> str:
    """A configuration of wanwatch; ``extra`` is further tables."""
    text = f'[router]\naddress = "{topology.router}"\nuser = "admin"\n{extra}'
    for name, way, line in steered:
        text += f'[[wan]]\nname = "{name}{line.number}"\ninterface = "{line.interface}"\n'
        values = zip(("source", "dscp", "fwmark", "device"), as_list(way, line), strict=True)
        text += "".join(f"{key} = {json.dumps(v)}\n" for key, v in values if v is not None)
        text += f'gateways = ["{line.gateway}"]\n'
        text += 'targets = ["2001:db8:ffff::1"]\n' if line.family == 6 else ""
    return text


def as_list(way: Way, line: Line) -> list[str | int | None]:
    """Source, DSCP, mark and device of a line's probes."""
    told = steering(way, line)
    return [told.source, told.dscp, told.fwmark, told.device]


def lay_cables(network: Network) -> None:
    """Connect the wanwatch host to the router once more for each line, as a VLAN would."""
    for line in lines_of(network.topology):
        if line.family == 4:
            network.watch.configure(
                f"link add {line.vlan_device} type veth peer name vlan{line.vlan} netns router",
                f"link set {line.vlan_device} up",
            )
            network.router.configure(f"link set vlan{line.vlan} up")


def set_up_host(network: Network) -> None:
    """Give the wanwatch host what every way takes."""
    commands = dict.fromkeys(
        command
        for way in Way
        for line in lines_of(network.topology)
        for command in host_commands(way, line)
    )
    network.watch.run("sh", "-ec", "\n".join(commands))


def add_ipv6(network: Network) -> None:
    """Give everybody but the router IPv6 addresses and routes."""
    network.router.set(ipv6__conf__all__forwarding=1)
    # An address is used at once, without the second that looking for its double takes.
    network.watch.set(ipv6__conf__all__accept_dad=0, ipv6__conf__default__accept_dad=0)
    network.watch.set(**{f"ipv6__conf__{PORT}__accept_dad": 0})
    network.watch.configure(
        f"address add {LAN_6}6/{LAN_LENGTH_6} dev {PORT} nodad",
        f"route add default via {LAN_6}1 dev {DEVICE} metric 100",
    )
    network.internet.configure(f"route add local {TARGETS_6} dev lo")
    network.internet.set(ipv6__ip_nonlocal_bind=1)
    for line in lines_of(network.topology):
        if line.family != 6:
            continue
        isp, transit = network.isps[line.wan], f"2001:db8:f0{line.number}::"
        isp.set(ipv6__conf__all__forwarding=1)
        isp.configure(
            f"address add {line.gateway}/64 dev {LINE} nodad",
            f"address add {transit}1/64 dev {BACKBONE} nodad",
            f"route add default via {transit}2",
        )
        network.internet.configure(
            f"address add {transit}2/64 dev to-{isp.name} nodad",
            f"route add {line.own_address}/128 via {transit}1",
        )
