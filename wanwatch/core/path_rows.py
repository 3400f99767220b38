"""Which rows of the router decide where probes go: when they change, paths are proven anew.

wanwatch's own changes are not among them: probes never travel over a table that it changes, and it
rewrites rules that classify or bear its tag only.
"""

from collections.abc import Hashable, Mapping, Sequence

from wanwatch.core.ipv6_side import specs_of_family
from wanwatch.core.model import WanSpec
from wanwatch.core.snapshot import Snapshot
from wanwatch.core.tags import split_comment
from wanwatch.core.wans import bind


def path_addresses(specs: Sequence[WanSpec], snapshot: Snapshot) -> Mapping[str, frozenset[str]]:
    """The IPv4 addresses that each WAN's connections may be translated to."""
    wans = bind(specs_of_family(specs, 4), snapshot)
    return {wan.name: wan.addresses for wan in wans.wans}


def path_rows(specs: Sequence[WanSpec], snapshot: Snapshot) -> Hashable:
    """What of a snapshot probes are led and translated by; equal as long as nothing changed."""
    wans = bind(specs_of_family(specs, 4), snapshot)
    rules = tuple(
        (rule.disabled, tuple(sorted(rule.properties.items())))
        for rule in snapshot.mangle
        if not rule.classifier and split_comment(rule.comment)[1] is None
    )
    routes = tuple(
        (route.table, route.gateways, route.distance, route.disabled)
        for route in snapshot.routes
        if route.is_default and route.table not in wans.managed_tables
    )
    addresses = tuple((wan.name, wan.addresses) for wan in wans.wans)
    return rules, routes, snapshot.nat, addresses
