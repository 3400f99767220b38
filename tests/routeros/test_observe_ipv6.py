"""The IPv6 side of an observation: read where the router has one, and never in IPv4's way."""

import pytest

from tests.routeros.router_model import RouterModel, session_to
from tests.routeros.test_observe import menus, snapshot_of
from wanwatch.core.snapshot import Address, NextHop
from wanwatch.routeros.router import Router

MANGLE = "/ipv6/firewall/mangle"
Rows = list[dict[str, str]]


def both(**changes: Rows) -> dict[str, Rows]:
    ipv6: dict[str, Rows] = {
        "/ipv6/settings": [{"disable-ipv6": "false"}],
        "/ipv6/address": [
            {"address": "fe80::a/64", "interface": "ether1"},
            {"address": "2001:db8:2::2/64", "interface": "ether2"},
            {"address": "2001:db8:2::9/64", "interface": "ether2", "disabled": "true"},
        ],
        "/ipv6/route": [
            {
                "dst-address": "::/0",
                "gateway": "fe80::1%ether1",
                "immediate-gw": "fe80::1%ether1",
                "routing-table": "to_WAN1",
                "active": "true",
            },
            {"dst-address": "2000::/3", "gateway": "2001:db8:9::1"},
            {"dst-address": "2001:db8:9::1/128", "gateway": "2001:db8:2::1"},
            {"dst-address": "2001:db8:77::/48", "gateway": "2001:db8:2::1"},
        ],
        MANGLE: [
            {
                "chain": "prerouting",
                "action": "mark-connection",
                "per-connection-classifier": "src-address:2/0",
                "new-connection-mark": "v6-1",
                "hop-limit": "less-than:5",
                "bytes": "7",
            }
        ],
        "/ipv6/firewall/nat": [
            {
                "chain": "srcnat",
                "action": "netmap",
                "out-interface": "ether2",
                "to-address": "2001:db8:a::/64",
            }
        ],
    }
    named = {"/" + name.replace("__", "/"): rows for name, rows in changes.items()}
    return {**menus(), **ipv6, **named}


async def test_the_ipv6_side_is_whole_and_shares_what_is_not_its_own() -> None:
    seen = await snapshot_of(RouterModel(both()))
    side = seen.ipv6
    assert side is not None
    assert [route.dst_address for route in side.routes] == [
        "::/0",
        "2000::/3",
        "2001:db8:9::1/128",
    ]
    assert side.routes[0].next_hops == (NextHop("fe80::1", "ether1"),)
    assert side.routes[0].table == "to_WAN1"
    assert side.mangle[0].properties["hop-limit"] == "less-than:5"
    assert "bytes" not in side.mangle[0].properties
    assert [rule.to_addresses for rule in side.nat] == ["2001:db8:a::/64"]
    assert side.addresses == (
        Address("2001:db8:2::2/64", "ether2"),
        Address("2001:db8:2::9/64", "ether2", disabled=True),
    )
    assert (side.tables, side.interface_lists) == (seen.tables, seen.interface_lists)
    assert side.ipv6 is None


async def test_a_full_table_is_never_printed() -> None:
    model = RouterModel(both())
    await snapshot_of(model)
    prints = model.commands("/ipv6/route/print")
    assert prints
    assert all(any(word.startswith("?dst-address=") for word in words) for words in prints)


@pytest.mark.parametrize(
    "settings", [[{"disable-ipv6": "true"}], [{"disable-ipv6": "yes"}]], ids=["true", "yes"]
)
async def test_ipv6_that_is_switched_off_is_not_read(settings: Rows) -> None:
    model = RouterModel(both(ipv6__settings=settings))
    assert (await snapshot_of(model)).ipv6 is None
    assert model.commands("/ipv6/route/print") == []


async def test_a_router_without_rules_and_defaults_for_ipv6_has_no_such_side() -> None:
    model = RouterModel(both(ipv6__route=[], ipv6__firewall__mangle=[]))
    assert (await snapshot_of(model)).ipv6 is None


async def test_a_router_without_the_package_is_asked_once_a_connection() -> None:
    model = RouterModel(menus(), version="6.49.10 (long-term)")
    async with model.serving(), session_to(model) as session:
        router = Router(session)
        for _ in range(3):
            assert (await router.observe()).ipv6 is None
    assert [words[0] for words in model.heard if "ipv6" in words[0]] == ["/ipv6/settings/print"]


async def test_menus_that_are_missing_do_not_hide_ipv4() -> None:
    known = both()
    for menu in ("/ipv6/address", "/ipv6/route", "/ipv6/firewall/nat"):
        del known[menu]
    seen = await snapshot_of(RouterModel(known))
    assert seen.routes
    assert seen.ipv6 is not None
    assert (seen.ipv6.routes, seen.ipv6.nat) == ((), ())


async def test_routeros_6_is_asked_for_no_routing_marks_and_no_nat() -> None:
    rows: Rows = [
        {
            "dst-address": "::/0",
            "gateway": "fe80::1%ether1",
            "gateway-status": "fe80::1%ether1 reachable via  ether1",
            "active": "true",
        }
    ]
    model = RouterModel(
        both(ipv6__route=rows),
        version="6.49.10 (long-term)",
        unknown_names=frozenset({"disable-ipv6"}),
    )
    seen = await snapshot_of(model)
    assert seen.ipv6 is not None
    assert seen.ipv6.routes[0].next_hops == (NextHop("fe80::1", "ether1"),)
    assert seen.ipv6.routes[0].table == "main"
    (asked,) = (words for words in model.commands("/ipv6/route/print"))
    assert not any("routing-mark" in word for word in asked)
    assert model.commands("/ipv6/firewall/nat/print") == []
