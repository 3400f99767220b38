"""Everything the world computes from the rows, built anew whenever they change."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from wanwatch.sim.address_lists import AddressLists
from wanwatch.sim.conntrack import Conntrack
from wanwatch.sim.dynamics import MadeUp, Sessions, session_address, wants_default_route
from wanwatch.sim.forwarding import Forwarder
from wanwatch.sim.interfaces import Address, Interfaces
from wanwatch.sim.ipv6 import Ipv6Routes
from wanwatch.sim.lines import Lines
from wanwatch.sim.mangle import act_mangle, act_nat
from wanwatch.sim.matchers import Facts
from wanwatch.sim.packet import mask_of
from wanwatch.sim.resolve import Resolver, Route, uplink_interfaces
from wanwatch.sim.route_table import (
    client_routes,
    connected_routes,
    declared_tables,
    static_routes,
    usable_tables,
)
from wanwatch.sim.routing import Routing
from wanwatch.sim.rules import Chains, compile_chains
from wanwatch.sim.store import Item, Store

_FIRST_DYNAMIC_ID_V6, _FIRST_DYNAMIC_ID_V7 = 0x40000001, 0x80000001
_FULL_LENGTH = 31
"""Links of this length and longer have no broadcast address."""


@dataclass(frozen=True, slots=True)
class State:
    """One computed state of the router."""

    interfaces: Interfaces
    addresses: tuple[Address, ...]
    dynamic_addresses: tuple[Item, ...]
    routes: dict[str, Route]
    """By the id of their row, configured ones and the router's own."""
    routing: Routing
    mangle: Chains
    nat: Chains
    forwarder: Forwarder
    uplinks: frozenset[str]
    running_uplinks: frozenset[str]
    ipv6: Ipv6Routes

    @property
    def unsupported(self) -> Iterator[tuple[str, str, str]]:
        """(menu, id, property or action) of every rule that matches nothing for want of support."""
        for path, chains in (("/ip/firewall/mangle", self.mangle), ("/ip/firewall/nat", self.nat)):
            for item_id, what in chains.unsupported.items():
                yield path, item_id, what


class StateBuilder:
    """Builds states; keeps only what makes dynamic rows keep their ids."""

    def __init__(
        self, store: Store, sessions: Sessions, lines: Lines, lists: AddressLists, *, is_v7: bool
    ) -> None:
        self._store = store
        self._is_v7 = is_v7
        self._sessions = sessions
        self._lines = lines
        self._lists = lists
        self.made_up = MadeUp(_FIRST_DYNAMIC_ID_V7 if is_v7 else _FIRST_DYNAMIC_ID_V6)

    def build(
        self,
        initval: int,
        is_given_up: Callable[[str, str, bool], bool],
        conntrack: Conntrack,
    ) -> State:
        """The state as of now; makes a line for every uplink that has none yet."""
        store, make = self._store, self.made_up.make
        interfaces = Interfaces(store, self._lines.is_down)
        self._sessions.refresh(store, interfaces)
        self.made_up.begin()
        dynamic = [
            item for session in self._sessions if (item := session_address(session, make, store))
        ]
        read = (Address.read(item) for item in (*store.items("/ip/address"), *dynamic))
        addresses = tuple(address for address in read if address is not None)
        routes = self._routes(addresses, interfaces)
        self.made_up.end()
        self._lines.ensure(self._uplinks(routes, addresses, interfaces))
        Resolver(routes, interfaces, addresses, self._is_v7, is_given_up).run()
        local = frozenset(a.number for a in addresses if not a.item.disabled)
        rules = store.items("/routing/rule" if self._is_v7 else "/ip/route/rule")
        routing = Routing(routes, rules=rules, local=local, is_v7=self._is_v7, seed=initval)
        facts = self._facts(interfaces, addresses, local, initval)
        mangle = compile_chains(store.items("/ip/firewall/mangle"), facts, act_mangle)
        nat = compile_chains(store.items("/ip/firewall/nat"), facts, act_nat)
        uplinks = frozenset(self._lines.names())
        forwarder = Forwarder(
            mangle=mangle,
            nat=nat,
            routing=routing,
            addresses=addresses,
            uplinks=uplinks,
            conntrack=conntrack,
            tables=usable_tables(store) if self._is_v7 else None,
        )
        return State(
            interfaces,
            addresses,
            tuple(dynamic),
            {route.item.id: route for route in routes},
            routing,
            mangle,
            nat,
            forwarder,
            uplinks,
            frozenset(name for name in uplinks if interfaces.is_running(name)),
            Ipv6Routes(store, interfaces, is_v7=self._is_v7),
        )

    def _routes(self, addresses: tuple[Address, ...], interfaces: Interfaces) -> list[Route]:
        make = self.made_up.make
        return [
            *static_routes(self._store, is_v7=self._is_v7),
            *connected_routes(addresses, interfaces, make, is_v7=self._is_v7),
            *client_routes(self._sessions.default_routes(), make, is_v7=self._is_v7),
        ]

    def _uplinks(
        self, routes: list[Route], addresses: tuple[Address, ...], interfaces: Interfaces
    ) -> list[str]:
        """Uplinks in the order of their default routes, then clients that want one."""
        found = dict.fromkeys(uplink_interfaces(routes, addresses, interfaces.names))
        for session in self._sessions:
            if wants_default_route(session.item, is_pppoe=session.is_pppoe):
                found[session.interface] = None
        return list(found)

    def _facts(
        self,
        interfaces: Interfaces,
        addresses: tuple[Address, ...],
        local: frozenset[int],
        initval: int,
    ) -> Facts:
        return Facts(
            interfaces=interfaces.names,
            lists=interfaces.lists,
            tables=declared_tables(self._store) if self._is_v7 else None,
            local=local,
            broadcast=frozenset(
                address.network | (~mask_of(address.length) & 0xFFFFFFFF)
                for address in addresses
                if address.length < _FULL_LENGTH
            ),
            address_lists=self._lists.tests(),
            initval=initval,
        )
