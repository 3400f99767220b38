"""The server behind a real socket, asked by plain librouteros and by hand."""

import asyncio
import contextlib
import functools
import shutil
import ssl
import subprocess
from pathlib import Path

import librouteros
import pytest
from librouteros.exceptions import LibRouterosError

from wanwatch.sim.faults import Faults
from wanwatch.sim.login import FULL, User

from .raw_client import raw_client
from .tiny_router import TinyRouter, librouteros_says, serving

MANGLE = "/ip/firewall/mangle"


async def test_the_synchronous_librouteros_reads_and_writes() -> None:
    router = TinyRouter()

    def operator(port: int) -> None:
        api = librouteros.connect(
            host="127.0.0.1", port=port, username="admin", password="", encoding="latin-1"
        )
        rules = api.path("ip", "firewall", "mangle")
        first = rules.add(chain="prerouting", action="mark-connection", comment="caf\xe9 \xd0\x94")
        changes: dict[str, str | bool] = {"new-connection-mark": "wan1", "disabled": True}
        rules.update(**{".id": first, **changes})
        second = rules.add(**{"chain": "output", "place-before": first})
        assert [row[".id"] for row in rules] == [second, first]
        name = librouteros.query.Key("chain")
        (row,) = rules.select(name, librouteros.query.Key("comment")).where(name == "prerouting")
        assert row["comment"] == "caf\xe9 \xd0\x94"
        rules.remove(first, second)
        assert list(rules) == []
        with pytest.raises(librouteros.exceptions.TrapError, match="no such item"):
            rules.remove(first)
        assert list(api.path("/system/identity")) == [{"name": "MikroTik"}]
        api.close()

    async with serving(router) as (_server, port):
        await asyncio.to_thread(operator, port)


async def test_the_asynchronous_librouteros_reads_and_writes() -> None:
    async with serving(TinyRouter()) as (_server, port):
        api = await librouteros.async_connect(
            host="127.0.0.1", port=port, username="admin", password="", encoding="latin-1"
        )
        routes = api.path("/ip/route")
        await routes.add(gateway="203.0.113.1", **{"routing-table": "wan1"})
        assert [row["routing-table"] async for row in routes] == ["wan1"]
        assert [row async for row in api.rawCmd("/ip/route/print", "=count-only=")] == [{"ret": 1}]
        await api.close()


async def test_a_large_print_arrives_whole() -> None:
    router = TinyRouter()
    for number in range(3000):
        router.put(
            "/ip/firewall/address-list", list="big", address=f"10.0.{number // 250}.{number % 250}"
        )
    async with serving(router) as (_server, port):
        rows = await asyncio.to_thread(librouteros_says, port, "/ip/firewall/address-list/print")
    assert len(rows) == 3000


async def test_tags_are_echoed_and_a_slow_reader_holds_nobody_up() -> None:
    async with serving(TinyRouter()) as (_server, port), raw_client(port) as client:
        client.send("/system/identity/print", ".tag=a")
        client.send("/ip/route/print", "=count-only=", ".tag=b")
        replies = [await client.read() for _ in range(3)]
    assert ("!re", "=name=MikroTik", ".tag=a") in replies
    assert ("!done", ".tag=a") in replies
    assert ("!done", "=ret=0", ".tag=b") in replies


async def test_a_trap_is_followed_by_done() -> None:
    async with serving(TinyRouter()) as (_server, port), raw_client(port) as client:
        assert await client.ask("/ip/nowhere/print", ".tag=7") == [
            ("!trap", "=category=0", "=message=no such command prefix", ".tag=7"),
            ("!done", ".tag=7"),
        ]


async def test_quit_is_fatal() -> None:
    async with serving(TinyRouter()) as (_server, port), raw_client(port) as client:
        assert await client.ask("/quit") == [("!fatal", "session terminated on request")]
        with pytest.raises(ConnectionError):
            await client.read()


async def test_nothing_works_before_the_login() -> None:
    async with (
        serving(TinyRouter()) as (_server, port),
        raw_client(port, logged_in=False) as client,
    ):
        assert await client.ask("/ip/route/print") == [("!fatal", "not logged in")]


async def test_bytes_that_are_not_the_api_end_the_connection() -> None:
    async with serving(TinyRouter()) as (_server, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"\xff\xff\xff")
        assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()


async def test_listen_tells_of_rows_until_it_is_cancelled() -> None:
    router = TinyRouter()
    async with serving(router) as (_server, port), raw_client(port) as client:
        client.send("/ip/route/listen", "=.proplist=.id,gateway", ".tag=l")
        await client.ask("/system/identity/print")
        await client.ask("/ip/route/add", "=gateway=ether1")
        assert await client.read() == ("!re", "=.id=*1", "=gateway=ether1", ".tag=l")
        router.store.remove("/ip/route", "*1")
        assert await client.read() == ("!re", "=.id=*1", "=.dead=yes", ".tag=l")
        client.send("/cancel", "=tag=l", ".tag=c")
        assert [await client.read() for _ in range(3)] == [
            ("!trap", "=category=2", "=message=interrupted", ".tag=l"),
            ("!done", ".tag=l"),
            ("!done", ".tag=c"),
        ]


