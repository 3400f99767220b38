"""Recording: what is written replays, files are rotated, and a full disk ends only the recording."""

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from wanwatch.core.health.health_config import HealthConfig
from wanwatch.core.health.judge import Judge, WatchedWan
from wanwatch.core.health.replay_format import read_header
from wanwatch.service.clock import Clock
from wanwatch.service.recorder import Recorder, RecorderError, part

WANS = {"isp": WatchedWan(("192.0.2.1", "192.0.2.2"), HealthConfig(rise=2, fall=2))}


class Hands:
    """A clock that the test moves."""

    now = 100.0

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.now, lambda: 1_700_000_000.0 + self.now)


def judge_of(recorder: Recorder, hands: Hands) -> Judge:
    return recorder.judge(WANS, {"isp": 0.2}, hands.clock, asks_router=False)


def live(judge: Judge, hands: Hands, samples: int, first: int = 0) -> None:
    """So many samples to the first target, all answered."""
    for seq in range(first, first + samples):
        judge.sent("isp", "192.0.2.1", seq, hands.now)
        judge.answered("isp", "192.0.2.1", seq, 0.02, hands.now + 0.02)
        judge.tick(hands.now + 0.02)
        hands.now += 1.0


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def until(holds: Any) -> None:
    """Wait for the thread that writes."""
    give_up = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < give_up
        time.sleep(0.01)


def test_a_run_begins_with_a_header_and_holds_every_sample(tmp_path: Path) -> None:
    path, hands = tmp_path / "rec", Hands()
    recorder = Recorder(path)
    live(judge_of(recorder, hands), hands, 5)
    recorder.close()
    header, *items = lines_of(path)
    known = read_header(header)
    assert (known.part, known.at, known.wall) == (0, 100.0, 1_700_000_100.0)
    assert [wan.confirm_interval for wan in known.wans] == [0.2]
    kinds = [item["is"] for item in items]
    assert (kinds.count("sent"), kinds.count("heard")) == (5, 5)
    assert items[0] == {"t": 100.0, "is": "sent", "p": 0, "n": 0}
    assert [i["after"] for i in items if i["is"] == "changed"] == ["up"]
    assert recorder.findings == ()


def test_the_wall_clock_is_looked_at_every_minute(tmp_path: Path) -> None:
    path, hands = tmp_path / "rec", Hands()
    recorder = Recorder(path)
    live(judge_of(recorder, hands), hands, 200)
    recorder.close()
    looks = [item for item in lines_of(path)[1:] if item["is"] == "wall"]
    assert len(looks) == 3
    assert all(item["wall"] - item["t"] == 1_700_000_000.0 for item in looks)


def test_a_full_file_gets_a_number_and_the_oldest_goes(tmp_path: Path) -> None:
    path, hands = tmp_path / "rec", Hands()
    recorder = Recorder(path, file_size=4000, files=3)
    judge = judge_of(recorder, hands)
    live(judge, hands, 500)
    recorder.close()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["rec", "rec.1", "rec.2"]
    files = [lines_of(part(path, 2)), lines_of(part(path, 1)), lines_of(path)]
    headers = [read_header(items[0]) for items in files]
    assert headers[1].follows(headers[0])
    assert headers[2].follows(headers[1])
    assert [wan.state for wan in headers[2].wans] == ["up"]
    sent = [item["n"] for items in files for item in items[1:] if item["is"] == "sent"]
    assert sent == list(range(sent[0], 500))
    assert all(path.stat().st_size < 6000 for path in tmp_path.iterdir())


def test_a_recording_is_gone_on_with_also_after_a_broken_last_line(tmp_path: Path) -> None:
    path, hands = tmp_path / "rec", Hands()
    for _ in range(2):
        recorder = Recorder(path)
        live(judge_of(recorder, hands), hands, 2)
        recorder.close()
        with path.open("a") as stream:
            stream.write('{"t":1')
    texts = path.read_text().splitlines()
    assert texts.count('{"t":1') == 2
    headers = [read_header(json.loads(text)) for text in texts if "wanwatch" in text]
    assert [header.part for header in headers] == [0, 0]
    assert headers[0].run != headers[1].run


def test_a_reload_begins_a_run_of_its_own(tmp_path: Path) -> None:
    path, hands = tmp_path / "rec", Hands()
    recorder = Recorder(path)
    for _ in range(2):
        live(judge_of(recorder, hands), hands, 3)
    recorder.close()
    headers = [read_header(item) for item in lines_of(path) if "wanwatch" in item]
    assert len({header.run for header in headers}) == 2


@pytest.mark.parametrize("content", ["[router]\n", "{}\n", '{"wanwatch":"recording","format":9}\n'])
def test_a_file_that_is_something_else_is_left_alone(tmp_path: Path, content: str) -> None:
    path = tmp_path / "wanwatch.toml"
    path.write_text(content)
    with pytest.raises(RecorderError, match="no recording of this format"):
        Recorder(path)
    assert path.read_text() == content


def test_a_folder_that_is_not_there_is_said_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(RecorderError, match="No such file or directory"):
        Recorder(tmp_path / "none" / "rec")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_ends_the_recording_and_not_the_judge(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, hands = tmp_path / "rec", Hands()
    path.symlink_to("/dev/full")
    recorder = Recorder(path)
    judge = judge_of(recorder, hands)
    live(judge, hands, 10)
    until(lambda: recorder.findings)
    (finding,) = recorder.findings
    assert finding.code == "recording-stopped"
    assert dict(finding.data) == {"file": str(path), "error": os.strerror(28)}
    live(judge, hands, 1000, first=10)
    recorder.close()
    assert judge.report(hands.now).wan("isp").state.value == "up"
    assert capsys.readouterr().out.count("recording.stopped") <= 1
