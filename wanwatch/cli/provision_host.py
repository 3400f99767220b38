"""The commands for wanwatch's own host: addresses, and what lets it send probes from them.

An alias has a full-length prefix: it makes no route, and no other program takes it for its source
(ip-address(8)); an IPv6 one says so by ``preferred_lft 0``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wanwatch.core.families import version_of


@dataclass(frozen=True, slots=True)
class HostWan:
    """How the host sends a WAN's probes."""

    wan: str
    source: str = ""
    dscp: int | None = None
    fwmark: int | None = None
    device: str = ""


def host_commands(wans: Sequence[HostWan], router: str) -> Iterator[str]:
    """The commands in their order, with comments that say why; ``router`` is its address."""
    sources = [(each.wan, each.source) for each in wans if each.source]
    if sources:
        yield "# One address for each line, on the device that the router is behind:"
        where = router or "<the router's address>"
        yield f"dev=$(ip -o route get {where} | sed -n 's/.* dev \\([^ ]*\\).*/\\1/p')"
        for wan, source in sources:
            yield f'ip address replace {_alias(source)} dev "$dev"{_quiet(source)}  # {wan}'
        yield "# They are gone after a reboot. To keep them, in the way that this host's network is set up:"
        yield "#   systemd-networkd, in the [Network] section of the device's .network file:"
        for _, source in sources:
            yield f"#     Address={_alias(source)}"
        yield "#   ifupdown, below the device's iface line in /etc/network/interfaces:"
        for _, source in sources:
            yield f"#     up ip address replace {_alias(source)} dev $IFACE{_quiet(source)}"
        yield "#   NetworkManager:"
        for _, source in sources:
            family = "ipv6" if version_of(source) == 6 else "ipv4"
            yield f"#     nmcli connection modify <its connection> +{family}.addresses {_alias(source)}"
    marked = [each for each in wans if each.fwmark is not None]
    if marked:
        yield "# Lines steered by fwmark are routed by this host's own rules, with tables of your own:"
        for each in marked:
            yield f"#   ip rule add fwmark {each.fwmark} lookup {each.fwmark}   # {each.wan}"
    yield "# ICMP probes need raw sockets. deploy/wanwatch.service has this already:"
    yield "#   AmbientCapabilities=CAP_NET_RAW"
    if marked:
        yield "#   AmbientCapabilities=CAP_NET_ADMIN      (for fwmark, on kernels before 5.17)"
    yield '# Without that capability, the engine "aioping" sends by ping sockets, which this allows:'
    yield "#   sysctl -w net.ipv4.ping_group_range='0 2147483647'"


def _alias(source: str) -> str:
    return f"{source}/{128 if version_of(source) == 6 else 32}"


def _quiet(source: str) -> str:
    return " preferred_lft 0" if version_of(source) == 6 else ""
