"""Which marks lead to which tables, and which interfaces the rules call inside or outside."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from wanwatch.core.discovery.clients import DHCP_CLIENT, PPP_CLIENTS
from wanwatch.core.marked_tables import managed_tables, routed_marks
from wanwatch.core.originals import original
from wanwatch.core.snapshot import MAIN_TABLE, MangleRule
from wanwatch.core.survey import Survey


@dataclass(frozen=True, slots=True)
class Arrival:
    """A rule that marks what comes in by one interface."""

    interface: str
    connection_mark: str


class Marking:
    """What the enabled mangle rules say of marks, tables and interfaces."""

    def __init__(self, survey: Survey) -> None:
        snapshot = survey.snapshot
        self._snapshot = snapshot
        self.rules = tuple(r for r in snapshot.mangle if not (r.disabled or r.dynamic))
        self.routed: Mapping[str, frozenset[str]] = routed_marks(snapshot.mangle)
        """Connection mark -> the tables that it is routed by."""
        self.marked_tables = tuple(
            dict.fromkeys(
                mark
                for rule in self.rules
                if rule.action == "mark-routing"
                and (mark := original(rule).get("new-routing-mark", "")) not in ("", MAIN_TABLE)
            )
        )
        """Tables that rules mark for, in the order of the rules."""
        managed = managed_tables(snapshot)
        self.managed_tables = tuple(t for t in self.marked_tables if t in managed)
        """Those of them that clients' connections are marked for."""
        self.inside = frozenset(self._inside(survey)) - frozenset(_outside(survey))

    def tables_of(self, connection_mark: str) -> frozenset[str]:
        """The tables that a connection mark is routed by."""
        return self.routed.get(connection_mark, frozenset())

    def balanced_tables(self) -> tuple[str, ...]:
        """The tables that PCC rules lead to, in the order of the rules."""
        found: dict[str, None] = {}
        for rule in self.rules:
            if not rule.classifier:
                continue
            for table in self._targets(rule, frozenset()):
                found[table] = None
        return tuple(found)

    def arrivals(self) -> Iterator[Arrival]:
        """The rules that mark what arrives by one interface, PCC rules left out."""
        for rule in self.rules:
            if rule.action == "mark-connection" and not rule.classifier:
                interface = self._one_interface(rule)
                mark = rule.new_connection_mark
                if interface and mark and interface not in self.inside:
                    yield Arrival(interface, mark)

    def _targets(self, rule: MangleRule, seen: frozenset[str]) -> Iterator[str]:
        words = original(rule)
        if rule.action == "mark-routing":
            yield from [words["new-routing-mark"]] if words.get("new-routing-mark") else []
        elif rule.action == "mark-connection":
            yield from sorted(self.tables_of(words.get("new-connection-mark", "")))
        elif rule.action == "jump":
            chain = words.get("jump-target", "")
            if chain and chain not in seen:
                for inner in self.rules:
                    if inner.chain == chain:
                        yield from self._targets(inner, seen | {chain})

    def _one_interface(self, rule: MangleRule) -> str:
        interface = rule.properties.get("in-interface", "")
        if interface:
            return "" if interface.startswith("!") else interface
        members = self._snapshot.interface_lists.get(rule.properties.get("in-interface-list", ""))
        return members[0] if members is not None and len(members) == 1 else ""

    def _inside(self, survey: Survey) -> Iterable[str]:
        """Interfaces that clients are behind: where PCC takes traffic, or addresses are given out."""
        for rule in self.rules:
            if not rule.classifier:
                continue
            interface = rule.properties.get("in-interface", "")
            if interface and not interface.startswith("!"):
                yield interface
            name = rule.properties.get("in-interface-list", "")
            if not name.startswith("!"):
                yield from self._snapshot.interface_lists.get(name, ())
        for row in survey.enabled("/ip/dhcp-server"):
            yield row.get("interface", "")


def _outside(survey: Survey) -> Iterable[str]:
    """Interfaces that clearly are a line's: a client's, or one that srcnat rules leave by."""
    for row in survey.enabled(DHCP_CLIENT):
        yield row.get("interface", "")
    for menu in PPP_CLIENTS:
        for row in survey.enabled(menu):
            yield row.get("name", "")
    for rule in survey.snapshot.nat:
        if not rule.disabled and rule.action in ("masquerade", "src-nat"):
            yield rule.out_interface
