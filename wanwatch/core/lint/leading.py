"""Where marks lead: from a connection mark to a table, and from a table to its lines.

A line is named by its interface, or by the gateway where no interface is known. Only what a table
uses when all is well counts: its nearest enabled default routes.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from wanwatch.core.gateways import resolve
from wanwatch.core.originals import is_enabled, original, original_gateways
from wanwatch.core.snapshot import MangleRule, Route, Snapshot

PREROUTING, OUTPUT = "prerouting", "output"
_BUILT_IN = frozenset({PREROUTING, "input", "forward", OUTPUT, "postrouting"})


class Leading:
    """What the enabled, valid mangle rules and the routes of a router lead to."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._hops: dict[str, str] = {}
        self._lines: dict[str, frozenset[str]] = {}
        self.rules = tuple(r for r in snapshot.mangle if not (r.disabled or r.dynamic or r.invalid))
        self.roots = _roots(self.rules)
        """Chain -> the built-in chains it is reached from."""
        self.routes: dict[str, list[Route]] = defaultdict(list)
        for route in snapshot.routes:
            self.routes[route.table].append(route)
        self.routing: dict[str, list[MangleRule]] = defaultdict(list)
        """Connection mark -> the rules that mark its packets for a table."""
        for rule in self.rules:
            if rule.action == "mark-routing" and _names_one(rule.connection_mark):
                self.routing[rule.connection_mark].append(rule)

    def tables_of(self, mark: str) -> frozenset[str]:
        """The tables a connection mark is routed by, in any chain."""
        return frozenset(table_of(rule) for rule in self.routing.get(mark, ()))

    def defaults(self, table: str) -> list[Route]:
        """The enabled default routes of a table that forward."""
        return [
            route
            for route in self.routes.get(table, ())
            if route.is_default and not route.blackhole and is_enabled(route)
        ]

    def resting_lines(self, table: str) -> frozenset[str]:
        """The lines that disabled default routes of a table would lead to."""
        return frozenset(
            line
            for route in self.routes.get(table, ())
            if route.is_default and not is_enabled(route)
            for line in self._lines_of(route)
        )

    def lines(self, table: str) -> frozenset[str]:
        """The lines a table leads to; empty where it leads to none, or nobody can say."""
        if table not in self._lines:
            rows = self.defaults(table)
            nearest = min((row.distance for row in rows), default=0)
            lines = frozenset(
                line for row in rows if row.distance == nearest for line in self._lines_of(row)
            )
            self._lines[table] = frozenset() if "" in lines else lines
        return self._lines[table]

    def lines_of(self, action: str, mark: str) -> frozenset[str]:
        """The lines that a mark which ``action`` sets leads to."""
        tables: Iterable[str] = [mark] if action == "mark-routing" else self.tables_of(mark)
        return frozenset(line for table in tables for line in self.lines(table))

    def _lines_of(self, route: Route) -> Iterator[str]:
        gateways = original_gateways(route)
        known = route.next_hops if gateways == route.gateways else ()
        for index, gateway in enumerate(gateways):
            if index < len(known) and known[index].interface:
                yield known[index].interface
                continue
            if gateway not in self._hops:
                hop = resolve(gateway, self._snapshot)
                self._hops[gateway] = hop.interface or hop.address
            yield self._hops[gateway]


def table_of(rule: MangleRule) -> str:
    """The table that a rule marks for, as the operator set it."""
    return original(rule).get("new-routing-mark", "")


def _names_one(mark: str) -> bool:
    return mark not in ("", "no-mark") and not mark.startswith("!")


def _roots(rules: Iterable[MangleRule]) -> Mapping[str, frozenset[str]]:
    jumps: dict[str, set[str]] = defaultdict(set)
    for rule in rules:
        if rule.action == "jump":
            jumps[rule.chain].add(rule.properties.get("jump-target", ""))
    found: dict[str, set[str]] = defaultdict(set)
    for root in _BUILT_IN:
        waiting = [root]
        while waiting:
            chain = waiting.pop()
            if root not in found[chain]:
                found[chain].add(root)
                waiting += jumps[chain]
    return {chain: frozenset(roots) for chain, roots in found.items()}
