"""A router that nobody steered by hand: provisioned, its probes leave by their lines, and it fails over."""

import asyncio
from pathlib import Path

import pytest

from tests.e2e.house import HOUSES, ROUTERS, House, Uplink, alias, is_back, is_out, is_quiet
from wanwatch.cli.main import main
from wanwatch.sim.login import User
from wanwatch.sim.packet import to_text
from wanwatch.sim.server import ApiServer


class BareHouse(House):
    """A house whose router has no probe tables yet."""

    def _steer(self, number: int, uplink: Uplink) -> None:
        del number, uplink


def bare_house(name: str, folder: Path) -> BareHouse:
    return BareHouse((ROUTERS / f"{name}.rsc").read_text("latin-1"), HOUSES[name], folder)


async def run(*arguments: str) -> int:
    """A command in a thread of its own: it has an event loop of its own."""
    return await asyncio.to_thread(main, list(arguments))


def lines_of_probes(home: House) -> dict[str, set[str]]:
    """Source address -> the lines that its connections left by."""
    found: dict[str, set[str]] = {}
    for entry in home.world.entries():
        if to_text(entry.src).startswith("127."):
            found.setdefault(to_text(entry.src), set()).add(entry.out_interface)
    return found


@pytest.mark.parametrize("name", HOUSES)
async def test_probes_of_a_provisioned_router_leave_by_their_lines_and_it_fails_over(
    name: str, tmp_path: Path
) -> None:
    async with bare_house(name, tmp_path).open() as home:
        bare = home.export()
        config = str(home.config())
        assert await run("provision", "--config", config, "--apply", "--yes") == 0
        assert await run("check", "--config", config, "--live") == 0
        async with home.watched() as watched:
            await watched.until(is_quiet)
            before = home.export()
            found = lines_of_probes(home)
            for number, uplink in enumerate(home.uplinks):
                assert found[alias(number)] == {uplink.interface}
            first = home.uplinks[0]
            home.world.line(first.interface).cut(beyond=True)
            await watched.until(is_out(first.name))
            assert await run("provision", "--config", config, "--remove", "--yes") == 1
            home.world.line(first.interface).mend()
            await watched.until(is_back)
            assert home.export() == before
        # The daemon's lease, where it has one, is over before long; the rows are what counts here.
        home.world.lists.forget_dynamic()
        assert await run("provision", "--config", config, "--remove", "--yes") == 0
        assert home.export() == bare


async def test_check_finds_what_is_taken_away_one_by_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with bare_house("v7-four-equal", tmp_path).open() as home:
        config = str(home.config())
        assert await run("check", "--config", config, "--live") == 2
        assert await run("provision", "--config", config, "--apply", "--yes") == 0
        capsys.readouterr()
        rows = home.store.items("/ip/firewall/mangle")
        home.store.move("/ip/firewall/mangle", rows[0].id, None)
        assert await run("check", "--config", config, "--live") == 2
        text = capsys.readouterr().out
        assert "wrong" in text
        assert "behind rows that it has to come before" in text
        assert await run("provision", "--config", config, "--apply", "--yes") == 0
        assert await run("check", "--config", config, "--live") == 0
        route = next(
            row
            for row in home.store.items("/ip/route")
            if "provision route w2" in row.properties.get("comment", "")
        )
        home.store.update("/ip/route", route.id, {"gateway": "198.18.0.1"})
        capsys.readouterr()
        assert await run("check", "--config", config, "--live") == 2
        text = capsys.readouterr().out
        assert "gateway is 198.18.0.1, wanted is 198.18.0.5" in text
        assert "which is no address of w2" in text
        home.store.update("/ip/route", route.id, {"gateway": "198.18.0.5", "disabled": "true"})
        assert await run("check", "--config", config, "--live") == 2
        assert "disabled is yes" in capsys.readouterr().out


async def test_the_login_that_provisioning_makes_is_enough_for_a_failover(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOUSE_PASSWORD", "pony")
    home = bare_house("v7-two-interleaved", tmp_path)
    least = frozenset({"read", "write", "api"})
    users = (User(), User("wanwatch", "pony", least))
    home.server = ApiServer(home.world, users, home.faults)
    async with home.open():
        path = home.config()
        path.write_text(path.read_text().replace('user = "admin"', 'user = "wanwatch"'))
        config = ("--config", str(path))
        admin = ("--router", f"127.0.0.1:{home.port}", "--user", "admin")
        assert await run("provision", *config, *admin, "--apply", "--yes") == 0
        group = home.store.find("/user/group", name="wanwatch")
        assert group is not None
        assert set(group.properties["policy"].split(",")) == least
        assert await run("check", *config, "--live") == 0
        async with home.watched_from(path) as watched:
            await watched.until(is_quiet)
            home.world.line("ether1").cut(beyond=True)
            await watched.until(is_out("one"))
            home.world.line("ether1").mend()
            await watched.until(is_back)
