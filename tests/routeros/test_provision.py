"""What provisioning does about FastTrack, translation, leases, DSCP, IPv6 and the login."""

from dataclasses import replace

import pytest

from tests.routeros.provisioned import LOGIN, SECRET, Provisioned, of_kind, provisioned
from wanwatch.core.provision.items import Blocked, Kind, LoginWish, Steered, Wish
from wanwatch.core.provision.judge import Standing
from wanwatch.core.provision.restore_items import restore_items
from wanwatch.core.snapshot import Snapshot, Version
from wanwatch.core.survey import Survey
from wanwatch.sim.store import Store

MANGLE, FILTER, NAT = "/ip/firewall/mangle", "/ip/firewall/filter", "/ip/firewall/nat"

STATIC = """# 2026-01-10 10:00:00 by RouterOS 7.20.8
/interface bridge
add name=bridge
/ip address
add address=192.168.88.1/24 interface=bridge network=192.168.88.0
add address=203.0.113.2/29 interface=ether1 network=203.0.113.0
add address=198.51.100.2/29 interface=ether2 network=198.51.100.0
/routing table
add disabled=no fib name=wan1
add disabled=no fib name=wan2
/ip firewall mangle
add action=accept chain=prerouting dst-address=192.168.88.0/24
add action=mark-connection chain=prerouting connection-mark=no-mark in-interface=bridge \\
    new-connection-mark=c1 per-connection-classifier=both-addresses:2/0
add action=mark-connection chain=prerouting connection-mark=no-mark in-interface=bridge \\
    new-connection-mark=c2 per-connection-classifier=both-addresses:2/1
add action=mark-routing chain=prerouting connection-mark=c1 in-interface=bridge new-routing-mark=wan1
add action=mark-routing chain=prerouting connection-mark=c2 in-interface=bridge new-routing-mark=wan2
/ip firewall nat
add action=masquerade chain=srcnat out-interface=ether1
add action=masquerade chain=srcnat out-interface=ether2
/ip route
add dst-address=0.0.0.0/0 gateway=203.0.113.1 routing-table=wan1
add dst-address=0.0.0.0/0 gateway=198.51.100.1 routing-table=wan2
add distance=1 dst-address=0.0.0.0/0 gateway=203.0.113.1
add distance=2 dst-address=0.0.0.0/0 gateway=198.51.100.1
"""

FASTTRACK = """/ip firewall filter
add action=drop chain=forward connection-state=invalid
add action=fasttrack-connection chain=forward connection-state=established,related
add action=accept chain=forward connection-state=established,related
"""
SOURCES = (Steered("ether1", "192.168.88.201"), Steered("ether2", "192.168.88.202"))


def wish(*steered: Steered, login: LoginWish | None = None) -> Wish:
    return Wish(steered or SOURCES, LOGIN.host, login)


def rows(home: Provisioned, menu: str) -> list[dict[str, str]]:
    return [item.properties for item in home.store.items(menu)]


async def test_the_rules_that_lead_probes_stand_before_every_other_accept_rules_too() -> None:
    async with provisioned(STATIC, wish()) as home:
        await home.apply()
        first, second, third = rows(home, MANGLE)[:3]
        assert first["src-address"] == "192.168.88.201"
        assert first["passthrough"] == "false"
        assert second["src-address"] == "192.168.88.202"
        assert third["action"] == "accept"


