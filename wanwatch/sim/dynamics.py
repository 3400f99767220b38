"""What DHCP and PPPoE clients bring: an address, a default route, and new ids at every renewal.

Source: RouterOS manual, "DHCP client" (``add-default-route``, ``default-route-distance``,
``default-route-tables``) and "PPPoE"; a static ``/ip/address`` on the same interface is taken as
the address the client got, since configurations are often published that way.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from wanwatch.sim.interfaces import Address, Interfaces
from wanwatch.sim.packet import to_number, to_text
from wanwatch.sim.store import Item, Store

_POOL = to_number("100.64.0.0")
_FIRST_HOST = 9
_DHCP, _PPPOE = "/ip/dhcp-client", "/interface/pppoe-client"


@dataclass(slots=True)
class Session:
    """What one client was given; ``generation`` grows with every new lease or dial-in."""

    interface: str
    is_pppoe: bool
    item: Item
    address: int
    gateway: int
    is_up: bool = False
    generation: int = 0


@dataclass(frozen=True, slots=True)
class DefaultRoute:
    """A dynamic default route that a client wants."""

    session: Session
    table: str
    distance: int


class Sessions:
    """The DHCP and PPPoE clients of the router and what they hold."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}

    def refresh(self, store: Store, interfaces: Interfaces) -> None:
        """Bring the sessions in line with the rows and with which interfaces are running."""
        wanted: dict[str, tuple[bool, Item]] = {}
        for item in store.items(_PPPOE):
            wanted[item.properties.get("name", "")] = (True, item)
        for item in store.items(_DHCP):
            wanted.setdefault(item.properties.get("interface", ""), (False, item))
        for name in set(self._sessions) - set(wanted):
            del self._sessions[name]
        for name, (is_pppoe, item) in wanted.items():
            session = self._sessions.get(name)
            if session is None:
                session = self._new(store, name, is_pppoe=is_pppoe, item=item)
            session.item = item
            is_up = interfaces.is_running(name) and not item.disabled
            if is_up and not session.is_up:
                session.generation += 1
            session.is_up = is_up
            fixed = None if not is_pppoe else _static_address(store, name)
            if fixed is not None:
                session.address, session.gateway = fixed.number, fixed.network

    def renew(self, interface: str, address: str = "", gateway: str = "") -> None:
        """Let a client get a new lease, with other addresses where they are named.

        Raises KeyError when there is no client on the interface.
        """
        session = self._sessions[interface]
        session.address = to_number(address) if address else session.address
        session.gateway = to_number(gateway) if gateway else session.gateway
        session.generation += 1

    def of(self, interface: str) -> Session | None:
        """The client on an interface."""
        return self._sessions.get(interface)

    def restart(self) -> None:
        """Dial and ask anew, as after a reboot."""
        for session in self._sessions.values():
            session.generation += 1

    def __iter__(self) -> Iterator[Session]:
        return iter(self._sessions.values())

    def default_routes(self) -> Iterator[DefaultRoute]:
        """The default routes that clients which are up add by themselves."""
        for session in self._sessions.values():
            if session.is_up:
                yield from self._routes_of(session)

    def _routes_of(self, session: Session) -> Iterator[DefaultRoute]:
        row = session.item.properties
        if not wants_default_route(session.item, is_pppoe=session.is_pppoe):
            return
        distance = int(row.get("default-route-distance", "1") or "1")
        for part in (row.get("default-route-tables") or "main").split(","):
            table, _, own = part.partition(":")
            named = "main" if table in ("", "default") else table
            yield DefaultRoute(session, named, int(own) if own.isdecimal() else distance)

    def _new(self, store: Store, name: str, *, is_pppoe: bool, item: Item) -> Session:
        number = len(self._sessions)
        network = _POOL + (number << 8)
        gateway = network + 1
        if not is_pppoe:
            taken = {session.gateway for session in self._sessions.values()}
            gateway = _expected_gateway(store, name, taken) or gateway
            network = gateway & ~0xFF
        own = network + _FIRST_HOST + number
        session = Session(name, is_pppoe, item, own if own != gateway else own + 100, gateway)
        self._sessions[name] = session
        return session


def _expected_gateway(store: Store, interface: str, taken: set[int]) -> int:
    """The gateway that static routes expect a DHCP lease to bring; 0 when they name none.

    That is ``ip%interface``, or else the first gateway on no link that no other client has.
    """
    addresses = [Address.read(item) for item in store.items("/ip/address")]
    found = 0
    for item in store.items("/ip/route"):
        for gateway in item.properties.get("gateway", "").split(","):
            text, _, named = gateway.partition("%")
            try:
                number = to_number(text)
            except ValueError:
                continue
            if named == interface:
                return number
            is_known = any(address and address.covers(number) for address in addresses)
            if not (found or named or is_known or number in taken or _is_recursive(store, text)):
                found = number
    return found


def _is_recursive(store: Store, gateway: str) -> bool:
    return any(
        item.properties.get("dst-address", "").removesuffix("/32") == gateway
        for item in store.items("/ip/route")
    )


def wants_default_route(item: Item, *, is_pppoe: bool) -> bool:
    """True when a client's row asks for a default route; DHCP's default is yes, PPPoE's no."""
    word = item.properties.get("add-default-route", "no" if is_pppoe else "yes")
    return word not in ("no", "false")


def _static_address(store: Store, interface: str) -> Address | None:
    for item in store.items("/ip/address"):
        if item.properties.get("interface") == interface and not item.disabled:
            return Address.read(item)
    return None


def session_address(session: Session, make: "MakeItem", store: Store) -> Item | None:
    """The dynamic row of ``/ip/address`` for a client that is up and has no static one."""
    if not session.is_up or (session.is_pppoe and _static_address(store, session.interface)):
        return None
    length, network = (32, session.gateway) if session.is_pppoe else (24, session.address & ~0xFF)
    properties = {
        "address": f"{to_text(session.address)}/{length}",
        "network": to_text(network),
        "interface": session.interface,
        "actual-interface": session.interface,
    }
    return make(("address", session.interface, session.generation), properties)


MakeItem = Callable[[tuple[object, ...], Mapping[str, str]], Item]


class MadeUp:
    """Dynamic rows: one that stays the same keeps its id, one that came back has a new one."""

    def __init__(self, first_id: int) -> None:
        self._next = first_id
        self._items: dict[tuple[object, ...], Item] = {}
        self._used: set[tuple[object, ...]] = set()

    def begin(self) -> None:
        """Start to name the rows there are."""
        self._used = set()

    def make(self, key: tuple[object, ...], properties: Mapping[str, str]) -> Item:
        """The row of this key; the same object for as long as it was named every time."""
        self._used.add(key)
        item = self._items.get(key)
        if item is None:
            item = self._items[key] = Item(f"*{self._next:X}", {}, dynamic=True)
            self._next += 1
        item.properties = dict(properties)
        return item

    def end(self) -> None:
        """Forget the rows that were not named."""
        for key in set(self._items) - self._used:
            del self._items[key]

    def forget(self) -> None:
        """Give every row a new id the next time it is named."""
        self._items.clear()
