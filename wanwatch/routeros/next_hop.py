"""Where a route really leads, from what RouterOS prints: ``gateway-status`` (6), ``immediate-gw`` (7)."""

import ipaddress
import re

from wanwatch.core.snapshot import NextHop

_STATUS = re.compile(
    r"^(?P<gateway>.+?) (?P<state>reachable|unreachable|recursive|inactive)(?: via +(?P<via>.+))?$"
)


def is_address(text: str) -> bool:
    """True for an address of either family without anything else."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def split_gateway(gateway: str) -> NextHop:
    """A gateway as it is written: ``1.2.3.4``, ``ether1``, ``1.2.3.4@table``, ``fe80::1%ether1``."""
    plain = gateway.split("@", 1)[0].strip()
    address, _, interface = plain.partition("%")
    if is_address(address):
        return NextHop(address, interface)
    return NextHop("", plain)


def from_immediate_gateways(text: str, gateways: tuple[str, ...]) -> tuple[NextHop, ...]:
    """RouterOS 7's ``immediate-gw``; empty text means that the gateway cannot be resolved."""
    found = tuple(split_gateway(part) for part in text.split(",") if part)
    return found or tuple(_unresolved(gateway) for gateway in gateways)


def from_gateway_status(text: str, gateways: tuple[str, ...]) -> tuple[NextHop, ...]:
    """RouterOS 6's ``gateway-status``: one part per gateway, in the gateways' order.

    ``1.2.3.4 reachable via  ether1``, ``pppoe-out1 reachable``, ``1.2.3.4 recursive via 10.0.0.1
    ether5``, ``1.2.3.4 unreachable``, ``ether2 inactive``.
    """
    by_gateway = {}
    for part in text.split(","):
        match = _STATUS.match(part.strip())
        if match is not None:
            hop = _hop(match["gateway"], match["state"], (match["via"] or "").strip())
            by_gateway[match["gateway"]] = hop
    return tuple(by_gateway.get(gateway) or _unresolved(gateway) for gateway in gateways)


def _hop(gateway: str, state: str, via: str) -> NextHop:
    if state in ("unreachable", "inactive"):
        return _unresolved(gateway)
    written = split_gateway(gateway)
    if state == "recursive":
        first, _, rest = via.partition(" ")
        if is_address(first):
            return NextHop(first, rest.strip())
        return NextHop("", via)
    return NextHop(written.address, via or written.interface)


def _unresolved(gateway: str) -> NextHop:
    return NextHop(split_gateway(gateway).address, "")
