"""The world behind the simulated router: rows become routes, rules and connections.

Keeps the state that is not configuration (connections, leases, lines, the hash seed of this boot)
and recomputes everything else from the rows when they change or when a gateway check falls due.
Time comes from the clock it is given, chance from its seed, so the same calls give the same world.
"""

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from wanwatch.core.snapshot import Version
from wanwatch.sim import lines, world_rows
from wanwatch.sim.address_lists import MENU as ADDRESS_LISTS
from wanwatch.sim.address_lists import AddressLists
from wanwatch.sim.classifier import classifier_hash
from wanwatch.sim.connection_rows import PORTS_SPLIT_SINCE, connection_row
from wanwatch.sim.conntrack import TIMEOUTS, Conntrack, Entry
from wanwatch.sim.dynamics import Sessions
from wanwatch.sim.forwarding import Fate, Passage
from wanwatch.sim.interfaces import Address, add_missing_ports
from wanwatch.sim.ipv6 import forget_connections
from wanwatch.sim.lines import Line, Lines
from wanwatch.sim.mangle import classified_interfaces
from wanwatch.sim.menu import V7
from wanwatch.sim.packet import Packet
from wanwatch.sim.resolve import Hop
from wanwatch.sim.state import State, StateBuilder
from wanwatch.sim.store import Item, RouterModel, Store
from wanwatch.sim.values import parse_time

