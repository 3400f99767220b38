"""From a survey to the WANs on the router, and how traffic reaches them.

Theory of operation. Every default route leads to a first hop (``uplinks``); first hops that are the
same are one line (``lines``). Which interface a line is behind is read from the router, or from
what else the configuration says (``evidence``). A line that main or a PCC table leads to is a WAN
(``choice``). Its tables are those whose nearest default route it is; its connection marks those
that are routed by its tables; its buckets those whose mark leads there. Two readings are never
decided between: a finding says so and names the configuration key that does (``doubts``).
"""

from collections.abc import Iterable, Mapping, Sequence

from wanwatch.core.discovery.choice import choose, routeless_id
from wanwatch.core.discovery.doubts import doubts
from wanwatch.core.discovery.evidence import find_interfaces
from wanwatch.core.discovery.found import Discovery, FoundWan
from wanwatch.core.discovery.lines import Line, find_lines
from wanwatch.core.discovery.marking import Marking
from wanwatch.core.discovery.naming import name_of
from wanwatch.core.discovery.tables import describe_tables
from wanwatch.core.discovery.translation import translated_addresses, translating_rules
from wanwatch.core.discovery.uplinks import find_uplinks, with_interfaces
from wanwatch.core.groups import current_shares, find_groups
from wanwatch.core.model import WanSpec
from wanwatch.core.originals import nearest_defaults
from wanwatch.core.snapshot import MAIN_TABLE, Route
from wanwatch.core.survey import Survey
from wanwatch.core.wan_addresses import addresses_of
from wanwatch.core.wans import Wan, Wans, bind


def discover(survey: Survey) -> Discovery:
    """Find the WANs of a router; never raises, whatever the router is like."""
    snapshot = survey.snapshot
    marking = Marking(survey)
    uplinks = find_uplinks(snapshot)
    evidence = find_interfaces(survey, marking, uplinks)
    uplinks = with_interfaces(uplinks, {key: found for key, (found, _) in evidence.items()})
    lines = find_lines(survey, marking, uplinks)
    choice = choose(survey, marking, lines, evidence)
    nearest = {t: {route.id for route in nearest_defaults(t, snapshot)} for t in _tables(survey)}
    specs = tuple(_specs(survey, marking, choice.wans, nearest))
    bound = bind(specs, snapshot)
    shares = current_shares(snapshot, bound)
    routes = _routes_of(survey, bound)
    wans = tuple(
        _found(survey, marking, wan, routes.get(wan.name, ()), nearest, shares.get(wan.name, 0.0))
        for wan in bound.wans
    )
    return Discovery(
        wans=wans,
        tables=describe_tables(survey, marking, lines, bound),
        groups=find_groups(snapshot, bound).groups,
        bound=bound,
        specs=specs,
        findings=doubts(survey, marking, choice, wans),
    )


_Nearest = Mapping[str, set[str]]
"""Table -> ids of the default routes that it uses when all is well."""


def _tables(survey: Survey) -> Iterable[str]:
    return dict.fromkeys(route.table for route in survey.snapshot.routes if route.is_default)


def _specs(
    survey: Survey, marking: Marking, lines: Sequence[Line], nearest: _Nearest
) -> list[WanSpec]:
    """What a configuration would say of the lines."""
    specs: list[WanSpec] = []
    interfaces = [line.interface for line in lines]
    for line in lines:
        tables = _own_tables(marking, line, lines, nearest)
        preferred = [line.interface, *tables, *line.tables, line.address]
        if line.interface and line.address and interfaces.count(line.interface) > 1:
            preferred.insert(0, f"{line.interface}-{line.address}")
        own = frozenset(translated_addresses(survey, tables))
        if own:
            own |= addresses_of(line.interface, survey.snapshot)
        specs.append(
            WanSpec(
                name=name_of((t for t in preferred if t != MAIN_TABLE), (s.name for s in specs)),
                interface=line.interface,
                gateways=(line.address,) if line.address else (),
                routing_tables=tables,
                addresses=tuple(sorted(own)),
            )
        )
    return specs


def _own_tables(
    marking: Marking, line: Line, lines: Sequence[Line], nearest: _Nearest
) -> tuple[str, ...]:
    """The tables that rules mark for and whose nearest defaults lead through this line alone."""
    own = {uplink.route.id for uplink in line.uplinks}
    others = {u.route.id for other in lines if other is not line for u in other.uplinks}
    return tuple(
        table
        for table in marking.managed_tables
        if routeless_id(table) in own
        or (bool(nearest.get(table)) and nearest[table] <= own - others)
    )


def _routes_of(survey: Survey, bound: Wans) -> dict[str, list[Route]]:
    """Every default route of each WAN, also those that the operator disabled."""
    found: dict[str, list[Route]] = {}
    for route in survey.snapshot.routes:
        if route.is_default and not route.blackhole:
            for owner in dict.fromkeys(bound.owners(route, survey.snapshot)):
                if owner is not None:
                    found.setdefault(owner.name, []).append(route)
    return found


def _found(  # noqa: PLR0917 - one call, each argument of another kind
    survey: Survey,
    marking: Marking,
    wan: Wan,
    routes: Sequence[Route],
    nearest: _Nearest,
    share: float,
) -> FoundWan:
    own = {route.id for route in routes}
    led = {t for route in routes if nearest.get(t := route.table) and nearest[t] <= own}
    places = {table: place for place, table in enumerate(marking.marked_tables)}
    tables = sorted(
        (wan.routing_tables | led) - {MAIN_TABLE}, key=lambda t: (places.get(t, len(places)), t)
    )
    return FoundWan(
        name=wan.name,
        interfaces=(wan.interface,) if wan.interface else (),
        gateways=tuple(sorted(wan.gateways)) or ((wan.interface,) if wan.interface else ()),
        addresses=tuple(sorted(wan.addresses)),
        routing_tables=tuple(tables),
        routing_marks=tuple(table for table in tables if table in places),
        connection_marks=tuple(sorted(wan.connection_marks | wan.flush_marks)),
        routes=tuple(routes),
        nat=tuple(translating_rules(survey, wan.interface, frozenset(tables))),
        share=share,
    )
