"""From a survey to the WANs on the router: where every default route leads, and what marks for it."""

from wanwatch.core.discovery.found import Discovery, FoundTable, FoundWan, TableKind
from wanwatch.core.gateways import next_hops
from wanwatch.core.groups import current_shares, find_groups
from wanwatch.core.model import WanSpec
from wanwatch.core.snapshot import MAIN_TABLE
from wanwatch.core.survey import Survey
from wanwatch.core.wans import bind, nearest_defaults


def discover(survey: Survey) -> Discovery:
    """Find the WANs of a router; never raises, whatever the router is like."""
    snapshot = survey.snapshot
    interfaces: dict[str, None] = {}
    for route in snapshot.routes:
        if route.is_default and not route.blackhole:
            for hop in next_hops(route, snapshot):
                if hop.interface:
                    interfaces[hop.interface] = None
    specs = tuple(WanSpec(name, name) for name in interfaces)
    bound = bind(specs, snapshot)
    shares = current_shares(snapshot, bound)
    marks = {rule.new_routing_mark for rule in snapshot.mangle}
    wans = tuple(
        FoundWan(
            name=wan.name,
            interfaces=(wan.interface,),
            gateways=tuple(sorted(wan.gateways)),
            addresses=tuple(sorted(wan.addresses)),
            routing_tables=tuple(sorted(wan.routing_tables)),
            routing_marks=tuple(sorted(wan.routing_tables & marks)),
            connection_marks=tuple(sorted(wan.connection_marks)),
            routes=tuple(
                route
                for route in snapshot.routes
                if route.is_default and wan in bound.owners(route, snapshot)
            ),
            share=shares[wan.name],
        )
        for wan in bound.wans
    )
    names = dict.fromkeys(
        (*snapshot.tables, *(r.table for r in snapshot.routes), *sorted(marks - {""}))
    )
    tables = tuple(_table(name, bound.of_table(name), survey) for name in names)
    return Discovery(wans, tables, find_groups(snapshot, bound).groups, bound, specs)


def _table(name: str, wan: object, survey: Survey) -> FoundTable:
    if name == MAIN_TABLE:
        return FoundTable(name, TableKind.MAIN)
    if wan is not None:
        return FoundTable(name, TableKind.WAN)
    kind = TableKind.UNKNOWN if nearest_defaults(name, survey.snapshot) else TableKind.EMPTY
    return FoundTable(name, kind)