CHECK_GATEWAY_AFTER = 20.0
"""Seconds until check-gateway gives up a silent gateway: two failures, ten seconds apart."""
CONNECTIONS = "/ip/firewall/connection"
MANGLE = "/ip/firewall/mangle"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sender of a packet gets: an answer after ``delay`` seconds, or None for never."""

    passage: Passage
    delay: float | None


class World:
    """One router with its lines, its LAN and an internet that answers."""

    def __init__(
        self,
        store: Store,
        version: Version,
        *,
        clock: Callable[[], float],
        seed: int,
        check_gateway_after: float = CHECK_GATEWAY_AFTER,
        wires: Lines | None = None,
    ) -> None:
        """``wires``: what tells whether an interface has its link, instead of simulated lines."""
        self.store = store
        self.version = version
        self.is_v7 = version >= V7
        self.clock = clock
        self.chance = random.Random(seed)  # noqa: S311 (a simulation wants repeatable chance)
        self.booted_at = clock()
        self.initval = self.chance.getrandbits(32)
        self.sessions = Sessions()
        self.lines = Lines(store, clock) if wires is None else wires
        self.lists = AddressLists(store, clock)
        self.conntrack = Conntrack(self._timeout)
        self._builder = StateBuilder(store, self.sessions, self.lines, self.lists, is_v7=self.is_v7)
        self._check_gateway_after = check_gateway_after
        self._attached: dict[int, str] = {}
        self._on_reboot: list[Callable[[], None]] = []
        self._state: State | None = None
        self._is_stale = True
        self._is_building = False
        self._valid_until = float("inf")
        add_missing_ports(store)
        self.lists.read_rows()
        store.on_change(self._changed)
        self.state()

    # -- what the API server asks

    def rows(self, path: str) -> Iterable[Item]:
        """The rows of a menu as a client sees them, those that the world makes up included."""
        self.tick()
        if path == CONNECTIONS:
            self.conntrack.sweep(self.clock(), at_once=True)
            now, split = self.clock(), self.version >= PORTS_SPLIT_SINCE
            return (connection_row(entry, now, split=split) for entry in self.conntrack)
        return [*self.store.items(path), *world_rows.made_up(self, path)]

    def computed(self, path: str, item: Item) -> Mapping[str, str]:
        """The read-only properties of a row: active, invalid, gateway-status, running, timeout."""
        return world_rows.computed(self, path, item)

    def remove_connection(self, item_id: str) -> bool:
        """Remove a connection tracking entry; False when it is not there."""
        entry = self.conntrack.get(item_id)
        if entry is None:
            return False
        self.conntrack.remove(entry)
        return True

    def reboot(self) -> None:
        """Restart the router: RAM-only state is gone, ids change, those who listen are told."""
        self.booted_at = self.clock()
        self.initval = self.chance.getrandbits(32)
        self.conntrack.clear()
        forget_connections(self.store)
        self.lists.forget_dynamic()
        self.sessions.restart()
        self._builder.made_up.forget()
        self.store.renumber(path for path in self.store.paths() if path != lines.MENU)
        self._is_stale = True
        for listener in self._on_reboot:
            listener()

    # -- what a scenario does

    def on_reboot(self, listener: Callable[[], None]) -> None:
        """Call ``listener()`` after every reboot; the server ends its sessions with it."""
        self._on_reboot.append(listener)

    def line(self, name: str) -> Line:
        """The line of an uplink interface; raises KeyError when it is none."""
        self.state()
        return self.lines[name]

    def uplinks(self) -> tuple[str, ...]:
        """The interfaces that default routes lead out by."""
        self.state()
        return self.lines.names()

    def renew(self, interface: str, address: str = "", gateway: str = "") -> None:
        """Give the DHCP or PPPoE client on an interface a new lease; its entries are purged.

        Raises KeyError when there is no client there.
        """
        self.sessions.renew(interface, address, gateway)
        self.conntrack.purge_masqueraded(interface)
        self._is_stale = True

    def attach(self, address: int, interface: str) -> None:
        """Let a host stand on a link although no address of the router covers its own."""
        if self._attached.get(address) != interface:
            self._attached[address] = interface
            self._is_stale = True

    def lan(self) -> Address | None:
        """The router's address on the LAN: on a running interface that is no uplink.

        Of several, one that a rule with a classifier names as its ``in-interface``, else the first.
        """
        state = self.state()
        found = [
            address
            for address in state.addresses
            if address.interface not in state.uplinks
            and address.length <= 30
            and not address.item.disabled
            and state.interfaces.is_running(address.interface)
        ]
        named = classified_interfaces(self.store.items(MANGLE), state.interfaces.lists)
        return next((a for a in found if a.interface in named), found[0] if found else None)

    def ask(self, packet: Packet) -> Answer:
        """Send a packet and wait for what comes back; connections arise and age by it."""
        state, now = self.state(), self.clock()
        forwarder = state.forwarder
        passage = forwarder.send(packet, now)
        if passage.fate is Fate.LOCAL:
            self.conntrack.answered(passage.entry, now)
            return Answer(passage, 0.0)
        if passage.fate is not Fate.SENT:
            return Answer(passage, None)
        line = self.lines.get(passage.out_interface)
        delay = 0.0 if line is None else line.carry(self.chance)
        if (
            delay is None
            or not forwarder.is_answerable(passage)
            or not forwarder.comes_back(packet, passage)
        ):
            self.conntrack.unanswered(passage.entry, now)
            return Answer(passage, None)
        self.conntrack.answered(passage.entry, now)
        return Answer(passage, delay)

    def reset(self, packet: Packet) -> None:
        """Let a TCP reset pass for the connection of a packet."""
        self._close(packet, "close")

    def finish(self, packet: Packet) -> None:
        """Let both ends close the connection of a packet in order; UDP just falls silent."""
        self._close(packet, "time-wait")

    def trace(self, packet: Packet) -> Passage:
        """Which way a packet would go, and by which rules; leaves no trace in the world."""
        return self.state().forwarder.send(packet, self.clock(), for_show=True)

    def hash_of(self, fields: str, packet: Packet) -> int:
        """The value PCC's hash has for a packet until the next reboot."""
        return classifier_hash(fields, packet, self.initval)

    def connection_count(self) -> int:
        """How many connections are tracked."""
        return len(self.entries())

    def entries(self) -> list[Entry]:
        """The living connection tracking entries."""
        self.conntrack.sweep(self.clock(), at_once=True)
        return list(self.conntrack)

    @property
    def unsupported(self) -> list[tuple[str, str, str]]:
        """(menu, id, property or action) of every rule that matches nothing for want of support."""
        return list(self.state().unsupported)

    # -- time and change

    def tick(self) -> None:
        """Let time pass: expire list entries and connections, notice silent gateways."""
        self.lists.expire()
        self.conntrack.sweep(self.clock())
        self.state()

    def state(self) -> State:
        """Everything computed from the rows, as of now."""
        if self._state is None or self._is_stale or self.clock() >= self._valid_until:
            return self._rebuild()
        return self._state

    def _rebuild(self) -> State:
        self._valid_until = float("inf")
        before = self._state
        self._is_building = True
        try:
            state = self._builder.build(self.initval, self.is_given_up, self.conntrack)
        finally:
            self._is_building = False
        for number, interface in self._attached.items():
            state.routing.attached[number] = Hop(interface, interface, number, is_up=True)
        self._state, self._is_stale = state, False
        if before is not None:
            for name in before.running_uplinks - state.running_uplinks:
                self.purge_masqueraded(name)
        return state

    def purge_masqueraded(self, interface: str) -> None:
        """Forget the connections that were masqueraded on an interface which is down now."""
        self.conntrack.purge_masqueraded(interface)

    def _changed(self, path: str) -> None:
        self._is_stale = True
        if path == ADDRESS_LISTS:
            self.lists.read_rows()
        elif path == lines.MENU:
            self.lines.read_rows()
        if (
            self._state is not None
            and not self._is_building
            and path.startswith(("/sim/", "/interface"))
        ):
            # At once, so that a line unplugged for a moment only does lose its connections.
            self._rebuild()

    def _close(self, packet: Packet, state: str) -> None:
        now = self.clock()
        entry = self.conntrack.find(packet, now)
        if entry is not None and entry.protocol == "tcp":
            self.conntrack.close(entry, now, state)

    def is_given_up(self, gateway: str, interface: str, is_recursive: bool) -> bool:  # noqa: FBT001 (as Resolver calls it)
        """check-gateway's verdict on a gateway whose interface is running."""
        del gateway
        line = self.lines.get(interface)
        if line is None:
            return False
        answers, since = line.answers_nearby, line.nearby_since
        if is_recursive:
            answers, since = line.answers_beyond, line.beyond_since
        if answers:
            return False
        due = since + self._check_gateway_after
        if self.clock() >= due:
            return True
        self._valid_until = min(self._valid_until, due)
        return False

    def _timeout(self, name: str) -> float:
        rows = self.store.items(f"{CONNECTIONS}/tracking")
        text = rows[0].properties.get(f"{name}-timeout", "") if rows else ""
        seconds = parse_time(text) if text else None
        return TIMEOUTS.get(name, TIMEOUTS["generic"]) if seconds is None else seconds


_conforms: Callable[[World], RouterModel] = lambda world: world  # noqa: E731 (checked by mypy)
