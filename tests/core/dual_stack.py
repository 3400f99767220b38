"""Generated routers that balance both families, each in a way of its own."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from tests.core.first_packets import Traffic
from tests.core.generated import Line, World, worlds
from tests.core.model_router import Content, ModelRouter, content
from wanwatch.core.families import is_ipv6
from wanwatch.core.plan import Step
from wanwatch.core.snapshot import MAIN_TABLE, Address, MangleRule, NextHop, Route, Snapshot

Rename = Callable[[str], str]


@dataclass(frozen=True)
class DualRouter:
    """Two models side by side: steps go to the one that their menu is of."""

    ipv4: ModelRouter
    ipv6: ModelRouter

    @property
    def snapshot(self) -> Snapshot:
        """What is observed of both."""
        return replace(self.ipv4.snapshot, ipv6=self.ipv6.snapshot)

    def apply(self, steps: Iterable[Step]) -> "DualRouter":
        """The router after these steps."""
        router = self
        for step in steps:
            router = router.step(step)[0]
        return router

    def step(self, step: Step) -> tuple["DualRouter", str]:
        """The router after one step, and the id of the step's row."""
        if is_ipv6(step.menu):
            after, item = self.ipv6.step(replace(step, menu=ipv4_menu(step)))
            return replace(self, ipv6=after), item
        after, item = self.ipv4.step(step)
        return replace(self, ipv4=after), item

    def undo(self, step: Step, item: str) -> "DualRouter":
        """The router after a step is taken back; ``item`` is the id of the row it worked on."""
        if is_ipv6(step.menu):
            return replace(self, ipv6=self.ipv6.undo(ipv4_menu(step), step.undo, item))
        return replace(self, ipv4=self.ipv4.undo(step.menu, step.undo, item))

    def contents(self) -> tuple[Content, Content]:
        """What the operator would see, family by family."""
        return content(self.ipv4.snapshot), content(self.ipv6.snapshot)


@dataclass(frozen=True)
class DualWorld:
    """A generated router of both families; ``ipv6`` knows the lines that carry IPv6."""

    router: DualRouter
    ipv4: World
    ipv6: World

    @property
    def families(self) -> tuple[tuple[World, Callable[[DualRouter], Snapshot]], ...]:
        """Each family's world, and where its rows are in the router."""
        return (
            (self.ipv4, lambda router: router.ipv4.snapshot),
            (self.ipv6, lambda router: router.ipv6.snapshot),
        )


def ipv4_menu(step: Step) -> str:
    """IPv4's menu for a step of IPv6's."""
    return step.menu.replace("/ipv6/", "/ip/", 1)


@st.composite
def dual_worlds(draw: st.DrawFn) -> DualWorld:
    """A router whose IPv6 is over all its lines or the first ones; on RouterOS 6 all by main."""
    one, other = draw(worlds()), draw(worlds())
    if len(one.lines) < len(other.lines):
        one, other = other, one
    ipv6 = _ipv6(other, one)
    router = DualRouter(one.router, ipv6.router)
    return DualWorld(router, one, ipv6)


def _ipv6(world: World, beside: World) -> World:
    """The world in IPv6's addresses, on the interfaces and the RouterOS of another."""
    names = {
        line.interface: other.interface
        for line, other in zip(world.lines, beside.lines, strict=False)
    }

    def rename(text: str) -> str:
        address, percent, interface = text.partition("%")
        if percent:
            return f"fe80::1%{names[interface]}"
        return names.get(text) or _address(address)

    lines = tuple(_line(line, rename) for line in world.lines)
    snapshot, tables = world.router.snapshot, beside.router.snapshot.tables
    version = beside.router.snapshot.version
    named = (*tables, *(t for t in snapshot.tables if t not in tables))
    side = replace(
        snapshot,
        version=version,
        routes=tuple(
            _route(route, rename)
            for route in snapshot.routes
            if version.major > 6 or route.table == MAIN_TABLE
        ),
        mangle=tuple(_rule(rule, rename) for rule in snapshot.mangle),
        addresses=tuple(
            Address("2001:db8:88::1/64", row.interface)
            if row.interface not in names
            else Address(_address(row.address), names[row.interface])
            for row in snapshot.addresses
            if not row.address.startswith("198.")
        ),
        tables=named if version.major > 6 else (),
    )
    traffic = tuple(
        Traffic(
            each.chain,
            frozenset((name, rename(value)) for name, value in each.matchers),
            rename(each.interface),
        )
        for each in world.traffic
    )
    hops = {line.gateway: line.hop for line in lines}
    return World(ModelRouter(side, hops).settled(), beside.specs, lines, traffic)


def _line(line: Line, rename: Rename) -> Line:
    interface, gateway = rename(line.interface), rename(line.gateway)
    address = "fe80::1" if "%" in gateway else _address(line.hop.address)
    return replace(line, interface=interface, gateway=gateway, hop=NextHop(address, interface))


def _route(route: Route, rename: Rename) -> Route:
    return replace(
        route,
        dst_address=_address(route.dst_address),
        gateways=tuple(rename(gateway) for gateway in route.gateways),
        next_hops=(),
    )


def _rule(rule: MangleRule, rename: Rename) -> MangleRule:
    """RouterOS prints a single IPv6 address of a rule with its length."""
    ends = {"src-address": "/128"}
    properties = {name: rename(v) + ends.get(name, "") for name, v in rule.properties.items()}
    return replace(rule, properties=properties)


def _address(text: str) -> str:
    """The IPv6 address or prefix that stands for one of the generator's."""
    if text == "0.0.0.0/0":
        return "::/0"
    bytes_ = text.partition("/")[0].split(".")
    if len(bytes_) != 4:
        return text
    host, length = bytes_[3], text.partition("/")[2]
    prefix = {"": "", "32": "/128"}.get(length, "/64")
    return f"2001:db8:{bytes_[2]}::{'' if host == '0' else host}{prefix}"