async def test_a_user_without_write_may_only_look() -> None:
    users = (User("watcher", "pw", FULL - {"write"}),)
    async with serving(TinyRouter(), users=users) as (_server, port):
        says = functools.partial(librouteros_says, port, username="watcher", password="pw")
        assert isinstance(await asyncio.to_thread(says, "/ip/route/print"), list)
        said = await asyncio.to_thread(says, "/ip/route/add", "=gateway=ether1")
    assert said == "not enough permissions (9)"


async def test_a_reboot_ends_every_session() -> None:
    router = TinyRouter()
    async with serving(router) as (_server, port), raw_client(port) as one, raw_client(port) as two:
        two.send("/system/reboot")
        with pytest.raises(ConnectionError):
            await one.read()
    assert router.reboots == 1


async def test_an_unreachable_router_comes_back_where_it_was() -> None:
    async with serving(TinyRouter()) as (server, port), raw_client(port) as client:
        await server.become_unreachable()
        with pytest.raises(ConnectionError):
            await client.read()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)
        await server.become_reachable()
        async with raw_client(port) as again:
            assert (await again.ask("/system/identity/print"))[-1] == ("!done",)


async def test_the_api_is_served_over_tls_too(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("the openssl command is not installed")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(  # noqa: S603, ASYNC221 (a fixed command; the loop has nothing else to do yet)
        [
            openssl,
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-subj",
            "/CN=router",
            "-keyout",
            str(key),
            "-out",
            str(certificate),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    client = ssl.create_default_context(cafile=str(certificate))
    client.check_hostname = False
    async with serving(TinyRouter(), tls=context) as (_server, port):
        wrap = functools.partial(client.wrap_socket, server_hostname="router")
        rows = await asyncio.to_thread(
            librouteros_says, port, "/system/identity/print", ssl_wrapper=wrap
        )
    assert rows == [{"name": "MikroTik"}]


async def test_a_tagged_command_does_not_hold_up_an_untagged_one() -> None:
    faults = Faults(latency=0.05)
    async with serving(TinyRouter(), faults=faults) as (_server, port), raw_client(port) as client:
        client.send("/ip/route/print", ".tag=slow")
        await asyncio.sleep(0.01)
        faults.latency = 0.0
        assert (await client.ask("/system/identity/print"))[-1] == ("!done",)
        rest = [await client.read(), await client.read()]
    assert rest == [("!empty", ".tag=slow"), ("!done", ".tag=slow")]


async def test_two_clients_see_one_router() -> None:
    async with (
        serving(TinyRouter()) as (_server, port),
        raw_client(port) as one,
        raw_client(port) as two,
    ):
        await one.ask("/system/identity/set", "=name=edge")
        assert (await two.ask("/system/identity/print"))[0] == ("!re", "=name=edge")


async def test_several_commands_in_one_packet_are_answered_in_their_order() -> None:
    async with serving(TinyRouter()) as (_server, port), raw_client(port) as client:
        for gateway in ("ether1", "ether2"):
            client.send("/ip/route/add", f"=gateway={gateway}")
        client.send("/ip/route/print", "=count-only=")
        assert [await client.read() for _ in range(3)] == [
            ("!done", "=ret=*1"),
            ("!done", "=ret=*2"),
            ("!done", "=ret=2"),
        ]


async def test_a_client_that_leaves_in_the_middle_harms_nobody() -> None:
    router = TinyRouter()
    for number in range(2000):
        router.put(
            "/ip/firewall/address-list", list="big", address=f"10.0.{number // 250}.{number % 250}"
        )
    async with serving(router) as (_server, port), raw_client(port) as stays:
        async with raw_client(port) as leaves:
            leaves.send("/ip/firewall/address-list/print")
            leaves.send("/ip/route/listen", ".tag=l")
            await leaves.read()
        assert (await stays.ask("/system/identity/print"))[-1] == ("!done",)


async def test_cancelling_what_does_not_run_is_no_error() -> None:
    async with serving(TinyRouter()) as (_server, port), raw_client(port) as client:
        assert await client.ask("/cancel", "=tag=nothing") == [("!done",)]


async def test_a_session_that_begins_after_a_reboot_goes_on() -> None:
    router = TinyRouter()
    async with serving(router) as (_, port):
        early = await librouteros.async_connect("127.0.0.1", "admin", "", port=port)
        router.reboot()
        late = await librouteros.async_connect("127.0.0.1", "admin", "", port=port)
        await asyncio.sleep(0.1)
        assert [row async for row in late("/system/identity/print")]
        with pytest.raises((LibRouterosError, OSError)):
            _ = [row async for row in early("/system/identity/print")]
        await late.close()
        with contextlib.suppress(OSError):
            await early.close()
