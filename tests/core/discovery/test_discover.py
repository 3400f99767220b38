"""Which WANs a router has, and how traffic reaches them."""

from dataclasses import replace

import pytest

from tests.core.discovery.exports import (
    LINES,
    MANGLE,
    NAT,
    ROUTES,
    V6,
    V7,
    by_name,
    codes,
    found,
)
from wanwatch.cli.exported import survey_text
from wanwatch.core.discovery.discover import discover
from wanwatch.core.discovery.found import TableKind
from wanwatch.core.model import Disposition
from wanwatch.core.planning import make_plan

STATIC = (V6, LINES, MANGLE, NAT, ROUTES)


def test_a_wan_has_its_interface_gateway_address_tables_and_marks() -> None:
    wan = by_name(found(*STATIC))["ether1"]
    assert wan.interfaces == ("ether1",)
    assert wan.gateways == ("203.0.1.1",)
    assert wan.addresses == ("203.0.1.2",)
    assert wan.routing_tables == wan.routing_marks == ("to1",)
    assert wan.connection_marks == ("c1", "in1")
    assert wan.nat == ("*1",)
    assert [(route.table, route.distance) for route in wan.routes] == [("to1", 1), ("main", 1)]


def test_a_share_is_the_part_of_the_hash_space() -> None:
    wans = by_name(found(*STATIC))
    assert wans["ether1"].share == pytest.approx(2 / 3)
    assert wans["ether2"].share == pytest.approx(1 / 3)


def test_a_table_names_its_fallbacks_in_their_order() -> None:
    discovery = found(*STATIC)
    table = discovery.table("to1")
    assert table is not None
    assert (table.kind, table.wans) == (TableKind.WAN, ("ether1",))
    assert table.fallbacks == ((1, "ether1"), (2, "ether2"))


def test_wans_stand_in_the_order_of_their_buckets() -> None:
    swapped = ROUTES.replace("203.0.1.1", "x").replace("203.0.2.1", "203.0.1.1")
    discovery = found(V6, LINES, MANGLE, NAT, swapped.replace("gateway=x", "gateway=203.0.2.1"))
    assert [wan.name for wan in discovery.wans] == ["ether2", "ether1"]


def test_a_recursive_gateway_is_the_line_it_leads_to() -> None:
    routes = """
/ip route
add dst-address=9.9.9.9/32 gateway=203.0.1.1 scope=10
add dst-address=10.1.1.1/32 gateway=9.9.9.9 scope=10
add gateway=10.1.1.1 routing-mark=to1
add gateway=203.0.2.1 routing-mark=to2
"""
    assert by_name(found(V6, LINES, MANGLE, NAT, routes))["ether1"].gateways == ("203.0.1.1",)


def test_two_gateways_behind_one_interface_are_two_wans() -> None:
    routes = ROUTES.replace("203.0.2.1", "203.0.1.2")
    lines = LINES.replace("203.0.1.2/30", "203.0.1.5/28").replace("203.0.1.0", "203.0.1.0")
    names = [wan.name for wan in found(V6, lines, MANGLE, NAT, routes).wans]
    assert names == ["ether1-203.0.1.1", "ether1-203.0.1.2"]


def test_a_gateway_shared_by_two_interfaces_is_two_wans() -> None:
    routes = ROUTES.replace("203.0.1.1", "10.0.0.1%ether1").replace("203.0.2.1", "10.0.0.1%ether2")
    wans = by_name(found(V7, MANGLE, NAT, routes.replace("routing-mark", "routing-table")))
    assert wans["ether1"].gateways == wans["ether2"].gateways == ("10.0.0.1",)
    assert wans["ether1"].routing_tables == ("to1",)


def test_several_tables_of_one_line_are_one_wan() -> None:
    discovery = found(V6, LINES, MANGLE, NAT, ROUTES.replace("203.0.2.1", "203.0.1.1"))
    assert [wan.name for wan in discovery.wans] == ["ether1"]
    assert discovery.wans[0].routing_tables == ("to1", "to2")
    assert codes(discovery) == ["one-wan-only"]


