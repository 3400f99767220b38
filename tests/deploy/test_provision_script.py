"""The printed script does what ``--apply`` does, and run twice it changes nothing.

It is run in a model of the console's language, on the rows of the simulated router.
"""

import dataclasses
from pathlib import Path

import pytest

from tests.deploy.console import Console
from tests.routeros.provision_exports import FASTTRACK, STATIC, dhcp
from tests.routeros.provisioned import provisioned
from wanwatch.cli.provision_script import script
from wanwatch.core.provision.items import Steered, Wish
from wanwatch.sim.export import load_export
from wanwatch.sim.export_write import write_export
from wanwatch.sim.factory import furnish
from wanwatch.sim.store import Store
from wanwatch.sim.world import World

ROUTERS = sorted((Path(__file__).parents[1] / "e2e" / "routers").glob("*.rsc"))
EXPORTS = {
    "fasttrack": STATIC + FASTTRACK,
    "untranslated": STATIC.replace(
        "out-interface=ether1", "out-interface=ether1 src-address=10.9.9.9"
    ),
    **{path.stem: path.read_text("latin-1") for path in ROUTERS},
}


def world_of(export: str) -> World:
    store = Store()
    version = load_export(export, store).version
    furnish(store, version)
    return World(store, version, clock=lambda: 0.0, seed=1)


def lines_of(world: World) -> list[str]:
    return sorted(write_export(world.store, world.version).splitlines())


@pytest.mark.parametrize("name", EXPORTS)
async def test_pasted_it_makes_the_same_router_as_applied_and_twice_changes_nothing(
    name: str,
) -> None:
    async with provisioned(EXPORTS[name]) as home:
        home.wish = dataclasses.replace(await home.settle(), login=None)
        text = script(await home.verdicts(), world_of(EXPORTS[name]).version)
        await home.apply()
        pasted = world_of(EXPORTS[name])
        Console(pasted).run(text)
        assert lines_of(pasted) == sorted(home.export().splitlines())
        first = [row.properties for row in pasted.store.items("/ip/firewall/mangle")]
        marks = [row for row in first if "provision mark" in row.get("comment", "")]
        assert first[: len(marks)] == marks
        once = write_export(pasted.store, pasted.version)
        Console(pasted).run(text)
        assert write_export(pasted.store, pasted.version) == once


async def test_every_item_has_a_comment_that_says_why() -> None:
    async with provisioned(STATIC + FASTTRACK) as home:
        text = script(await home.verdicts(), world_of(STATIC).version)
    for words in ("no failover touches", "passthrough=no", "FastTrack", "password crosses the LAN"):
        assert words in " ".join(text.replace("\n# ", " ").split())
    assert "to be chosen" in text
    assert "certificate sign" in text


async def test_what_cannot_be_had_is_left_out_and_said() -> None:
    wish = Wish((Steered("nowhere", "192.168.88.201"),), restore=False)
    async with provisioned(STATIC, wish) as home:
        text = script(await home.verdicts(), world_of(STATIC).version)
    commands = [line for line in text.splitlines() if not line.startswith("#")]
    assert commands == []
    assert "LEFT OUT: the router has nothing" in text


async def test_before_7_18_a_lease_s_gateway_comes_with_what_makes_the_client_follow_it() -> None:
    async with provisioned(dhcp("7.16.2")) as home:
        text = script(await home.verdicts(), world_of(STATIC).version)
    (first, _) = [line for line in text.splitlines() if "/ip dhcp-client set" in line]
    assert first.startswith("#")
    assert 'interface="ether1"' in first or 'interface="ether1"' in first
    assert "gateway-address" in first


async def test_a_password_is_never_printed() -> None:
    async with provisioned(STATIC) as home:
        await home.apply()
        user = home.store.find("/user", name="wanwatch")
        assert user is not None
        text = script(await home.verdicts(), world_of(STATIC).version)
        assert user.properties["password"] not in text
