"""The ways of steering a probe: what each takes in wanwatch, on its host and on the router.

``docs/steering.md`` shows these very commands. Two further ways are mistakes: they are here so that
an observer who cannot see a probe leave by another line would be noticed.
"""

from dataclasses import dataclass
from enum import StrEnum

from tests.lab.topology import Topology
from wanwatch.core.snapshot import Version
from wanwatch.probes.steering import Steering

DEVICE = "eth0"
"""The wanwatch host's device on the LAN."""
LAN_6, LAN_LENGTH_6 = "fd00:70::", 64
_V7 = Version(7)
_DSCP = {1: 43, 2: 47}
"""Code points that RFC 2474 leaves to local use: xxxx11."""


class Way(StrEnum):
    """How the probes of a line are told apart."""

    ALIAS = "alias"
    """A source address for each line."""
    DSCP = "dscp"
    """A code point for each line."""
    FWMARK = "fwmark"
    """A mark that the host's own rules turn into the alias address of the line."""
    FWMARK_VLAN = "fwmark-vlan"
    """A mark that the host's own rules turn into the VLAN of the line."""
    DEVICE = "device"
    """The VLAN of the line, bound to."""
    OPEN = "no blackhole"
    """A mistake: an alias whose table has nothing behind its route."""
    PRODUCTION = "production table"
    """A mistake: an alias that is led into the table of the clients."""

    @property
    def is_mistake(self) -> bool:
        """True for what must not be done."""
        return self in (Way.OPEN, Way.PRODUCTION)


_LAST_BYTE = {Way.ALIAS: 200, Way.FWMARK: 200, Way.OPEN: 230, Way.PRODUCTION: 240}
_PROVISIONED = {(Way.ALIAS, 4), (Way.ALIAS, 6), (Way.DSCP, 4), (Way.FWMARK, 4), (Way.FWMARK, 6)}
"""Way and family of which ``wanwatch provision`` does the router's part."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line, in one address family, as host and router name what belongs to it."""

    number: int
    """From 1."""
    family: int
    """4 or 6."""
    topology: Topology

    @property
    def wan(self) -> str:
        """What wanwatch calls it."""
        return f"wan{self.number}"

    @property
    def interface(self) -> str:
        """The uplink of the router."""
        return self.topology.uplink(self.wan).interface

    @property
    def gateway(self) -> str:
        """The provider's address on the line."""
        if self.family == 6:
            return f"2001:db8:{79 + self.number}::1"
        return self.topology.uplink(self.wan).gateway

    @property
    def own_address(self) -> str:
        """The router's address on the line."""
        if self.family == 6:
            return f"2001:db8:{79 + self.number}::2"
        return self.topology.uplink(self.wan).address

    @property
    def vlan(self) -> int:
        """The VLAN from the host to the router."""
        return 100 + self.number

    @property
    def vlan_device(self) -> str:
        """The host's device of it."""
        return f"{DEVICE}.{self.vlan}"

    @property
    def vlan_host(self) -> str:
        """The host's address on it, with its length."""
        return f"fd00:70:{self.vlan}::2/64" if self.family == 6 else f"10.70.{self.vlan}.2/30"

    @property
    def vlan_router(self) -> str:
        """The router's address on it."""
        return f"fd00:70:{self.vlan}::1" if self.family == 6 else f"10.70.{self.vlan}.1"

    @property
    def router(self) -> str:
        """The router's address on the LAN."""
        return f"{LAN_6}1" if self.family == 6 else self.topology.router

    def alias(self, way: Way) -> str:
        """The host's address that stands for the line."""
        last = _LAST_BYTE[way] + self.number
        if self.family == 6:
            return f"{LAN_6}{last}"
        return f"{self.topology.router.rpartition('.')[0]}.{last}"


def steering(way: Way, line: Line) -> Steering:
    """What wanwatch is told."""
    match way:
        case Way.DSCP:
            return Steering(dscp=_DSCP[line.number])
        case Way.FWMARK:
            return Steering(fwmark=100 + line.number)
        case Way.FWMARK_VLAN:
            return Steering(fwmark=200 + line.number)
        case Way.DEVICE:
            return Steering(device=line.vlan_device)
    return Steering(source=line.alias(way))


