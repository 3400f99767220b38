"""The status server over real sockets on this host."""

import socket
import stat
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.service.sample_status import a_document, a_router, a_wan
from wanwatch.service.metrics import Metrics
from wanwatch.service.server import StatusServer, StatusServerError
from wanwatch.service.status import StatusDocument

ANY_PORT = ("127.0.0.1", 0)


class Explainer:
    """Knows one WAN."""

    wans = ("isp 1",)

    def make(self, wan: str) -> dict[str, Any]:
        return {"wan": wan, "state": "up"}


class Daemon:
    """What the server asks: a document and a sign of life, both set by the test."""

    def __init__(self) -> None:
        self.document = a_document()
        self.is_alive = True
        self.metrics = Metrics("1.2.3")
        self.server = StatusServer(self._make, Explainer(), self.metrics, lambda: self.is_alive)

    def _make(self) -> StatusDocument:
        return self.document


@pytest.fixture
async def daemon() -> AsyncIterator[Daemon]:
    daemon = Daemon()
    yield daemon
    await daemon.server.close()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose path is short enough for a unix socket."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


async def get(daemon: Daemon, path: str, method: str = "GET") -> tuple[int, str, str]:
    assert daemon.server.address is not None
    host, port = daemon.server.address
    url = f"http://{host}:{port}{path}"
    async with aiohttp.ClientSession() as session, session.request(method, url) as answer:
        return answer.status, await answer.text(), answer.headers["Content-Type"]


async def get_by_socket(path: Path, page: str = "/api/status") -> tuple[int, dict[str, Any]]:
    connector = aiohttp.UnixConnector(str(path))
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        session.get(f"http://wanwatch{page}") as answer,
    ):
        return answer.status, await answer.json()


async def test_metrics_show_the_document_of_the_moment_of_the_scrape(daemon: Daemon) -> None:
    await daemon.server.start(ANY_PORT, "")
    daemon.document = a_document(wans=(a_wan(loss_ratio=0.75),))
    status, text, media_type = await get(daemon, "/metrics")
    assert status == 200
    assert 'wanwatch_wan_loss_ratio{wan="isp1"} 0.75' in text
    assert media_type == "text/plain; version=0.0.4; charset=utf-8"


async def test_status_is_the_document_as_json(daemon: Daemon) -> None:
    await daemon.server.start(ANY_PORT, "")
    assert daemon.server.address is not None
    host, port = daemon.server.address
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://{host}:{port}/api/status") as answer,
    ):
        content = await answer.json()
    assert content["wans"][0]["name"] == "isp1"
    assert content["exit_code"] == 0
    assert answer.headers["Server"] == "wanwatch"
    assert answer.headers["Cache-Control"] == "no-store"


async def test_a_wan_is_explained_by_its_name(daemon: Daemon, folder: Path) -> None:
    path = folder / "wanwatch.sock"
    await daemon.server.start(ANY_PORT, str(path))
    assert (await get(daemon, "/api/explain?wan=isp%201"))[:2] == (
        200,
        '{"wan": "isp 1", "state": "up"}',
    )
    assert (await get_by_socket(path, "/api/explain?wan=isp%201"))[0] == 200


@pytest.mark.parametrize("query", ["", "?wan=", "?wan=isp2", "?wan=../isp"])
async def test_a_wan_that_is_not_there_is_answered_with_those_that_are(
    daemon: Daemon, query: str
) -> None:
    await daemon.server.start(ANY_PORT, "")
    status, text, _ = await get(daemon, f"/api/explain{query}")
    assert status == 404
    assert '"wans": ["isp 1"]' in text


async def test_health_is_the_life_of_the_loop_and_not_of_the_router(daemon: Daemon) -> None:
    await daemon.server.start(ANY_PORT, "")
    daemon.document = a_document(ready=False, router=a_router(state="unreachable"))
    assert (await get(daemon, "/healthz"))[0] == 200
    daemon.is_alive = False
    assert (await get(daemon, "/healthz"))[:2] == (503, '{"alive": false}')


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (
            {"router": a_router(state="unreachable", last_observed=None)},
            "router-unreachable",
        ),
        ({"frozen": "settling"}, "frozen-settling"),
        ({}, "starting"),
    ],
)
async def test_readiness_says_what_is_waited_for(
    daemon: Daemon, changes: dict[str, Any], reason: str
) -> None:
    await daemon.server.start(ANY_PORT, "")
    assert (await get(daemon, "/readyz"))[:2] == (200, '{"ready": true}')
    daemon.document = a_document(ready=False, **changes)
    status, text, _ = await get(daemon, "/readyz")
    assert status == 503
    assert f'"reason": "{reason}"' in text


