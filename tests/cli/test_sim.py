"""``wanwatch sim``: the world is served, its lines obey, and it ends."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import librouteros
import pytest

from tests.cli.routers import TWO_LINES_7, write_router
from wanwatch.cli.console import Failure
from wanwatch.cli.main import main
from wanwatch.cli.sim_command import Served, build_world, serve
from wanwatch.cli.sim_lines import Refused, obey
from wanwatch.sim.world import World

Output = pytest.CaptureFixture[str]


def served(folder: Path, **options: object) -> Served:
    file = Path(write_router(folder, TWO_LINES_7))
    return Served((file,), listen="127.0.0.1:0", **options)  # type: ignore[arg-type]


def a_world(folder: Path) -> World:
    return build_world(served(folder), lambda: 100.0)


@asynccontextmanager
async def running(what: Served, typed: int | None = None) -> AsyncIterator[int]:
    """Serve until the block ends; where the API listens."""
    ended = asyncio.Event()
    ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(
        serve(what, ended, typed, on_ready=lambda _, port: ready.set_result(port))
    )
    try:
        await asyncio.wait((task, ready), return_when=asyncio.FIRST_COMPLETED)
        yield await ready if ready.done() else await task
    finally:
        ended.set()
        assert await task == 0


def rows(port: int, menu: str, user: str = "admin", password: str = "") -> list[dict[str, str]]:
    api = librouteros.connect(host="127.0.0.1", username=user, password=password, port=port)
    with closing(api):
        return [{k: str(v) for k, v in row.items()} for row in api.rawCmd(f"{menu}/print")]


async def test_connections_exist_at_once(tmp_path: Path, capsys: Output) -> None:
    async with running(served(tmp_path, clients=20)) as port:
        found = await asyncio.to_thread(rows, port, "/ip/firewall/connection")
    assert len(found) >= 100
    text = capsys.readouterr().out
    assert "RouterOS 7.20.8 at 127.0.0.1:" in text
    assert "connections of 20 clients." in text


async def test_without_clients_there_are_no_connections(tmp_path: Path) -> None:
    async with running(served(tmp_path, clients=0)) as port:
        assert await asyncio.to_thread(rows, port, "/ip/firewall/connection") == []


async def test_the_user_is_the_one_that_was_named(tmp_path: Path) -> None:
    async with running(served(tmp_path, clients=0, user="boss", password="geheim")) as port:
        assert await asyncio.to_thread(rows, port, "/system/identity", "boss", "geheim")
        with pytest.raises(librouteros.exceptions.LibRouterosError):
            await asyncio.to_thread(rows, port, "/system/identity")


async def test_a_line_is_cut_by_typing(tmp_path: Path, capsys: Output) -> None:
    reader, writer = os.pipe()
    try:
        async with running(served(tmp_path, clients=0), reader) as port:
            os.write(writer, b"cut eth")
            os.write(writer, b"er1\nnonsense\n")
            for _ in range(100):
                await asyncio.sleep(0.01)
                lines = await asyncio.to_thread(rows, port, "/sim/line")
                if lines[0]["state"] == "cut":
                    break
            assert [line["state"] for line in lines] == ["cut", "ok"]
    finally:
        os.close(reader)
        os.close(writer)
    output = capsys.readouterr()
    assert "ether1: cut" in output.out
    assert "nonsense: no such word; type help" in output.err


async def test_quit_ends_it(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.write(writer, b"quit\n")
    try:
        async with asyncio.timeout(5):
            assert await serve(served(tmp_path, clients=0), asyncio.Event(), reader) == 0
    finally:
        os.close(reader)
        os.close(writer)


async def test_the_end_of_the_input_is_not_the_end(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(writer)
    try:
        async with running(served(tmp_path, clients=0), reader) as port:
            await asyncio.sleep(0.05)
            assert await asyncio.to_thread(rows, port, "/system/resource")
    finally:
        os.close(reader)


async def test_commands_may_come_from_a_file(tmp_path: Path, capsys: Output) -> None:
    script = tmp_path / "script"
    script.write_text("cut ether2\nlines\nquit", encoding="utf-8")
    typed = os.open(script, os.O_RDONLY)
    try:
        async with asyncio.timeout(5):
            await serve(served(tmp_path, clients=0), asyncio.Event(), typed)
    finally:
        os.close(typed)
    assert "ether2: cut" in capsys.readouterr().out


async def test_an_echo_host_answers_through_the_world(tmp_path: Path) -> None:
    with (
        socket.socket(type=socket.SOCK_DGRAM) as probe,
        socket.socket(type=socket.SOCK_DGRAM) as free,
    ):
        free.bind(("127.0.0.1", 0))
        host = free.getsockname()
        free.close()
        probe.bind(("127.0.0.1", 0))
        probe.settimeout(2)
        what = served(tmp_path, clients=0, echo=(f"{host[0]}:{host[1]}",))
        async with running(what):
            probe.sendto(b"hello", host)
            assert await asyncio.to_thread(probe.recv, 100) == b"hello"


async def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        what = Served((Path(write_router(tmp_path, TWO_LINES_7)),), listen=place)
        with pytest.raises(Failure, match=r"--listen .*in use"):
            await serve(what, asyncio.Event(), None)


def test_a_missing_export_is_1(tmp_path: Path, capsys: Output) -> None:
    assert main(["sim", "--load", str(tmp_path / "none.rsc")]) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_a_second_file_adds_to_the_first(tmp_path: Path) -> None:
    more = tmp_path / "more.rsc"
    more.write_text("/routing table\nadd fib name=probe1\n", encoding="utf-8")
    first = Path(write_router(tmp_path, TWO_LINES_7))
    world = build_world(Served((first, more)), lambda: 100.0)
    names = [item.properties["name"] for item in world.store.items("/routing/table")]
    assert names == ["wan1", "wan2", "probe1"]


def test_a_line_that_cannot_be_read_is_said(tmp_path: Path, capsys: Output) -> None:
    bad = Path(write_router(tmp_path, TWO_LINES_7 + "/ip route\nadd gateway=[\n"))
    build_world(Served((bad,)), lambda: 100.0)
    assert "line 27 is passed over: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("typed", "state"),
    [
        ("cut ether1", "ether1: cut"),
        ("cut-beyond ether1", "ether1: cut-beyond"),
        ("down ether1", "ether1: down"),
        ("lossy ether1 30%", "ether1: ok, 30% lost"),
        ("lossy ether1 0.25", "ether1: ok, 25% lost"),
        ("slow ether1 200ms", "ether1: ok, 200 ms"),
        ('cut "ether1"', "ether1: cut"),
    ],
)
def test_a_line_does_as_it_is_told_until_mended(tmp_path: Path, typed: str, state: str) -> None:
    world = a_world(tmp_path)
    assert (obey(world, typed) or "").splitlines() == [state, "ether2: ok"]
    assert obey(world, "mend ether1") == "ether1: ok\nether2: ok"


def test_a_reboot_forgets_the_connections(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    before = [item.id for item in world.store.items("/ip/route")]
    assert "restarted" in (obey(world, "reboot") or "")
    assert [item.id for item in world.store.items("/ip/route")] != before


def test_help_names_every_word(tmp_path: Path) -> None:
    text = obey(a_world(tmp_path), "help") or ""
    for word in ("cut", "cut-beyond", "down", "lossy", "slow", "mend", "lines", "reboot", "quit"):
        assert f"{word} " in text


def test_an_empty_line_does_nothing_and_quit_is_none(tmp_path: Path) -> None:
    assert obey(a_world(tmp_path), "  ") == ""
    assert obey(a_world(tmp_path), "quit") is None


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("cutt ether1", 'did you mean "cut"?'),
        ("cut ether9", "no such line; there are ether1, ether2"),
        ("cut", "cut what: no such line"),
        ("lossy ether1 lots", "'lots' is no part; write it as 30%"),
        ("lossy ether1 130%", "not between 0% and 100%"),
        ("slow ether1 soon", "'soon' is no time; write it as 200ms"),
    ],
)
def test_what_is_no_command_is_refused(tmp_path: Path, typed: str, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        obey(a_world(tmp_path), typed)
    assert sentence in str(refused.value)
