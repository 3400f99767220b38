"""``wanwatch plan`` against a router, and ``--apply``: done, proven, and put back."""

import json
import socket
from pathlib import Path

import pytest

from tests.cli.routers import (
    SEVERAL_REMAINDERS,
    THREE_LINES_6,
    TWO_LINES_7,
    served,
    write_config,
)
from wanwatch.cli.main import main
from wanwatch.sim.login import FULL, User

Output = pytest.CaptureFixture[str]


def test_planning_changes_nothing_and_names_rows_by_id(tmp_path: Path, capsys: Output) -> None:
    with served(TWO_LINES_7) as router:
        before = router.export()
        assert (
            main(["plan", "-c", write_config(tmp_path, router.port), "--down", "one", "--rsc"]) == 2
        )
        assert router.export() == before
    assert capsys.readouterr().out.startswith("/ip firewall mangle set *1 new-connection-mark=c2 ")


@pytest.mark.parametrize(("export", "wans"), [(TWO_LINES_7, 2), (THREE_LINES_6, 3)])
def test_a_failover_and_its_failback_give_back_the_configuration(
    tmp_path: Path, capsys: Output, export: str, wans: int
) -> None:
    with served(export) as router:
        config = write_config(tmp_path, router.port, wans)
        before = router.export()
        assert main(["plan", "-c", config, "--down", "one", "--apply"]) == 0
        applied = capsys.readouterr()
        assert "the router is as planned." in applied.out
        assert applied.err == ""
        assert "[wanwatch: wan=one" in router.export()
        assert main(["plan", "-c", config, "--down", "one"]) == 0
        assert (
            "Nothing to do: the router is as it should be with one down." in capsys.readouterr().out
        )
        assert main(["plan", "-c", config]) == 2
        assert main(["plan", "-c", config, "--apply"]) == 0
        assert router.export() == before


def test_only_the_dead_wans_connections_are_removed(tmp_path: Path, capsys: Output) -> None:
    with served(TWO_LINES_7) as router:
        router.connect(60)
        assert set(router.exits()) == {"ether1", "ether2"}
        survivors = router.exits().count("ether2")
        gone = router.exits().count("ether1")
        config = write_config(tmp_path, router.port)
        assert main(["plan", "-c", config, "--down", "one", "--apply"]) == 0
        assert router.exits() == ["ether2"] * survivors
    assert f"{gone} connections of one removed in " in capsys.readouterr().out


def test_json_with_apply_says_what_was_done(tmp_path: Path, capsys: Output) -> None:
    with served(TWO_LINES_7) as router:
        config = write_config(tmp_path, router.port)
        assert main(["plan", "-c", config, "--down", "two", "--apply", "--json"]) == 0
    applied = json.loads(capsys.readouterr().out)["applied"]
    assert applied["verified"] is True
    assert (applied["outcome"], applied["steps_done"], applied["steps_left"]) == ("done", 3, 0)
    assert set(applied["seconds"]) == {"apply", "activation", "flush", "verify"}


def test_a_blocked_plan_is_not_applied(tmp_path: Path, capsys: Output) -> None:
    with served(SEVERAL_REMAINDERS) as router:
        before = router.export()
        config = write_config(tmp_path, router.port)
        assert main(["plan", "-c", config, "--down", "one", "--apply"]) == 1
        assert router.export() == before
    assert "Nothing is planned." in capsys.readouterr().out


def test_a_user_who_may_not_write_is_told_so(tmp_path: Path, capsys: Output) -> None:
    reader = User("admin", "", FULL - {"write"})
    with served(TWO_LINES_7, reader) as router:
        before = router.export()
        config = write_config(tmp_path, router.port)
        assert main(["plan", "-c", config, "--down", "one", "--apply"]) == 1
        assert router.export() == before
    error = capsys.readouterr().err
    assert "the router refused a step" in error
    assert "not enough permissions" in error


def test_a_wrong_login_is_one_sentence(tmp_path: Path, capsys: Output) -> None:
    with served(TWO_LINES_7, User("admin", "secret")) as router:
        assert main(["plan", "-c", write_config(tmp_path, router.port)]) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert "does not accept user 'admin'" in output.err
    assert output.err.count("\n") == 1


def test_a_router_that_is_not_there_is_one_sentence(tmp_path: Path, capsys: Output) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert main(["plan", "-c", write_config(tmp_path, taken.getsockname()[1])]) == 1
    error = capsys.readouterr().err
    assert error.startswith("wanwatch: no connection to 127.0.0.1:")
    assert error.count("\n") == 1