async def test_a_rule_that_slipped_behind_others_is_moved_back() -> None:
    async with provisioned(STATIC, wish()) as home:
        await home.apply()
        whole = home.export()
        home.store.move(MANGLE, home.store.items(MANGLE)[0].id, None)
        (mark, _) = of_kind(await home.verdicts(), Kind.MARK)
        assert mark.standing is Standing.MISPLACED
        await home.apply()
        assert sorted(home.export().splitlines()) == sorted(whole.splitlines())
        assert all(v.is_fine for v in of_kind(await home.verdicts(), Kind.MARK))


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"src-address": "192.168.88.9"}, "src-address"),
        ({"protocol": "tcp"}, "protocol"),
        ({"passthrough": "true"}, "passthrough"),
        ({"disabled": "true"}, "disabled"),
        ({"new-routing-mark": "wan1"}, "new-routing-mark"),
        ({"dst-address-type": None}, "dst-address-type"),
    ],
)
async def test_a_rule_that_somebody_edited_is_found_and_set_right(
    changes: dict[str, str | None], what: str
) -> None:
    async with provisioned(STATIC, wish()) as home:
        await home.apply()
        whole = home.export()
        home.store.update(MANGLE, home.store.items(MANGLE)[0].id, changes)
        (mark, _) = of_kind(await home.verdicts(), Kind.MARK)
        assert mark.standing is Standing.WRONG
        assert [d.name for d in mark.differences] == [what]
        await home.apply()
        assert home.export() == whole


async def test_probes_are_kept_out_of_fasttrack_in_the_states_it_matches_and_no_others() -> None:
    async with provisioned(STATIC + FASTTRACK, wish()) as home:
        await home.apply()
        drop, out, back, fast, _ = rows(home, FILTER)
        assert (drop["action"], fast["action"]) == ("drop", "fasttrack-connection")
        for rule, matcher in ((out, "src-address-list"), (back, "dst-address-list")):
            assert rule[matcher] == "wanwatch-probes"
            assert rule["connection-state"] == "established,related"
            assert rule["action"] == "accept"
        listed = {row["address"] for row in rows(home, "/ip/firewall/address-list")}
        assert listed == {"192.168.88.201", "192.168.88.202"}


async def test_without_fasttrack_there_is_nothing_to_be_exempt_from() -> None:
    disabled = FASTTRACK.replace("add action=fasttrack", "add disabled=yes action=fasttrack")
    async with provisioned(STATIC + disabled, wish()) as home:
        assert not of_kind(await home.verdicts(), Kind.OUT)
        assert not of_kind(await home.verdicts(), Kind.MEMBER)


@pytest.mark.parametrize(
    ("rule", "added"),
    [
        ("out-interface=ether1", ""),
        ("out-interface=ether1 src-address=192.168.88.0/24", ""),
        ("out-interface=ether1 src-address=192.168.88.0/25", "ether1"),
        ("out-interface=ether1 src-address=192.168.88.10-192.168.88.220", ""),
        ("out-interface=ether1 src-address=!192.168.88.201", "ether1"),
        ("out-interface=ether1 ipsec-policy=out,none", ""),
        ("out-interface=ether1 connection-mark=c1", "ether1"),
        ("out-interface=!bridge", ""),
        ("", ""),
    ],
)
async def test_a_source_that_no_rule_translates_gets_a_rule(rule: str, added: str) -> None:
    export = STATIC.replace("chain=srcnat out-interface=ether1", f"chain=srcnat {rule}")
    async with provisioned(export, wish()) as home:
        before = home.export()
        subjects = {verdict.item.subject for verdict in of_kind(await home.verdicts(), Kind.NAT)}
        assert subjects == {added} - {""}
        await home.apply()
        assert all(v.is_fine for v in await home.verdicts())
        await home.remove()
        assert home.export() == before


def dhcp(version: str) -> str:
    """The lines by DHCP, with the default routes of the clients in main."""
    kept = STATIC.replace("7.20.8", version).split("/ip route\n")[0]
    lines = [line for line in kept.splitlines() if "interface=ether" not in line or "nat" in line]
    text = "\n".join(line for line in lines if "address=203" not in line)
    text = text.replace(
        "\n/ip firewall nat", "\n/ip firewall nat\nadd action=masquerade chain=srcnat"
    )
    clients = "add interface=ether1 add-default-route=yes disabled=no\n"
    clients += "add interface=ether2 add-default-route=yes default-route-distance=2 disabled=no\n"
    return f"{text}\n/ip dhcp-client\n{clients}"


