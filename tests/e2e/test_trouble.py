"""What is ours or the router's trouble is never a WAN's, and everything converges afterwards."""

import asyncio
import time
from pathlib import Path

import pytest

from tests.e2e.house import FAST, House, house, is_back, is_out, is_quiet, wan


async def killed_at(home: House, sentence: int) -> bool:
    """Have a daemon die right after a write of the failover; False when there are fewer."""
    reached = asyncio.Event()
    written = 0

    def count(words: tuple[str, ...]) -> None:
        nonlocal written
        verb = words[0].rpartition("/")[2]
        written += verb in {"add", "set", "remove"}
        if written >= sentence:
            reached.set()

    home.faults.on_sentence = count
    async with home.watched() as first:
        await first.until(is_quiet)
        home.world.line(home.uplinks[0].interface).cut(beyond=True)
        done = asyncio.ensure_future(first.until(is_out(home.uplinks[0].name)))
        hit = asyncio.ensure_future(reached.wait())
        await asyncio.wait({done, hit}, return_when=asyncio.FIRST_COMPLETED)
        await first.kill()
        for task in (done, hit):
            task.cancel()
        await asyncio.gather(done, hit, return_exceptions=True)
    return reached.is_set()


@pytest.mark.parametrize("sentence", [1, 2, 3, 4, 5])
async def test_killed_after_any_write_a_fresh_daemon_ends_in_the_same_state(
    sentence: int, tmp_path: Path
) -> None:
    async with house("v7-four-equal", tmp_path).open() as undisturbed:
        async with undisturbed.watched() as watched:
            await watched.until(is_quiet)
            undisturbed.world.line("ether1").cut(beyond=True)
            await watched.until(is_out("w1"))
        wanted = undisturbed.export()
    async with house("v7-four-equal", tmp_path).open() as home:
        before = home.export()
        assert await killed_at(home, sentence)
        async with home.watched() as second:
            await second.until(is_out("w1"))
            assert home.export() == wanted
            home.world.line("ether1").mend()
            await second.until(is_back)
        assert home.export() == before


async def test_a_router_out_of_reach_is_said_and_changes_nothing(tmp_path: Path) -> None:
    async with house("v7-four-equal", tmp_path).open() as home, home.watched() as watched:
        await watched.until(is_quiet)
        before = home.export()
        await home.server.become_unreachable()
        home.world.line("ether2").cut(beyond=True)
        document = await watched.until(lambda d: d.router.state != "connected")
        assert document.router.error
        await watched.until(lambda d: wan(d, "w2").state == "down")
        assert home.export() == before
        await home.server.become_reachable()
        await watched.until(is_out("w2"))


async def test_a_stalled_conversation_is_dropped_and_taken_up_again(tmp_path: Path) -> None:
    async with house("v7-four-equal", tmp_path).open() as home, home.watched() as watched:
        await watched.until(is_quiet)
        home.faults.stall_on = "/ip/route/print"
        await watched.until(lambda d: d.router.state != "connected")
        home.faults.stall_on = ""
        home.world.line("ether3").cut(beyond=True)
        await watched.until(is_out("w3"))


async def test_a_refused_login_is_said_and_recovers_by_itself(tmp_path: Path) -> None:
    home = house("v7-four-equal", tmp_path)
    home.faults.refuse_login = True
    async with home.open(), home.watched() as watched:
        document = await watched.until(lambda d: d.router.state == "login-refused")
        assert not document.ready
        home.faults.refuse_login = False
        await watched.until(is_quiet)


async def test_a_missing_permission_is_said_and_nothing_is_half_done(tmp_path: Path) -> None:
    home = house("v7-four-equal", tmp_path)
    async with home.open(), home.watched() as watched:
        await watched.until(is_quiet)
        before = home.export()
        home.faults.deny_write = True
        home.world.line("ether1").cut(beyond=True)
        document = await watched.until(lambda d: d.router.state == "permission-missing")
        assert document.pending_steps > 0
        assert home.export() == before
        home.faults.deny_write = False
        await watched.until(is_out("w1"))