def test_an_ecmp_table_is_nobodys() -> None:
    routes = ROUTES.replace("distance=2 gateway=203.0.2.1 routing-mark=to1", "disabled=yes")
    routes += "add distance=1 gateway=203.0.2.1 routing-mark=to1\n"
    table = found(V6, LINES, MANGLE, NAT, routes).table("to1")
    assert table is not None
    assert (table.kind, table.wans) == (TableKind.SEVERAL, ("ether1", "ether2"))


def test_a_line_of_main_that_no_bucket_leads_to_is_a_wan_without_a_share() -> None:
    lines = LINES + "add address=203.0.3.2/30 interface=ether3 network=203.0.3.0\n"
    nat = NAT + "add action=masquerade chain=srcnat out-interface=ether3\n"
    routes = ROUTES + "add distance=3 gateway=203.0.3.1\n"
    wan = by_name(found(V6, lines, MANGLE, nat, routes))["ether3"]
    assert (wan.share, wan.routing_tables) == (0.0, ())


def test_a_line_that_nothing_translates_is_left_out_and_named() -> None:
    lines = LINES + "add address=10.9.0.2/30 interface=ether3 network=10.9.0.0\n"
    routes = ROUTES + "add distance=3 gateway=10.9.0.1\n"
    discovery = found(V6, lines, MANGLE, NAT, routes)
    assert "ether3" not in by_name(discovery)
    assert codes(discovery) == ["untranslated-line-left-out"]


def test_a_table_that_leads_to_a_host_on_the_lan_is_told_apart() -> None:
    mangle = MANGLE + (
        "add action=mark-routing chain=prerouting dst-port=80 protocol=tcp"
        " new-routing-mark=proxy passthrough=no\n"
    )
    routes = ROUTES + "add gateway=192.168.88.5 routing-mark=proxy\n"
    discovery = found(V6, LINES, mangle, NAT, routes)
    table = discovery.table("proxy")
    assert table is not None
    assert table.kind is TableKind.LAN
    assert sorted(by_name(discovery)) == ["ether1", "ether2"]


def test_a_tunnel_over_the_wans_is_told_apart() -> None:
    tunnel = "/interface l2tp-client\nadd connect-to=198.51.100.1 disabled=no name=vpn\n"
    mangle = MANGLE + (
        "add action=mark-routing chain=prerouting dst-address-list=abroad"
        " new-routing-mark=through-vpn passthrough=no\n"
    )
    discovery = found(
        V6, tunnel, LINES, mangle, NAT, ROUTES + "add gateway=vpn routing-mark=through-vpn\n"
    )
    table = discovery.table("through-vpn")
    assert table is not None
    assert table.kind is TableKind.TUNNEL
    assert "vpn" not in by_name(discovery)


def test_a_line_that_is_dialled_is_no_tunnel() -> None:
    client = "/interface l2tp-client\nadd connect-to=10.0.0.1 disabled=no name=l2tp-isp\n"
    routes = ROUTES.replace("203.0.2.1", "l2tp-isp")
    assert "l2tp-isp" in by_name(found(V6, client, LINES, MANGLE, NAT, routes))


def test_a_vrf_is_told_apart() -> None:
    vrf = "/ip vrf\nadd interfaces=ether9 name=voice\n"
    routes = ROUTES.replace("routing-mark", "routing-table")
    routes += "add gateway=10.9.9.1%ether9 routing-table=voice\n"
    discovery = found(V7, LINES, MANGLE, NAT, vrf, routes)
    table = discovery.table("voice")
    assert table is not None
    assert table.kind is TableKind.VRF
    assert "ether9" not in by_name(discovery)


