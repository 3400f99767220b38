"""The router-side restore script undoes what wanwatch changed, and only when nobody holds the lease.

It is run in a model of the console's language, on the rows of the simulated router.
"""

from pathlib import Path

import pytest

from tests.deploy.console import Broken, Console
from wanwatch.cli.provision_script import restore_file
from wanwatch.core.discovery.discover import discover
from wanwatch.core.model import HealthState
from wanwatch.core.planning import make_plan
from wanwatch.core.policy import dispositions
from wanwatch.core.provision.restore_script import restore_source
from wanwatch.core.tags import Tag, join_comment
from wanwatch.routeros.router import Router
from wanwatch.routeros.session import RouterSession
from wanwatch.sim.export import load_export
from wanwatch.sim.export_write import write_export
from wanwatch.sim.factory import furnish
from wanwatch.sim.login import User
from wanwatch.sim.server import ApiServer
from wanwatch.sim.store import Store
from wanwatch.sim.world import World

ROOT = Path(__file__).parents[2]
EXPORTS = [
    *sorted((ROOT / "tests" / "e2e" / "routers").glob("*.rsc")),
    ROOT / "tests" / "cli" / "two_families.rsc",
]
LISTS, ROUTES, MANGLE = "/ip/firewall/address-list", "/ip/route", "/ip/firewall/mangle"


def world_of(path: Path) -> World:
    store = Store()
    version = load_export(path.read_bytes().decode("latin-1"), store).version
    furnish(store, version)
    return World(store, version, clock=lambda: 0.0, seed=1)


def export_of(world: World) -> str:
    return write_export(world.store, world.version)


async def fail_over(world: World) -> list[str]:
    """Take each WAN down in turn, and leave the last of them so; the exports between."""
    server = ApiServer(world, (User(),))
    host, port = await server.start()
    seen = []
    try:
        async with RouterSession(host, port, "admin", "") as session:
            router = Router(session)
            specs = discover(await router.survey()).specs
            for down in specs:
                health = {s.name: HealthState.UP for s in specs} | {down.name: HealthState.DOWN}
                plan = make_plan(await router.observe(), specs, dispositions(health))
                report = await router.apply(plan)
                assert report.failed is None
                seen.append(export_of(world))
    finally:
        await server.close()
    return seen


def test_the_files_are_what_the_code_makes() -> None:
    for name, ipv6 in (("restore.rsc", False), ("restore-ipv6.rsc", True)):
        text = (ROOT / "deploy" / name).read_text("ascii")
        assert text == restore_file("wanwatch-lease", ipv6=ipv6)


@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: path.stem)
async def test_without_a_lease_the_router_is_as_its_operator_made_it(path: Path) -> None:
    world = world_of(path)
    before = export_of(world)
    changed = await fail_over(world)
    assert before not in changed
    console = Console(world)
    console.run(restore_source("wanwatch-lease", ipv6="ipv6" in before))
    assert export_of(world) == before
    assert console.log
    console.log.clear()
    console.run(restore_source("wanwatch-lease", ipv6="ipv6" in before))
    assert not console.log


@pytest.mark.parametrize("path", EXPORTS[:2], ids=lambda path: path.stem)
async def test_while_somebody_holds_the_lease_nothing_is_touched(path: Path) -> None:
    world = world_of(path)
    changed = (await fail_over(world))[-1]
    world.store.add(LISTS, {"list": "wanwatch-lease", "address": "192.0.2.1"}, dynamic=True)
    Console(world).run(restore_source("wanwatch-lease", ipv6=False))
    assert export_of(world) == changed


def test_every_byte_of_a_tag_is_read_back() -> None:
    world = world_of(EXPORTS[0])
    mark = "".join(map(chr, range(33, 256))) + " end"
    rule = world.store.items(MANGLE)[0]
    own = rule.properties.get("comment", "")
    tag = Tag("a", {"new-connection-mark": mark})
    world.store.update(MANGLE, rule.id, {"comment": join_comment(own, tag)})
    Console(world).run(restore_source("wanwatch-lease", ipv6=False))
    assert rule.properties["new-connection-mark"] == mark
    assert (rule.properties.get("comment") or "") == own


def test_a_comment_that_only_looks_like_a_tag_stays() -> None:
    world = world_of(EXPORTS[0])
    rule = world.store.items(MANGLE)[0]
    for text in ("see [wanwatch: wan=a disabled=no] above", "wanwatch: wan= is a word"):
        world.store.update(MANGLE, rule.id, {"comment": text})
        Console(world).run(restore_source("wanwatch-lease", ipv6=False))
        assert rule.properties["comment"] == text


def test_one_row_that_cannot_be_set_does_not_keep_the_others() -> None:
    world = world_of(EXPORTS[0])
    first, second = world.store.items(ROUTES)[:2]
    for row, value in ((first, "perhaps"), (second, "no")):
        tag = Tag("a", {"disabled": value})
        world.store.update(ROUTES, row.id, {"comment": str(tag), "disabled": "true"})
    Console(world).run(restore_source("wanwatch-lease", ipv6=False))
    assert first.properties["disabled"] == "true"
    assert "wanwatch" in first.properties["comment"]
    assert second.properties["disabled"] == "false"


def test_a_gateway_that_somebody_set_anew_stands() -> None:
    world = world_of(ROOT / "tests" / "e2e" / "routers" / "v6-direct-marks-ecmp.rsc")
    route = world.store.items(ROUTES)[2]
    tag = Tag("a", {"gateway": "198.18.0.1,198.18.0.5"})
    for now, then in (
        ("198.18.0.5", "198.18.0.1,198.18.0.5"),
        ("198.18.0.6", "198.18.0.6"),
    ):
        world.store.update(ROUTES, route.id, {"gateway": now, "comment": f"both {tag}"})
        Console(world).run(restore_source("wanwatch-lease", ipv6=False))
        assert route.properties["gateway"] == then
        assert route.properties["comment"] == "both"


def test_the_model_refuses_what_it_does_not_know() -> None:
    console = Console(world_of(EXPORTS[0]))
    for text in (":put 1", ":local a $b", ":set a 1", ":if (1) do={}"):
        with pytest.raises(Broken):
            console.run(text)
