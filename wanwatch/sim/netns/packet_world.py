"""The world on real packets: the same rows, carried out by the kernel of a network namespace.

What RouterOS decides by itself (which routes are active, in which order rules are asked, what
check-gateway gives up) is still computed by the world; interfaces run when their devices do,
connections are the kernel's, and whatever a command changes is in the kernel before the command
is answered.
"""

from collections.abc import Callable

from wanwatch.core.snapshot import Version
from wanwatch.sim import menus_ipv6
from wanwatch.sim.netns import connections, fib, fib6, ruleset, sysctls
from wanwatch.sim.netns.devices import device_name
from wanwatch.sim.netns.errors import KernelError
from wanwatch.sim.netns.gateways import Gateways
from wanwatch.sim.netns.kernel import Kernel, Wanted
from wanwatch.sim.netns.links import Links
from wanwatch.sim.netns.netlink import Netfilter
from wanwatch.sim.netns.numbers import Numbers
from wanwatch.sim.netns.policy import policy
from wanwatch.sim.netns.wires import Wires
from wanwatch.sim.packet import to_text
from wanwatch.sim.route_table import usable_tables
from wanwatch.sim.routing import MAIN
from wanwatch.sim.state import State
from wanwatch.sim.store import Store
from wanwatch.sim.traps import failure
from wanwatch.sim.world import CHECK_GATEWAY_AFTER, CONNECTIONS, World

_NAT = "/ip/firewall/nat"
_RETRY_AFTER = 1.0
"""Seconds until what the kernel refused is tried again, when nothing else changes meanwhile."""


class PacketWorld(World):
    """A router whose data plane is the namespace that this process is in."""

    def __init__(
        self,
        store: Store,
        version: Version,
        *,
        clock: Callable[[], float],
        seed: int,
        report: Callable[[str], None],
        check_gateway_after: float = CHECK_GATEWAY_AFTER,
    ) -> None:
        """Takes the namespace over; ``report`` is told what the kernel does not do as asked.

        Raises NamespaceError when something is missing, KernelError when the kernel refuses.
        """
        self._report = report
        self._links = Links()
        self._kernel = Kernel(self._links, report)
        self._gateways = Gateways(clock, every=check_gateway_after / 2)
        self._names = Numbers()
        self._conntrack = connections.KernelConntrack(Netfilter(), self._names.connection, version)
        self._committed: State | None = None
        self._retry_at = float("inf")
        self._refused: tuple[tuple[str, str, str], ...] = ()
        super().__init__(
            store,
            version,
            clock=clock,
            seed=seed,
            check_gateway_after=check_gateway_after,
            wires=Wires(store, self._links),
        )
        store.sources[CONNECTIONS] = self._conntrack.of_family("-4")
        store.sources[menus_ipv6.CONNECTIONS] = self._conntrack.of_family("-6")
        store.on_commit(self._commit_for_command)
        self._kernel.take_over(frozenset(map(device_name, self.state().interfaces.names)))
        self._conntrack.clear()
        self.commit()

    @property
    def descriptors(self) -> tuple[int, ...]:
        """What is readable when something happened that ``tick`` has to see."""
        return (self._links.fileno(), *self._gateways.descriptors())

    @property
    def unsupported(self) -> list[tuple[str, str, str]]:
        """(menu, id, what) of every row that the kernel cannot be told."""
        return list(self._refused)

    def connection_count(self) -> int:
        """How many connections the kernel tracks."""
        return sysctls.connection_count()

    def remove_connection(self, item_id: str) -> bool:
        """Remove a connection from the kernel; False when it is not there."""
        return self._conntrack.remove(item_id)

    def is_given_up(self, gateway: str, interface: str, is_recursive: bool) -> bool:  # noqa: FBT001 (as World has it)
        """True when the last two pings of the gateway were not answered."""
        del is_recursive
        return self._gateways.is_given_up(gateway.partition("%")[0], device_name(interface))

    def reboot(self) -> None:
        """Restart the router: connections are gone, classifiers hash anew."""
        super().reboot()
        self._conntrack.clear()
        self._kernel.forget_rules()

    def purge_masqueraded(self, interface: str) -> None:
        """As RouterOS does when the link is lost; Linux does it only when the device goes down.

        The kernel does not say by which rule an entry was translated: those are spared whose
        address a rule of src-nat names.
        """
        if self._committed is None:
            return
        own = {
            to_text(address.number)
            for address in self._committed.addresses
            if address.interface == interface
        }
        fixed = {rule.properties.get("to-addresses", "") for rule in self.store.items(_NAT)}
        self._conntrack.forget_translated(own - fixed)

    def tick(self) -> None:
        """Take notice of cables and silent gateways, and let the kernel follow."""
        if self._links.refresh() or self._gateways.step():
            self._is_stale = True
        super().tick()
        try:
            self.commit()
        except KernelError as error:
            self._report(str(error))

    def commit(self) -> None:
        """Bring the kernel in line with the rows as they are now; raises KernelError."""
        state = self.state()
        if state is self._committed and self.clock() < self._retry_at:
            return
        self._committed = state
        self._retry_at = self.clock() + _RETRY_AFTER
        try:
            self._kernel.commit(self._wanted(state))
        except KernelError:
            if not self._links.refresh():
                raise
            self._is_stale = True  # a device went away meanwhile, so its routes were refused
            state = self.state()
            self._committed = state
            self._kernel.commit(self._wanted(state))
        self._retry_at = float("inf")
        self._gateways.keep_asked()

    def close(self) -> None:
        """Let go of the sockets; the namespace is left as it is."""
        self._links.close()
        self._gateways.close()
        self._conntrack.close()

    def _commit_for_command(self) -> None:
        try:
            self.commit()
        except KernelError as error:
            self._report(str(error))
            raise failure(str(error)) from error

    def _wanted(self, state: State) -> Wanted:
        store, names = self.store, self._names
        firewall = ruleset.render(store, state, names, is_v7=self.is_v7, seed=self.initval)
        rows = store.items("/routing/rule" if self.is_v7 else "/ip/route/rule")
        four = policy(self._tables(state), rows, names, is_v7=self.is_v7)
        six = policy(
            self._tables(state), rows if self.is_v7 else [], names, is_v7=self.is_v7, version=6
        )
        local = frozenset(
            address.number for address in state.addresses if not address.item.disabled
        )
        rules_menu = "/routing/rule" if self.is_v7 else "/ip/route/rule"
        self._refused = (
            *firewall.unsupported,
            *((rules_menu, item_id, what) for item_id, what in four.unsupported),
        )
        devices = self._links.devices
        settings = sysctls.wanted_settings(store)
        for device in map(device_name, state.interfaces.names):
            if device in devices:
                settings |= sysctls.device_settings(device, settings["ipv4/conf/all/rp_filter"])
        return Wanted(
            ruleset=firewall.text,
            rules={"-4": four.rules, "-6": six.rules},
            routes={
                "-4": fib.wanted_routes(state.routes.values(), names, local),
                "-6": fib6.wanted_routes(state.ipv6, names),
            },
            addresses=fib.wanted_addresses(state.addresses, devices)
            | fib6.wanted_addresses(store, devices),
            down=frozenset(
                device
                for name in state.interfaces.names
                if state.interfaces.is_disabled(name) and (device := device_name(name)) in devices
            ),
            settings=settings,
        )

    def _tables(self, state: State) -> list[str]:
        """The tables that a routing mark can lead to."""
        if self.is_v7:
            return sorted(usable_tables(self.store), key=lambda name: (name == MAIN, name))
        return sorted({route.table for route in state.routes.values()} - {MAIN})
