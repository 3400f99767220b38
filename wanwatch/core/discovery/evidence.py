"""Which interface a gateway is behind, where neither the router nor its addresses say so.

An export does not hold the addresses that DHCP gave. What else the configuration says is asked in
turn, the certain before the likely; a source that says two things at once says nothing.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address, ip_network

from wanwatch.core.discovery.clients import DHCP_CLIENT, LTE, PPP_CLIENTS
from wanwatch.core.discovery.marking import Marking
from wanwatch.core.discovery.uplinks import Uplink
from wanwatch.core.originals import original
from wanwatch.core.survey import Survey

_WORD = re.compile(r"[^\W_]{2,}")


class Evidence(StrEnum):
    """Why a gateway is taken to be behind an interface."""

    NETWORK_ROUTE = "network-route"
    """A route to the gateway's network leads through the interface."""
    ARRIVAL_MARK = "arrival-mark"
    """What arrives by the interface is marked for the gateway's table."""
    NEGATED_INTERFACE = "negated-interface"
    """What does not arrive by the interface is routed by the gateway's table."""
    NAMED_ALIKE = "named-alike"
    """The interface and the gateway's table are named or commented alike, and no others are."""
    ONLY_ONE_LEFT = "only-one-left"
    """It is the only interface and the only gateway that are left."""


CERTAIN = (Evidence.NETWORK_ROUTE, Evidence.ARRIVAL_MARK)
"""Evidence that the router's own behaviour depends on; other evidence is only likely."""

Pairs = Iterable[tuple[str, str]]
"""Uplink key, interface."""


def candidates(survey: Survey, marking: Marking) -> tuple[str, ...]:
    """Interfaces that may be a line's: those of clients, and those that srcnat rules leave by."""
    found: dict[str, None] = {}
    for row in survey.enabled(DHCP_CLIENT):
        found[row.get("interface", "")] = None
    for menu in (*PPP_CLIENTS, LTE):
        for row in survey.enabled(menu):
            found[row.get("name", "")] = None
    for rule in survey.snapshot.nat:
        if rule.disabled or rule.action not in ("masquerade", "src-nat"):
            continue
        members = survey.snapshot.interface_lists.get(rule.out_interface_list, ())
        found.update(dict.fromkeys((rule.out_interface, *members)))
    return tuple(name for name in found if name and name[0] != "!" and name not in marking.inside)


def find_interfaces(
    survey: Survey, marking: Marking, uplinks: Sequence[Uplink]
) -> dict[str, tuple[str, Evidence]]:
    """Uplink key -> the interface it is behind and how that is known."""
    return _Search(survey, marking, uplinks).run()


