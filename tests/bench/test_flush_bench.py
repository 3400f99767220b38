"""The measuring of a flush: that the table is what it says, and that lateness is counted right."""

import json
from pathlib import Path

import pytest

from tests.bench.flush_probes import probes
from tests.bench.flush_router import DEAD, LINES, expire, export, fill, world
from wanwatch.probes.schedule import phase_at
from wanwatch.sim.export import load_export
from wanwatch.sim.packet import to_number
from wanwatch.sim.store import Store


@pytest.mark.parametrize("major", [6, 7])
def test_the_router_is_read_whole_as_either_version(major: int) -> None:
    report = load_export(export(major), Store())
    assert (report.unreadable, report.invalid, report.version.major) == ((), (), major)


@pytest.mark.parametrize("major", [6, 7])
def test_a_quarter_of_the_connections_is_each_lines(major: int) -> None:
    router = world(major)
    fill(router, 400)
    entries = router.entries()
    assert len(entries) == 400
    for line in LINES:
        mine = [entry for entry in entries if entry.out_interface == line]
        assert len(mine) == 100
        assert sum(entry.mark == line for entry in mine) == 90
        assert sum(entry.nat_src != entry.src for entry in mine) == 90
    assert expire(router, 30) == 30
    soon = router.clock() + 60.0
    assert {entry.out_interface for entry in entries if entry.expires_at < soon} == {DEAD}
    assert to_number("203.0.113.2") in {entry.nat_src for entry in entries}


def test_lateness_gaps_and_losses_are_read_from_a_recording(tmp_path: Path) -> None:
    record = tmp_path / "record"
    wans = [
        {"name": "dead", "targets": ["a"], "interval": 0.2},
        {"name": "well", "targets": ["b"], "interval": 0.2},
    ]
    phase = phase_at(0.5, 0.2)
    beats = [(0, 0.001), (1, 0.003), (3, 0.002), (4, 0.05)]
    items: list[object] = [{"wans": wans}, {"t": 10.0, "is": "sent", "p": 0, "n": 0}]
    for number, (beat, late) in enumerate(beats):
        at = 10.0 + phase + beat * 0.2 + late
        items.append({"t": at, "is": "sent", "p": 1, "n": number})
        if number:
            items.append({"t": at + 0.01, "is": "heard", "p": 1, "n": number, "rtt": 0.01})
    record.write_text("".join(json.dumps(item) + "\n" for item in items))
    found = probes(record, "dead", 10.0, 20.0)
    assert (found.sent, found.missed, found.lost, found.void) == (4, 1, 1, 0)
    assert found.late_max == pytest.approx(0.05)
    assert found.late_p50 == pytest.approx(0.003)
