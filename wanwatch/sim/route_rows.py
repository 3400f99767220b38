"""What RouterOS shows of a route beside its settings: flags and where the next hop is.

The texts of ``gateway-status`` and ``immediate-gw`` are those seen on RouterOS 6.48 to 7.20.
"""

from wanwatch.sim.packet import to_text
from wanwatch.sim.resolve import Hop, Route


def computed_v6(route: Route) -> dict[str, str]:
    """The read-only properties on RouterOS 6, flags only where they are true."""
    row = {}
    if route.is_active:
        row["active"] = "true"
    if route.kind == "connect":
        row["connect"] = "true"
        row["static"] = "false"
    else:
        row["static"] = "true"
    if route.stop:
        row[route.stop] = "true"
    if route.gateways:
        statuses = (_status(hop, is_disabled=route.item.disabled) for hop in route.hops)
        row["gateway-status"] = ",".join(statuses)
    return row


def _status(hop: Hop, *, is_disabled: bool) -> str:
    if is_disabled:
        return f"{hop.gateway} inactive"
    if not hop.is_up:
        return f"{hop.gateway} unreachable"
    if not hop.address and not hop.is_recursive:
        return f"{hop.gateway} reachable"
    if hop.is_recursive:
        via = f"{to_text(hop.address)} {hop.interface}" if hop.address else hop.interface
        return f"{hop.gateway} recursive via {via}"
    return f"{hop.gateway} reachable via  {hop.interface}"


def computed_v7(route: Route) -> dict[str, str]:
    """The read-only properties on RouterOS 7."""
    is_disabled = route.item.disabled
    is_reachable = bool(route.stop) or any(hop.is_up for hop in route.hops)
    row = {
        "active": _word(route.is_active),
        "inactive": _word(not is_disabled and not (is_reachable and route.is_valid)),
        "static": _word(route.kind == "static"),
        "ecmp": _word(route.is_ecmp),
    }
    if route.kind != "static":
        row[route.kind] = "true"
    if route.stop:
        row["blackhole"] = "true"
    else:
        row["immediate-gw"] = ",".join(filter(None, map(_immediate, route.hops)))
    return row


def _immediate(hop: Hop) -> str:
    if hop.address and hop.interface:
        return f"{to_text(hop.address)}%{hop.interface}"
    return hop.interface


def _word(claim: bool) -> str:  # noqa: FBT001 (the claim is the whole argument)
    return "true" if claim else "false"
