"""Configurations as people publish them: every rule that is valid is one the kernel takes."""

from pathlib import Path

import pytest

from tests.sim.netns.crossing import refused, why_not
from tests.sim.small_world import Clock
from wanwatch.sim.export import load_export
from wanwatch.sim.netns.numbers import Numbers
from wanwatch.sim.netns.ruleset import render
from wanwatch.sim.store import Store
from wanwatch.sim.world import World

EXPORTS = sorted((Path(__file__).parents[2] / "lab/routers").glob("*.rsc"))


@pytest.mark.skipif(bool(why_not()), reason=why_not())
@pytest.mark.parametrize("path", EXPORTS, ids=[path.stem for path in EXPORTS])
def test_a_published_configuration_is_rendered_whole(path: Path) -> None:
    store = Store()
    report = load_export(path.read_text(encoding="latin-1"), store)
    world = World(store, report.version, clock=Clock(), seed=1)
    state = world.state()
    result = render(store, state, Numbers(), is_v7=world.is_v7, seed=world.initval)
    assert result.unsupported == ()
    for menu, chains in (("mangle", state.mangle), ("nat", state.nat)):
        for item in store.items(f"/ip/firewall/{menu}"):
            is_meant = not item.disabled and item.id not in chains.invalid
            counter = f'counter name "{menu}_{item.id.removeprefix("*")}"'
            assert (counter in result.text) == is_meant, item.properties
    assert refused(result.text * 2) == ""