async def test_a_rebooted_router_is_found_again_with_new_ids(tmp_path: Path) -> None:
    async with house("v7-four-equal", tmp_path).open() as home, home.watched() as watched:
        await watched.until(is_quiet)
        before = home.export()
        home.world.line("ether4").cut(beyond=True)
        await watched.until(is_out("w4"))
        home.world.reboot()
        home.world.line("ether4").mend()
        await watched.until(is_back)
        assert home.export() == before


@pytest.mark.parametrize("name", ["v6-two-pppoe", "v7-four-equal"])
async def test_all_lines_lost_together_change_nothing_nor_does_their_return(
    name: str, tmp_path: Path
) -> None:
    async with house(name, tmp_path).open() as home, home.watched() as watched:
        await watched.until(is_quiet)
        before = home.export()
        for uplink in home.uplinks:
            home.world.line(uplink.interface).cut(beyond=True)
        document = await watched.until(lambda d: d.frozen == "no-usable-wan")
        assert {one.state for one in document.wans} == {"down"}
        assert home.export() == before
        for uplink in home.uplinks:
            home.world.line(uplink.interface).mend()
        document = await watched.until(is_back)
        assert {change.kind for change in document.changes} == {"transition"}
        assert home.export() == before
        assert not home.removed


async def test_of_all_lines_lost_the_one_that_comes_back_takes_over(tmp_path: Path) -> None:
    async with house("v6-two-pppoe", tmp_path).open() as home, home.watched() as watched:
        await watched.until(is_quiet)
        for uplink in home.uplinks:
            home.world.line(uplink.interface).cut(beyond=True)
        await watched.until(lambda d: d.frozen == "no-usable-wan")
        home.world.line("fibre").mend()
        document = await watched.until(is_out("dsl"))
        assert wan(document, "fibre").share == pytest.approx(1)


async def test_a_stall_of_our_own_loop_moves_no_wan(tmp_path: Path) -> None:
    async with house("v7-two-interleaved", tmp_path).open() as home, home.watched() as watched:
        await watched.until(is_quiet)
        before = home.export()
        for _ in range(3):
            time.sleep(0.7)  # noqa: ASYNC251 - the stall itself
            await asyncio.sleep(0.3)
        document = await watched.until(is_quiet)
        assert not [c for c in document.changes if c.after == "down"]
        assert home.export() == before


async def test_a_bad_configuration_is_refused_and_the_old_one_goes_on(tmp_path: Path) -> None:
    async with house("v7-two-interleaved", tmp_path).open() as home, home.watched() as watched:
        await watched.until(is_quiet)
        path = tmp_path / "wanwatch.toml"
        good = path.read_text()
        path.write_text(good.replace("fall = 3", "fal = 3"))
        watched.daemon.reload()
        document = await watched.until(lambda d: bool(d.config_error))
        assert 'did you mean "fall"' in document.config_error
        path.write_text(good.replace("fall = 3", "fall = 4"))
        watched.daemon.reload()
        await watched.until(lambda d: not d.config_error and is_quiet(d))
        parts = watched.daemon.parts
        assert parts is not None
        assert parts.config.health.fall == 4


async def test_an_unsteerable_probe_blinds_its_wan_and_no_other(tmp_path: Path) -> None:
    home = house("v7-four-equal", tmp_path)
    async with home.open():
        path = home.config(FAST)
        text = path.read_text().replace('source = "127.0.11.1"', 'source = "192.0.2.77"')
        path.write_text(text)
        async with home.watched_from(path) as watched:
            document = await watched.until(lambda d: bool(wan(d, "w2").blind), within=12)
            assert wan(document, "w2").state == "unknown"
            home.world.line("ether1").cut(beyond=True)
            document = await watched.until(is_out("w1"), within=12)
            assert wan(document, "w2").share == pytest.approx(0.25)
