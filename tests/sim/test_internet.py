"""Real datagrams on loopback, answered only where the world's lines would bring an answer."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.sim.small_world import CONNECTION, GATEWAYS, MANGLE, ROUTE, SmallRouter, balanced, rows
from wanwatch.sim.internet import Internet
from wanwatch.sim.packet import Packet, to_number
from wanwatch.sim.world import World

HOST = "127.77.0.1"
ALIASES = {"ether1": "127.0.10.1", "ether2": "127.0.10.2"}
QUICK = 0.15


def steered() -> SmallRouter:
    """A balanced router with a probe table for each line, chosen by the probe's source."""
    router = balanced()
    first = router.store.items(MANGLE)[0].id
    for name, alias in ALIASES.items():
        router.table(f"probe_{name}")
        router.route(GATEWAYS[name], f"probe_{name}")
        router.route("", f"probe_{name}", blackhole="true", distance="254")
        router.store.add(
            MANGLE,
            {
                "chain": "prerouting",
                "action": "mark-routing",
                "in-interface": "bridge",
                "src-address": alias,
                "dst-address-type": "!local",
                "new-routing-mark": f"probe_{name}",
                "passthrough": "false",
            },
            before=first,
        )
    return router


@asynccontextmanager
async def internet(world: World) -> AsyncIterator[Internet]:
    async with Internet(world, [(HOST, 0)]) as running:
        yield running


async def echo(running: Internet, alias: str, wait: float = QUICK) -> float | None:
    """Send one datagram from an alias; seconds until its echo, or None."""
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.settimeout(0)
        probe.bind((alias, 0))
        probe.connect(running.endpoints[0])
        began = time.perf_counter()
        await loop.sock_sendall(probe, b"are you there")
        try:
            data = await asyncio.wait_for(loop.sock_recv(probe, 100), wait)
        except TimeoutError:
            return None
        assert data == b"are you there"
        return time.perf_counter() - began


async def test_every_line_answers_its_own_probe() -> None:
    async with internet(steered().world()) as running:
        assert await echo(running, ALIASES["ether1"]) is not None
        assert await echo(running, ALIASES["ether2"]) is not None


@pytest.mark.parametrize("beyond", [True, False])
async def test_a_cut_line_answers_no_probe_and_the_other_does(*, beyond: bool) -> None:
    world = steered().world()
    async with internet(world) as running:
        world.line("ether1").cut(beyond=beyond)
        assert await echo(running, ALIASES["ether1"]) is None
        assert await echo(running, ALIASES["ether2"]) is not None
        world.line("ether1").mend()
        assert await echo(running, ALIASES["ether1"]) is not None


async def test_a_probe_shows_its_line_in_its_connection_entry() -> None:
    world = steered().world()
    async with internet(world) as running:
        await echo(running, ALIASES["ether2"])
    (row,) = rows(world, CONNECTION)
    assert (row["src-address"], row["dst-address"]) == (ALIASES["ether2"], HOST)
    assert (row["reply-dst-address"], row["protocol"]) == ("198.51.100.2", "udp")


async def test_a_probe_never_leaks_when_its_interface_is_down() -> None:
    world = steered().world()
    async with internet(world) as running:
        world.line("ether1").cut(interface_down=True)
        assert await echo(running, ALIASES["ether1"]) is None
    assert rows(world, CONNECTION) == []


async def test_a_slow_line_answers_late() -> None:
    world = steered().world()
    world.line("ether1").set(delay=0.08)
    async with internet(world) as running:
        took = await echo(running, ALIASES["ether1"], wait=2.0)
        assert took is not None
        assert 0.075 <= took < 1.0


async def test_a_line_that_loses_everything_answers_nothing() -> None:
    world = steered().world()
    world.line("ether1").set(loss=1.0)
    async with internet(world) as running:
        assert await echo(running, ALIASES["ether1"]) is None


async def test_an_alias_without_a_rule_is_balanced_like_any_client() -> None:
    world = steered().world()
    async with internet(world) as running:
        assert await echo(running, "127.0.10.9") is not None
    (row,) = rows(world, CONNECTION)
    assert row["connection-mark"] in {"ether1_conn", "ether2_conn"}


async def test_disabling_production_routes_changes_nothing_for_probes() -> None:
    world = steered().world()
    for route in list(world.store.items(ROUTE)):
        if route.properties.get("routing-table", "main") in {"main", "to_ether1"}:
            world.store.update(ROUTE, route.id, {"disabled": "true"})
    async with internet(world) as running:
        assert await echo(running, ALIASES["ether1"]) is not None


async def test_an_answer_under_way_is_dropped_when_the_internet_closes() -> None:
    world = steered().world()
    world.line("ether1").set(delay=5.0)
    running = Internet(world, [(HOST, 0)])
    await running.start()
    assert await echo(running, ALIASES["ether1"], wait=0.05) is None
    assert len(running._pending) == 1
    await running.close()
    assert running._pending == set()
    assert running.endpoints == ()


async def test_hosts_listen_where_they_were_told() -> None:
    world = steered().world()
    async with Internet(world, [(HOST, 0), ("127.77.0.2", 0)]) as running:
        assert [address for address, _ in running.endpoints] == [HOST, "127.77.0.2"]
        assert all(port > 0 for _, port in running.endpoints)


async def test_an_address_in_use_binds_nothing() -> None:
    world = steered().world()
    async with internet(world) as running:
        twice = Internet(world, [("127.77.0.3", 0), running.endpoints[0]])
        with pytest.raises(OSError, match="in use"):
            await twice.start()
        assert twice.endpoints == ()


def test_a_host_on_the_lan_is_found_there_whatever_its_address() -> None:
    world = steered().world()
    world.attach(to_number("127.0.10.1"), "bridge")
    out = world.state().routing.lookup(Packet(1, to_number("127.0.10.1")))
    assert out is not None
    assert out.hop is not None
    assert out.hop.interface == "bridge"