@pytest.mark.parametrize("path", ["/metrics", "/healthz", "/readyz", "/api/status"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_nothing_can_be_sent_to_it(daemon: Daemon, path: str, method: str) -> None:
    await daemon.server.start(ANY_PORT, "")
    assert (await get(daemon, path, method))[0] == 405


@pytest.mark.parametrize("path", ["/", "/api", "/metrics/", "/../etc/passwd", "/api/status/x"])
async def test_nothing_else_is_served(daemon: Daemon, path: str) -> None:
    await daemon.server.start(ANY_PORT, "")
    assert (await get(daemon, path))[0] == 404


async def test_the_socket_serves_owner_and_group_only(daemon: Daemon, folder: Path) -> None:
    path = folder / "wanwatch.sock"
    await daemon.server.start(None, str(path))
    assert daemon.server.address is None
    assert stat.S_IMODE(path.stat().st_mode) == 0o660
    status, document = await get_by_socket(path)
    assert status == 200
    assert document["version"] == "1.2.3"


async def test_closing_removes_the_socket_and_a_second_close_does_nothing(
    daemon: Daemon, folder: Path
) -> None:
    path = folder / "wanwatch.sock"
    await daemon.server.start(ANY_PORT, str(path))
    await daemon.server.close()
    await daemon.server.close()
    assert not path.exists()
    assert daemon.server.address is None


async def test_a_server_that_was_closed_starts_again(daemon: Daemon, folder: Path) -> None:
    path = folder / "wanwatch.sock"
    for _ in range(2):
        await daemon.server.start(ANY_PORT, str(path))
        assert (await get_by_socket(path))[0] == 200
        await daemon.server.close()


async def test_closing_leaves_the_socket_of_a_successor(daemon: Daemon, folder: Path) -> None:
    path = folder / "wanwatch.sock"
    await daemon.server.start(None, str(path))
    path.unlink()
    with socket.socket(socket.AF_UNIX) as successor:
        successor.bind(str(path))
        await daemon.server.close()
        assert path.exists()


async def test_the_socket_of_a_killed_daemon_is_replaced(daemon: Daemon, folder: Path) -> None:
    path = folder / "wanwatch.sock"
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(str(path))
        killed.listen()
    assert path.exists()
    await daemon.server.start(None, str(path))
    assert (await get_by_socket(path))[0] == 200


async def test_the_socket_of_a_living_daemon_is_left_alone(daemon: Daemon, folder: Path) -> None:
    path = folder / "wanwatch.sock"
    await daemon.server.start(None, str(path))
    second = Daemon()
    with pytest.raises(StatusServerError, match="answered by another daemon"):
        await second.server.start(None, str(path))
    assert (await get_by_socket(path))[0] == 200


async def test_a_file_that_is_no_socket_is_left_alone(daemon: Daemon, folder: Path) -> None:
    path = folder / "wanwatch.sock"
    path.write_text("precious")
    with pytest.raises(StatusServerError, match="is there and is no socket"):
        await daemon.server.start(None, str(path))
    assert path.read_text() == "precious"


async def test_a_missing_folder_is_named(daemon: Daemon, folder: Path) -> None:
    path = folder / "absent" / "wanwatch.sock"
    with pytest.raises(StatusServerError, match=rf"^{path.parent} does not exist"):
        await daemon.server.start(None, str(path))


async def test_a_port_in_use_is_named(daemon: Daemon) -> None:
    await daemon.server.start(ANY_PORT, "")
    assert daemon.server.address is not None
    host, port = daemon.server.address
    with pytest.raises(StatusServerError, match=rf"^{host}:{port} is taken by another program"):
        await Daemon().server.start((host, port), "")


async def test_an_address_of_another_host_is_named(daemon: Daemon) -> None:
    with pytest.raises(StatusServerError, match=r"^192\.0\.2\.77 is no address of this host"):
        await daemon.server.start(("192.0.2.77", 0), "")


async def test_when_the_socket_fails_the_port_is_given_back(daemon: Daemon, folder: Path) -> None:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port = asked.getsockname()[1]
    with pytest.raises(StatusServerError):
        await daemon.server.start(("127.0.0.1", port), str(folder / "absent" / "socket"))
    assert daemon.server.address is None
    await daemon.server.start(("127.0.0.1", port), "")
    assert (await get(daemon, "/healthz"))[0] == 200


async def test_localhost_is_one_address(daemon: Daemon) -> None:
    await daemon.server.start(("localhost", 0), "")
    assert daemon.server.address is not None
    assert daemon.server.address[0] == "127.0.0.1"
