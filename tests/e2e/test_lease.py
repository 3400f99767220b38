"""Two instances watch one router: one writes, and the other takes over when it is gone."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from tests.e2e.house import FAST, House, Watched, house, is_back, is_out, is_quiet, wan
from wanwatch.config import load
from wanwatch.core.lease import LEASE_LIST, holder_of
from wanwatch.core.model import AdminState
from wanwatch.service.daemon import Daemon
from wanwatch.service.status import StatusDocument
from wanwatch.service.systemd import Notifier

_LONGER_THAN_IT_RESTS = 11.0
"""Seconds; after a long stall a daemon changes nothing for ten anyway."""
LISTS = "/ip/firewall/address-list"


def called(name: str) -> str:
    """The settings of an instance of that name."""
    return FAST.replace("[failover]\n", f'[failover]\ninstance = "{name}"\n')


@contextlib.asynccontextmanager
async def instance(home: House, folder: Path, name: str) -> AsyncIterator[Watched]:
    """A daemon of that name beside the router."""
    path = folder / f"{name}.toml"
    path.write_text(home.config(called(name)).read_text())
    daemon = Daemon(load(path), path, Notifier.from_environ())
    async with home.watched_by(daemon) as watched:
        yield watched


def holder(home: House) -> str:
    """Who the router says holds the lease."""
    rows = [row for row in home.store.items(LISTS) if row.properties.get("list") == LEASE_LIST]
    return holder_of(rows[0].properties.get("comment", "")).name if rows else ""


def stands_by(document: StatusDocument) -> bool:
    return document.frozen == "standby"


def writes(home: House) -> list[str]:
    """From now on, every command that changes more than the lease."""
    noted: list[str] = []

    def note(words: tuple[str, ...]) -> None:
        menu, _, verb = words[0].rpartition("/")
        if verb in ("add", "set", "remove") and menu != LISTS:
            noted.append(words[0])

    home.faults.on_sentence = note
    return noted


async def test_of_two_one_writes_and_the_other_takes_over_where_it_stopped(
    tmp_path: Path,
) -> None:
    async with (
        house("v7-four-equal", tmp_path).open() as home,
        instance(home, tmp_path, "first") as first,
        instance(home, tmp_path, "second") as second,
    ):
        await first.until(is_quiet)
        document = await second.until(stands_by)
        assert document.lease is not None
        assert (document.lease.holder, document.lease.held) == ("first", False)
        home.world.line("ether1").cut(beyond=True)
        await first.until(is_out("w1"))
        during = home.export()
        await second.until(lambda d: wan(d, "w1").share == 0 and d.pending_steps == 0)
        noted = writes(home)
        assert second.daemon.parts is not None
        wishes = second.daemon.parts.reconciler.wishes
        wishes["w2"] = AdminState.DISABLED
        await second.until(lambda d: d.pending_steps > 0)
        await asyncio.sleep(2)
        assert (home.export(), noted) == (during, [])
        wishes.clear()
        await first.kill()
        document = await second.until(is_out("w1"), within=12)
        assert document.lease is not None
        assert document.lease.held
        assert (holder(home), home.export(), noted) == ("second", during, [])
        home.world.line("ether1").mend()
        await second.until(is_back)
        assert "[wanwatch:" not in home.export()


async def test_one_that_is_stopped_gives_the_lease_up_at_once(tmp_path: Path) -> None:
    async with house("v7-two-interleaved", tmp_path).open() as home:
        async with instance(home, tmp_path, "first") as first:
            await first.until(is_quiet)
        left = next(iter(home.store.items(LISTS)))
        assert holder_of(left.properties["comment"]).given_up
        async with instance(home, tmp_path, "second") as second:
            await second.until(is_quiet, within=3)
            assert holder(home) == "second"


async def test_a_reload_keeps_the_lease(tmp_path: Path) -> None:
    async with (
        house("v7-two-interleaved", tmp_path).open() as home,
        instance(home, tmp_path, "first") as first,
    ):
        await first.until(is_quiet)
        before = first.daemon.parts
        first.daemon.reload()
        await first.until(lambda d: first.daemon.parts is not before and is_quiet(d), within=4)
        assert holder(home) == "first"


async def test_a_router_that_restarts_forgets_the_lease_and_it_is_taken_anew(
    tmp_path: Path,
) -> None:
    async with (
        house("v7-four-equal", tmp_path).open() as home,
        instance(home, tmp_path, "first") as first,
    ):
        await first.until(is_quiet)
        home.world.reboot()
        assert holder(home) == ""
        home.world.line("ether2").cut(beyond=True)
        await first.until(is_out("w2"), within=12)
        assert holder(home) == "first"


async def test_an_entry_of_a_person_makes_every_instance_stand_by(tmp_path: Path) -> None:
    async with house("v7-two-interleaved", tmp_path).open() as home:
        entry = {"list": LEASE_LIST, "address": "192.0.2.1", "comment": "hands off"}
        home.store.add(LISTS, entry)
        before = home.export()
        async with instance(home, tmp_path, "first") as first:
            document = await first.until(stands_by)
            assert document.lease is not None
            assert document.lease.holder == "hands off"
            home.world.line("ether1").cut(beyond=True)
            await first.until(lambda d: wan(d, "one").state == "down")
            await asyncio.sleep(1)
        assert home.export() == before


async def test_a_process_that_is_frozen_past_its_lease_writes_nothing_when_it_wakes(
    tmp_path: Path,
) -> None:
    async with house("v7-two-interleaved", tmp_path).open() as home:
        path = tmp_path / "frozen.toml"
        of_another_mind = called("frozen").replace("[status]", "disable_routes = false\n[status]")
        path.write_text(home.config(of_another_mind).read_text())
        command = [sys.executable, "-m", "wanwatch", "run", "--config", str(path)]
        with (tmp_path / "log").open("wb") as log:
            process = subprocess.Popen(command, stderr=log, env={**os.environ})  # noqa: S603, ASYNC220 - ourselves
        try:
            while holder(home) != "frozen":  # noqa: ASYNC110 - the router tells nobody
                await asyncio.sleep(0.05)
            process.send_signal(signal.SIGSTOP)
            async with instance(home, tmp_path, "second") as second:
                await second.until(stands_by)
                await second.until(is_quiet, within=12)
                home.world.line("ether1").cut(beyond=True)
                await second.until(is_out("one"))
                noted = writes(home)
                process.send_signal(signal.SIGCONT)
                await asyncio.sleep(_LONGER_THAN_IT_RESTS)
                assert (noted, holder(home)) == ([], "second")
        finally:
            process.kill()
            process.wait()


async def test_the_next_process_of_a_host_does_not_wait_for_one_that_was_killed(
    tmp_path: Path,
) -> None:
    async with house("v7-two-interleaved", tmp_path).open() as home:
        path = tmp_path / "killed.toml"
        path.write_text(home.config(called("killed").replace('"5s"', '"60s"')).read_text())
        command = [sys.executable, "-m", "wanwatch", "run", "--config", str(path)]
        with (tmp_path / "log").open("wb") as log:
            process = subprocess.Popen(command, stderr=log, env={**os.environ})  # noqa: S603, ASYNC220 - ourselves
        while holder(home) != "killed":  # noqa: ASYNC110 - the router tells nobody
            await asyncio.sleep(0.05)
        process.kill()
        process.wait()
        async with instance(home, tmp_path, "second") as second:
            await second.until(is_quiet, within=5)
            assert holder(home) == "second"
