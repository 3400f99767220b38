"""Where a packet goes: tables, marks, rules, and the fall through to main.

Sources: RouterOS manual, "Routing decision" and "Policy routing": a lookup in a marked table that
finds nothing goes on to the next rule and ends in main, unless ``lookup-only-in-table`` or a
blackhole stops it; RouterOS 7 looks at the mark before it asks whether the address is its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wanwatch.sim.jhash import jhash
from wanwatch.sim.matchers import InvalidRuleError, address_test
from wanwatch.sim.packet import Packet, mask_of
from wanwatch.sim.resolve import Hop, Route
from wanwatch.sim.store import Item

MAIN = "main"


@dataclass(frozen=True, slots=True)
class Out:
    """The answer to a lookup; ``hop`` is None for a stop and for the router itself."""

    table: str
    route: Route | None = None
    hop: Hop | None = None
    is_local: bool = False
    stop: str = ""


class _Nothing(Exception):  # noqa: N818 (not an error: the lookup ends here)
    """A rule ended the lookup without a route."""


class Routing:
    """The forwarding tables as they are now."""

    def __init__(
        self,
        routes: Iterable[Route],
        *,
        rules: Sequence[Item] = (),
        local: frozenset[int] = frozenset(),
        is_v7: bool = True,
        seed: int = 0,
    ) -> None:
        self._is_v7 = is_v7
        self._local = local
        self._seed = seed
        self._tables: dict[str, list[tuple[int, int, list[Route]]]] = {}
        self._rules = [rule for rule in rules if not rule.disabled]
        self.attached: dict[int, Hop] = {}
        """Hosts known to be on a link although no address of the router covers them."""
        grouped: dict[tuple[str, int, int], list[Route]] = {}
        for route in routes:
            if route.is_active:
                grouped.setdefault((route.table, route.length, route.network), []).append(route)
        for (table, length, network), group in sorted(
            grouped.items(), key=lambda pair: -pair[0][1]
        ):
            self._tables.setdefault(table, []).append((mask_of(length), network, group))

    def lookup(self, packet: Packet, mark: str = "") -> Out | None:
        """Where a packet with this routing mark goes; None when there is no route at all."""
        try:
            if self._is_v7:
                return self._in_order(packet, mark)
            return (
                self._own(packet)
                or self._by_rules(packet, mark)
                or (self._in_table(packet, mark) if mark else None)
                or self._in_table(packet, MAIN)
            )
        except _Nothing:
            return None

    def _in_order(self, packet: Packet, mark: str) -> Out | None:
        return (
            (self._in_table(packet, mark) if mark else None)
            or self._own(packet)
            or self._by_rules(packet, mark)
            or self._in_table(packet, MAIN)
        )

    def _own(self, packet: Packet) -> Out | None:
        return Out("local", is_local=True) if packet.dst in self._local else None

    def _in_table(self, packet: Packet, table: str) -> Out | None:
        if table == MAIN and packet.dst in self.attached:
            return Out(MAIN, hop=self.attached[packet.dst])
        dst = packet.dst
        for mask, network, group in self._tables.get(table, ()):
            if dst & mask == network:
                return self._out(packet, table, group)
        return None

    def _out(self, packet: Packet, table: str, group: list[Route]) -> Out:
        stop = next((route for route in group if route.stop), None)
        if stop is not None:
            return Out(table, stop, stop=stop.stop)
        ways = [(route, hop) for route in group for hop in route.hops if hop.is_up]
        number = 0
        if len(ways) > 1:
            pair = packet.src.to_bytes(4, "big") + packet.dst.to_bytes(4, "big")
            number = jhash(pair, self._seed) % len(ways)
        route, hop = ways[number]
        return Out(table, route, hop)

    def _by_rules(self, packet: Packet, mark: str) -> Out | None:
        for rule in self._rules:
            if not _fits(rule, packet, mark):
                continue
            action = rule.properties.get("action", "lookup")
            if action in ("drop", "unreachable"):
                raise _Nothing
            out = self._in_table(packet, rule.properties.get("table", MAIN))
            if out is not None:
                return out
            if action == "lookup-only-in-table":
                raise _Nothing
        return None


def _fits(rule: Item, packet: Packet, mark: str) -> bool:
    row = rule.properties
    if row.get("routing-mark", "") not in ("", mark or MAIN):
        return False
    if row.get("interface", "") not in ("", packet.in_interface):
        return False
    try:
        return all(
            not row.get(name) or address_test(row[name])(number)
            for name, number in (("src-address", packet.src), ("dst-address", packet.dst))
        )
    except InvalidRuleError:
        return False
