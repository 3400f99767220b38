"""What the router says of its lines counts at once; where it says nothing at all, it may be us."""

import asyncio
import time
from pathlib import Path

import pytest

from tests.e2e.house import FAST, HOUSES, is_back, is_out, is_quiet, wan
from tests.e2e.house import house as a_house
from wanwatch.service.status import StatusDocument

SLOW = FAST.replace('confirm = "0ms"', 'confirm = "5s"').replace(
    'reconcile_interval = "1s"', 'reconcile_interval = "30s"'
)
"""By the probes alone a lost line would be found after five seconds."""
LINES = {"v6-two-pppoe": "dsl", "v7-two-interleaved": "ether1"}


def transitions(document: StatusDocument) -> list[tuple[str, str, str]]:
    """Every transition but the first ones, the oldest first."""
    return [
        (change.wan, change.after, change.reason)
        for change in reversed(document.changes)
        if change.kind == "transition" and change.before != "unknown"
    ]


@pytest.mark.parametrize("name", LINES)
async def test_an_interface_that_goes_down_is_a_line_that_is_lost(
    name: str, tmp_path: Path
) -> None:
    lost = HOUSES[name][0].name
    async with a_house(name, tmp_path).open() as home, home.watched(SLOW) as watched:
        await watched.until(lambda d: is_quiet(d) and d.router.watch == "listening")
        before = home.export()
        unplugged = time.monotonic()
        home.world.line(LINES[name]).cut(interface_down=True)
        document = await watched.until(is_out(lost), within=4)
        assert time.monotonic() - unplugged < 4
        assert wan(document, lost).gone == "interface-down"
        assert transitions(document) == [(lost, "down", "router-says-gone")]
        home.world.line(LINES[name]).mend()
        document = await watched.until(is_back)
        assert wan(document, lost).gone == ""
        assert transitions(document)[1:] == [(lost, "up", "targets-answer")]
        assert home.export() == before


async def test_where_the_router_refuses_to_tell_it_is_asked(tmp_path: Path) -> None:
    home = a_house("v7-two-interleaved", tmp_path)
    home.faults.refuse_listen = True
    async with home.open(), home.watched(SLOW) as watched:
        await watched.until(lambda d: is_quiet(d) and d.router.watch == "polling")
        home.world.line("ether1").cut(interface_down=True)
        document = await watched.until(is_out("one"), within=8)
        assert transitions(document) == [("one", "down", "router-says-gone")]


async def test_without_a_second_session_the_next_pass_sees_it(tmp_path: Path) -> None:
    async with a_house("v7-two-interleaved", tmp_path).open() as home:
        path = home.config(SLOW)
        path.write_text(
            path.read_text().replace('timeout = "1s"', 'timeout = "1s"\nlisten = false')
        )
        async with home.watched_from(path) as watched:
            await watched.until(is_quiet)
            home.world.line("ether1").cut(interface_down=True)
            document = await watched.until(is_out("one"), within=4)
            assert document.router.watch == ""
            assert transitions(document) == [("one", "down", "router-says-gone")]


async def test_a_route_that_is_not_active_any_more_counts_beside_silent_probes(
    tmp_path: Path,
) -> None:
    async with (
        a_house("v7-two-interleaved", tmp_path).open() as home,
        home.watched(SLOW) as watched,
    ):
        await watched.until(is_quiet)
        before = home.export()
        address = home.store.find("/ip/address", interface="ether1")
        assert address is not None
        home.store.update("/ip/address", address.id, {"disabled": "true"})
        document = await watched.until(is_out("one"), within=4)
        assert transitions(document) == [("one", "down", "router-says-gone")]
        home.store.update("/ip/address", address.id, {"disabled": "false"})
        await watched.until(is_back)
        assert home.export() == before


async def test_a_silent_router_and_silent_lines_are_our_lan(tmp_path: Path) -> None:
    async with a_house("v7-four-equal", tmp_path).open() as home, home.watched(FAST) as watched:
        await watched.until(is_quiet)
        before = home.export()
        home.faults.stall_on = "*"
        for uplink in home.uplinks:
            home.world.line(uplink.interface).cut(beyond=True)
        document = await watched.until(lambda d: d.frozen == "lan-lost")
        assert {one.state for one in document.wans} == {"up"}
        await asyncio.sleep(2)
        home.faults.stall_on = ""
        for uplink in home.uplinks:
            home.world.line(uplink.interface).mend()
        document = await watched.until(lambda d: is_back(d) and d.router.watch == "listening")
        await asyncio.sleep(1)
        document = await watched.until(is_back)
        assert transitions(document) == []
        assert home.export() == before
        assert not home.removed


async def test_once_the_router_speaks_again_lines_that_stay_silent_are_down(
    tmp_path: Path,
) -> None:
    async with a_house("v7-four-equal", tmp_path).open() as home, home.watched(FAST) as watched:
        await watched.until(is_quiet)
        before = home.export()
        await home.server.become_unreachable()
        for uplink in home.uplinks:
            home.world.line(uplink.interface).cut(beyond=True)
        await watched.until(lambda d: d.frozen == "lan-lost")
        await home.server.become_reachable()
        document = await watched.until(lambda d: d.frozen == "no-usable-wan")
        assert {one.state for one in document.wans} == {"down"}
        assert home.export() == before
