"""Which tables, marks and addresses are each WAN's, as the router tells."""

from dataclasses import replace

from tests.factories import (
    default,
    gateway,
    router,
    routing,
    rule,
    specs,
    with_mangle,
    with_routes,
    without_address,
)
from wanwatch.core.model import WanSpec
from wanwatch.core.snapshot import Address, NatRule, Snapshot
from wanwatch.core.wans import Wan, Wans, bind

ROUTER = router()


def wan(snapshot: Snapshot, name: str = "wan1", *given: WanSpec) -> Wan:
    found = bind(given or specs(), snapshot).named(name)
    assert found is not None
    return found


def codes(wans: Wans) -> list[tuple[str, str]]:
    return [(finding.code, finding.where) for finding in wans.findings]


def test_a_wan_is_found_by_its_interface_alone() -> None:
    found = wan(ROUTER)
    assert found.routing_tables == {"to-wan1"}
    assert found.connection_marks == {"wan1-conn"}
    assert found.addresses == {"203.0.1.2"}
    assert found.gateways == {gateway(1)}
    assert not bind(specs(), ROUTER).findings


def test_what_the_operator_configured_stands() -> None:
    spec = WanSpec(
        "wan1", "ether1", 3, ("10.0.0.1",), ("table",), ("mark", "other"), ("192.0.2.7",)
    )
    found = wan(ROUTER, "wan1", spec)
    assert found.weight == 3
    assert found.gateways == {"10.0.0.1"}
    assert found.routing_tables == {"table"}
    assert found.connection_marks == found.flush_marks == {"mark", "other"}
    assert found.addresses == {"192.0.2.7"}


def test_a_table_with_fallbacks_is_its_nearest_routes_wan() -> None:
    fallback = default("fallback", gateway(2), "to-wan1", 2)
    assert wan(with_routes(ROUTER, fallback, *ROUTER.routes)).routing_tables == {"to-wan1"}


def test_a_table_that_balances_two_wans_is_nobodys() -> None:
    both = default("both", [gateway(1), gateway(2)], "to-wan1")
    found = bind(specs(), with_routes(ROUTER, both))
    assert not any(each.routing_tables for each in found.wans)


def test_a_table_stays_its_wans_while_wanwatch_has_its_route_disabled() -> None:
    own, *others = ROUTER.routes
    own = replace(own, disabled=True, comment="[wanwatch: wan=wan1 disabled=no]")
    fallback = default("fallback", gateway(2), "to-wan1", 2)
    assert wan(with_routes(ROUTER, own, fallback, *others)).routing_tables == {"to-wan1"}


def test_a_disabled_route_of_a_lost_lease_is_its_tags_wans() -> None:
    own, *others = ROUTER.routes
    own = replace(own, disabled=True, comment="[wanwatch: wan=wan1 disabled=no]")
    snapshot = without_address(with_routes(ROUTER, own, *others), "ether1")
    assert wan(snapshot).routing_tables == {"to-wan1"}
    assert wan(snapshot).connection_marks == {"wan1-conn"}


def test_a_lost_lease_is_found_by_the_gateway_the_operator_named() -> None:
    named = WanSpec("wan1", "ether1", gateways=(gateway(1),))
    snapshot = without_address(ROUTER, "ether1")
    assert wan(snapshot, "wan1", named).connection_marks == {"wan1-conn"}
    assert not wan(snapshot).connection_marks


def test_two_wans_on_one_interface_are_told_apart_by_gateway() -> None:
    shared = replace(ROUTER, addresses=(Address("203.0.0.9/16", "ether1", "203.0.0.0"),))
    given = (
        WanSpec("wan1", "ether1", gateways=(gateway(1),)),
        WanSpec("wan2", "ether1", gateways=(gateway(2),)),
    )
    assert wan(shared, "wan1", *given).routing_tables == {"to-wan1"}
    assert wan(shared, "wan2", *given).routing_tables == {"to-wan2"}


