"""A daemon that records: the replay of its recording is what it decided, and it can explain it."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.house import FAST, Watched, house, is_back, is_out, is_quiet
from wanwatch.cli.main import main
from wanwatch.config import load
from wanwatch.service.daemon import Daemon
from wanwatch.service.recorder import Recorder
from wanwatch.service.systemd import Notifier

Output = pytest.CaptureFixture[str]


def explained(watched: Watched, wan: str) -> dict[str, Any]:
    assert watched.daemon.parts is not None
    document: dict[str, Any] = json.loads(json.dumps(watched.daemon.parts.explainer.make(wan)))
    return document


async def test_a_recording_replays_to_what_the_daemon_decided(
    tmp_path: Path, capsys: Output
) -> None:
    path = tmp_path / "rec"
    async with house("v7-two-interleaved", tmp_path).open() as home:
        config = home.config(FAST)
        recorder = Recorder(path)
        async with home.watched_by(
            Daemon(load(config), config, Notifier.from_environ(), recorder)
        ) as watched:
            await watched.until(is_quiet)
            home.world.line("ether1").cut(beyond=True)
            await watched.until(is_out("one"))
            down = explained(watched, "one")
            home.world.line("ether1").mend()
            document = await watched.until(is_back)
            up = explained(watched, "one")
        recorder.close()
    decided = [c for c in reversed(document.changes) if c.kind == "transition"]
    capsys.readouterr()
    assert main(["replay", str(path), "-c", str(config), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["recorded_limits"] is True
    assert result["broken_lines"] == 0
    replayed = {wan["name"]: wan["transitions"] for wan in result["wans"]}
    for name in ("one", "two"):
        own = [(c.before, c.after, c.reason) for c in decided if c.wan == name]
        assert [(t["before"], t["after"], t["reason"]) for t in replayed[name]] == own
        assert [t["wall"] for t in replayed[name]] == pytest.approx(
            [c.at for c in decided if c.wan == name], abs=0.1
        )
        wan = next(wan for wan in result["wans"] if wan["name"] == name)
        assert wan["transitions"] == wan["recorded"]["transitions"]
    assert [t["after"] for t in replayed["one"]] == ["up", "down", "up"]

    assert (down["state"], down["exit_code"]) == ("down", 2)
    assert all("xxx" in target["strip"] for target in down["targets"])
    (first, *_) = down["transitions"]
    assert (first["before"], first["after"]) == ("up", "down")
    assert all(t["losses_in_row"] >= 3 for t in first["evidence"]["targets"])
    assert first["evidence"]["limits"]["fall"] == 3
    assert (up["state"], up["exit_code"]) == ("up", 0)
    assert [t["after"] for t in up["transitions"]] == ["up", "down", "up"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
async def test_a_full_disk_is_said_in_the_status_and_the_daemon_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "rec"
    path.symlink_to("/dev/full")
    async with house("v7-two-interleaved", tmp_path).open() as home:
        config = home.config(FAST)
        recorder = Recorder(path)
        daemon = Daemon(load(config), config, Notifier.from_environ(), recorder)
        async with home.watched_by(daemon) as watched:
            document = await watched.until(
                lambda d: any(finding.code == "recording-stopped" for finding in d.findings)
            )
            assert document.findings[-1].data["file"] == str(path)
            home.world.line("ether1").cut(beyond=True)
            await watched.until(is_out("one"))
        recorder.close()


async def test_a_daemon_is_asked_over_its_socket_why_a_line_is_up(
    tmp_path: Path, capsys: Output
) -> None:
    async with house("v7-two-interleaved", tmp_path).open() as home:
        extra = FAST.replace('listen = ""', 'listen = "127.0.0.1:0"')
        async with home.watched(extra) as watched:
            await watched.until(is_quiet)
            assert watched.daemon.address is not None
            host, port = watched.daemon.address
            asked = ["status", "--url", f"http://{host}:{port}", "--explain"]
            assert await in_thread([*asked, "two"]) == 0
            text = capsys.readouterr().out
            assert "two is up since " in text
            assert "down after: 3 more losses in a row of each of udp:127.77.0." in text
            assert await in_thread([*asked, "three"]) == 3
            assert "it has one, two" in capsys.readouterr().err


async def in_thread(arguments: list[str]) -> int:
    """Run the command beside the loop that serves it."""
    return await asyncio.to_thread(main, arguments)