def host_commands(way: Way, line: Line) -> list[str]:
    """What the wanwatch host needs, for its shell; VLAN devices are there."""
    v6 = line.family == 6
    ip = "ip -6" if v6 else "ip"
    in_vlan = f"ip address add {line.vlan_host} dev {line.vlan_device}"
    match way:
        case Way.DSCP:
            return []
        case Way.FWMARK:
            mark = 100 + line.number
            via = f"via {line.router} dev {DEVICE} src {line.alias(way)}"
            return [*_by_mark(ip, mark, via), *_guard(mark, line.alias(way))]
        case Way.FWMARK_VLAN:
            via = f"via {line.vlan_router} dev {line.vlan_device}"
            return [in_vlan, *_by_mark(ip, 200 + line.number, via)]
        case Way.DEVICE:
            via = f"via {line.vlan_router} dev {line.vlan_device}"
            return [in_vlan, f"{ip} route add default {via} metric {1000 + line.vlan}"]
    length, rest = (128, " preferred_lft 0") if v6 else (32, "")
    return [f"ip address replace {line.alias(way)}/{length} dev {DEVICE}{rest}"]


def _by_mark(ip: str, mark: int, via: str) -> list[str]:
    return [
        f"{ip} rule add fwmark {mark} lookup {mark}",
        f"{ip} route add default {via} table {mark}",
        f"{ip} route add unreachable default metric 4096 table {mark}",
    ]


def _guard(mark: int, alias: str) -> list[str]:
    """Stop what bears a mark once its alias is no address of the host any more.

    Linux keeps a route of IPv4 in a table of its own and sends from an address that is gone; in a
    route of IPv6 it forgets the source and takes another one.
    """
    chain = "inet wanwatch output"
    return [
        "nft add table inet wanwatch",
        f"nft add chain {chain} '{{ type filter hook output priority 0; }}'",
        f"nft add rule {chain} meta mark {mark} fib saddr type != local drop"
        if "." in alias
        else f"nft add rule {chain} meta mark {mark} ip6 saddr != {alias} reject",
    ]


def router_commands(way: Way, line: Line) -> list[str]:
    """What the router needs and ``wanwatch provision`` does not do, as its console takes it."""
    if (way, line.family) in _PROVISIONED or way is Way.DEVICE:
        return []  # a bound device is told by its VLAN, as a mark that leads there
    v7 = line.topology.version >= _V7
    menu = "/ipv6" if line.family == 6 else "/ip"
    table = _table(way, line)
    named = f"{'routing-table' if v7 else 'routing-mark'}={table}"
    everywhere = "::/0" if line.family == 6 else "0.0.0.0/0"
    stop = "blackhole" if v7 else "type=blackhole"
    match way:
        case Way.DSCP:
            who = f"in-interface={line.topology.lan_device} dscp={_DSCP[line.number]}"
        case Way.FWMARK_VLAN:
            who = f"in-interface=vlan{line.vlan}"
        case _:
            who = f"src-address={line.alias(way)}"
    commands = []
    if way is not Way.PRODUCTION:
        if v7 and (line.family == 4 or way is Way.DSCP):
            commands.append(f"/routing table add name={table} fib")
        commands.append(f"{menu} route add dst-address={everywhere} gateway={line.gateway} {named}")
        if way is not Way.OPEN:
            commands.append(
                f"{menu} route add dst-address={everywhere} {stop} distance=254 {named}"
            )
    mark = f"action=mark-routing new-routing-mark={table} passthrough=no place-before=0"
    commands.append(
        f"{menu} firewall mangle add chain=prerouting {who} dst-address-type=!local {mark}"
    )
    return commands


def _table(way: Way, line: Line) -> str:
    match way:
        case Way.PRODUCTION:
            return f"line{line.number}"
        case Way.OPEN:
            return f"open{line.number}"
        case Way.DSCP:
            return f"probe-dscp{line.number}-ipv6"
    return f"probe-vlan{line.vlan}"
