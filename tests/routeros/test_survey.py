"""A live router read whole: the same survey as its export's, without secrets, whatever it refuses."""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from importlib.resources import files

import pytest

from wanwatch.core.discovery.discover import discover
from wanwatch.core.snapshot import NextHop, Version
from wanwatch.core.survey import Survey
from wanwatch.routeros.errors import PermissionMissing
from wanwatch.routeros.router import Router
from wanwatch.routeros.session import RouterSession
from wanwatch.routeros.survey import survey_of_export
from wanwatch.routeros.survey_menus import asked_of
from wanwatch.sim.export import load_export
from wanwatch.sim.factory import furnish
from wanwatch.sim.menus import menus_of
from wanwatch.sim.server import ApiServer
from wanwatch.sim.store import Item, RouterModel, Store
from wanwatch.sim.traps import not_enough_permissions
from wanwatch.sim.world import World

DEMO = files("wanwatch.cli").joinpath("demo_router.rsc").read_text("latin-1")
RECURSIVE_7 = """# 2026-01-10 10:00:00 by RouterOS 7.20.8
/interface bridge
add name=bridge
/interface vlan
add interface=ether2 name=line-two vlan-id=35
/interface wireguard
add listen-port=13231 name=office private-key="c2VjcmV0LWtleQ=="
/interface list
add name=WAN
/interface list member
add interface=ether1 list=WAN
add interface=line-two list=WAN
/ip address
add address=192.168.88.1/24 interface=bridge
add address=203.0.113.2/29 interface=ether1
add address=198.51.100.2/29 interface=line-two
/routing table
add fib name=one
add fib name=two
/ip firewall mangle
add action=mark-routing chain=prerouting in-interface=bridge new-routing-mark=one \\
    per-connection-classifier=src-address:3/0
add action=mark-routing chain=prerouting in-interface=bridge new-routing-mark=two \\
    per-connection-classifier=src-address:3/1
add action=mark-routing chain=prerouting in-interface=bridge new-routing-mark=two \\
    per-connection-classifier=src-address:3/2
/ip firewall nat
add action=masquerade chain=srcnat out-interface-list=WAN
/ip route
add dst-address=9.9.9.9/32 gateway=203.0.113.1 scope=10
add dst-address=0.0.0.0/0 gateway=9.9.9.9 routing-table=one target-scope=11
add dst-address=0.0.0.0/0 gateway=198.51.100.1 routing-table=two
add dst-address=10.0.0.0/8 gateway=192.168.88.2
/system script
add name=guard source=":log info \\"/ip route disable\\""
/tool netwatch
add down-script="/ip route disable [find comment=one]" host=9.9.9.9
"""
DIALLED_6 = """# jan/02/2022 10:11:12 by RouterOS 6.49
/interface bridge
add name=bridge
/interface vrrp
add interface=ether1 name=vrrp1
/interface pppoe-client
add disabled=no interface=ether1 name=pppoe-one password=geheim user=one@isp
add disabled=no interface=ether2 name=pppoe-two password=geheim user=two@isp
/interface l2tp-client
add connect-to=203.0.113.9 disabled=no ipsec-secret=geheim name=office password=geheim user=me
/ip address
add address=192.168.88.1/24 interface=bridge
/ip firewall mangle
add action=mark-connection chain=prerouting connection-mark=no-mark in-interface=bridge \\
    new-connection-mark=c1 per-connection-classifier=both-addresses:2/0
add action=mark-connection chain=prerouting connection-mark=no-mark in-interface=bridge \\
    new-connection-mark=c2 per-connection-classifier=both-addresses:2/1
add action=mark-routing chain=prerouting connection-mark=c1 in-interface=bridge new-routing-mark=one
add action=mark-routing chain=prerouting connection-mark=c2 in-interface=bridge new-routing-mark=two
/ip firewall nat
add action=masquerade chain=srcnat out-interface=pppoe-one
add action=masquerade chain=srcnat out-interface=pppoe-two
/ip route
add distance=1 gateway=pppoe-one routing-mark=one
add distance=1 gateway=pppoe-two routing-mark=two
add distance=1 gateway=pppoe-one
add distance=2 gateway=pppoe-two
/ip route rule
add action=lookup-only-in-table routing-mark=one table=one
/ip route vrf
add interfaces=ether9 routing-mark=managed
/tool traffic-monitor
add interface=pppoe-one name=quiet on-event="/ip route disable 0" threshold=1
"""
NEWER = frozenset(
    {
        *("type", "name", "test-script", "default-route-tables", "check-gateway", "hw-offload"),
        "disable-ipv6",
    }
)
"""Properties that came with RouterOS 7 or late in 6; RouterOS 6 is asked for them last."""


class StillRouter:
    """A router whose rows are as they were loaded; nothing is computed."""

    def __init__(self, export: str) -> None:
        self.store = Store()
        self.version: Version = load_export(export, self.store).version
        self.shut: frozenset[str] = frozenset()

    def rows(self, path: str) -> Iterable[Item]:
        if path in self.shut:
            raise not_enough_permissions()
        return self.store.items(path)

    def computed(self, path: str, item: Item) -> Mapping[str, str]:  # noqa: ARG002 - the contract
        return {}

    def remove_connection(self, item_id: str) -> bool:  # noqa: ARG002 - the contract
        return False

    def reboot(self) -> None: ...

    def on_reboot(self, listener: Callable[[], None]) -> None: ...

    def tick(self) -> None: ...


def world_of(export: str) -> World:
    store = Store()
    version = load_export(export, store).version
    furnish(store, version)
    return World(store, version, clock=time.monotonic, seed=1)


