"""One observation holds everything planning needs, from either version, with few questions."""

import pytest

from tests.routeros.router_model import RouterModel, replying, session_to, trap
from wanwatch.core.snapshot import Address, NextHop, Snapshot, Version
from wanwatch.routeros.dialect import V6, V7
from wanwatch.routeros.errors import (
    RouterStalled,
    UnsupportedVersion,
)
from wanwatch.routeros.observe import observe, seen_mangle_properties
from wanwatch.routeros.rounds import ask

MANGLE = "/ip/firewall/mangle"
DEFAULT = "0.0.0.0/0"
Rows = list[dict[str, str]]


def menus(**extra: Rows) -> dict[str, Rows]:
    world: dict[str, Rows] = {
        "/ip/route": [
            {"dst-address": DEFAULT, "gateway": "10.0.0.1", "immediate-gw": "10.0.0.1%ether1"},
            {"dst-address": "192.0.2.0/24", "gateway": "10.0.0.9"},
        ],
        MANGLE: [
            {
                "chain": "prerouting",
                "action": "mark-connection",
                "per-connection-classifier": "both-addresses:2/0",
                "new-connection-mark": "WAN1_conn",
                "bytes": "99",
            },
            {"chain": "forward", "action": "accept", "comment": "later"},
        ],
        "/ip/firewall/nat": [
            {"chain": "srcnat", "action": "masquerade", "out-interface": "ether1"},
            {"chain": "dstnat", "action": "dst-nat"},
        ],
        "/ip/address": [{"address": "10.0.0.2/24", "interface": "ether1", "network": "10.0.0.0"}],
        "/routing/table": [
            {"name": "main"},
            {"name": "to_WAN1"},
            {"name": "x", "disabled": "true"},
        ],
        "/interface/list": [{"name": "WAN"}],
        "/interface/list/member": [{"list": "WAN", "interface": "ether1"}],
        "/interface": [
            {"name": "ether1", "running": "true", "disabled": "false"},
            {"name": "ether2", "running": "false", "disabled": "false"},
        ],
    }
    return world | {"/" + name.replace("__", "/"): rows for name, rows in extra.items()}


async def snapshot_of(model: RouterModel) -> Snapshot:
    async with model.serving(), session_to(model) as session:
        return await observe(session)


async def test_a_snapshot_of_routeros_7_is_whole() -> None:
    seen = await snapshot_of(RouterModel(menus()))
    assert (seen.version, seen.identity) == (Version(7, 20, 8), "edge")
    assert [route.dst_address for route in seen.routes] == [DEFAULT]
    assert seen.routes[0].next_hops == (NextHop("10.0.0.1", "ether1"),)
    assert [rule.classifier for rule in seen.mangle] == ["both-addresses:2/0", ""]
    assert "bytes" not in seen.mangle[0].properties
    assert [rule.out_interface for rule in seen.nat] == ["ether1"]
    assert seen.addresses == (Address("10.0.0.2/24", "ether1", "10.0.0.0"),)
    assert seen.tables == ("main", "to_WAN1")
    assert seen.interface_lists == {"WAN": ("ether1",)}
    assert seen.running_interfaces == {"ether1": True, "ether2": False}


async def test_routeros_6_is_read_in_its_own_words() -> None:
    world = menus(
        ip__route=[
            {
                "dst-address": DEFAULT,
                "gateway": "10.0.0.1",
                "gateway-status": "10.0.0.1 reachable via  ether1",
                "routing-mark": "to_WAN1",
                "check-gateway": "ping",
                "active": "true",
            }
        ]
    )
    del world["/routing/table"]
    names_of_7 = frozenset({"routing-table", "immediate-gw", "blackhole"})
    model = RouterModel(
        world, version="6.49.6 (stable)", unknown_names=names_of_7, sends_empty=False
    )
    seen = await snapshot_of(model)
    (route,) = seen.routes
    assert (route.table, route.check_gateway) == ("to_WAN1", "ping")
    assert route.next_hops == (NextHop("10.0.0.1", "ether1"),)
    assert seen.tables == ()
    assert all("/routing/" not in words[0] for words in model.heard)


async def test_every_question_of_an_observation_has_a_proplist() -> None:
    model = RouterModel(menus())
    await snapshot_of(model)
    prints = model.commands("/print")
    assert len(prints) >= 9
    assert all(any(word.startswith("=.proplist=") for word in words) for words in prints)


async def test_the_whole_routing_table_is_never_asked_for() -> None:
    model = RouterModel(menus())
    await snapshot_of(model)
    assert [words[2:] for words in model.commands("/ip/route/print")] == [
        (f"?dst-address={DEFAULT}",)
    ]


