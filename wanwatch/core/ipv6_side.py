"""Which WANs carry IPv6, and what of their configuration counts there.

A WAN is on the IPv6 side when something of it is: a default route, an address of its own, a row
that wanwatch changed for it, or what the operator configured. Configured marks and tables count where the IPv6 rows know them and do not
lead them out by another line, since they may be meant for IPv4 alone; else they are derived from
those rows as they are for IPv4.
"""

from collections.abc import Sequence
from dataclasses import replace
from ipaddress import IPv6Interface

from wanwatch.core.families import version_of
from wanwatch.core.gateways import next_hops, resolve
from wanwatch.core.marked_tables import routed_marks
from wanwatch.core.model import WanSpec
from wanwatch.core.originals import is_enabled, original, original_gateways
from wanwatch.core.snapshot import Route, Snapshot
from wanwatch.core.tags import split_comment

_TRANSLATING = ("src-nat", "netmap")
"""The actions that name the addresses they translate to. Prefix translation (``snpt``) is not
among them: it works packet by packet, past connection tracking (RouterOS manual, "Mangle")."""


def specs_of_family(specs: Sequence[WanSpec], version: int) -> tuple[WanSpec, ...]:
    """The WANs with the gateways and addresses of one family; interface gateways are of both."""
    other = 10 - version
    return tuple(
        replace(
            spec,
            gateways=tuple(g for g in spec.gateways if version_of(g) != other),
            addresses=tuple(a for a in spec.addresses if version_of(a) != other),
        )
        for spec in specs
    )


def ipv6_specs(specs: Sequence[WanSpec], snapshot: Snapshot) -> tuple[WanSpec, ...]:
    """The WANs of the IPv6 side ``snapshot``, as they are configured for it."""
    marks, tables = _marks(snapshot), _tables(snapshot)
    uplinks, tagged = _uplinks(snapshot), _tagged(snapshot)
    found = []
    routed, exits = routed_marks(snapshot.mangle), _exits(snapshot)
    for spec in specs_of_family(specs, 6):
        elsewhere = {t for t, interfaces in exits.items() if spec.interface not in interfaces}
        own = replace(
            spec,
            gateways=tuple(g for g in spec.gateways if version_of(g) == 6),
            connection_marks=tuple(
                m
                for m in spec.connection_marks
                if m in marks and not routed.get(m, frozenset()) & elsewhere
            ),
            routing_tables=tuple(
                t for t in spec.routing_tables if t in tables and t not in elsewhere
            ),
            addresses=tuple(spec.addresses) or _translated_to(spec.interface, snapshot),
        )
        named = own.gateways or own.connection_marks or own.routing_tables or own.addresses
        if named or spec.interface in uplinks or spec.name in tagged:
            found.append(own)
    return tuple(found)


def _marks(snapshot: Snapshot) -> set[str]:
    """The connection marks that rules match, and those they set when all is well."""
    matched = {rule.connection_mark for rule in snapshot.mangle}
    return matched | {original(r).get("new-connection-mark", "") for r in snapshot.mangle}


def _tables(snapshot: Snapshot) -> set[str]:
    """The tables that have routes, and those that rules mark for when all is well."""
    routed = {route.table for route in snapshot.routes}
    return routed | {original(r).get("new-routing-mark", "") for r in snapshot.mangle}


def _exits(snapshot: Snapshot) -> dict[str, set[str]]:
    """Table -> the interfaces its nearest default routes lead out by, where that is known."""
    nearest: dict[str, list[Route]] = {}
    for route in snapshot.routes:
        if route.is_default and not route.blackhole and is_enabled(route):
            rows = nearest.setdefault(route.table, [])
            if rows and route.distance < rows[0].distance:
                rows.clear()
            if not rows or route.distance == rows[0].distance:
                rows.append(route)
    found = {
        table: {
            resolve(gateway, snapshot).interface
            for route in rows
            for gateway in original_gateways(route)
        }
        - {""}
        for table, rows in nearest.items()
    }
    return {table: interfaces for table, interfaces in found.items() if interfaces}


def _uplinks(snapshot: Snapshot) -> set[str]:
    """The interfaces of default routes as the operator set them."""
    return {
        hop.interface
        for route in snapshot.routes
        if route.is_default and not route.blackhole
        for hop in (
            *next_hops(route, snapshot),
            *(resolve(gateway, snapshot) for gateway in original_gateways(route)),
        )
    }


def _tagged(snapshot: Snapshot) -> set[str]:
    comments = [route.comment for route in snapshot.routes]
    comments += [rule.comment for rule in snapshot.mangle]
    return {tag.wan for comment in comments if (tag := split_comment(comment)[1]) is not None}


def _translated_to(interface: str, snapshot: Snapshot) -> tuple[str, ...]:
    """The WAN's own addresses, and the addresses and prefixes that its NAT rules name."""
    if not interface:
        return ()
    lists = {n for n, members in snapshot.interface_lists.items() if interface in members}
    found = [
        _prefix(row.address.partition("/")[0])
        for row in snapshot.addresses
        if row.interface == interface and not row.disabled
    ]
    for rule in snapshot.nat:
        leaves = rule.out_interface == interface or rule.out_interface_list in lists
        if leaves and not rule.disabled and rule.action in _TRANSLATING:
            found.append(_prefix(rule.to_addresses))
    return tuple(dict.fromkeys(filter(None, found)))


def _prefix(text: str) -> str:
    """An address, or a prefix with its length; empty where the text is neither."""
    try:
        network = IPv6Interface(text).network
    except ValueError:
        return ""
    return str(network.network_address if network.prefixlen == 128 else network)
