"""Probes that leave by another line than their WAN's: said, and nothing is done about it."""

import asyncio
from pathlib import Path

import pytest

from tests.e2e.house import HOUSES, House, alias, house, is_back, is_out, is_quiet, wan
from wanwatch.service.status import StatusDocument


def swap_probes(home: House) -> None:
    """Exchange the sources that lead the probes of the first two WANs."""
    first, second = alias(0), alias(1)
    other = {first: second, second: first}
    menu = "/ip/firewall/mangle"
    for rule in list(home.store.items(menu)):
        source = rule.properties.get("src-address", "")
        if source in other:
            home.store.update(menu, rule.id, {"src-address": other[source]})


def lead_probes_through_the_clients_tables(home: House) -> None:
    """Fall into the classic trap: what the failover takes away leads the probes too."""
    menu = "/ip/firewall/mangle"
    for rule in list(home.store.items(menu)):
        table = rule.properties.get("new-routing-mark", "")
        if table.startswith("probe-"):
            home.store.update(menu, rule.id, {"new-routing-mark": table.removeprefix("probe-")})


def are(document: StatusDocument, state: str) -> bool:
    return {one.path for one in document.wans} == {state}


@pytest.mark.parametrize("name", ["v6-two-pppoe", "v7-two-interleaved"])
async def test_swapped_probes_stop_every_action_until_they_are_put_right(
    name: str, tmp_path: Path
) -> None:
    async with house(name, tmp_path).open() as home, home.watched() as watched:
        one, two = (uplink.name for uplink in HOUSES[name])
        interface = HOUSES[name][0].interface
        document = await watched.until(lambda d: is_quiet(d) and are(d, "proven"))
        addresses = {each.name: each.path_address for each in document.wans}
        swap_probes(home)
        document = await watched.until(lambda d: are(d, "unproven") and d.frozen == "path-unproven")
        assert (wan(document, one).path_wan, wan(document, two).path_wan) == (two, one)
        assert wan(document, one).path_address == addresses[two]
        before = home.export()
        home.world.line(interface).cut(beyond=True)
        await watched.until(lambda d: wan(d, two).state == "down")
        await asyncio.sleep(2.5)
        assert home.export() == before
        assert home.removed == []
        swap_probes(home)
        document = await watched.until(is_out(one), within=15)
        assert are(document, "proven")
        home.world.line(interface).mend()
        await watched.until(is_back, within=15)


async def test_lines_that_are_proven_do_not_wait_for_those_that_are_not(tmp_path: Path) -> None:
    async with house("v7-four-equal", tmp_path).open() as home, home.watched() as watched:
        await watched.until(lambda d: is_quiet(d) and are(d, "proven"))
        swap_probes(home)
        await watched.until(lambda d: [w.path for w in d.wans[:2]] == ["unproven"] * 2)
        home.world.line("ether3").cut(beyond=True)
        document = await watched.until(is_out("w3"))
        assert [one.share for one in document.wans] == pytest.approx([0.25, 0.25, 0, 0.5])


async def test_probes_swapped_before_the_start_are_never_believed(tmp_path: Path) -> None:
    async with house("v7-two-interleaved", tmp_path).open() as home:
        swap_probes(home)
        before = home.export()
        home.world.line("ether1").cut(beyond=True)
        async with home.watched() as watched:
            await watched.until(lambda d: are(d, "unproven") and wan(d, "two").state == "down")
            await asyncio.sleep(2)
        assert home.export() == before


async def test_a_line_whose_probes_reach_only_their_blackhole_is_still_failed_over(
    tmp_path: Path,
) -> None:
    async with house("v7-two-interleaved", tmp_path).open() as home:
        home.world.line("ether1").cut(interface_down=True)
        async with home.watched() as watched:
            document = await watched.until(is_out("one"), within=15)
            assert (wan(document, "one").path, wan(document, "two").path) == ("unknown", "proven")


async def test_a_dead_line_is_not_taken_back_because_another_one_answers_its_probes(
    tmp_path: Path,
) -> None:
    async with house("v7-two-interleaved", tmp_path).open() as home:
        lead_probes_through_the_clients_tables(home)
        async with home.watched() as watched:
            await watched.until(lambda d: is_quiet(d) and are(d, "proven"))
            home.world.line("ether1").cut(beyond=True)
            # Its probes soon come by the other line: that it was down is told by what was done.
            await watched.until(lambda d: any(each.kind == "failover" for each in d.changes))
            await watched.until(lambda d: wan(d, "one").state == "up")
            await watched.until(lambda d: wan(d, "one").path == "unproven")
            await asyncio.sleep(2)
            document = await watched.until(lambda d: d.ready)
            kinds = [change.kind for change in document.changes]
            assert "failover" in kinds
            assert "failback" not in kinds
            assert (wan(document, "one").path_wan, wan(document, "one").share) == ("two", 0)