async def test_the_routes_that_lead_to_a_recursive_gateway_are_read_too() -> None:
    model = RouterModel(
        menus(
            ip__route=[
                {"dst-address": DEFAULT, "gateway": "8.8.8.8", "immediate-gw": ""},
                {"dst-address": DEFAULT, "gateway": "9.9.9.9", "immediate-gw": ""},
                {"dst-address": "8.8.8.8/32", "gateway": "1.1.1.1"},
                {"dst-address": "1.1.1.1/32", "gateway": "10.0.0.1"},
                {"dst-address": "9.9.9.0/24", "gateway": "ether2"},
                {"dst-address": "203.0.113.0/24", "gateway": "10.0.0.1"},
            ]
        )
    )
    seen = await snapshot_of(model)
    assert {route.dst_address for route in seen.routes} == {
        DEFAULT,
        "8.8.8.8/32",
        "1.1.1.1/32",
        "9.9.9.0/24",
    }
    assert len(seen.routes) == 5


async def test_routes_that_lead_in_a_circle_end_the_search() -> None:
    model = RouterModel(
        menus(
            ip__route=[
                {"dst-address": DEFAULT, "gateway": "8.8.8.8"},
                {"dst-address": "8.8.8.8/32", "gateway": "9.9.9.9"},
                {"dst-address": "9.9.9.9/32", "gateway": "8.8.8.8"},
            ]
        )
    )
    assert len((await snapshot_of(model)).routes) == 3


async def test_a_point_to_point_peer_is_a_neighbour() -> None:
    model = RouterModel(
        menus(
            ip__route=[{"dst-address": DEFAULT, "gateway": "198.51.100.243"}],
            ip__address=[
                {
                    "address": "100.95.1.127/32",
                    "network": "198.51.100.243",
                    "interface": "pppoe-out1",
                }
            ],
        )
    )
    await snapshot_of(model)
    assert len(model.commands("/ip/route/print")) == 1


@pytest.mark.parametrize("member_is_disabled", ["true", "false"])
async def test_interface_lists_are_resolved_through_include_and_exclude(
    member_is_disabled: str,
) -> None:
    model = RouterModel(
        menus(
            interface__list=[
                {"name": "all"},
                {"name": "ISP", "include": "WAN,EXTRA", "exclude": "BAD"},
                {"name": "WAN", "include": "ISP"},
                {"name": "EXTRA"},
                {"name": "BAD"},
            ],
            interface__list__member=[
                {"list": "WAN", "interface": "ether1"},
                {"list": "EXTRA", "interface": "ether2", "disabled": member_is_disabled},
                {"list": "EXTRA", "interface": "ether3"},
                {"list": "BAD", "interface": "ether3"},
            ],
        )
    )
    lists = (await snapshot_of(model)).interface_lists
    expected = ("ether1",) if member_is_disabled == "true" else ("ether1", "ether2")
    assert lists["ISP"] == expected
    assert "all" not in lists


async def test_a_router_too_old_for_interface_lists_has_none() -> None:
    world = menus()
    del world["/interface/list"], world["/interface/list/member"]
    assert (await snapshot_of(RouterModel(world))).interface_lists == {}


async def test_matchers_of_a_newer_routeros_show_themselves() -> None:
    world = menus()
    world[MANGLE][0]["a-matcher-of-tomorrow"] = "x"
    world[MANGLE][1]["of-another-rule"] = "y"
    model = RouterModel(world)
    async with model.serving(), session_to(model) as session:
        names = await ask(session, seen_mangle_properties())
        seen = await observe(session, V7.with_seen(names))
    assert "bytes" not in names
    assert "of-another-rule" not in names
    assert seen.mangle[0].properties["a-matcher-of-tomorrow"] == "x"


async def test_an_old_routeros_6_loses_no_matcher_of_a_classifying_rule() -> None:
    world = menus()
    world[MANGLE][0]["realm"] = "7"
    model = RouterModel(world, version="6.33", unknown_names=frozenset({"tls-host"}))
    async with model.serving(), session_to(model) as session:
        lost = await observe(session)
        seen = await observe(session, V6.with_seen(await ask(session, seen_mangle_properties())))
    assert "realm" not in lost.mangle[0].properties
    assert seen.mangle[0].properties["realm"] == "7"


async def test_a_router_that_names_no_version_is_not_guessed_at() -> None:
    model = RouterModel(menus(), version="unknown")
    with pytest.raises(UnsupportedVersion, match="'unknown'"):
        await snapshot_of(model)


async def test_an_error_is_never_an_empty_snapshot() -> None:
    async def silence(_: object) -> None:
        return

    model = RouterModel(menus(), faults={f"{MANGLE}/print": silence})
    with pytest.raises(RouterStalled):
        await snapshot_of(model)
    refused = RouterModel(menus(), faults={"/ip/address/print": replying(*trap("failure: no"))})
    with pytest.raises(Exception, match="failure: no"):
        await snapshot_of(refused)
