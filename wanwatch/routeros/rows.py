"""Rows of the router as the core's values, in both dialects.

Booleans come as ``true`` or ``yes``, some only when they are true; switches are there or not.
Properties that are not set are absent or empty, and absent in the core.
"""

from dataclasses import dataclass

from wanwatch.core.snapshot import MAIN_TABLE, Address, MangleRule, NatRule, NextHop, Route
from wanwatch.routeros.dialect import Dialect
from wanwatch.routeros.mangle_properties import READ_ONLY
from wanwatch.routeros.next_hop import from_gateway_status, from_immediate_gateways
from wanwatch.routeros.protocol import Row

_TRUE = ("true", "yes")
_NOT_SETTABLE = READ_ONLY | {"comment", "disabled"}
_DISTANCE = len("255")
_NO_FORWARDING = ("blackhole", "unreachable", "prohibit")


def is_true(row: Row, name: str) -> bool:
    """A boolean property; absent is false."""
    return row.get(name) in _TRUE


def is_present(row: Row, name: str) -> bool:
    """A presence switch: there, and not said to be off."""
    return name in row and row[name] not in ("false", "no")


def route(row: Row, dialect: Dialect) -> Route:
    """A row of a route menu. RouterOS 6's unreachable and prohibit count as blackhole."""
    gateways = tuple(part for part in row.get("gateway", "").split(",") if part)
    disabled = is_true(row, "disabled")
    if disabled:
        next_hops: tuple[NextHop, ...] = ()
    elif dialect.major >= 7:
        next_hops = from_immediate_gateways(row.get("immediate-gw", ""), gateways)
    else:
        next_hops = from_gateway_status(row.get("gateway-status", ""), gateways)
    distance = row.get("distance", "")
    check = row.get("check-gateway", "")
    return Route(
        id=row[".id"],
        dst_address=row.get("dst-address", ""),
        gateways=gateways,
        table=row.get(dialect.table_property) or MAIN_TABLE,
        distance=int(distance) if distance.isdecimal() and len(distance) <= _DISTANCE else 1,
        comment=row.get("comment", ""),
        active=is_true(row, "active"),
        disabled=disabled,
        dynamic=is_true(row, "dynamic"),
        blackhole=is_present(row, "blackhole") or row.get("type") in _NO_FORWARDING,
        check_gateway="" if check == "none" else check,
        next_hops=next_hops,
    )


def mangle_rule(row: Row) -> MangleRule:
    """A row of a mangle menu, with every settable property that is set."""
    return MangleRule(
        id=row[".id"],
        properties={
            name: value for name, value in row.items() if value and name not in _NOT_SETTABLE
        },
        comment=row.get("comment", ""),
        disabled=is_true(row, "disabled"),
        dynamic=is_true(row, "dynamic"),
        invalid=is_true(row, "invalid"),
    )


def nat_rule(row: Row) -> NatRule:
    """A row of a NAT menu; IPv6's names one address."""
    return NatRule(
        id=row[".id"],
        chain=row.get("chain", ""),
        action=row.get("action", "accept"),
        out_interface=row.get("out-interface", ""),
        out_interface_list=row.get("out-interface-list", ""),
        to_addresses=row.get("to-addresses") or row.get("to-address", ""),
        disabled=is_true(row, "disabled"),
    )


def address(row: Row) -> Address:
    """A row of an address menu; IPv6's has no network."""
    return Address(
        address=row.get("address", ""),
        interface=row.get("interface", ""),
        network=row.get("network", ""),
        disabled=is_true(row, "disabled"),
    )


@dataclass(frozen=True, slots=True)
class Connection:
    """What a flush asks of a connection tracking entry."""

    id: str
    reply_dst_address: str
    """The address the far end answers to: the one it was translated to."""
    connection_mark: str
    src_address: str = ""
    """Who opened it; empty where it was not asked for."""


def connection(row: Row) -> Connection:
    """A row of a connection menu, with the port in the address or beside it."""
    return Connection(
        id=row[".id"],
        reply_dst_address=without_port(row.get("reply-dst-address", "")),
        connection_mark=row.get("connection-mark", ""),
        src_address=without_port(row.get("src-address", "")),
    )


def without_port(endpoint: str) -> str:
    """The address of an endpoint: ``198.51.100.7:51514``, ``[2001:db8::7]:443``, ``2001:db8::7``."""
    if ":" in endpoint.partition(":")[2]:
        return endpoint.removeprefix("[").partition("]")[0].partition("/")[0]
    host, colon, _ = endpoint.partition(":")
    return host if colon and host.count(".") == 3 else endpoint
