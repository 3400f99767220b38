"""How packets pass the mangle rules: what is found, and what is left alone for want of proof."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.lint.surveys import codes, found_in, picture_of
from wanwatch.core.discovery.discover import discover
from wanwatch.core.lint.flow import check_flow
from wanwatch.core.lint.picture import FILTER, MANGLE, Picture
from wanwatch.core.model import Finding, Severity
from wanwatch.core.snapshot import Version
from wanwatch.core.survey import Survey
from wanwatch.routeros.survey import survey_of_export

V6 = "# jan/01/2026 00:00:00 by RouterOS 6.49.10\n"
V7 = "# 2026-01-01 00:00:00 by RouterOS 7.20.8\n"
LINES = (
    "/ip address\nadd address=192.168.80.1/24 interface=lan\n"
    "add address=203.0.113.2/30 interface=ether1\nadd address=198.51.100.2/30 interface=ether2\n"
)
ROUTES = (
    "/ip route\nadd dst-address=0.0.0.0/0 gateway=203.0.113.1 {table}=to-north\n"
    "add dst-address=0.0.0.0/0 gateway=198.51.100.1 {table}=to-south\n"
    "add distance=1 dst-address=0.0.0.0/0 gateway=203.0.113.1\n"
    "add distance=2 dst-address=0.0.0.0/0 gateway=198.51.100.1\n"
)
ROUTES_6, ROUTES_7 = ROUTES.format(table="routing-mark"), ROUTES.format(table="routing-table")
TABLES = "/routing table\nadd fib name=to-north\nadd fib name=to-south\n"
INBOUND = (
    "add action=mark-connection chain=prerouting connection-mark=no-mark in-interface=ether1 new-connection-mark=north\n"
    "add action=mark-connection chain=prerouting connection-mark=no-mark in-interface=ether2 new-connection-mark=south\n"
)
OUTPUT = (
    "add action=mark-routing chain=output connection-mark=north new-routing-mark=to-north passthrough=no\n"
    "add action=mark-routing chain=output connection-mark=south new-routing-mark=to-south passthrough=no\n"
)
MENU = "/ip firewall mangle\n"


def pcc(matchers: str, chain: str = "prerouting") -> str:
    return "".join(
        f"add action=mark-connection chain={chain} {matchers} new-connection-mark={mark} "
        f"per-connection-classifier=both-addresses:2/{remainder}\n"
        for remainder, mark in enumerate(("north", "south"))
    )


def routing(matchers: str, chain: str = "prerouting") -> str:
    return "".join(
        f"add action=mark-routing chain={chain} connection-mark={mark} {matchers} "
        f"new-routing-mark=to-{mark} passthrough=no\n"
        for mark in ("north", "south")
    )


GUARD = "connection-mark=no-mark dst-address-type=!local in-interface=lan"
SOUND = INBOUND + pcc(GUARD) + routing("in-interface=lan") + OUTPUT


def router(mangle: str, *, version: str = V7, more: str = "") -> str:
    is_v7 = version == V7
    routes = TABLES + ROUTES_7 if is_v7 else ROUTES_6
    return version + LINES + routes + MENU + mangle + more


def found(export: str) -> list[Finding]:
    return found_in(export, check_flow)


def severity_of(export: str, code: str) -> Severity:
    return next(finding.severity for finding in found(export) if finding.code == code)


def rules_of(export: str, code: str) -> str:
    return next(dict(finding.data)["rules"] for finding in found(export) if finding.code == code)


def test_a_sound_router_has_no_finding() -> None:
    assert found(router(SOUND)) == []
    assert found(router(SOUND, version=V6)) == []


def test_a_router_without_balancing_has_no_finding() -> None:
    assert found(router("")) == []
    assert found(V7 + LINES) == []


def test_disabled_rules_are_left_alone() -> None:
    disabled = SOUND.replace("add action", "add disabled=yes action").replace(
        " in-interface=lan", ""
    )
    assert found(router(disabled)) == []


def test_one_cause_is_one_finding_that_names_every_rule() -> None:
    export = router(SOUND.replace("connection-mark=no-mark dst", "dst"))
    (finding,) = found(export)
    assert finding.code == "pcc-classifies-again"
    assert dict(finding.data) == {"rules": "*3, *4", "count": "2"}
    assert (finding.menu, finding.where) == (MANGLE, "*3")


def test_the_missing_guard_is_mended_rule_by_rule() -> None:
    (finding,) = found(router(SOUND.replace("connection-mark=no-mark dst", "dst")))
    assert finding.fix == tuple(
        "/ip firewall mangle set [find where "
        f'chain="prerouting" and action="mark-connection" and new-connection-mark="{mark}" and '
        f'per-connection-classifier="both-addresses:2/{remainder}" and in-interface="lan"] '
        "connection-mark=no-mark"
        for remainder, mark in enumerate(("north", "south"))
    )


def test_a_guard_on_the_jump_guards_the_chain_it_leads_to() -> None:
    jump = f"add action=jump chain=prerouting {GUARD} jump-target=share\n"
    mangle = INBOUND + jump + pcc("", "share") + routing("in-interface=lan") + OUTPUT
    assert found(router(mangle)) == []


def test_a_mark_that_is_asked_for_is_a_guard() -> None:
    nested = (
        "add action=mark-connection chain=prerouting connection-mark=no-mark dst-address-type=!local in-interface=lan new-connection-mark=clients\n"
        + pcc("connection-mark=clients in-interface=lan")
    )
    assert found(router(INBOUND + nested + routing("in-interface=lan") + OUTPUT)) == []


def test_accept_rules_for_the_wans_keep_mark_routing_from_what_comes_in() -> None:
    accept = (
        "add action=accept chain=prerouting in-interface=ether1\n"
        "add action=accept chain=prerouting in-interface=ether2\n"
    )
    open_rules = pcc(GUARD) + routing("") + OUTPUT
    assert codes(found(router(accept + open_rules))) == ["inbound-not-marked"]
    assert "mark-routing-from-wan" in codes(found(router(open_rules)))
    one_of_two = accept.splitlines(keepends=True)[0]
    assert "mark-routing-from-wan" in codes(found(router(one_of_two + open_rules)))


def test_a_table_that_knows_the_lan_may_be_marked_for_from_anywhere() -> None:
    home = "/ip route\n" + "".join(
        f"add dst-address=192.168.80.0/24 gateway=lan routing-table=to-{name}\n"
        for name in ("north", "south")
    )
    mangle = INBOUND + pcc(GUARD) + routing("") + OUTPUT
    assert "mark-routing-from-wan" in codes(found(router(mangle)))
    assert found(router(mangle, more=home)) == []


def test_the_fix_names_the_lan_only_where_all_of_it_comes_in_there() -> None:
    mangle = INBOUND + pcc(GUARD) + routing("") + OUTPUT
    second = "/ip address\nadd address=192.168.90.1/24 interface=guests\n"
    (one,) = found(router(mangle))
    assert [line.rpartition("] ")[2] for line in one.fix] == ["in-interface=lan"] * 2
    two = next(f for f in found(router(mangle, more=second)) if f.code == one.code)
    assert two.fix == ()


def test_the_router_itself_is_lost_on_7_by_its_marks_and_on_6_by_its_answers() -> None:
    mangle = INBOUND + pcc("connection-mark=no-mark in-interface=lan") + routing("in-interface=lan")
    assert "pcc-includes-router" in codes(found(router(mangle + OUTPUT)))
    assert "pcc-includes-router" in codes(found(router(mangle)))
    assert "pcc-includes-router" in codes(found(router(mangle + OUTPUT, version=V6)))
    assert "pcc-includes-router" not in codes(found(router(mangle, version=V6)))


def test_mark_routing_that_leaves_the_router_out_is_a_guard_too() -> None:
    mangle = INBOUND + pcc("connection-mark=no-mark in-interface=lan")
    mangle += routing("in-interface=lan dst-address-type=!local")
    assert codes(found(router(mangle))) == ["answers-not-routed-back"]


def test_an_address_list_is_a_guard_for_what_it_holds() -> None:
    accept = "add action=accept chain=prerouting dst-address-list=ours\n"
    rules = pcc("connection-mark=no-mark in-interface=lan") + routing("in-interface=lan") + OUTPUT
    entry = "/ip firewall address-list\nadd address={} list=ours\n"
    held, missed = entry.format("192.168.80.0/24"), entry.format("192.168.99.0/24")
    mangle = INBOUND + accept + rules
    assert "pcc-includes-router" not in codes(found(router(mangle, more=held)))
    assert "pcc-includes-router" in codes(found(router(mangle, more=missed)))
    assert "pcc-includes-router" not in codes(found(router(mangle)))


def test_networks_on_one_bridge_are_different_networks() -> None:
    second = "/ip address\nadd address=192.168.90.1/24 interface=lan\n"
    export = router(SOUND, more=second)
    assert codes(found(export)) == ["pcc-includes-lan"]
    assert dict(found(export)[0].data)["networks"] == "192.168.80.0/24, 192.168.90.0/24"


def test_fasttrack_is_left_alone_where_marked_connections_are_taken_out_before() -> None:
    fasttrack = "add action=fasttrack-connection chain=forward connection-state=established\n"
    accept = "add action=accept chain=forward connection-mark=!no-mark\n"
    menu = "/ip firewall filter\n"
    shown = found(router(SOUND, more=menu + fasttrack))
    assert [(f.code, f.severity, f.menu) for f in shown] == [
        ("fasttrack-passes-marks", Severity.ERROR, FILTER)
    ]
    assert [line.rpartition("] ")[2] for line in shown[0].fix] == ["connection-mark=no-mark"]
    assert found(router(SOUND, more=menu + accept + fasttrack)) == []
    assert found(
        router(SOUND, more=menu + fasttrack.replace("chain", "connection-mark=south chain"))
    )
    others = fasttrack.replace("chain", "connection-mark=!south chain")
    assert found(router(SOUND, more=menu + others)) == []
    assert found(router("", more=menu + fasttrack)) == []


def test_marks_of_one_line_may_go_without_routing_where_main_prefers_it() -> None:
    only_south = INBOUND.splitlines(keepends=True)[1]
    rest = pcc(GUARD) + routing("in-interface=lan") + OUTPUT
    assert found(router(only_south + rest)) == []
    only_north = INBOUND.splitlines(keepends=True)[0]
    assert codes(found(router(only_north + rest))) == ["inbound-not-marked"]


def test_servers_make_a_missing_mark_a_warning() -> None:
    rest = pcc(GUARD) + routing("in-interface=lan") + OUTPUT
    server = (
        "/ip firewall nat\nadd action=dst-nat chain=dstnat dst-port=443 protocol=tcp "
        "to-addresses=192.168.80.9\n"
    )
    assert severity_of(router(rest), "inbound-not-marked") is Severity.INFO
    assert severity_of(router(rest, more=server), "inbound-not-marked") is Severity.WARNING


def test_a_chain_that_is_entered_through_another_is_entered() -> None:
    jumps = (
        "add action=jump chain=prerouting in-interface=lan jump-target=outer\n"
        "add action=jump chain=outer jump-target=inner\n"
    )
    guard = "connection-mark=no-mark dst-address-type=!local"
    mangle = INBOUND + jumps + pcc(guard, "inner") + routing("in-interface=lan") + OUTPUT
    assert found(router(mangle)) == []


def test_chains_that_jump_to_each_other_alone_are_never_entered() -> None:
    loop = (
        "add action=jump chain=one jump-target=two\nadd action=jump chain=two jump-target=one\n"
        "add action=mark-packet chain=two new-packet-mark=x\n"
    )
    assert set(codes(found(router(SOUND + loop)))) == {"chain-never-entered"}


def test_a_pcc_rule_that_is_never_reached_loses_its_bucket() -> None:
    accept = "add action=accept chain=prerouting src-address=192.168.0.0/16\n"
    mangle = INBOUND + accept + pcc(GUARD + " src-address=192.168.80.0/24")
    export = router(mangle + routing("in-interface=lan") + OUTPUT)
    assert severity_of(export, "mark-rule-never-reached") is Severity.ERROR
    assert rules_of(export, "mark-rule-never-reached") == "*4, *5"


def test_a_rule_below_a_mark_is_reached_when_the_mark_is_set_in_between() -> None:
    mangle = routing("in-interface=lan") + pcc(GUARD) + routing("in-interface=lan")
    assert "mark-rule-never-reached" not in codes(found(router(INBOUND + mangle + OUTPUT)))


def test_an_interface_list_that_holds_it_takes_out_an_interface() -> None:
    lists = (
        "/interface list\nadd name=WAN\n/interface list member\n"
        "add interface=ether1 list=WAN\nadd interface=ether2 list=WAN\n"
    )
    accept = "add action=accept chain=prerouting in-interface-list=WAN\n"
    export = router(accept + SOUND, more=lists)
    assert rules_of(export, "mark-rule-never-reached") == "*2, *3"
    unknown = router(accept + SOUND)
    assert "mark-rule-never-reached" not in codes(found(unknown))


def test_a_host_with_a_line_of_its_own_loses_it_to_pcc_without_a_guard() -> None:
    host = "add action=mark-connection chain=prerouting src-address=192.168.80.7 new-connection-mark=own\n"
    rest = routing("in-interface=lan") + OUTPUT
    rest += (
        "add action=mark-routing chain=prerouting connection-mark=own in-interface=lan "
        "new-routing-mark=to-south\n"
    )
    unguarded = pcc("connection-state=new dst-address-type=!local in-interface=lan")
    anew = pcc("dst-address-type=!local in-interface=lan")
    assert rules_of(router(INBOUND + host + anew + rest), "mark-overwritten") == "*3"
    assert "mark-overwritten" not in codes(found(router(INBOUND + host + pcc(GUARD) + rest)))
    assert "mark-overwritten" not in codes(found(router(INBOUND + host + unguarded + rest)))
    of_list = pcc("dst-address-type=!local src-address-list=clients")
    entry = "/ip firewall address-list\nadd address={} list=clients\n"
    held, other = entry.format("192.168.80.0/24"), entry.format("192.168.99.0/24")
    export = INBOUND + host + of_list + rest
    assert rules_of(router(export, more=held), "mark-overwritten") == "*3"
    assert "mark-overwritten" not in codes(found(router(export, more=other)))


def test_a_network_with_a_line_of_its_own_loses_it_to_pcc_that_shares_it_out_again() -> None:
    staff = (
        "add action=mark-connection chain=prerouting connection-state=new in-interface=lan "
        "new-connection-mark=south\n"
    )
    rest = pcc("connection-state=new dst-address-type=!local in-interface=lan")
    rest += routing("in-interface=lan") + OUTPUT
    assert rules_of(router(INBOUND + staff + rest), "mark-overwritten") == "*3"
    inbound = staff.replace("in-interface=lan", "in-interface=ether2")
    assert "mark-overwritten" not in codes(found(router(inbound + rest)))


def test_accepts_of_every_interface_of_a_list_take_out_the_list() -> None:
    lists = (
        "/interface list\nadd name=WAN\n/interface list member\n"
        "add interface=ether1 list=WAN\nadd interface=ether2 list=WAN\n"
    )
    accept = "".join(
        f"add action=accept chain=prerouting in-interface={name}\n" for name in ("ether1", "ether2")
    )
    mark = "add action=mark-connection chain=prerouting in-interface-list=WAN new-connection-mark=north\n"
    rest = pcc(GUARD) + routing("in-interface=lan") + OUTPUT
    assert rules_of(router(accept + mark + rest, more=lists), "mark-rule-never-reached") == "*3"
    one = accept.splitlines(keepends=True)[0]
    assert "mark-rule-never-reached" not in codes(found(router(one + mark + rest, more=lists)))


def test_a_pcc_group_that_takes_all_and_ends_the_chain_leaves_nothing() -> None:
    group = "".join(
        f"add action=mark-routing chain=prerouting dst-address-type=!local in-interface=lan "
        f"new-routing-mark=to-{name} passthrough=no per-connection-classifier=src-address:2/{rest}\n"
        for rest, name in enumerate(("north", "south"))
    )
    below = (
        "add action=mark-packet chain=prerouting dst-address-type=!local in-interface=lan "
        "new-packet-mark=clients\n"
    )
    assert rules_of(router(group + below), "mark-rule-never-reached") == "*3"
    half = group.splitlines(keepends=True)[0]
    assert "mark-rule-never-reached" not in codes(found(router(half + below)))


def test_states_that_leave_established_connections_out_are_a_guard() -> None:
    for state, is_guard in (
        ("new", True),
        ("!established,related", True),
        ("new,established", False),
    ):
        rules = pcc(f"connection-state={state} dst-address-type=!local in-interface=lan")
        export = router(INBOUND + rules + routing("in-interface=lan") + OUTPUT)
        assert ("pcc-classifies-again" not in codes(found(export))) is is_guard


def test_a_guard_for_the_line_without_its_interface_hides_what_comes_in() -> None:
    guard = "add action=accept chain=prerouting dst-address=198.51.100.0/30{}\n"
    hiding, aside = guard.format(""), guard.format(" in-interface=lan")
    assert codes(found(router(hiding + SOUND))) == ["inbound-let-by"]
    assert found(router(aside + SOUND)) == []
    elsewhere = hiding.replace("198.51.100.0/30", "198.51.100.1")
    assert found(router(elsewhere + SOUND)) == []


def test_the_network_below_a_pppoe_line_is_no_lan() -> None:
    pppoe = (
        "/interface pppoe-client\nadd disabled=no interface=ether5 name=line user=u\n"
        "/ip address\nadd address=192.168.7.2/24 interface=ether5\n"
    )
    assert codes(found(router(SOUND, more=pppoe))) == ["pcc-includes-modems"]


def test_what_wanwatch_changed_is_judged_as_it_was() -> None:
    export = router(SOUND)
    survey = picture_of(export).survey
    moved = tuple(
        replace(
            rule,
            comment="[wanwatch: wan=south new-connection-mark=south]",
            properties={**rule.properties, "new-connection-mark": "north"},
        )
        if rule.classifier.endswith("/1")
        else rule
        for rule in survey.snapshot.mangle
    )
    changed = replace(survey, snapshot=replace(survey.snapshot, mangle=moved))
    assert list(check_flow(Picture(changed, discover(changed)))) == []


WORDS = st.sampled_from(
    [
        *("", "!", "no", "yes", "all", "none", "lan", "!lan", "ether1", "prerouting", "output"),
        *("one", "two", "no-mark", "!no-mark", "10.0.0.0/8", "!10.0.0.1", "10.0.0.9-10.0.0.1"),
        *("1.2.3.400", "::1/64", "local", "!local", "both-addresses:2/0", "both-addresses:0/0"),
        *(
            "both-addresses:2/0,1",
            "!src-address:2/1",
            "new",
            "$x",
            "4,1",
            "accept",
            "jump",
            "return",
        ),
        *("mark-connection", "mark-routing", "mark-packet", "fasttrack-connection", "dst-nat", "x"),
    ]
)
NAMES = st.sampled_from(
    [
        *(
            "chain",
            "chain",
            "action",
            "action",
            "in-interface",
            "in-interface-list",
            "name",
            "list",
        ),
        *("out-interface", "src-address", "dst-address", "dst-address-list", "dst-address-type"),
        *("connection-mark", "new-connection-mark", "new-routing-mark", "packet-mark", "nth"),
        *("per-connection-classifier", "passthrough", "jump-target", "connection-state", "hotspot"),
        *("address", "interface", "gateway", "routing-table", "disabled", "bridge", "slaves"),
    ]
)
MENUS = (
    *(MANGLE, FILTER, "/ip/firewall/nat", "/ip/address", "/ip/route", "/ip/firewall/address-list"),
    *("/interface/list", "/interface/list/member", "/interface/bridge/port", "/interface/bonding"),
    *("/interface/pppoe-client", "/routing/rule", "/routing/table"),
)
ROWS = st.lists(st.dictionaries(NAMES, WORDS, max_size=6), max_size=6)


@st.composite
def surveys(draw: st.DrawFn) -> Survey:
    rows = {
        menu: tuple({**row, ".id": f"*{place}"} for place, row in enumerate(found))
        for menu in MENUS
        if (found := draw(ROWS))
    }
    return survey_of_export(Version(draw(st.sampled_from([6, 7]))), rows)


@settings(max_examples=150, deadline=None)
@given(surveys())
def test_no_router_is_too_strange(survey: Survey) -> None:
    for finding in check_flow(Picture(survey, discover(survey))):
        assert finding.code
        assert not finding.menu or finding.where