async def test_a_lease_s_gateway_is_followed_by_the_client_itself_since_7_18() -> None:
    async with provisioned(dhcp("7.20.8"), wish()) as home:
        before = home.export()
        await home.apply()
        assert [row.get("default-route-tables") for row in rows(home, "/ip/dhcp-client")] == [
            "main,wanwatch-ether1",
            "main,wanwatch-ether2",
        ]
        assert all(v.is_fine for v in await home.verdicts())
        survey = await home.survey()
        leased = [r for r in survey.snapshot.routes if r.table == "wanwatch-ether2"]
        assert any(r.dynamic and r.active for r in leased)
        await home.remove()
        assert home.export() == before


async def test_before_7_18_the_present_gateway_is_taken_and_the_danger_is_told() -> None:
    async with provisioned(dhcp("7.16.2"), wish()) as home:
        routes = of_kind(await home.verdicts(), Kind.ROUTE)
        assert [dict(v.item.data).get("from_lease") for v in routes] == ["yes", "yes"]
        await home.apply()
        assert all(v.is_fine for v in of_kind(await home.verdicts(), Kind.ROUTE))
        route = next(
            row
            for row in home.store.items("/ip/route")
            if "provision route ether1" in row.properties.get("comment", "")
        )
        home.store.update("/ip/route", route.id, {"gateway": "203.0.113.254"})
        (wrong, _) = of_kind(await home.verdicts(), Kind.ROUTE)
        assert wrong.standing is Standing.WRONG


async def test_probes_told_apart_by_dscp_are_taken_from_the_host_s_lan_alone() -> None:
    steered = (Steered("ether1", dscp=41), Steered("ether2", dscp=42))
    async with provisioned(STATIC + FASTTRACK, wish(*steered)) as home:
        await home.apply()
        assert all(v.is_fine for v in await home.verdicts())
        first = rows(home, MANGLE)[0]
        assert (first["dscp"], first["in-interface"]) == ("41", "bridge")
        assert "src-address" not in first
        listed = [row["address"] for row in rows(home, "/ip/firewall/address-list")]
        assert listed == [LOGIN.host]
    async with provisioned(STATIC, Wish(steered)) as home:
        blocked = {v.item.blocked for v in of_kind(await home.verdicts(), Kind.MARK)}
        assert blocked == {Blocked.LAN_UNKNOWN}


async def test_a_rule_of_the_operator_s_that_leads_a_source_is_used_and_stays() -> None:
    def steer(store: Store) -> None:
        store.add("/routing/table", {"name": "mine", "fib": "true"})
        table = {"dst-address": "0.0.0.0/0", "routing-table": "mine"}
        store.add("/ip/route", {**table, "gateway": "203.0.113.1", "distance": "1"})
        store.add("/ip/route", {**table, "blackhole": "true", "distance": "254"})
        rule = {
            "chain": "prerouting",
            "src-address": "192.168.88.201",
            "dst-address-type": "!local",
            "action": "mark-routing",
            "new-routing-mark": "mine",
            "passthrough": "false",
        }
        store.add(MANGLE, rule, before=store.items(MANGLE)[0].id)

    async with provisioned(STATIC, wish(), steer) as home:
        before = home.export()
        own = [v for v in await home.verdicts() if v.item.subject == "ether1"]
        assert {v.standing for v in own} == {Standing.THEIRS}
        await home.apply()
        assert all(v.is_fine for v in await home.verdicts())
        await home.remove()
        assert home.export() == before


