"""SIGHUP: what is taken, what is refused, and what outlives the old configuration."""

import asyncio
import json
import logging
import signal
import socket
from pathlib import Path

import pytest
import structlog

from tests.e2e.house import House, Watched, is_back, is_out, is_quiet, wan
from tests.service.living import live, rewrite, signalled, with_status


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOUSE_PASSWORD", "")


def taken(watched: Watched) -> float | None:
    """The gauge of the last reload."""
    registry = watched.daemon._metrics.registry
    return registry.get_sample_value("wanwatch_config_last_reload_successful")


def test_a_bad_file_is_refused_and_the_old_configuration_goes_on(tmp_path: Path) -> None:
    async def story(home: House, watched: Watched) -> None:
        await watched.until(is_quiet)
        parts = watched.daemon.parts
        rewrite(tmp_path / "wanwatch.toml", "fall = 3", "fal = 3")
        await signalled(signal.SIGHUP)
        document = await watched.until(lambda d: bool(d.config_error))
        assert 'did you mean "fall"' in document.config_error
        assert taken(watched) == 0
        assert watched.daemon.parts is parts
        home.world.line("ether1").cut(beyond=True)
        await watched.until(is_out("one"))

    live(tmp_path, story)


@pytest.mark.parametrize("what", ["the file", "the password"])
def test_a_file_that_cannot_be_had_is_refused(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(home: House, watched: Watched) -> None:
        await watched.until(is_quiet)
        if what == "the file":
            (tmp_path / "wanwatch.toml").unlink()
        else:
            monkeypatch.delenv("HOUSE_PASSWORD")
        await signalled(signal.SIGHUP)
        document = await watched.until(lambda d: bool(d.config_error))
        assert "wanwatch.toml" in document.config_error
        assert is_quiet(document)

    live(tmp_path, story)


def test_a_good_file_is_taken_and_the_past_is_kept(tmp_path: Path) -> None:
    async def story(home: House, watched: Watched) -> None:
        await watched.until(is_quiet)
        home.world.line("ether1").cut(beyond=True)
        before = await watched.until(is_out("one"))
        assert before.writes.last_hour > 0
        rewrite(tmp_path / "wanwatch.toml", "fall = 3", "fall = 4")
        rewrite(tmp_path / "wanwatch.toml", "writes_per_hour = 1000", "writes_per_hour = 50")
        old = watched.daemon.parts
        during = home.export()
        await signalled(signal.SIGHUP)
        fresh = await watched.until(lambda _: watched.daemon.parts is not old)
        assert (wan(fresh, "one").state, wan(fresh, "one").reason) == ("unknown", "")
        after = await watched.until(is_out("one"))
        assert after.changes[-len(before.changes) :] == before.changes
        assert (after.writes.last_hour, after.writes.limit) == (before.writes.last_hour, 50)
        assert home.export() == during
        assert watched.daemon.parts is not None
        assert watched.daemon.parts.config.health.fall == 4
        assert (after.config_error, taken(watched)) == ("", 1)
        home.world.line("ether1").mend()
        await watched.until(is_back)

    live(tmp_path, story)


def test_a_status_address_that_is_taken_is_refused_with_the_cause(tmp_path: Path) -> None:
    async def story(home: House, watched: Watched) -> None:
        await watched.until(is_quiet)
        path = tmp_path / "wanwatch.toml"
        good = path.read_text()
        rewrite(path, 'listen = ""', f'listen = "127.0.0.1:{home.port}"')
        rewrite(path, "fall = 3", "fall = 5")
        await signalled(signal.SIGHUP)
        document = await watched.until(lambda d: bool(d.config_error) and is_quiet(d))
        assert f"127.0.0.1:{home.port} is taken by another program" in document.config_error
        assert taken(watched) == 0
        assert watched.daemon.parts is not None
        assert watched.daemon.parts.config.health.fall == 3
        path.write_text(good.replace("fall = 3", "fall = 4"))
        await signalled(signal.SIGHUP)
        await watched.until(lambda d: not d.config_error and is_quiet(d))
        assert watched.daemon.parts.config.health.fall == 4
        assert taken(watched) == 1

    live(tmp_path, story)


def test_a_status_address_may_move(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    async def story(home: House, watched: Watched) -> None:
        await watched.until(is_quiet)
        first = watched.daemon.address
        assert first is not None
        rewrite(tmp_path / "wanwatch.toml", '"127.0.0.1:0"', f'"127.0.0.1:{port}"')
        await signalled(signal.SIGHUP)
        await asyncio.sleep(0.1)
        await watched.until(is_quiet)
        assert watched.daemon.address == ("127.0.0.1", port)
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()
        await writer.wait_closed()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(*first)

    live(tmp_path, story, with_status("127.0.0.1:0"))


def test_two_reloads_at_once_end_with_the_newest_file(tmp_path: Path) -> None:
    async def story(home: House, watched: Watched) -> None:
        await watched.until(is_quiet)
        path = tmp_path / "wanwatch.toml"
        rewrite(path, "fall = 3", "fall = 4")
        watched.daemon.reload()
        rewrite(path, "fall = 4", "fall = 5")
        watched.daemon.reload()
        await asyncio.sleep(0.1)
        await watched.until(is_quiet)
        assert watched.daemon.parts is not None
        assert watched.daemon.parts.config.health.fall == 5

    live(tmp_path, story)


def test_a_reload_that_comes_while_another_is_refused_is_not_forgotten(tmp_path: Path) -> None:
    async def story(home: House, watched: Watched) -> None:
        await watched.until(is_quiet)
        path = tmp_path / "wanwatch.toml"
        good = path.read_text()
        for turns in range(1, 16):
            path.write_text(good.replace('listen = ""', f'listen = "127.0.0.1:{home.port}"'))
            watched.daemon.reload()
            for _ in range(turns):
                await asyncio.sleep(0)
            path.write_text(good.replace("rise = 3", f"rise = {turns}"))
            watched.daemon.reload()
            await asyncio.sleep(0.05)
            assert watched.daemon.parts is not None
            assert watched.daemon.parts.config.health.rise == turns
            assert watched.daemon.parts.documents.make().config_error == ""

    live(tmp_path, story)


def test_another_log_level_is_taken_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def story(home: House, watched: Watched) -> None:
        await watched.until(is_quiet)
        path = tmp_path / "wanwatch.toml"
        rewrite(path, "[status]", '[log]\nlevel = "error"\nformat = "json"\n[status]')
        watched.daemon.reload()
        await asyncio.sleep(0.1)
        home.world.line("ether1").cut(beyond=True)
        await watched.until(is_out("one"))
        rewrite(path, "fall = 3", "fal = 3")
        watched.daemon.reload()

    before = structlog.get_config()
    handlers = list(logging.getLogger().handlers)
    try:
        live(tmp_path, story)
    finally:
        structlog.configure(**before)
        logging.getLogger().handlers[:] = handlers
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["event"] == "config.refused"


def test_a_daemon_without_a_file_refuses_to_read_it_again(tmp_path: Path) -> None:
    async def story(home: House, watched: Watched) -> None:
        watched.daemon._path = None
        await watched.until(is_quiet)
        await signalled(signal.SIGHUP)
        document = await watched.until(lambda d: bool(d.config_error))
        assert document.config_error == "the configuration has no file to read again"

    live(tmp_path, story)
