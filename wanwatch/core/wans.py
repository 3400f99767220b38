"""Which tables, marks and addresses on the router are each WAN's.

What the operator configured stands. The rest is derived from one snapshot: a table belongs to the
WAN that its best default route leads through, a connection mark to the WAN whose table it is
routed by. Where the router says two things at once, the mark belongs to nobody and a finding says
so; nothing is guessed. Only tables that PCC reaches, by a connection mark or directly, are
managed: a probe table is reached by the probes' source address alone and is never touched.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from wanwatch.core.gateways import next_hops
from wanwatch.core.marked_tables import in_force, managed_tables, routed_marks
from wanwatch.core.model import Finding, Severity, WanSpec
from wanwatch.core.originals import nearest_defaults, original, original_gateways
from wanwatch.core.snapshot import MAIN_TABLE, NextHop, Route, Snapshot
from wanwatch.core.tags import split_comment
from wanwatch.core.wan_addresses import addresses_of


@dataclass(frozen=True, slots=True)
class Wan:
    """A WAN as it stands on the router."""

    name: str
    interface: str
    """Empty where it is known by its gateways alone."""
    weight: int | None
    gateways: frozenset[str]
    routing_tables: frozenset[str]
    connection_marks: frozenset[str]
    """Marks by which its new connections are routed; they own the PCC rules that set them."""
    flush_marks: frozenset[str]
    """Marks that only its connections bear."""
    addresses: frozenset[str]


@dataclass(frozen=True, slots=True)
class Wans:
    """All WANs of one router, and what could not be told about them."""

    wans: tuple[Wan, ...]
    managed_tables: frozenset[str]
    findings: tuple[Finding, ...]

    def of_interface(self, interface: str) -> Wan | None:
        """The WAN of an interface, where exactly one has it."""
        return _single(wan for wan in self.wans if interface and wan.interface == interface)

    def named(self, name: str) -> Wan | None:
        """The WAN of that name."""
        return _single(wan for wan in self.wans if wan.name == name)

    def of_table(self, table: str) -> Wan | None:
        """The WAN a routing table belongs to."""
        return _single(wan for wan in self.wans if table in wan.routing_tables)

    def of_connection_mark(self, mark: str) -> Wan | None:
        """The WAN a connection mark is routed to."""
        return _single(wan for wan in self.wans if mark in wan.connection_marks)

    def owners(self, route: Route, snapshot: Snapshot) -> tuple[Wan | None, ...]:
        """The WAN behind each gateway of a route, as the operator set it."""
        return _owners(route, snapshot, self.wans)


_T = TypeVar("_T")
_W = TypeVar("_W", Wan, WanSpec)


def bind(specs: Sequence[WanSpec], snapshot: Snapshot) -> Wans:
    """Find every configured WAN on the router."""
    routed = routed_marks(snapshot.mangle)
    reached = managed_tables(snapshot)
    table_of = _wan_of_tables(reached, snapshot, specs)
    findings: list[Finding] = []
    leading = _uplinks(snapshot)
    uplinks = (leading | {spec.interface for spec in specs}) - {""}
    wans = []
    for spec in specs:
        tables = frozenset(spec.routing_tables) or frozenset(
            t for t, name in table_of.items() if name == spec.name
        )
        configured = frozenset(spec.connection_marks)
        marks = configured or _marks_of(tables, routed, findings, spec.name)
        wans.append(
            Wan(
                name=spec.name,
                interface=spec.interface,
                weight=spec.weight,
                gateways=frozenset(spec.gateways) or _gateways_of(spec.interface, snapshot),
                routing_tables=tables,
                connection_marks=marks,
                flush_marks=configured or _flush_marks(spec.interface, marks, uplinks, snapshot),
                addresses=frozenset(spec.addresses) or addresses_of(spec.interface, snapshot),
            )
        )
    managed = reached | {t for wan in wans for t in wan.routing_tables} | {MAIN_TABLE}
    findings += _missing(wans, leading)
    return Wans(tuple(wans), frozenset(managed), tuple(findings))


def _owners(route: Route, snapshot: Snapshot, wans: Sequence[_W]) -> tuple[_W | None, ...]:
    """A gateway that nothing leads to any more, as its lease is gone, is its tag's WAN's."""
    gateways = original_gateways(route)
    now = route.gateways if not route.disabled else ()
    if gateways != route.gateways:
        route = replace(route, gateways=gateways, next_hops=())
    tag = split_comment(route.comment)[1]
    of_tag = _single(wan for wan in wans if tag is not None and wan.name == tag.wan)
    found = []
    for gateway, hop in zip(gateways, next_hops(route, snapshot), strict=True):
        owner = _behind(hop, wans)
        lost = owner is None and not hop.interface and gateway not in now
        found.append(of_tag if lost else owner)
    return tuple(found)


def _behind(hop: NextHop, wans: Sequence[_W]) -> _W | None:
    """The WAN a next hop leads through: by its interface, and by gateway where that says more."""
    found = [wan for wan in wans if hop.interface and wan.interface == hop.interface]
    if len(found) != 1 and hop.address:
        candidates = found or ([] if hop.interface else wans)
        found = [wan for wan in candidates if hop.address in wan.gateways]
    return _single(found)


def _wan_of_tables(
    tables: Iterable[str], snapshot: Snapshot, specs: Sequence[WanSpec]
) -> dict[str, str]:
    """Table -> the WAN its best default route leads through, where that is one."""
    result = {}
    for table in tables:
        owners = {
            owner.name if owner else ""
            for row in nearest_defaults(table, snapshot)
            for owner in _owners(row, snapshot, specs)
        }
        if len(owners) == 1 and "" not in owners:
            result[table] = owners.pop()
    return result


def _marks_of(
    tables: frozenset[str], routed: Mapping[str, frozenset[str]], findings: list[Finding], wan: str
) -> frozenset[str]:
    marks = set()
    for mark, leads_to in routed.items():
        if leads_to <= tables:
            marks.add(mark)
        elif leads_to & tables:
            findings.append(
                Finding(
                    "connection-mark-ambiguous",
                    Severity.WARNING,
                    wan,
                    (("connection_mark", mark), ("tables", ", ".join(sorted(leads_to)))),
                )
            )
    return frozenset(marks)


def _flush_marks(
    interface: str, marks: frozenset[str], uplinks: Collection[str], snapshot: Snapshot
) -> frozenset[str]:
    """Marks whose every setter puts them on this WAN's connections only."""
    good: set[str] = set()
    bad: set[str] = set()
    for rule in in_force(snapshot.mangle):
        if rule.action != "mark-connection":
            continue
        mark = original(rule).get("new-connection-mark", "")
        arrives = rule.properties.get("in-interface", "")
        if arrives in uplinks and not rule.classifier:
            (good if arrives == interface else bad).add(mark)
        else:
            (good if mark in marks else bad).add(mark)
    return frozenset(good - bad - {""})


def _uplinks(snapshot: Snapshot) -> frozenset[str]:
    """The interfaces that default routes lead through."""
    return frozenset(
        hop.interface
        for route in snapshot.routes
        if route.is_default and not route.blackhole
        for hop in next_hops(route, snapshot)
    ) - {""}


def _gateways_of(interface: str, snapshot: Snapshot) -> frozenset[str]:
    return frozenset(
        hop.address
        for route in snapshot.routes
        if route.is_default
        for hop in next_hops(route, snapshot)
        if interface and hop.interface == interface and hop.address
    )


def _missing(wans: Sequence[Wan], uplinks: Collection[str]) -> list[Finding]:
    findings = []
    for wan in wans:
        if not wan.gateways and not wan.routing_tables and wan.interface not in uplinks:
            findings.append(
                Finding(
                    "wan-not-found",
                    Severity.ERROR,
                    wan.name,
                    (("interface", wan.interface),),
                )
            )
        elif not wan.addresses:
            findings.append(Finding("wan-without-address", Severity.WARNING, wan.name))
    return findings


def _single(found: Iterable[_T]) -> _T | None:
    several = list(found)
    return several[0] if len(several) == 1 else None
