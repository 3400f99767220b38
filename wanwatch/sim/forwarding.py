"""The way of one packet through the router, out by a line, and of the answer back.

Prerouting, lookup, forward, postrouting, source NAT, the line, and the answer through prerouting
and forward again (RouterOS manual, "Packet flow"). The filter is not simulated.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from wanwatch.sim.conntrack import Conntrack, Entry
from wanwatch.sim.interfaces import Address
from wanwatch.sim.mangle import translated
from wanwatch.sim.matchers import Walk
from wanwatch.sim.packet import Packet, is_private
from wanwatch.sim.routing import Out, Routing
from wanwatch.sim.rules import Chains


class Fate(Enum):
    """What became of a packet at the router."""

    SENT = "sent"
    LOCAL = "local"
    NO_ROUTE = "no-route"
    STOPPED = "stopped"
    """By a blackhole, unreachable or prohibit route."""


@dataclass(frozen=True, slots=True)
class Passage:
    """How a packet went: which rules it met, where it left, and as whom."""

    fate: Fate
    entry: Entry
    rules: tuple[str, ...] = ()
    """Ids of the mangle rules that matched, in order; empty unless asked for."""
    routing_mark: str = ""
    table: str = ""
    out_interface: str = ""
    source: int = 0
    source_port: int = 0

    @property
    def connection_mark(self) -> str:
        """The mark its connection bears now."""
        return self.entry.mark

    @property
    def outside(self) -> tuple[int, int]:
        """The source address and port as the far end sees them."""
        return (self.source, self.source_port)


class Forwarder:
    """Takes packets through one state of the configuration."""

    def __init__(
        self,
        *,
        mangle: Chains,
        nat: Chains,
        routing: Routing,
        addresses: Sequence[Address],
        uplinks: frozenset[str],
        conntrack: Conntrack,
        tables: frozenset[str] | None,
    ) -> None:
        self.mangle = mangle
        self.nat = nat
        self.routing = routing
        self._addresses = [address for address in addresses if not address.item.disabled]
        self._owners = {address.number: address.interface for address in self._addresses}
        self._uplinks = uplinks
        self._conntrack = conntrack
        self._tables = tables

    def send(self, packet: Packet, now: float, *, for_show: bool = False) -> Passage:
        """Take a packet to the line; ``for_show`` leaves no trace and names the rules it met."""
        packet = self._with_own_source(packet)
        entry, state = self._entry(packet, now, for_show=for_show)
        hits: list[str] | None = [] if for_show else None
        walk = Walk(packet, entry, state, hits=hits)
        if packet.in_interface:
            self.mangle.walk("prerouting", walk)
        out = self.routing.lookup(packet, self._mark(walk))
        if out is not None and out.hop is not None:
            out = self._on_the_way_out(walk, out)
        rules = tuple(hits or ())
        if out is None:
            return Passage(Fate.NO_ROUTE, entry, rules, walk.routing_mark)
        if out.is_local:
            self.mangle.walk("input", walk)
            self._keep(walk, walk.packet.src, now, for_show=for_show)
            rules = tuple(hits or ())
            return Passage(Fate.LOCAL, entry, rules, walk.routing_mark, out.table)
        if out.hop is None:
            return Passage(Fate.STOPPED, entry, rules, walk.routing_mark, out.table)
        self.mangle.walk("postrouting", walk)
        if not entry.number:
            source = translated(
                walk, self.nat, self.address_on(walk.out_interface, out.hop.address)
            )
            self._keep(walk, source, now, for_show=for_show)
        elif not for_show:
            entry.packets += 1
            self._conntrack.refresh(entry, now)
        return Passage(
            Fate.SENT,
            entry,
            tuple(hits or ()),
            walk.routing_mark,
            out.table,
            out.hop.interface,
            entry.nat_src,
            entry.nat_port,
        )

    def is_answerable(self, passage: Passage) -> bool:
        """True when the provider carries the source address, and an answer finds this line."""
        name, source = passage.out_interface, passage.source
        if name not in self._uplinks:
            return False
        owner = self._owners.get(source)
        if owner is not None:
            return owner == name
        return not is_private(source) and not any(
            address.interface != name and address.interface in self._uplinks
            for address in self._addresses
            if address.length < 32 and address.covers(source)
        )

    def comes_back(self, packet: Packet, passage: Passage) -> bool:
        """Take the answer through the rules; False when they route it away from who asked."""
        entry = passage.entry
        answer = Packet(
            packet.dst,
            passage.source,
            packet.protocol,
            packet.dst_port,
            passage.source_port,
            passage.out_interface,
            packet.icmp_id,
        )
        walk = Walk(answer, entry, "established")
        self.mangle.walk("prerouting", walk)
        if not packet.in_interface:
            self.mangle.walk("input", walk)
            return True
        inside = Packet(
            packet.dst,
            packet.src,
            packet.protocol,
            packet.dst_port,
            packet.src_port,
            passage.out_interface,
        )
        out = self.routing.lookup(inside, self._mark(walk))
        if out is None or out.hop is None or out.hop.interface in self._uplinks:
            return False
        walk.packet, walk.out_interface = inside, out.hop.interface
        self.mangle.walk("forward", walk)
        self.mangle.walk("postrouting", walk)
        return True

    def address_on(self, interface: str, neighbour: int = 0) -> int:
        """The router's address on an interface, the one on the neighbour's link first."""
        found = 0
        for address in self._addresses:
            if address.interface != interface:
                continue
            if neighbour and address.covers(neighbour):
                return address.number
            found = found or address.number
        return found

    def _with_own_source(self, packet: Packet) -> Packet:
        """A packet of the router's own bears the address of the line that main leads to."""
        if packet.in_interface or packet.src:
            return packet
        out = self.routing.lookup(packet)
        if out is None or out.hop is None:
            return packet
        return packet.from_source(self.address_on(out.hop.interface, out.hop.address))

    def _entry(self, packet: Packet, now: float, *, for_show: bool) -> tuple[Entry, str]:
        entry = self._conntrack.find(packet, now)
        if entry is None:
            entry = Entry(
                packet.protocol,
                packet.src,
                packet.src_port,
                packet.dst,
                packet.dst_port,
                packet.icmp_id,
                in_interface=packet.in_interface,
            )
            return entry, "new"
        state = "established" if entry.seen_reply else "new"
        return (copy.copy(entry) if for_show else entry), state

    def _on_the_way_out(self, walk: Walk, out: Out) -> Out | None:
        """Chain forward, or chain output with the second lookup that a mark there asks for."""
        hop = out.hop
        if hop is None:
            return out
        walk.out_interface = hop.interface
        if walk.packet.in_interface:
            self.mangle.walk("forward", walk)
            return out
        self.mangle.walk("output", walk)
        if not walk.routing_mark:
            return out
        second = self.routing.lookup(walk.packet, self._mark(walk))
        if second is not None and second.hop is not None:
            walk.out_interface = second.hop.interface
        return second

    def _mark(self, walk: Walk) -> str:
        """The mark as the lookup sees it: a table without ``fib`` means main (RouterOS 7)."""
        if self._tables is not None and walk.routing_mark not in self._tables:
            return ""
        return walk.routing_mark

    def _keep(self, walk: Walk, source: int, now: float, *, for_show: bool) -> None:
        entry = walk.entry
        entry.packets += 1
        if entry.number:
            if not for_show:
                self._conntrack.refresh(entry, now)
            return
        entry.out_interface = walk.out_interface
        entry.tcp_state = "syn-sent" if entry.protocol == "tcp" else ""
        if for_show:
            entry.nat_src, entry.nat_port = source, entry.src_port
        else:
            self._conntrack.confirm(entry, source, now)