def read(model: RouterModel) -> Survey:
    """The survey of a router that is served on a loopback port."""

    async def ask() -> Survey:
        server = ApiServer(model)
        host, port = await server.start()
        try:
            async with RouterSession(host, port, "admin", "") as session:
                return await Router(session).survey()
        finally:
            await server.close()

    return asyncio.run(ask())


def exported(export: str) -> Survey:
    """The survey of the same router's export."""
    store = Store()
    version = load_export(export, store).version
    rows = {
        path: tuple({**item.properties, ".id": item.id} for item in store.items(path))
        for path in store.paths()
    }
    return survey_of_export(version, rows)


@pytest.mark.parametrize("export", [DEMO, RECURSIVE_7, DIALLED_6])
def test_the_same_wans_are_found_live_and_in_the_export(export: str) -> None:
    live, written = discover(read(world_of(export))), discover(exported(export))
    assert [wan.name for wan in live.wans] == [wan.name for wan in written.wans]
    assert len(live.wans) >= 2
    for one, other in zip(live.wans, written.wans, strict=True):
        assert (one.interfaces, one.gateways) == (other.interfaces, other.gateways)
        assert (one.routing_tables, one.routing_marks) == (
            other.routing_tables,
            other.routing_marks,
        )
        assert one.connection_marks == other.connection_marks
        assert one.share == other.share > 0
        assert [r.id for r in one.routes] == [r.id for r in other.routes]
    assert [(t.name, t.kind, t.fallbacks) for t in live.tables] == [
        (t.name, t.kind, t.fallbacks) for t in written.tables
    ]


@pytest.mark.parametrize("export", [RECURSIVE_7, DIALLED_6])
def test_every_menu_of_the_export_is_read_with_its_rows(export: str) -> None:
    live, written = read(world_of(export)), exported(export)
    for menu, rows in written.rows.items():
        kept = [{n: row[n] for n in row if n in live.of(menu)[0]} for row in rows]
        names = set().union(*(row.keys() for row in kept))
        seen = [{n: row[n] for n in row if n in names} for row in live.of(menu)]
        assert [row.get("name") for row in kept] == [row.get("name") for row in seen][: len(kept)]
    assert live.is_live
    assert not live.refused


def test_gateways_are_followed_as_the_router_resolves_them() -> None:
    survey = read(world_of(RECURSIVE_7))
    recursive = next(r for r in survey.snapshot.routes if r.table == "one" and r.is_default)
    assert recursive.next_hops == (NextHop("203.0.113.1", "ether1"),)
    assert recursive.active
    assert survey.snapshot.running_interfaces["line-two"]
    assert survey.of("/ip/route")[0]["scope"] == "10"


def test_scripts_are_read_with_their_text() -> None:
    survey = read(world_of(RECURSIVE_7))
    assert "/ip route disable" in survey.of("/system/script")[0]["source"]
    assert "/ip route disable" in survey.of("/tool/netwatch")[0]["down-script"]


def test_no_secret_is_read() -> None:
    for export in (RECURSIVE_7, DIALLED_6):
        survey = read(world_of(export))
        texts = [text for rows in survey.rows.values() for row in rows for text in row.values()]
        assert not [text for text in texts if text in ("geheim", "c2VjcmV0LWtleQ==")]
    assert len(survey.of("/interface/l2tp-client")) == 1


@pytest.mark.parametrize("major", [6, 7])
def test_every_menu_is_asked_for_by_names_that_hold_no_secret(major: int) -> None:
    asked = list(asked_of(major, has_ipv6=True))
    assert len({entry.menu for entry in asked}) == len(asked)
    for entry in asked:
        assert entry.names, entry.menu
        for name in entry.names:
            assert not any(word in name for word in ("password", "secret", "key", "user")), name


def test_what_routeros_6_is_asked_for_it_knows() -> None:
    menus = menus_of(Version(6, 49))
    for entry in asked_of(6, has_ipv6=True):
        if entry.menu in menus:
            unknown = set(entry.names) - menus[entry.menu].names
            assert unknown <= NEWER, entry.menu
            first = next((n for n in entry.names if n in unknown), "")
            after = entry.names[entry.names.index(first) :] if first else ()
            assert set(after) <= NEWER, entry.menu


def test_a_full_routing_table_is_not_printed() -> None:
    router = StillRouter(RECURSIVE_7)
    for number in range(2000):
        row = {"dst-address": f"100.{number // 250}.{number % 250}.0/24", "gateway": "203.0.113.1"}
        router.store.add("/ip/route", row, dynamic=True)
    survey = read(router)
    assert [route.dst_address for route in survey.snapshot.routes] == [
        "9.9.9.9/32",
        "0.0.0.0/0",
        "0.0.0.0/0",
        "10.0.0.0/8",
    ]


def test_a_menu_the_login_may_not_read_is_named_and_the_rest_is_read() -> None:
    router = StillRouter(RECURSIVE_7)
    router.shut = frozenset({"/system/script", "/ip/firewall/nat"})
    survey = read(router)
    assert survey.refused == router.shut
    assert not survey.of("/system/script")
    assert survey.of("/tool/netwatch")


@pytest.mark.parametrize("menu", ["/ip/route", "/ip/firewall/mangle", "/ip/address"])
def test_without_the_menus_that_tell_the_wans_nothing_is_read(menu: str) -> None:
    router = StillRouter(RECURSIVE_7)
    router.shut = frozenset({menu})
    with pytest.raises(PermissionMissing):
        read(router)