class TestLogin:
    async def test_the_login_may_do_the_least_and_from_one_host(self) -> None:
        async with provisioned(STATIC, wish(login=LOGIN)) as home:
            before = home.export()
            await home.apply()
            user = home.store.find("/user", name="wanwatch")
            group = home.store.find("/user/group", name="wanwatch")
            assert user is not None
            assert group is not None
            assert group.properties["policy"] == "read,write,api"
            assert user.properties["address"] == "192.168.88.200/32"
            assert user.properties["password"] == SECRET
            (service,) = of_kind(await home.verdicts(), Kind.SERVICE)
            assert service.item.blocked is Blocked.CERTIFICATE
            await home.remove()
            assert home.export() == before

    async def test_api_ssl_with_a_certificate_is_opened_for_the_host_and_put_back(self) -> None:
        def certify(store: Store) -> None:
            service = store.find("/ip/service", name="api-ssl")
            assert service is not None
            store.update("/ip/service", service.id, {"certificate": "x", "disabled": "true"})

        async with provisioned(STATIC, wish(login=LOGIN), certify) as home:
            before = home.export()
            await home.apply()
            service = home.store.find("/ip/service", name="api-ssl")
            assert service is not None
            assert service.properties["disabled"] == "false"
            assert service.properties["address"] == "192.168.88.200/32"
            assert await home.apply() == []
            await home.remove()
            assert home.export() == before

    async def test_an_api_ssl_in_use_lets_the_host_in_beside_the_others(self) -> None:
        def use(store: Store) -> None:
            service = store.find("/ip/service", name="api-ssl")
            assert service is not None
            store.update("/ip/service", service.id, {"certificate": "x", "address": "10.0.0.0/8"})

        async with provisioned(STATIC, wish(login=LOGIN), use) as home:
            before = home.export()
            await home.apply()
            service = home.store.find("/ip/service", name="api-ssl")
            assert service is not None
            assert service.properties["address"] == "10.0.0.0/8,192.168.88.200/32"
            await home.remove()
            assert home.export() == before

    async def test_a_user_that_is_somebody_s_already_is_left_alone(self) -> None:
        async with provisioned(STATIC, wish(login=LoginWish("admin", LOGIN.host))) as home:
            assert not of_kind(await home.verdicts(), Kind.USER)
            assert not of_kind(await home.verdicts(), Kind.SERVICE)

    async def test_a_user_that_was_pasted_is_enabled_with_its_password_only(self) -> None:
        async with provisioned(STATIC, wish(login=LOGIN)) as home:
            await home.apply()
            user = home.store.find("/user", name="wanwatch")
            assert user is not None
            home.store.update("/user", user.id, {"disabled": "true", "password": "to be chosen"})
            await home.apply()
            assert user.properties["disabled"] == "false"
            assert user.properties["password"] == SECRET


async def test_rows_of_a_wan_that_was_renamed_go_and_so_does_what_no_rule_needs() -> None:
    async with provisioned(STATIC + FASTTRACK, wish()) as home:
        bare = home.export()
        await home.apply()
        specs = home.specs
        home.specs = tuple(replace(s, name=s.name.replace("ether1", "fibre")) for s in specs)
        home.wish = wish(Steered("fibre", "192.168.88.201"), SOURCES[1])
        for row in home.store.items(FILTER):
            if row.properties["action"] == "fasttrack-connection":
                home.store.update(FILTER, row.id, {"disabled": "true"})
        gone = {(change.kind, change.subject) for change in await home.stale()}
        assert gone == {
            *((kind, "ether1") for kind in (Kind.MARK, Kind.ROUTE, Kind.BLACKHOLE, Kind.TABLE)),
            *((Kind.MEMBER, "ether1"), (Kind.MEMBER, "ether2")),
            *((Kind.OUT, "forward"), (Kind.BACK, "forward")),
        }
        await home.apply()
        assert await home.stale() == ()
        assert all(v.is_fine for v in await home.verdicts())
        assert "ether1:" not in home.export()
        await home.remove()
        assert home.export() == bare.replace(
            "action=fasttrack-connection chain=forward connection-state=established,related",
            "action=fasttrack-connection chain=forward connection-state=established,related"
            " disabled=yes",
        )