def test_a_probe_table_is_its_lines_and_is_never_planned_with() -> None:
    mangle = MANGLE + (
        "add action=mark-routing chain=prerouting src-address=192.168.88.201"
        " new-routing-mark=probe1 passthrough=no place-before=0\n"
    )
    routes = ROUTES + (
        "add gateway=203.0.1.1 routing-mark=probe1\n"
        "add distance=254 routing-mark=probe1 type=blackhole\n"
    )
    survey = survey_text(V6 + LINES + mangle + NAT + routes)
    discovery = discover(survey)
    assert "probe1" not in discovery.bound.managed_tables
    down = {"ether1": Disposition.OUT, "ether2": Disposition.CARRY}
    plan = make_plan(survey.snapshot, discovery.specs, down)
    probes = {route.id for route in survey.snapshot.routes if route.table == "probe1"}
    assert plan.steps
    assert not probes & {step.id for step in plan.steps}


def test_a_route_the_operator_disabled_makes_no_wan() -> None:
    routes = ROUTES + "add disabled=yes gateway=203.0.9.1 routing-mark=to9\n"
    assert sorted(by_name(found(V6, LINES, MANGLE, NAT, routes))) == ["ether1", "ether2"]


def test_a_route_that_wanwatch_disabled_still_makes_one() -> None:
    tag = 'comment="[wanwatch: wan=ether1 disabled=no]"'
    routes = ROUTES.replace(
        "add distance=1 gateway=203.0.1.1", f"add disabled=yes {tag} distance=1 gateway=203.0.1.1"
    )
    discovery = found(V6, LINES, MANGLE, NAT, routes)
    assert by_name(discovery)["ether1"].routing_tables == ("to1",)


def test_names_are_such_as_a_configuration_takes() -> None:
    pieces = [piece.replace("ether1", '"Port 1 - Fibra"') for piece in STATIC]
    wan = by_name(found(*pieces))["Port-1-Fibra"]
    assert wan.interfaces == ("Port 1 - Fibra",)


def test_a_part_of_a_configuration_without_routes_has_a_wan_for_each_table() -> None:
    discovery = found(V6, MANGLE.replace("in-interface=ether", "src-address=10.0.0."))
    assert sorted(by_name(discovery)) == ["to1", "to2"]
    assert by_name(discovery)["to1"].share == pytest.approx(2 / 3)
    assert "export-without-routes" in codes(discovery)


def test_a_router_without_pcc_is_said_to_have_none() -> None:
    assert codes(found(V6, LINES, NAT, ROUTES)) == ["no-pcc-rule"]


def test_a_router_without_a_line_is_said_to_have_none() -> None:
    assert codes(found(V6, "/ip address\nadd address=10.0.0.1/24 interface=ether1\n")) == [
        "no-wan-found"
    ]


def test_direct_routing_marks_lead_to_wans_too() -> None:
    mangle = """
/ip firewall mangle
add action=mark-routing chain=prerouting in-interface=bridge new-routing-mark=to1 \\
    per-connection-classifier=src-address:2/0
add action=mark-routing chain=prerouting in-interface=bridge new-routing-mark=to2 \\
    per-connection-classifier=src-address:2/1
"""
    wans = by_name(found(V6, LINES, mangle, NAT, ROUTES))
    assert [wans[name].share for name in ("ether1", "ether2")] == [0.5, 0.5]


def test_the_same_is_found_while_wanwatch_has_a_line_out() -> None:
    survey = survey_text("\n".join(STATIC))
    before = discover(survey)
    down = {"ether1": Disposition.OUT, "ether2": Disposition.CARRY}
    changed = survey.snapshot
    for step in make_plan(changed, before.specs, down).steps:
        if step.menu == "/ip/firewall/mangle":
            words = dict(step.attributes)
            comment = words.pop("comment")
            changed = replace(
                changed,
                mangle=tuple(
                    replace(rule, properties={**rule.properties, **words}, comment=comment)
                    if rule.id == step.id
                    else rule
                    for rule in changed.mangle
                ),
            )
    assert changed != survey.snapshot
    after = discover(replace(survey, snapshot=changed))
    assert after.specs == before.specs
    assert [group.own() for group in after.groups] == [group.own() for group in before.groups]
