"""The daemon's life: signals, sockets, heartbeats, and the end."""

import asyncio
import signal
from pathlib import Path

import aiohttp
import pytest

from tests.e2e.house import House, Watched, house, is_back, is_out, is_quiet
from tests.service.jumping import jumping_loop, run_jumping
from tests.service.living import live, open_sockets, signalled, with_status
from wanwatch.core.snapshot import Snapshot
from wanwatch.service.server import StatusServerError
from wanwatch.sim.login import User


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOUSE_PASSWORD", "")


async def asked(watched: Watched, path: str) -> tuple[int, str]:
    """What the daemon answers over HTTP."""
    while watched.daemon.address is None:  # noqa: ASYNC110 - it says so nowhere else
        await asyncio.sleep(0.01)
    host, port = watched.daemon.address
    url = f"http://{host}:{port}{path}"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_and_leaves_the_router_as_it_is(
    number: signal.Signals, tmp_path: Path
) -> None:
    async def story(home: House, watched: Watched) -> None:
        await watched.until(is_quiet)
        home.world.line("ether1").cut(beyond=True)
        await watched.until(is_out("one"))
        during = home.export()
        await signalled(number)
        await watched.task
        assert home.export() == during
        assert "[wanwatch:" in during

    live(tmp_path, story)


def test_the_end_closes_every_socket_and_removes_the_file(tmp_path: Path) -> None:
    path = tmp_path / "s"

    async def main() -> None:
        home = house("v7-two-interleaved", tmp_path)
        async with home.open():
            before = open_sockets()
            async with home.watched(with_status("127.0.0.1:0", str(path))) as watched:
                await watched.until(is_quiet)
                assert path.is_socket()
                assert len(open_sockets() - before) >= 3
            home.server.disconnect()
            await asyncio.sleep(0.1)
            assert not path.exists()
            assert open_sockets() <= before

    run_jumping(main())


def test_what_it_says_over_http_is_its_document(tmp_path: Path) -> None:
    async def story(home: House, watched: Watched) -> None:
        status, _ = await asked(watched, "/readyz")
        assert status == 503
        await watched.until(is_quiet)
        assert (await asked(watched, "/readyz"))[0] == 200
        assert (await asked(watched, "/healthz"))[0] == 200
        assert '"exit_code": 0' in (await asked(watched, "/api/status"))[1]
        home.world.line("ether1").cut(beyond=True)
        await watched.until(is_out("one"))
        text = (await asked(watched, "/metrics"))[1]
        assert 'wanwatch_apply_total{outcome="verified"} 1.0' in text
        for phase in ("detect", "decide", "apply", "flush", "verify"):
            assert f'wanwatch_phase_duration_seconds_count{{phase="{phase}"}} 1.0' in text

    live(tmp_path, story, with_status("127.0.0.1:0"))


def test_the_first_health_check_after_a_long_hang_fails_already(tmp_path: Path) -> None:
    async def story(home: House, watched: Watched) -> None:
        await watched.until(is_quiet)
        parts = watched.daemon.parts
        assert parts is not None

        async def never() -> Snapshot:
            await asyncio.Event().wait()
            raise AssertionError

        parts.router.observe = never  # type: ignore[method-assign]
        await asyncio.sleep(2)
        beats = parts.reconciler.heart.beats
        jumping_loop().now += 140
        await asyncio.sleep(2)
        assert (await asked(watched, "/healthz"))[0] == 200
        jumping_loop().now += 10
        await asyncio.sleep(2)
        assert parts.reconciler.heart.beats == beats
        assert (await asked(watched, "/healthz"))[0] == 503

    live(tmp_path, story, with_status("127.0.0.1:0"))


def test_an_error_that_is_not_the_routers_ends_the_process(tmp_path: Path) -> None:
    async def story(home: House, watched: Watched) -> None:
        await watched.until(is_quiet)
        parts = watched.daemon.parts
        assert parts is not None

        async def broken() -> Snapshot:
            raise ZeroDivisionError

        parts.router.observe = broken  # type: ignore[method-assign]
        with pytest.raises(ExceptionGroup) as raised:
            await watched.task
        assert raised.group_contains(ZeroDivisionError)
        watched.task = asyncio.create_task(asyncio.sleep(0))

    async def main() -> None:
        home = house("v7-two-interleaved", tmp_path)
        async with home.open():
            before = open_sockets()
            with pytest.raises(ExceptionGroup):
                async with home.watched() as watched:
                    await story(home, watched)
            home.server.disconnect()
            await asyncio.sleep(0.1)
            assert open_sockets() <= before

    run_jumping(main())


def test_an_address_that_is_taken_at_the_start_is_said_and_ends_it(tmp_path: Path) -> None:
    async def main() -> None:
        home = house("v7-two-interleaved", tmp_path)
        async with home.open():
            extra = with_status(f"127.0.0.1:{home.port}")
            with pytest.raises(StatusServerError, match="is taken by another program"):
                async with home.watched(extra) as watched:
                    await watched.task

    run_jumping(main())


def test_a_password_file_that_vanished_is_a_refused_login_and_recovers(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("open sesame\n")
    secret.chmod(0o600)

    async def main() -> None:
        home = house("v7-two-interleaved", tmp_path)
        home.server.served.users = (User(password="open sesame"),)
        async with home.open():
            path = home.config()
            text = path.read_text()
            path.write_text(
                text.replace('password_env = "HOUSE_PASSWORD"', f'password_file = "{secret}"')
            )
            async with home.watched_from(path) as watched:
                await watched.until(is_quiet)
                secret.unlink()
                home.server.disconnect()
                document = await watched.until(lambda d: d.router.state == "login-refused")
                assert str(secret) in document.router.error
                home.world.line("ether1").cut(beyond=True)
                await asyncio.sleep(1)
                secret.write_text("open sesame\n")
                await watched.until(is_out("one"), within=40)
                home.world.line("ether1").mend()
                await watched.until(is_back)

    run_jumping(main())
