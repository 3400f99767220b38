"""Loading exports of both dialects, and writing them back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wanwatch.core.snapshot import Version
from wanwatch.core.survey import LINE
from wanwatch.sim.commands import Commands
from wanwatch.sim.export import ExportReport, load_export
from wanwatch.sim.export_write import write_export
from wanwatch.sim.factory import furnish
from wanwatch.sim.request import Request
from wanwatch.sim.store import Store

from .tiny_router import TinyRouter, ask

V7_EXPORT = r"""# 2026-01-10 10:00:00 by RouterOS 7.20.8
# model = RB5009
/interface bridge
add name=bridge
/interface ethernet
set [ find default-name=ether1 ] comment=Uplink name="Port1: WAN1"
/interface list
add name=LAN
/interface wifi security
set [ find default=yes ] name=x
/interface list member
add interface=bridge list=LAN
/ip address
add address=192.168.88.1/24 interface=bridge network=192.168.88.0
add address=203.0.113.2/29 interface="Port1: WAN1"
/routing table
add disabled=no fib name=wan1
/ip dhcp-client
add interface=ether2
/ip firewall mangle
add action=mark-connection chain=prerouting comment="PCC LAN->WAN1 \D0\94" \
    connection-state=new in-interface=bridge new-connection-mark=wan1_conn \
    passthrough=yes per-connection-classifier=both-addresses-and-ports:2/0