@dataclass(slots=True)
class _Search:
    survey: Survey
    marking: Marking
    uplinks: Sequence[Uplink]
    known: dict[str, tuple[str, Evidence]] = field(default_factory=dict)

    def run(self) -> dict[str, tuple[str, Evidence]]:
        sources: tuple[tuple[Evidence, Callable[[], Pairs]], ...] = (
            (Evidence.NETWORK_ROUTE, self._by_network_route),
            (Evidence.ARRIVAL_MARK, self._by_arrival),
            (Evidence.NEGATED_INTERFACE, self._by_negation),
            (Evidence.NAMED_ALIKE, self._by_name),
            (Evidence.ONLY_ONE_LEFT, self._by_elimination),
        )
        unknown = {uplink.key for uplink in self.uplinks if not uplink.interface}
        for evidence, source in sources:
            taken = self._taken()
            for key, interface in _agreeing(source()).items():
                if key in unknown - self.known.keys() and interface not in taken:
                    self.known[key] = (interface, evidence)
        return self.known

    def _taken(self) -> set[str]:
        """Interfaces whose gateway is known."""
        found = {interface for interface, _ in self.known.values()}
        return found | {u.interface for u in self.uplinks if u.address and u.interface}

    def _open(self) -> set[str]:
        return set(candidates(self.survey, self.marking)) - self._taken()

    def _nearest_keys(self, table: str) -> set[str]:
        """The first hops of a table's nearest default routes whose interface is not known."""
        rows = [uplink for uplink in self.uplinks if uplink.route.table == table]
        nearest = min((uplink.route.distance for uplink in rows), default=0)
        return {u.key for u in rows if u.route.distance == nearest and not u.interface}

    def _by_network_route(self) -> Iterator[tuple[str, str]]:
        networks = []
        for route in self.survey.snapshot.routes:
            if route.is_default or route.disabled or len(route.gateways) != 1:
                continue
            gateway = route.gateways[0]
            if gateway and not _is_address(gateway.partition("%")[0].partition("@")[0]):
                try:
                    networks.append((ip_network(route.dst_address, strict=False), gateway))
                except ValueError:
                    continue
        for uplink in self.uplinks:
            if uplink.interface or not _is_address(uplink.address):
                continue
            address = ip_address(uplink.address)
            for network, interface in networks:
                if address in network:
                    yield uplink.key, interface

    def _by_arrival(self) -> Iterator[tuple[str, str]]:
        for arrival in self.marking.arrivals():
            tables = self.marking.tables_of(arrival.connection_mark)
            if len(tables) == 1:
                for key in self._nearest_keys(next(iter(tables))):
                    yield key, arrival.interface

    def _by_negation(self) -> Iterator[tuple[str, str]]:
        for rule in self.marking.rules:
            interface = rule.properties.get("in-interface", "")
            if rule.action == "mark-routing" and rule.classifier and interface.startswith("!"):
                for key in self._nearest_keys(original(rule).get("new-routing-mark", "")):
                    yield key, interface[1:]

    def _by_name(self) -> Iterator[tuple[str, str]]:
        """A word that the names and comments of one interface and one gateway share."""
        words_of = {name: _words(name, *self._comments(name)) for name in sorted(self._open())}
        for key, words in self._words_of_keys().items():
            for name, own in words_of.items():
                others = set().union(*(w for n, w in words_of.items() if n != name))
                if words & (own - others):
                    yield key, name

    def _words_of_keys(self) -> dict[str, set[str]]:
        keys: dict[str, set[str]] = {}
        for table in self.marking.marked_tables:
            for key in self._nearest_keys(table):
                marks = [m for m, tables in self.marking.routed.items() if table in tables]
                comments = [u.route.comment for u in self.uplinks if u.key == key]
                keys.setdefault(key, set()).update(_words(table, *marks, *comments))
        return keys

    def _comments(self, interface: str) -> list[str]:
        """What the operator wrote beside an interface, its client and its address."""
        menus = ("/interface", "/interface/ethernet", "/interface/vlan", *PPP_CLIENTS)
        rows = [r for menu in menus for r in self.survey.of(menu) if r.get("name") == interface]
        for menu in (DHCP_CLIENT, "/ip/address"):
            rows += [r for r in self.survey.of(menu) if r.get("interface") == interface]
        return [row.get("comment", "") for row in rows]

    def _by_elimination(self) -> Pairs:
        keys = {u.key for u in self.uplinks if not u.interface and u.key not in self.known}
        left = sorted(self._open())
        return [(keys.pop(), left[0])] if len(keys) == 1 and len(left) == 1 else []


def _agreeing(pairs: Pairs) -> dict[str, str]:
    """Those pairs that no other pair contradicts, from either side."""
    of_key: dict[str, set[str]] = {}
    of_interface: dict[str, set[str]] = {}
    for key, interface in pairs:
        of_key.setdefault(key, set()).add(interface)
        of_interface.setdefault(interface, set()).add(key)
    return {
        key: next(iter(found))
        for key, found in of_key.items()
        if len(found) == 1 and len(of_interface[next(iter(found))]) == 1
    }


def _words(*texts: str) -> set[str]:
    """The telling words of names, in lower case."""
    found = {word.lower() for text in texts for word in _WORD.findall(text)}
    return {word for word in found if any(char.isalpha() for char in word)} - _COMMON


_COMMON = frozenset(
    {
        *("to", "via", "con", "conn", "connection", "route", "routing", "mark", "wan", "isp"),
        *("ether", "table", "out", "pppoe", "gateway", "gw", "internet", "main", "link", "the"),
        *("balance", "default", "lan", "local", "line", "ip", "for"),
    }
)
"""Words that say what a thing is, not which one."""


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