async def test_plans_leave_the_tables_of_probes_told_apart_by_dscp_alone() -> None:
    steered = (Steered("ether1", dscp=41), Steered("ether2", dscp=42))
    async with provisioned(STATIC, wish(*steered)) as home:
        await home.settle()
        plans = [(await home.plan(spec.name)).steps for spec in home.specs]
        await home.apply()
        assert [(await home.plan(spec.name)).steps for spec in home.specs] == plans


def test_where_the_device_mode_forbids_schedulers_the_script_is_left_out() -> None:
    snapshot = Snapshot(Version(7, 20))
    for word, blocked in (("no", Blocked.NO_SCHEDULER), ("yes", None)):
        survey = Survey(snapshot, {"/system/device-mode": ({"mode": "home", "scheduler": word},)})
        items = list(restore_items(survey, "wanwatch-lease"))
        assert {item.blocked for item in items} == {blocked}
        assert all(item.optional for item in items) is bool(blocked)


async def test_a_wan_that_the_router_does_not_know_is_said_so_and_nothing_is_guessed() -> None:
    steered = (Steered("nowhere", "192.168.88.201"),)
    async with provisioned(STATIC, Wish(steered, restore=False)) as home:
        before = home.export()
        assert {v.item.blocked for v in await home.verdicts()} == {Blocked.NOT_ON_ROUTER}
        assert await home.apply() == []
        assert home.export() == before


class TestIpv6:
    SIX = """/ipv6 address
add address=2001:db8:1::2/64 interface=ether1 advertise=no
add address=2001:db8:2::2/64 interface=ether2 advertise=no
add address=2001:db8:10::1/64 interface=bridge
/ipv6 route
add dst-address=::/0 gateway=fe80::1%ether1 distance=1
add dst-address=::/0 gateway=2001:db8:2::1 distance=2
"""

    async def test_an_ipv6_source_is_led_by_the_ipv6_menus(self) -> None:
        steered = (
            Steered("ether1", "2001:db8:10::201"),
            Steered("ether2", "192.168.88.202"),
        )
        async with provisioned(STATIC + self.SIX, wish(*steered)) as home:
            before = home.export()
            await home.apply()
            assert all(v.is_fine for v in await home.verdicts())
            routes = {
                row["gateway"]
                for row in rows(home, "/ipv6/route")
                if row.get("routing-table") == "wanwatch-ether1" and "gateway" in row
            }
            assert routes == {"fe80::1%ether1"}
            (rule,) = rows(home, "/ipv6/firewall/mangle")
            assert rule["src-address"] == "2001:db8:10::201"
            assert rows(home, MANGLE)[0]["src-address"] == "192.168.88.202"
            await home.remove()
            assert home.export() == before

    async def test_an_ipv6_source_is_kept_out_of_ipv6_s_fasttrack(self) -> None:
        fasttrack = FASTTRACK.replace("/ip firewall", "/ipv6 firewall")
        steered = (Steered("ether1", "2001:db8:10::201"),)
        async with provisioned(STATIC + self.SIX + fasttrack, wish(*steered)) as home:
            before = home.export()
            await home.apply()
            assert all(v.is_fine for v in await home.verdicts())
            _, out, back, fast, _ = rows(home, "/ipv6/firewall/filter")
            assert (out["action"], back["action"]) == ("accept", "accept")
            assert fast["action"] == "fasttrack-connection"
            assert not rows(home, FILTER)
            await home.remove()
            assert home.export() == before

    async def test_routeros_6_cannot_mark_ipv6_for_a_table_and_that_is_said(self) -> None:
        export = STATIC.replace("7.20.8", "6.49.17").replace("routing-table", "routing-mark")
        export = export.replace("/routing table\n", "").replace(
            "add disabled=no fib name=wan1\n", ""
        )
        export = export.replace("add disabled=no fib name=wan2\n", "")
        steered = (Steered("ether1", "2001:db8:10::201"),)
        async with provisioned(export + self.SIX, Wish(steered, restore=False)) as home:
            blocked = {v.item.blocked for v in await home.verdicts()}
            assert blocked == {Blocked.NEEDS_V7}
            assert await home.apply() == []
