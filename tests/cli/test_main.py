"""The command as a whole: help, wrong usage, errors, and what ends it."""

import subprocess
import sys
from pathlib import Path

import pytest

from wanwatch import __version__
from wanwatch.cli.main import app, main

Output = pytest.CaptureFixture[str]

COMMANDS = (
    *("run", "status", "inspect", "init", "plan", "restore", "check", "replay", "sim", "demo"),
    *("provision", "version"),
)


def test_the_version_is_the_packages(capsys: Output) -> None:
    assert main(["version"]) == 0
    assert capsys.readouterr().out == f"wanwatch {__version__}\n"


def test_without_arguments_the_help_is_shown(capsys: Output) -> None:
    assert main([]) == 0
    text = capsys.readouterr().out
    assert all(f"  {command} " in text for command in COMMANDS)


def test_every_command_is_there() -> None:
    names = {c.name or getattr(c.callback, "__name__", "") for c in app.registered_commands}
    assert names == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str, capsys: Output) -> None:
    assert main([command, "--help"]) == 0
    assert f"Usage: wanwatch {command}" in capsys.readouterr().out


def test_help_says_that_a_plan_without_down_puts_everything_back(capsys: Output) -> None:
    main(["plan", "--help"])
    words = " ".join(capsys.readouterr().out.split())
    assert "without --down the plan puts everything back" in words


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["plans"], "No such command 'plans'"),
        (["plan", "--dwon", "isp1"], "No such option"),
        (["sim"], "Missing option '--load'"),
        (["sim", "--load", "x", "--clients", "many"], "'--clients'"),
    ],
)
def test_wrong_usage_is_64_and_one_line(
    arguments: list[str], sentence: str, capsys: Output
) -> None:
    assert main(arguments) == 64
    output = capsys.readouterr()
    assert output.out == ""
    assert sentence in output.err
    assert output.err.startswith("wanwatch: ")
    assert output.err.count("\n") == 1


def test_all_problems_of_a_configuration_are_printed(tmp_path: Path, capsys: Output) -> None:
    path = tmp_path / "bad.toml"
    path.write_text('[router]\naddres = "x"\n[[wan]]\nname = "a"\n', encoding="utf-8")
    assert main(["plan", "--config", str(path)]) == 1
    problems = capsys.readouterr().err.splitlines()
    assert len(problems) == 3
    assert all(problem.startswith(f"{path}: ") for problem in problems)


def test_run_names_what_it_needs(tmp_path: Path, capsys: Output) -> None:
    path = tmp_path / "wanwatch.toml"
    path.write_text('[[wan]]\nname = "a"\ninterface = "ether1"\n', encoding="utf-8")
    assert main(["run", "--config", str(path)]) == 1
    assert "router: missing" in capsys.readouterr().err


def test_the_module_is_the_command_too() -> None:
    command = [sys.executable, "-m", "wanwatch", "version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own
    assert done.stdout == f"wanwatch {__version__}\n"


def test_a_reader_that_goes_away_is_no_traceback() -> None:
    command = [sys.executable, "-m", "wanwatch", "plan", "--help"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:  # noqa: S603 - our own
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
