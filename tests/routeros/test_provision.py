"""What provisioning does about places, FastTrack, translation, leases, DSCP and rows of others."""

from dataclasses import replace

import pytest

from tests.routeros.provision_exports import (
    FASTTRACK,
    FILTER,
    MANGLE,
    SOURCES,
    STATIC,
    dhcp,
    rows,
    wish,
)
from tests.routeros.provisioned import LOGIN, Provisioned, of_kind, provisioned
from wanwatch.core.provision.items import Blocked, Kind, Steered, Wish
from wanwatch.core.provision.judge import Standing
from wanwatch.core.provision.restore_items import restore_items
from wanwatch.core.snapshot import Snapshot, Version
from wanwatch.core.survey import Survey
from wanwatch.sim.store import Store


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
        assert [dict(v.item.data).get("from_lease") for v in routes] == ["ether1", "ether2"]
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


async def test_a_table_of_the_operator_s_own_is_never_written_into_a_dhcp_client() -> None:
    def steer(store: Store) -> None:
        store.add("/routing/table", {"name": "mine", "fib": "true"})
        rule = {"chain": "prerouting", "src-address": "192.168.88.201", "action": "mark-routing"}
        store.add(MANGLE, {**rule, "new-routing-mark": "mine"}, before=store.items(MANGLE)[0].id)

    async with provisioned(dhcp("7.20.8"), wish(SOURCES[0]), steer) as home:
        before = home.export()
        await home.apply()
        assert all(v.is_fine for v in await home.verdicts())
        assert "default-route-tables" not in rows(home, "/ip/dhcp-client")[0]
        await home.remove()
        assert home.export() == before


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


async def test_the_restore_script_rests_until_somebody_holds_the_lease() -> None:
    def schedule(home: Provisioned) -> str:
        row = home.store.find("/system/scheduler", name="wanwatch-restore")
        assert row is not None
        return row.properties["disabled"]

    async with provisioned(STATIC, wish()) as home:
        await home.apply()
        assert schedule(home) == "true"
        lists = "/ip/firewall/address-list"
        lease = home.store.add(
            lists, {"list": "wanwatch-lease", "address": "192.0.2.1", "timeout": "1h"}, dynamic=True
        )
        (verdict,) = of_kind(await home.verdicts(), Kind.SCHEDULE)
        assert [d.name for d in verdict.differences] == ["disabled"]
        await home.apply()
        assert schedule(home) == "false"
        home.store.remove(lists, lease.id)
        assert await home.apply() == []
        assert schedule(home) == "false"