def test_a_mark_that_leads_to_two_tables_is_nobodys_and_said_so() -> None:
    crossed = routing("crossed", "wan1-conn", "to-wan2")
    found = bind(specs(), with_mangle(ROUTER, *ROUTER.mangle, crossed))
    assert found.of_connection_mark("wan1-conn") is None
    assert found.of_table("to-wan1") is not None
    assert codes(found) == [
        ("connection-mark-ambiguous", "wan1"),
        ("connection-mark-ambiguous", "wan2"),
    ]


def test_output_says_where_a_mark_leads_only_where_prerouting_does_not() -> None:
    crossed = routing("crossed", "wan1-conn", "to-wan2", chain="output", in_interface="")
    assert not bind(specs(), with_mangle(ROUTER, *ROUTER.mangle, crossed)).findings
    alone = routing("alone", "in-1", "to-wan1", chain="output", in_interface="")
    found = wan(with_mangle(ROUTER, *ROUTER.mangle, alone))
    assert found.connection_marks == {"wan1-conn", "in-1"}


def test_a_probe_table_is_not_managed() -> None:
    steering = rule(
        "probe", action="mark-routing", src_address="192.168.88.201", new_routing_mark="probe1"
    )
    probe = default("p", gateway(1), "probe1")
    snapshot = with_routes(with_mangle(ROUTER, steering, *ROUTER.mangle), probe, *ROUTER.routes)
    assert bind(specs(), snapshot).managed_tables == {"main", "to-wan1", "to-wan2"}


def test_only_marks_that_no_other_wan_can_bear_are_flushed_by() -> None:
    arrives = rule(
        "in", action="mark-connection", in_interface="ether1", new_connection_mark="arrived"
    )
    both = replace(arrives, properties={**arrives.properties, "new-connection-mark": "shared"})
    other = replace(both, properties={**both.properties, "in-interface": "ether2"})
    lan = replace(arrives, properties={**arrives.properties, "in-interface": "bridge"})
    assert wan(with_mangle(ROUTER, arrives)).flush_marks == {"arrived"}
    assert not wan(with_mangle(ROUTER, both, other)).flush_marks
    assert not wan(with_mangle(ROUTER, arrives, lan)).flush_marks


def test_a_rewritten_rule_does_not_change_whose_a_mark_is() -> None:
    moved = replace(
        ROUTER.mangle[0],
        properties={**ROUTER.mangle[0].properties, "new-connection-mark": "wan2-conn"},
        comment="[wanwatch: wan=wan1 new-connection-mark=wan1-conn]",
    )
    snapshot = with_mangle(ROUTER, moved, *ROUTER.mangle[1:])
    assert wan(snapshot).flush_marks == {"wan1-conn"}
    assert wan(snapshot, "wan2").flush_marks == {"wan2-conn"}


def test_addresses_of_source_nat_are_the_wans_too() -> None:
    lists = {"WAN": ("ether1",)}
    nat = (
        NatRule("1", "srcnat", "src-nat", "ether1", to_addresses="198.51.100.0/30"),
        NatRule("2", "srcnat", "src-nat", "", "WAN", "192.0.2.1-192.0.2.3"),
        NatRule("3", "srcnat", "src-nat", "ether2", to_addresses="192.0.2.99"),
        NatRule("4", "srcnat", "src-nat", "ether1", to_addresses="192.0.2.50", disabled=True),
        NatRule("5", "srcnat", "src-nat", "ether1", to_addresses="nonsense"),
        NatRule("6", "srcnat", "src-nat", "ether1", to_addresses="192.0.2.9-fast"),
    )
    found = wan(replace(ROUTER, nat=nat, interface_lists=lists))
    assert found.addresses == {
        "203.0.1.2",
        *(f"198.51.100.{n}" for n in range(4)),
        *(f"192.0.2.{n}" for n in range(1, 4)),
    }


def test_a_wan_that_is_not_there_is_said_so() -> None:
    assert codes(bind([WanSpec("lte", "lte1")], ROUTER)) == [("wan-not-found", "lte")]


def test_a_wan_without_an_address_is_said_so() -> None:
    pppoe = with_routes(ROUTER, default("r", "pppoe-out1", "to-wan1"))
    assert codes(bind([WanSpec("isp", "pppoe-out1")], pppoe)) == [("wan-without-address", "isp")]
