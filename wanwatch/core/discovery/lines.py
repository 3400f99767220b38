"""From uplinks to lines: those that lead to the same first hop are one line.

A line is an interface with a gateway behind it. Two gateways behind one interface are two lines;
an interface gateway is the line of its interface where that has one. A line is a WAN unless it
leads back to the LAN, into a tunnel that itself runs over the WANs, or to the router itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from wanwatch.core.discovery.clients import PPP_CLIENTS
from wanwatch.core.discovery.found import TableKind
from wanwatch.core.discovery.marking import Marking
from wanwatch.core.discovery.uplinks import Uplink
from wanwatch.core.snapshot import MAIN_TABLE
from wanwatch.core.survey import Survey

_TUNNELS = (
    *(menu for menu in PPP_CLIENTS if "pppoe" not in menu and "/ppp-" not in menu),
    *(f"/interface/{kind}" for kind in ("wireguard", "gre", "ipip", "eoip", "vxlan", "6to4")),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One first hop and the uplinks that lead to it."""

    interface: str
    address: str
    uplinks: tuple[Uplink, ...]
    kind: TableKind = TableKind.WAN
    """What a table that leads here is for."""

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables it stands in, in the order of the routes."""
        return tuple(dict.fromkeys(uplink.route.table for uplink in self.uplinks))

    @property
    def is_dynamic(self) -> bool:
        """True when only routes that a client adds lead here."""
        return all(uplink.route.dynamic for uplink in self.uplinks)


def find_lines(survey: Survey, marking: Marking, uplinks: Sequence[Uplink]) -> list[Line]:
    """The lines of a router, each with what it is for; lines of a VRF alone are left out."""
    vrfs = frozenset(vrf_tables(survey))
    beside: dict[str, set[str]] = {}
    for uplink in uplinks:
        if uplink.interface and uplink.address:
            beside.setdefault(uplink.interface, set()).add(uplink.address)
    by_key: dict[tuple[str, str], list[Uplink]] = {}
    for uplink in uplinks:
        if uplink.route.table not in vrfs:
            by_key.setdefault(_place(uplink, beside), []).append(uplink)
    tunnels = frozenset(row.get("name", "") for menu in _TUNNELS for row in survey.of(menu))
    balanced = frozenset(marking.balanced_tables())
    lines = []
    for (interface, address), found in by_key.items():
        line = Line(interface, address if _names_a_hop(found) else "", tuple(found))
        lines.append(
            Line(
                line.interface, line.address, line.uplinks, _kind(line, marking, tunnels, balanced)
            )
        )
    return lines


def vrf_tables(survey: Survey) -> Iterable[str]:
    """The tables that belong to a VRF (RouterOS manual, "Virtual Routing and Forwarding")."""
    for row in survey.enabled("/ip/vrf"):
        yield row.get("name", "")
    for row in survey.enabled("/ip/route/vrf"):
        yield row.get("routing-mark", "")


def _place(uplink: Uplink, beside: Mapping[str, set[str]]) -> tuple[str, str]:
    """What uplinks of one line have in common."""
    if not uplink.interface:
        return "", uplink.key
    addresses = beside.get(uplink.interface, set())
    if not uplink.address and len(addresses) == 1:
        return uplink.interface, next(iter(addresses))
    return uplink.interface, uplink.address


def _names_a_hop(uplinks: Iterable[Uplink]) -> bool:
    return any(uplink.address for uplink in uplinks)


def _kind(
    line: Line, marking: Marking, tunnels: frozenset[str], balanced: frozenset[str]
) -> TableKind:
    """A line that PCC or main leads to is a WAN, unless it is the LAN that PCC takes traffic from."""
    if line.interface in marking.inside:
        return TableKind.LAN
    if line.interface == "lo" or line.address.startswith("127."):
        return TableKind.BLACKHOLE
    is_carrying = MAIN_TABLE in line.tables or bool(balanced & set(line.tables))
    if line.interface in tunnels and not is_carrying:
        return TableKind.TUNNEL
    return TableKind.WAN
