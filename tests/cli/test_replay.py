"""``wanwatch replay``: tables and JSON, other limits, rotated parts, damage, and what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.core.lines import Lines
from wanwatch.cli.main import main
from wanwatch.cli.replay_text import span_text
from wanwatch.config import load
from wanwatch.core.health.judge import WatchedWan
from wanwatch.core.health.replay_format import Header, Item
from wanwatch.core.health.replay_record import RecordingJudge, recorded_wans
from wanwatch.service.build import confirm_intervals, watched_wans

Output = pytest.CaptureFixture[str]

CONFIG = """
[probe]
targets = ["192.0.2.1", "192.0.2.2"]
[health]
hold_down = "5s"
[[wan]]
name = "isp1"
interface = "ether1"
[[wan]]
name = "isp2"
interface = "ether2"
"""
WALL = 1_700_000_000.0


def a_config(folder: Path, text: str = CONFIG, name: str = "wanwatch.toml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def recorded(config: Path, seconds: float = 60.0, cut_for: float = 8.0) -> list[Item]:
    """A header and the lines of a run in which isp1 is cut once."""
    wans: dict[str, WatchedWan] = watched_wans(load(config))
    items: list[Item] = []
    lines = Lines.of({name: each.targets for name, each in wans.items()})
    lines.judge = RecordingJudge(wans, items.append)
    lines.run(seconds / 2)
    lines.set(None, wan="isp1")
    lines.run(cut_for)
    lines.set(0.02)
    lines.run(seconds / 2)
    known = recorded_wans(wans, confirm_intervals(load(config)))
    return [Header("1", "run", 0, 0.0, WALL, known, asks_router=False).item(), *items]


def written(path: Path, items: list[Item]) -> Path:
    path.write_text("".join(json.dumps(item) + "\n" for item in items))
    return path


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return a_config(tmp_path)


@pytest.fixture
def recording(tmp_path: Path, config: Path) -> Path:
    return written(tmp_path / "rec", recorded(config))


def document(capsys: Output, *arguments: str | Path) -> dict[str, Any]:
    assert main(["replay", *map(str, arguments), "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_the_table_has_each_wan_and_its_transitions(
    recording: Path, config: Path, capsys: Output
) -> None:
    assert main(["replay", str(recording), "-c", str(config)]) == 0
    output = capsys.readouterr()
    assert output.out.splitlines()[0].endswith("judged by the limits it was recorded with")
    assert "up -> down (targets-fail), false: answered" in output.out
    assert "The limits or the cadence differ" not in output.out
    assert output.err == ""


def test_the_document_has_transitions_times_and_what_was_recorded(
    recording: Path, config: Path, capsys: Output
) -> None:
    found = document(capsys, recording, "-c", config)
    one, two = found["wans"]
    assert (one["name"], one["downs"], one["false_downs"]) == ("isp1", 1, 1)
    assert [t["after"] for t in one["transitions"]] == ["up", "down", "up"]
    assert one["transitions"] == one["recorded"]["transitions"]
    assert one["down_for"] == pytest.approx(
        one["transitions"][2]["at"] - one["transitions"][1]["at"]
    )
    assert (two["downs"], two["down_for"]) == (0, 0.0)
    assert found["begins"] == WALL
    assert found["recorded_limits"] is True
    assert found["notes"] == []


def test_false_within_says_what_was_false(recording: Path, config: Path, capsys: Output) -> None:
    found = document(capsys, recording, "-c", config, "--false-within", "500ms")
    assert found["wans"][0]["false_downs"] == 0
    assert main(["replay", str(recording), "-c", str(config), "--false-within", "10"]) == 64
    assert "'10' is not a duration; write a number and its unit" in capsys.readouterr().err


def test_other_limits_decide_otherwise_and_the_cadence_is_spoken_of_once(
    recording: Path, tmp_path: Path, capsys: Output
) -> None:
    other = a_config(tmp_path, CONFIG.replace("[health]", "[health]\nfall = 20"), "other.toml")
    found = document(capsys, recording, "-c", other)
    assert found["recorded_limits"] is False
    assert (found["wans"][0]["downs"], found["wans"][0]["recorded"]["downs"]) == (0, 1)
    assert {note["code"] for note in found["notes"]} == {"other-cadence"}
    main(["replay", str(recording), "-c", str(other)])
    assert capsys.readouterr().out.count("differ from the recorded ones (isp1, isp2)") == 1


def test_a_wan_that_is_not_configured_is_named(
    recording: Path, tmp_path: Path, capsys: Output
) -> None:
    other = a_config(tmp_path, CONFIG.replace('"isp2"', '"isp3"'), "other.toml")
    assert main(["replay", str(recording), "-c", str(other)]) == 0
    text = capsys.readouterr().out
    assert "isp2 is in the recording and not in the configuration; it is left out" in text
    assert "isp3 is in the configuration and not in the recording" in text


def test_a_configuration_that_has_nothing_in_common_is_an_error(
    recording: Path, tmp_path: Path, capsys: Output
) -> None:
    other = a_config(tmp_path, CONFIG.replace("isp", "line"), "other.toml")
    assert main(["replay", str(recording), "-c", str(other)]) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert "nothing in it can be judged by" in output.err


def test_older_parts_are_read_first(tmp_path: Path, config: Path, capsys: Output) -> None:
    header, *items = recorded(config)
    whole = document(capsys, written(tmp_path / "whole", [header, *items]), "-c", config)
    third = len(items) // 3
    for number, at in ((2, 0), (1, third), (0, 2 * third)):
        name = f"rec.{number}" if number else "rec"
        first = {**header, "part": 2 - number}
        written(tmp_path / name, [first, *items[at : at + third + (2 if not number else 0)]])
    found = document(capsys, tmp_path / "rec", "-c", config)
    assert [Path(name).name for name in found["files"]] == ["rec.2", "rec.1", "rec"]
    assert found["wans"] == whole["wans"]
    assert found["runs"] == 1
    part = document(capsys, tmp_path / "rec.1", "-c", config)
    assert part["begins_midway"] is True


@pytest.mark.parametrize(
    "line",
    ["{", "no json", "[1, 2]", '{"t":1.0}', '{"t":NaN,"is":"judged"}', "[" * 5000, '{},{"t":1}'],
)
def test_a_broken_line_is_named_by_its_number_and_passed_over(
    recording: Path, config: Path, capsys: Output, line: str
) -> None:
    whole = document(capsys, recording, "-c", config)
    lines = recording.read_text().splitlines()
    lines[40:40] = [line, ""]
    recording.write_text("\n".join(lines) + '\n{"t":1')
    found = document(capsys, recording, "-c", config)
    assert found["wans"] == whole["wans"]
    assert [each["line"] for each in found["broken"]] == [41, len(lines) + 1]
    main(["replay", str(recording), "-c", str(config)])
    assert f"{recording}, line 41: passed over (" in capsys.readouterr().err


def test_many_broken_lines_are_counted(recording: Path, config: Path, capsys: Output) -> None:
    with recording.open("a") as stream:
        stream.write("x\n" * 5000)
    found = document(capsys, recording, "-c", config)
    assert (found["broken_lines"], len(found["broken"])) == (5000, 1000)
    main(["replay", str(recording), "-c", str(config)])
    assert "4990 more lines were passed over" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "is empty"),
        ("[router]\n", "line 1: is no recording"),
        ('{"a":1}\n', "line 1: is no recording"),
        (
            '{"wanwatch":"recording","format":2}\n',
            "line 1: is a recording of format 2; this wanwatch reads format 1",
        ),
    ],
)
def test_what_is_no_recording_is_refused(
    tmp_path: Path, config: Path, capsys: Output, content: str, sentence: str
) -> None:
    path = tmp_path / "rec"
    path.write_text(content)
    assert main(["replay", str(path), "-c", str(config)]) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert sentence in output.err


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path, config: Path, capsys: Output) -> None:
    assert main(["replay", str(tmp_path / "none"), "-c", str(config)]) == 1
    assert "No such file or directory" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0 s"),
        (0.25, "0.25 s"),
        (59.6, "1 min"),
        (42.0, "42 s"),
        (60.0, "1 min"),
        (3599.9, "1 h"),
        (3661.0, "1 h 1 min"),
        (86400.0 * 3 + 7200, "3 d 2 h"),
    ],
)
def test_spans_are_said_in_the_units_that_say_enough(seconds: float, text: str) -> None:
    assert span_text(seconds) == text
