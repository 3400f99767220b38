"""The demo's router and its configuration are what the story says they are."""

import asyncio
import socket
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest

from wanwatch.cli.demo_daemon import DemoDaemon, Timing, configuration
from wanwatch.cli.demo_world import BUCKETS, DELAYS, SOURCES, DemoWorld
from wanwatch.config import load_text
from wanwatch.sim.export import load_export
from wanwatch.sim.packet import Packet, to_number
from wanwatch.sim.store import Store


def test_the_router_is_read_whole_and_nothing_of_it_is_without_support() -> None:
    text = files("wanwatch.cli").joinpath("demo_router.rsc").read_text("latin-1")
    report = load_export(text, Store())
    assert (report.unreadable, report.invalid) == ((), ())
    assert DemoWorld().world.unsupported == []


def test_every_probe_address_leads_into_its_line_and_clients_are_shared_out() -> None:
    world = DemoWorld().world
    for name, source in SOURCES.items():
        probe = Packet(to_number(source), to_number("127.8.8.8"), "udp", 40000, 7, "lan")
        assert world.trace(probe).out_interface == name
    lines = Counter(
        world.trace(
            Packet(to_number("192.168.88.9"), to_number("1.1.1.1"), "tcp", port, 443, "lan")
        ).out_interface
        for port in range(20000, 22000)
    )
    shares = {name: round(lines[name] / 2000, 1) for name in DELAYS}
    assert shares == {"fibre": 0.4, "cable": 0.4, "dsl": 0.1, "lte": 0.1}


def test_every_bucket_has_an_owner() -> None:
    assert sorted(DemoWorld()._owners) == list(range(BUCKETS))


def test_the_router_sees_nothing_of_a_cut_beyond_the_first_hop() -> None:
    demo = DemoWorld()
    before = demo.active_routes("fibre")
    demo.cut("fibre")
    assert before == demo.active_routes("fibre") == 2


def test_a_mended_line_is_as_slow_as_it_was() -> None:
    demo = DemoWorld()
    line = demo.world.line("lte")
    before = (line.delay, line.jitter)
    demo.cut("lte")
    demo.mend("lte")
    assert (line.delay, line.jitter) == before
    assert line.delay == DELAYS["lte"]
    assert line.jitter > 0


def test_lines_are_no_part_of_the_configuration() -> None:
    demo = DemoWorld()
    before = demo.configuration()
    demo.cut("fibre")
    assert demo.configuration() == before


async def test_clients_hang_while_a_line_is_cut_and_nobody_acts() -> None:
    async with DemoWorld() as demo:
        await asyncio.sleep(0.5)
        demo.cut("fibre")
        await asyncio.sleep(1.0)
        assert demo.counts()["fibre"].hung > 0
        assert demo.counts()["cable"].hung == 0
        assert demo.most_hung > 0
        assert (demo.first_connection_at, demo.calm_at) == (None, None)
        demo.mend("fibre")
        await asyncio.sleep(0.5)
        assert demo.first_connection_at is not None


async def test_the_world_answers_on_loopback_and_leaves_nothing_open() -> None:
    async with DemoWorld() as demo:
        reader, writer = await asyncio.open_connection(*demo.address)
        assert len(demo.targets) == 3
        writer.close()
        await writer.wait_closed()
        del reader
    with socket.socket() as probe, pytest.raises(ConnectionRefusedError):
        probe.connect(demo.address)


def test_the_configuration_is_a_valid_one(tmp_path: Path) -> None:
    text = configuration(
        Timing(), ("127.0.0.1", 8728), SOURCES, ["udp:127.1.1.1:7"], tmp_path / "w.sock"
    )
    config = load_text(text, "demo")
    assert [wan.source for wan in config.wans] == list(SOURCES.values())
    assert config.health_limits(config.wans[0]).hold_down == Timing().hold_down
    assert config.probing(config.wans[0]).interval == Timing().interval


async def test_a_daemon_that_never_ran_needs_no_stopping(tmp_path: Path) -> None:
    daemon = DemoDaemon(tmp_path)
    await daemon.stop()
    assert daemon.log_tail() == []
