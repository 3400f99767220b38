"""Provisioning of lines whose probes are IPv6."""

import pytest

from tests.routeros.provision_exports import FASTTRACK, FILTER, MANGLE, STATIC, rows, wish
from tests.routeros.provisioned import of_kind, provisioned
from wanwatch.core.provision.items import Blocked, Kind, Steered, Wish

SIX = """/ipv6 address
add address=2001:db8:1::2/64 interface=ether1 advertise=no
add address=2001:db8:2::2/64 interface=ether2 advertise=no
add address=2001:db8:10::1/64 interface=bridge
/ipv6 route
add dst-address=::/0 gateway=fe80::1%ether1 distance=1
add dst-address=::/0 gateway=2001:db8:2::1 distance=2
"""


async def test_an_ipv6_source_is_led_by_the_ipv6_menus() -> None:
    steered = (
        Steered("ether1", "2001:db8:10::201"),
        Steered("ether2", "192.168.88.202"),
    )
    async with provisioned(STATIC + SIX, wish(*steered)) as home:
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


async def test_an_ipv6_source_is_kept_out_of_ipv6_s_fasttrack() -> None:
    fasttrack = FASTTRACK.replace("/ip firewall", "/ipv6 firewall")
    steered = (Steered("ether1", "2001:db8:10::201"),)
    async with provisioned(STATIC + SIX + fasttrack, wish(*steered)) as home:
        before = home.export()
        await home.apply()
        assert all(v.is_fine for v in await home.verdicts())
        _, out, back, fast, _ = rows(home, "/ipv6/firewall/filter")
        assert (out["action"], back["action"]) == ("accept", "accept")
        assert fast["action"] == "fasttrack-connection"
        assert not rows(home, FILTER)
        await home.remove()
        assert home.export() == before


async def test_probes_of_both_families_told_apart_by_dscp_share_a_table() -> None:
    steered = [Steered("ether1", dscp=41, version=version) for version in (4, 6)]
    async with provisioned(STATIC + SIX, wish(*steered)) as home:
        before = home.export()
        await home.apply()
        assert all(v.is_fine for v in await home.verdicts())
        assert len(of_kind(await home.verdicts(), Kind.TABLE)) == 1
        for menu in (MANGLE, "/ipv6/firewall/mangle"):
            rule = rows(home, menu)[0]
            assert (rule["dscp"], rule["in-interface"]) == ("41", "bridge")
            assert rule["new-routing-mark"] == "wanwatch-ether1"
        assert await home.apply() == []
        await home.remove()
        assert home.export() == before


@pytest.mark.parametrize(("source", "added"), [("fd00::201", {"ether1"}), ("2620:fe::201", set())])
async def test_a_local_ipv6_source_is_translated_and_a_global_one_is_not(
    source: str, added: set[str]
) -> None:
    async with provisioned(STATIC + SIX, wish(Steered("ether1", source))) as home:
        found = {verdict.item.subject for verdict in of_kind(await home.verdicts(), Kind.NAT)}
        assert found == added


async def test_routeros_6_cannot_mark_ipv6_for_a_table_and_that_is_said() -> None:
    export = STATIC.replace("7.20.8", "6.49.17").replace("routing-table", "routing-mark")
    export = export.replace("/routing table\n", "").replace("add disabled=no fib name=wan1\n", "")
    export = export.replace("add disabled=no fib name=wan2\n", "")
    steered = (Steered("ether1", "2001:db8:10::201"),)
    async with provisioned(export + SIX, Wish(steered, restore=False)) as home:
        blocked = {v.item.blocked for v in await home.verdicts()}
        assert blocked == {Blocked.NEEDS_V7}
        assert await home.apply() == []
