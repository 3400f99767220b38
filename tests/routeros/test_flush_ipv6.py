"""A dead WAN's IPv6 connections go: told by mark, by address, and by the prefix they are mapped to."""

from collections.abc import Callable

import pytest

from tests.routeros.router_model import RouterModel, session_to
from wanwatch.core.plan import Flush
from wanwatch.routeros.dialect import CONNECTION_MENU, IPV6_CONNECTION_MENU
from wanwatch.routeros.flush import FlushReport, flush

Row = dict[str, str]
Shape = Callable[[str, str], Row]

WAN1, WAN2, CLIENT = "2001:db8:1::2", "2001:db8:2::2", "2001:db8:88::10"
DEAD = Flush(
    "wan1",
    addresses=frozenset({WAN1}),
    connection_marks=frozenset({"v6-1"}),
    other_addresses=frozenset({WAN2, "2001:db8:b::/56"}),
    probe_sources=frozenset({"2001:db8:88::99"}),
    menu=IPV6_CONNECTION_MENU,
)
MAPPED = Flush("wan1", addresses=frozenset({"2001:db8:a::/56"}), menu=IPV6_CONNECTION_MENU)


def split(address: str, mark: str) -> Row:
    return {"reply-dst-address": address, "reply-dst-port": "443", "connection-mark": mark}


def joined(address: str, mark: str) -> Row:
    return {"reply-dst-address": f"[{address}]:443", "connection-mark": mark}


def icmp(address: str, mark: str) -> Row:
    return {"reply-dst-address": address, "connection-mark": mark}


def table(*rows: Row) -> RouterModel:
    ipv4 = {"reply-dst-address": "203.0.113.2:443", "connection-mark": "v6-1"}
    return RouterModel({IPV6_CONNECTION_MENU: list(rows), CONNECTION_MENU: [ipv4]})


async def flushed(model: RouterModel, wanted: Flush) -> FlushReport:
    async with model.serving(), session_to(model) as session:
        return await flush(session, wanted)


@pytest.mark.parametrize("shape", [split, joined])
async def test_only_the_dead_wans_connections_go(shape: Shape) -> None:
    model = table(
        shape(WAN1, ""),
        shape(CLIENT, "v6-1"),
        icmp(WAN1, "v6-2"),
        shape(CLIENT, "v6-2"),
        shape(WAN2, "v6-1"),
        shape("2001:db8:b:ff::7", "v6-1"),
        shape("2001:db8:1::22", ""),
        {**shape(CLIENT, "v6-1"), "src-address": "2001:db8:88::99"},
    )
    report = await flushed(model, DEAD)
    assert (report.removed, report.remaining, report.menu) == (3, 0, IPV6_CONNECTION_MENU)
    left = [
        row["reply-dst-address"].strip("[]").split("]")[0]
        for row in model.menus[IPV6_CONNECTION_MENU]
    ]
    assert left == [CLIENT, WAN2, "2001:db8:b:ff::7", "2001:db8:1::22", CLIENT]
    assert len(model.menus[CONNECTION_MENU]) == 1


@pytest.mark.parametrize("shape", [split, joined])
async def test_what_is_mapped_to_the_wans_prefix_goes(shape: Shape) -> None:
    model = table(shape("2001:db8:a:3::7", ""), shape("2001:db8:b::7", ""), icmp("", ""))
    report = await flushed(model, MAPPED)
    assert (report.removed, report.remaining) == (1, 0)
    assert len(model.menus[IPV6_CONNECTION_MENU]) == 2


async def test_a_mark_alone_is_asked_for_as_such() -> None:
    model = table(split(CLIENT, "v6-1"), split(CLIENT, "v6-2"))
    wanted = Flush("wan1", connection_marks=frozenset({"v6-1"}), menu=IPV6_CONNECTION_MENU)
    assert (await flushed(model, wanted)).removed == 1
    prints = [w for w in model.commands(f"{IPV6_CONNECTION_MENU}/print") if "=count-only=" not in w]
    assert all("?connection-mark=v6-1" in words for words in prints)
