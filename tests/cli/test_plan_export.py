"""``wanwatch plan --export``: a plan without a router."""

import json
from pathlib import Path

import pytest

from tests.cli.routers import (
    SEVERAL_REMAINDERS,
    THREE_LINES_6,
    TWO_LINES_7,
    write_config,
    write_router,
)
from wanwatch.cli.main import main

Output = pytest.CaptureFixture[str]


def plan(folder: Path, export: str, *options: str, wans: int = 2) -> int:
    config = write_config(folder, None, wans)
    return main(["plan", "--config", config, "--export", write_router(folder, export), *options])


def test_with_all_wans_up_there_is_nothing_to_do(tmp_path: Path, capsys: Output) -> None:
    assert plan(tmp_path, TWO_LINES_7) == 0
    assert (
        "Nothing to do: the router is as it should be with all WANs up." in capsys.readouterr().out
    )


def test_a_wan_that_is_down_leaves_steps_pending(tmp_path: Path, capsys: Output) -> None:
    assert plan(tmp_path, TWO_LINES_7, "--down", "one") == 2
    text = capsys.readouterr().out
    assert text.startswith("3 steps:\n")
    assert "1. WAN one takes no new connections, so its bucket both-addresses:2/0" in text
    assert "goes to two." in text
    assert "The default route by 203.0.113.1 in table main (distance 1) leads through one" in text
    assert "then the connections of one are removed: translated to 203.0.113.2 or marked c1" in text


def test_json_says_everything_of_each_step(tmp_path: Path, capsys: Output) -> None:
    assert plan(tmp_path, TWO_LINES_7, "--down", "one", "--json") == 2
    document = json.loads(capsys.readouterr().out)
    assert list(document) == ["down", "steps", "flush", "findings"]
    assert document["down"] == ["one"]
    rule, table, _ = document["steps"]
    assert (rule["menu"], rule["command"], rule["id"]) == ("/ip/firewall/mangle", "set", "*1")
    assert rule["attributes"] == {
        "new-connection-mark": "c2",
        "comment": "first line [wanwatch: wan=one new-connection-mark=c1]",
    }
    assert rule["undo"]["command"] == "set"
    assert rule["undo"]["id"] == "*1"
    assert rule["undo"]["attributes"] == {"new-connection-mark": "c1", "comment": "first line"}
    assert rule["reason_code"] == "bucket-moved"
    assert rule["rsc"].startswith('/ip firewall mangle set [find where comment="first line"] ')
    assert table["menu"] == "/ip/route"
    assert table["attributes"]["disabled"] == "yes"
    (flush,) = document["flush"]
    assert flush["wan"] == "one"
    assert flush["addresses"] == ["203.0.113.2"]
    assert flush["connection_marks"] == ["c1"]
    assert flush["rsc"].startswith("/ip firewall connection remove [find where ")
    assert document["findings"] == []


def test_a_shared_bucket_adds_a_rule_before_the_operators(tmp_path: Path, capsys: Output) -> None:
    assert plan(tmp_path, THREE_LINES_6, "--down", "one", "--json", wans=3) == 2
    steps = json.loads(capsys.readouterr().out)["steps"]
    add = next(step for step in steps if step["command"] == "add")
    assert add["place_before"] == "*1"
    assert add["undo"]["command"] == "remove"
    assert 'place-before=[find where chain="prerouting"' in add["rsc"]
    assert add["undo"]["rsc"].startswith("/ip firewall mangle remove [find where comment=")
    assert " gateway=203.0.113.5,203.0.113.9 " in steps[-1]["rsc"]


def test_rsc_is_only_commands(tmp_path: Path, capsys: Output) -> None:
    assert plan(tmp_path, TWO_LINES_7, "--down", "two", "--rsc") == 2
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    assert all(line.startswith("/ip ") for line in lines)
    assert lines[0].startswith('/ip firewall mangle set [find where comment="\\CC\\E5"] ')
    assert lines[0].isascii()


def test_rsc_of_an_empty_plan_is_a_remark(tmp_path: Path, capsys: Output) -> None:
    assert plan(tmp_path, TWO_LINES_7, "--rsc") == 0
    assert capsys.readouterr().out == "# nothing to do\n"


def test_all_wans_down_changes_nothing(tmp_path: Path, capsys: Output) -> None:
    assert plan(tmp_path, TWO_LINES_7, "--down", "one", "--down", "two") == 0
    assert capsys.readouterr().out.startswith("All WANs are down: nothing is changed")


def test_a_rule_routeros_would_refuse_forbids_planning(tmp_path: Path, capsys: Output) -> None:
    assert plan(tmp_path, SEVERAL_REMAINDERS, "--down", "one") == 1
    text = capsys.readouterr().out
    assert 'has the classifier "both-addresses:3/0,1", which RouterOS does not accept' in text
    assert "per-connection-classifier=both-addresses:3/0 " in text
    assert "per-connection-classifier=both-addresses:3/1 " in text
    assert text.endswith("Nothing is planned.\n")


def test_the_refused_rule_is_a_finding_in_json(tmp_path: Path, capsys: Output) -> None:
    assert plan(tmp_path, SEVERAL_REMAINDERS, "--down", "one", "--json") == 1
    document = json.loads(capsys.readouterr().out)
    (finding,) = document["findings"]
    assert (document["steps"], document["flush"]) == ([], [])
    assert (finding["code"], finding["severity"]) == ("pcc-classifier-invalid", "error")
    assert len(finding["fix"]) == 2


def test_an_interface_without_a_default_route_is_an_error(tmp_path: Path, capsys: Output) -> None:
    assert plan(tmp_path, TWO_LINES_7, wans=3) == 1
    assert 'no default route leads through interface "ether3"' in capsys.readouterr().out


def test_an_unknown_wan_is_named_with_the_nearest(tmp_path: Path, capsys: Output) -> None:
    assert plan(tmp_path, TWO_LINES_7, "--down", "onee") == 1
    error = capsys.readouterr().err
    assert error == (
        'wanwatch: --down onee: no such WAN; known are one, two; did you mean "one"?\n'
    )


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--apply"], "an --export cannot be changed"),
        (["--json", "--rsc"], "give one of them"),
    ],
)
def test_options_that_contradict_are_refused(
    tmp_path: Path, capsys: Output, options: list[str], sentence: str
) -> None:
    assert plan(tmp_path, TWO_LINES_7, *options) == 1
    assert sentence in capsys.readouterr().err


def test_a_missing_export_is_one_sentence(tmp_path: Path, capsys: Output) -> None:
    config = write_config(tmp_path, None)
    assert main(["plan", "--config", config, "--export", str(tmp_path / "none.rsc")]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "none.rsc: cannot be read (No such file or directory)" in error


def test_a_file_that_is_no_export_is_refused(tmp_path: Path, capsys: Output) -> None:
    assert plan(tmp_path, "# only a remark\n") == 1
    assert "holds no RouterOS command" in capsys.readouterr().err


def test_lines_that_cannot_be_read_are_said(tmp_path: Path, capsys: Output) -> None:
    assert plan(tmp_path, TWO_LINES_7 + "/ip route\nadd gateway=[\n") == 0
    assert "router.rsc: line 27 is passed over: " in capsys.readouterr().err


def test_without_an_export_the_configuration_needs_a_router(tmp_path: Path, capsys: Output) -> None:
    assert main(["plan", "--config", write_config(tmp_path, None)]) == 1
    assert "router: missing; write [router]" in capsys.readouterr().err
