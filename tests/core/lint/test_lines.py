"""The checks of the lines: silent on sound routers, never at a loss, and quick."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.core.lint.surveys import codes, found_in, picture_of
from wanwatch.core.discovery.discover import discover
from wanwatch.core.lint import dhcp, lists, nat, route_gateways, routes
from wanwatch.core.lint.lines import CHECKS
from wanwatch.core.lint.picture import Picture
from wanwatch.core.snapshot import Version
from wanwatch.routeros.survey import survey_of_export

V7 = "# 2026-02-01 08:00:00 by RouterOS 7.18.2\n"
V6 = "# feb/01/2026 08:00:00 by RouterOS 6.49.17\n"
ADDRESSES = (
    "/ip address\nadd address=192.168.88.1/24 interface=lan\n"
    "add address=198.51.100.2/30 interface=ether1\nadd address=203.0.113.2/30 interface=ether2\n"
)
MARKS = (
    "/ip firewall mangle\n"
    "add action=mark-routing chain=prerouting in-interface=lan new-routing-mark=one "
    "per-connection-classifier=both-addresses:2/0\n"
    "add action=mark-routing chain=prerouting in-interface=lan new-routing-mark=two "
    "per-connection-classifier=both-addresses:2/1\n"
)
NAT = "/ip firewall nat\nadd action=masquerade chain=srcnat out-interface=!lan\n"
TABLES = (
    "/ip route\nadd dst-address=0.0.0.0/0 gateway=198.51.100.1 routing-mark=one\n"
    "add dst-address=0.0.0.0/0 gateway=203.0.113.1 routing-mark=two\n"
)
MAIN = (
    "add check-gateway=ping distance=1 dst-address=0.0.0.0/0 gateway=198.51.100.1\n"
    "add distance=2 dst-address=0.0.0.0/0 gateway=203.0.113.1\n"
)
SOUND = V6 + ADDRESSES + MARKS + NAT + TABLES + MAIN


def test_a_sound_router_has_no_finding() -> None:
    assert found_in(SOUND, *CHECKS) == []


def test_a_part_of_an_export_is_not_blamed_for_what_was_cut_off() -> None:
    assert found_in(V6 + MARKS, *CHECKS) == []
    assert found_in(V6 + MARKS + TABLES, *CHECKS) == []
    assert found_in(V6 + ADDRESSES, *CHECKS) == []


def test_main_without_a_default_is_an_error_that_names_the_tables() -> None:
    (finding,) = found_in(V6 + ADDRESSES + MARKS + NAT + TABLES, routes.main_table)
    assert (finding.code, finding.where) == ("main-without-default", "main")
    assert dict(finding.data) == {"tables": "one, two"}


def test_a_route_that_the_operator_disabled_is_not_linted() -> None:
    disabled = "add disabled=yes distance=1 dst-address=0.0.0.0/0 gateway=198.51.100.77\n"
    assert found_in(SOUND + disabled, *CHECKS) == []


@pytest.mark.parametrize(
    ("version", "target", "scope", "is_found"),
    [
        (V6, "", " scope=10", False),
        (V6, "", "", True),
        (V6, " target-scope=30", "", False),
        (V7, "", " scope=10", True),
        (V7, " target-scope=11", " scope=10", False),
        (V7, " target-scope=11", "", True),
        (V7, " target-scope=31", "", False),
    ],
)
def test_a_recursive_gateway_needs_a_scope_that_its_default_allows(
    version: str, target: str, scope: str, *, is_found: bool
) -> None:
    export = (
        f"{version}{ADDRESSES}/ip route\nadd dst-address=0.0.0.0/0 gateway=192.0.2.9{target}\n"
        f"add dst-address=192.0.2.9/32 gateway=198.51.100.1{scope}\n"
    )
    found = codes(found_in(export, route_gateways.reached))
    assert found == (["recursive-gateway-scope"] if is_found else [])


def test_the_scopes_are_mended_by_the_rows_that_are_wrong() -> None:
    export = (
        f"{V7}{ADDRESSES}/ip route\nadd dst-address=0.0.0.0/0 gateway=192.0.2.9\n"
        "add dst-address=192.0.2.9/32 gateway=198.51.100.1\n"
    )
    (finding,) = found_in(export, route_gateways.reached)
    host, default = (
        f'[find where dst-address="{destination}" and gateway="{gateway}" and routing-table="main"]'
        for destination, gateway in (("192.0.2.9/32", "198.51.100.1"), ("0.0.0.0/0", "192.0.2.9"))
    )
    assert finding.fix == (
        f"/ip route set {host} scope=10",
        f"/ip route set {default} target-scope=11",
    )


def test_a_recursive_default_is_checked_by_the_route_below_it() -> None:
    export = (
        f"{V6}{ADDRESSES}/ip route\nadd distance=1 dst-address=0.0.0.0/0 gateway=192.0.2.9\n"
        "add distance=2 dst-address=0.0.0.0/0 gateway=203.0.113.1\n"
        "add {}dst-address=192.0.2.9/32 gateway=198.51.100.1 scope=10\n"
    )
    assert found_in(export.format("check-gateway=ping "), route_gateways.checked) == []
    assert codes(found_in(export.format(""), route_gateways.checked)) == ["check-gateway-absent"]


def test_nobody_is_told_that_an_address_is_unreachable_where_dhcp_may_give_its_network() -> None:
    far = "/ip route\nadd dst-address=0.0.0.0/0 gateway=192.0.2.1\n"
    assert codes(found_in(V6 + ADDRESSES + far, route_gateways.reached)) == ["gateway-unreachable"]
    client = "/ip dhcp-client\nadd disabled=no interface=ether4\n"
    assert found_in(V6 + ADDRESSES + client + far, route_gateways.reached) == []


def test_more_static_gateways_than_other_lines_tell_that_a_client_adds_a_second_default() -> None:
    clients = (
        "/ip dhcp-client\nadd disabled=no interface=ether1\nadd disabled=no interface=ether2\n"
    )
    defaults = (
        "/ip route\nadd dst-address=0.0.0.0/0 gateway=192.0.2.1\n"
        "add distance=2 dst-address=0.0.0.0/0 gateway=192.0.2.129\n"
    )
    (finding,) = found_in(V6 + clients + defaults, dhcp.beside_static)
    assert finding.code == "dhcp-default-beside-static"
    assert finding.fix == ()


def test_the_client_of_a_known_line_is_told_not_to_add_a_route() -> None:
    export = SOUND.replace(
        "/ip firewall nat", "/ip dhcp-client\nadd disabled=no interface=ether2\n/ip firewall nat"
    )
    (finding,) = found_in(export, dhcp.beside_static)
    assert finding.fix == (
        '/ip dhcp-client set [find where interface="ether2"] add-default-route=no',
    )


def test_a_live_router_is_addressed_by_the_ids_of_its_rows() -> None:
    survey = replace(picture_of(SOUND.replace("check-gateway=ping ", "")).survey, is_live=True)
    (finding,) = route_gateways.checked(Picture(survey, discover(survey)))
    assert finding.fix == ("/ip route set *3 check-gateway=arp",)


def test_a_line_whose_nat_rule_may_be_in_a_list_outside_the_export_is_not_blamed() -> None:
    by_list = NAT.replace("out-interface=!lan", "out-interface-list=WAN")
    assert found_in(SOUND.replace(NAT, by_list), nat.missing, lists.members) == []


MENUS = (
    *("/ip/route", "/ip/address", "/ip/dhcp-client", "/ip/firewall/nat", "/ip/firewall/mangle"),
    *("/interface/ethernet", "/interface/bridge/port", "/interface/list", "/interface/list/member"),
    *("/interface/pppoe-client", "/interface/vlan", "/system/script", "/system/scheduler"),
    *(
        "/tool/netwatch",
        "/ip/settings",
        "/ipv6/address",
        "/ipv6/route",
        "/interface/detect-internet",
    ),
)
NAMES = (
    *(
        "gateway",
        "dst-address",
        "address",
        "interface",
        "name",
        "list",
        "out-interface",
        "distance",
    ),
    *("in-interface-list", "out-interface-list", "per-connection-classifier", "action", "chain"),
    *("scope", "target-scope", "routing-mark", "routing-table", "new-routing-mark", "disabled"),
    *("check-gateway", "source", "on-event", "default-name", "bridge", "rp-filter", "network"),
)
TEXTS = st.one_of(
    st.sampled_from(
        (
            "",
            "ether1",
            "*1F",
            "0.0.0.0/0",
            "198.51.100.1",
            "198.51.100.2/30",
            "192.0.2.1/32",
            "main",
        )
    ),
    st.sampled_from(
        ("one", "!one", "srcnat", "masquerade", "both-addresses:2/1", "yes", "30", "\u0661")
    ),
    st.sampled_from(("mark-routing", "prerouting", "198.51.100.1,ether1", "1.2.3.4%", "@", "::/0")),
    st.text(max_size=8),
)
ROWS = st.dictionaries(
    st.sampled_from(MENUS),
    st.lists(st.dictionaries(st.sampled_from(NAMES), TEXTS, max_size=8), max_size=4),
    max_size=8,
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@example({"/ip/route": [{"dst-address": "0.0.0.0/0", "distance": "\u00b2"}]}, 6, "live")
@given(ROWS, st.sampled_from((6, 7)), st.sampled_from(("live", "export")))
def test_no_router_is_too_strange(
    rows: dict[str, list[dict[str, str]]], major: int, source: str
) -> None:
    menus = {
        menu: tuple({**row, ".id": f"*{number:X}"} for number, row in enumerate(found, 1))
        for menu, found in rows.items()
    }
    survey = survey_of_export(Version(major, 20), menus)
    survey = replace(survey, is_live=source == "live")
    picture = Picture(survey, discover(survey))
    ids = {(menu, row[".id"]) for menu, found in menus.items() for row in found}
    for check in CHECKS:
        for finding in check(picture):
            assert not finding.menu or (finding.menu, finding.where) in ids