add action=mark-connection chain=prerouting per-connection-classifier=both-addresses:10/0,1,2
add action=mark-routing chain=prerouting new-routing-mark=wan1 passthrough=no
/ip route
add blackhole distance=254 dst-address=0.0.0.0/0 routing-table=wan1
add check-gateway=ping disabled=yes dst-address=0.0.0.0/0 gateway=203.0.113.1@main routing-table=wan1
add dst-address=8.8.8.8 gateway=203.0.113.1%ether3
/ip service
set telnet disabled=yes
/system identity
set name=edge
/certificate settings
set builtin-trust-anchors=trusted
"""

V6_EXPORT = """/interface pppoe-client
add disabled=no interface=ether1 name=pppoe-out1 user=line1
add interface=ether2 name=pppoe-out2 user=line2
/ip dhcp-client
add disabled=no interface=ether3
/ip route
add distance=1 gateway=pppoe-out1,198.51.100.1 routing-mark="Out One"
add distance=250 type=blackhole
"""


def loaded(text: str) -> tuple[Store, ExportReport]:
    store = Store()
    return store, load_export(text, store)


def rows_of(store: Store, path: str) -> list[dict[str, str]]:
    """The rows of a menu without the lines they were read from."""
    return [{n: v for n, v in i.properties.items() if n != LINE} for i in store.items(path)]


def test_a_v7_export_becomes_rows() -> None:
    store, report = loaded(V7_EXPORT)
    assert report.version == Version(7, 20, 8)
    assert report.unreadable == ()
    assert store.find("/ip/service", name="telnet", disabled="true")
    assert store.find("/system/identity", name="edge")
    blackhole, disabled, recursive = store.items("/ip/route")
    assert blackhole.properties["blackhole"] == "true"
    assert disabled.disabled
    assert recursive.properties["dst-address"] == "8.8.8.8/32"
    assert recursive.properties["routing-table"] == "main"
    assert store.items("/ip/address")[1].properties["network"] == "203.0.113.0"
    first = store.items("/ip/firewall/mangle")[0].properties
    assert first["comment"] == "PCC LAN->WAN1 \xd0\x94"
    assert first["passthrough"] == "true"


def test_a_rule_routeros_would_not_accept_is_kept_and_marked_invalid() -> None:
    store, report = loaded(V7_EXPORT)
    rules = store.items("/ip/firewall/mangle")
    assert [rule.properties.get("invalid") for rule in rules] == [None, "true", None]
    assert rules[1].properties["per-connection-classifier"] == "both-addresses:10/0,1,2"
    (sentence,) = report.invalid
    assert "line 24" in sentence
    assert "both-addresses:10/0,1,2" in sentence


def test_interfaces_that_are_only_named_exist_afterwards() -> None:
    store, report = loaded(V7_EXPORT)
    assert report.referenced_interfaces == ("ether2", "ether3")
    ports = {
        i.properties["name"]: i.properties["default-name"]
        for i in store.items("/interface/ethernet")
    }
    assert ports == {"Port1: WAN1": "ether1", "ether2": "ether2", "ether3": "ether3"}


def test_a_named_port_gets_a_default_name_of_its_own() -> None:
    store, report = loaded(
        '/ip address\nadd address=10.0.0.1/24 interface="Port1: LAN"\nadd address=10.1.0.1/24 interface=ether1\n'
    )
    assert report.referenced_interfaces == ("Port1: LAN", "ether1")
    ports = [item.properties["default-name"] for item in store.items("/interface/ethernet")]
    assert ports == ["ether2", "ether1"]


def test_menus_the_api_does_not_serve_are_kept() -> None:
    store, _ = loaded(V7_EXPORT)
    assert store.find("/interface/wifi/security", default="yes", name="x")
    assert store.find("/certificate/settings", builtin_trust_anchors="trusted")


def test_a_v6_export_without_a_header_is_known_by_its_dialect() -> None:
    store, report = loaded(V6_EXPORT)
    assert report.version < Version(7)
    ecmp, blackhole = store.items("/ip/route")
    assert ecmp.properties["gateway"] == "pppoe-out1,198.51.100.1"
    assert ecmp.properties["routing-mark"] == "Out One"
    assert blackhole.properties["type"] == "blackhole"
    assert [item.disabled for item in store.items("/interface/pppoe-client")] == [False, True]


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("# jan/02/2025 10:11:12 by RouterOS 6.49.7\n", Version(6, 49, 7)),
        ("# RouterOS 6.49 - two lines\n", Version(6, 49)),
        ("# 2026-01-10 10:00:00 by RouterOS 7.20.8\n", Version(7, 20, 8)),
        ("/ip route\nadd gateway=1.1.1.1 routing-table=x\n", Version(7, 20)),
        ("/routing table\nadd fib name=x\n", Version(7, 20)),
        ("/ip route\nadd gateway=1.1.1.1 routing-mark=x\n", Version(6, 49)),
        ("", Version(6, 49)),
    ],
)
def test_the_version_is_the_headers_or_the_dialects(text: str, version: Version) -> None:
    assert loaded(text)[1].version == version


def test_the_callers_version_goes_before_the_header() -> None:
    assert load_export(V7_EXPORT, Store(), Version(7, 9)).version == Version(7, 9)


@pytest.mark.parametrize("text", [V7_EXPORT, V6_EXPORT])
def test_what_is_written_loads_to_the_same_rows(text: str) -> None:
    store, report = loaded(text)
    written = write_export(store, report.version)
    again, second = loaded(written)
    assert second.unreadable == ()
    assert write_export(again, second.version) == written
    for path in ("/ip/route", "/ip/firewall/mangle", "/interface/ethernet", "/ip/service"):
        assert rows_of(again, path) == rows_of(store, path)


def test_defaults_and_dynamic_rows_are_not_written() -> None:
    store, report = loaded("/ip route\nadd gateway=203.0.113.1 routing-table=main\n")
    store.add("/ip/route", {"gateway": "ether9"}, dynamic=True)
    assert (
        write_export(store, report.version)
        == "# by RouterOS 7.20\n/ip route add gateway=203.0.113.1\n"
    )


def test_a_change_and_its_undoing_leave_no_trace() -> None:
    router = TinyRouter()
    load_export(V7_EXPORT, router.store, router.version)
    before = write_export(router.store, router.version)
    rule = "=.id=*1"
    ask(router, "/ip/firewall/mangle/set", rule, "=new-connection-mark=other", "=comment=mine")
    ask(router, "/ip/route/disable", "=.id=*3")
    assert write_export(router.store, router.version) != before
    ask(router, "/ip/route/enable", "=.id=*3")
    comment = "=comment=PCC LAN->WAN1 \xd0\x94"
    ask(router, "/ip/firewall/mangle/set", rule, "=new-connection-mark=wan1_conn", comment)
    assert write_export(router.store, router.version) == before


def test_rows_are_changed_enabled_and_removed_by_later_lines() -> None:
    store, report = loaded(
        "/ip route\nadd gateway=1.1.1.1 comment=a\nadd gateway=2.2.2.2 comment=b\n"
        "set [ find comment=a ] distance=5\ndisable [ find comment=b ]\nset 0 scope=11\n"
        "/ip firewall nat\nadd chain=srcnat\nremove 0\n/ip route\nset [ find comment=z ] distance=9\n"
        "move 0\n"
    )
    first, second = store.items("/ip/route")
    assert (first.properties["distance"], first.properties["scope"]) == ("5", "11")
    assert second.disabled
    assert store.items("/ip/firewall/nat") == []
    assert [entry.line for entry in report.unreadable] == [11, 12]


def test_a_port_is_renamed_in_the_common_menu() -> None:
    store, _ = loaded(
        '/interface set "ether1" name=wan\n/ip address add address=10.0.0.1/8 interface=wan'
    )
    assert [item.properties["name"] for item in store.items("/interface/ethernet")] == ["wan"]


def test_a_factory_new_router_has_its_services_and_its_user() -> None:
    store, report = loaded(V7_EXPORT)
    before = write_export(store, report.version)
    furnish(store, report.version)
    assert store.find("/ip/service", name="telnet", disabled="true", port="23")
    assert store.find("/ip/service", name="api", port="8728")
    assert store.find("/user", name="admin", group="full")
    furnish(store, report.version)
    assert len(store.items("/ip/service")) == 8
    assert "/ip route" in before


@given(st.text(st.sampled_from(V7_EXPORT + '\\"{}[]\n'), max_size=120))
@settings(max_examples=100)
def test_no_text_makes_loading_fail(text: str) -> None:
    store, report = loaded("/ip route\n" + text)
    commands = Commands(TinyRouter())
    assert report.commands >= 0
    for path in store.paths():
        if path in commands.menus:
            write_export(store, report.version)


@given(
    st.dictionaries(
        st.sampled_from(["comment", "new-connection-mark", "log-prefix"]),
        st.text(st.characters(max_codepoint=255), max_size=12),
    )
)
@settings(max_examples=60)
def test_any_text_set_over_the_api_survives_an_export(values: dict[str, str]) -> None:
    router = TinyRouter()
    words = [f"={name}={value}" for name, value in values.items()]
    request = Request.parse(("/ip/firewall/mangle/add", "=chain=a", *words))
    list(Commands(router).run(request, lambda _policy: True))
    again, _ = loaded(write_export(router.store, router.version))
    kept = router.store.items("/ip/firewall/mangle")[0].properties
    assert rows_of(again, "/ip/firewall/mangle") == [kept]


def test_a_pasted_rule_stands_where_place_before_puts_it() -> None:
    store = Store()
    load_export(
        "# by RouterOS 7.20\n"
        "/ip firewall mangle\n"
        "add action=accept chain=prerouting comment=only place-before=0\n"
        "add action=accept chain=prerouting comment=second\n"
        "add action=accept chain=prerouting comment=first place-before=0\n"
        "add action=accept chain=prerouting comment=between place-before=2\n",
        store,
    )
    rules = store.items("/ip/firewall/mangle")
    assert [rule.properties["comment"] for rule in rules] == ["first", "only", "between", "second"]
    assert not any("place-before" in rule.properties for rule in rules)
