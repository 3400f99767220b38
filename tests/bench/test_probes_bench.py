"""The benchmark of the ICMP engines: that its hosts answer, and that its tables say what it found."""

import asyncio
import socket
import struct

import pytest

from tests.bench import probes, probes_kinds, probes_run
from tests.bench.delayed_line import echo
from tests.bench.probes import CostRow, StallRow, page, stall_page
from tests.probes.echo_contract import need
from wanwatch.probes.icmp import engines
from wanwatch.probes.kernel_icmp_packet import echo_request, read_reply


def _packet(message: bytes) -> bytes:
    head = struct.pack(
        "!BBHHHBBH4s4s", 0x45, 0, 84, 0, 0, 64, 1, 0, b"\x0a\x42\0\1", b"\x0a\x42\0\2"
    )
    return head + message


def test_the_hosts_behind_the_line_answer_echo_requests_only() -> None:
    request = echo_request(socket.AF_INET, 0x12345678, 5, 7)
    answer = echo(_packet(request))
    assert answer is not None
    assert answer[12:20] == b"\x0a\x42\0\2\x0a\x42\0\1"
    assert read_reply(answer, socket.AF_INET, ip_header=True) == (0x12345678, 5, 7)
    total = sum(struct.unpack("!32H", answer[20:]))
    assert (total & 0xFFFF) + (total >> 16) in (0xFFFF, 0x1FFFE)
    assert echo(answer) is None
    assert echo(b"\x60" + bytes(60)) is None


@pytest.mark.parametrize("engine", engines)
def test_a_run_counts_its_probes(engine: str) -> None:
    need("raw")
    told = asyncio.run(probes_run.cost(engine, 5, 20.0, 0.5, "127.0"))
    assert isinstance(told, dict)
    assert 40 <= told["probes"] <= 60
    assert (told["lost"], told["void"]) == (0, 0)
    assert told["cpu"] > 0


def test_the_tables_tell_every_program_and_why_one_is_missing() -> None:
    programs = (*engines, *probes.PEERS)
    costs = [
        CostRow(targets, rate, program, 20.0 if program == "fping" else 30.0, 1.0)
        if program != "dpinger"
        else CostRow(targets, rate, program, None, why="not installed")
        for targets, rate in probes.ROWS
        for program in programs
    ]
    lines = page(costs).splitlines()
    assert len(lines) == 2 + len(probes.ROWS)
    assert all(program in lines[1] for program in programs)
    assert "30.0 x1.50 lost 1" in lines[-1]
    assert lines[-1].endswith("not installed")
    judged = {"judged": 9, "lost": 0, "void": 3, "worst_rtt": 0.02, "downs": 0}
    rows = [StallRow("aioping", 0.5, {"lost": 120, "of": 120, "rtt": None}, judged)]
    assert "120 of 120" in stall_page(rows, "20 ms")


def test_every_kind_of_probe_is_measured() -> None:
    need("raw")
    rows = probes_kinds.measure(1, 0.05)
    assert [row.kind for row in rows] == ["icmp", "tcp", "udp", "dns", "http", "https"]
    assert all(row.probes > 0 and row.microseconds > 0 for row in rows)
    assert [row for row in rows if row.lost] == []
    lines = probes_kinds.page(rows).splitlines()
    assert len(lines) == 1 + len(rows)
    assert "x1.0" in lines[1]
