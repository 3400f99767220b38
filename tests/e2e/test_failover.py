"""The main job, end to end: real probes, a line cut beyond its first hop, failover, failback."""

from pathlib import Path

import pytest

from tests.e2e.house import HOUSES, House, house, is_back, is_out, is_quiet, wan
from wanwatch.sim.packet import to_text


def address_of(house: House, interface: str) -> str:
    """A line's own address."""
    row = house.store.find("/ip/address", interface=interface)
    assert row is not None
    return row.properties["address"].partition("/")[0]


def carried_by(house: House, address: str) -> int:
    """How many of the people's connections were translated to an address, probes left out."""
    return sum(
        to_text(entry.nat_src) == address and not to_text(entry.src).startswith("127.")
        for entry in house.world.entries()
    )


@pytest.mark.parametrize("name", HOUSES)
async def test_a_dead_line_is_left_and_comes_back_to_the_byte(name: str, tmp_path: Path) -> None:
    async with house(name, tmp_path).open() as home, home.watched() as watched:
        await watched.until(is_quiet)
        before = home.export()
        for uplink in home.uplinks:
            address = address_of(home, uplink.interface)
            others = [other.name for other in home.uplinks if other is not uplink]
            home.removed.clear()
            home.world.line(uplink.interface).cut(beyond=True)
            document = await watched.until(is_out(uplink.name))
            change = next(c for c in document.changes if c.kind == "failover")
            assert change.outcome == "verified"
            assert not carried_by(home, address)
            assert set(home.removed) == {address}
            assert sum(wan(document, other).share or 0 for other in others) == pytest.approx(1)
            home.world.line(uplink.interface).mend()
            await watched.until(is_back)
            assert home.export() == before
        assert home.removed_probes == 0
