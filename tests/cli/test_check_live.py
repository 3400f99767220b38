"""``wanwatch check --live``: each thing that probes rest on is named where it is missing or wrong."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.routers import TWO_LINES_7, ServedWorld, served
from tests.cli.test_provision import config_of
from wanwatch.cli.main import main

Output = pytest.CaptureFixture[str]
LOOPBACK = "127.0.77."
"""Addresses that every host has, so that only the router's side can be missing."""


def config(folder: Path, world: ServedWorld, lan: str = LOOPBACK, user: str = "admin") -> str:
    return config_of(folder, world.port, ("ether1", "ether2"), lan, user)


def check(path: str, capsys: Output) -> tuple[int, str]:
    capsys.readouterr()
    code = main(["check", "--config", path, "--live"])
    return code, capsys.readouterr().out


def test_a_bare_router_lacks_everything_and_the_remedy_is_named(
    tmp_path: Path, capsys: Output
) -> None:
    with served(TWO_LINES_7) as world:
        path = config(tmp_path, world)
        before = world.export()
        code, text = check(path, capsys)
        assert world.export() == before
    assert code == 2
    for what in ("routing table", "default route", "blackhole behind it", "rule that leads"):
        assert f"missing  ether1: {what}" in text
    assert f"wanwatch provision --config {path} --apply" in text


def test_after_provisioning_only_the_way_is_left_where_nothing_passes_the_router(
    tmp_path: Path, capsys: Output
) -> None:
    with served(TWO_LINES_7) as world:
        path = config(tmp_path, world)
        assert main(["provision", "--config", path, "--apply", "--yes"]) == 0
        code, text = check(path, capsys)
    assert code == 2
    faults = [line for line in text.splitlines() if line.split()[:1] in (["missing"], ["wrong"])]
    assert len(faults) == 2
    assert all("the way of its probes: no" in line or "nothing can" in line for line in faults)
    assert "ok       ether1: translation of its probes: by a rule of your own" in text


def test_a_source_that_this_host_does_not_have_is_named(tmp_path: Path, capsys: Output) -> None:
    with served(TWO_LINES_7) as world:
        path = config(tmp_path, world, lan="192.0.2.")
        code, text = check(path, capsys)
    assert code == 2
    assert "missing  ether1: its probes' way out on this host: bind to 192.0.2.201" in text
    assert "To mend this host" in text


def spoil_group(world: ServedWorld) -> None:
    group = world.world.store.find("/user/group", name="full")
    assert group is not None
    world.world.store.update("/user/group", group.id, {"policy": "read,api,!write"})


def spoil_address(world: ServedWorld) -> None:
    user = world.world.store.find("/user", name="admin")
    assert user is not None
    world.world.store.update("/user", user.id, {"address": "10.0.0.0/8"})


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (spoil_group, "lacks the policy write"),
        (spoil_address, "it may not log in from 127.0.0.1"),
    ],
)
def test_a_login_that_may_too_little_is_wrong(
    spoil: Callable[[ServedWorld], None], sentence: str, tmp_path: Path, capsys: Output
) -> None:
    with served(TWO_LINES_7) as world:
        world.call(lambda: spoil(world))
        _, text = check(config(tmp_path, world), capsys)
    assert f"wrong    login admin: {'group full ' if 'lacks' in sentence else ''}{sentence}" in text


def test_strict_filtering_of_reverse_paths_is_wrong(tmp_path: Path, capsys: Output) -> None:
    with served(TWO_LINES_7 + "/ip settings\nset rp-filter=strict\n") as world:
        code, text = check(config(tmp_path, world), capsys)
    assert code == 2
    assert "wrong    /ip settings rp-filter: strict" in text


def test_rows_that_nothing_wants_any_more_are_named(tmp_path: Path, capsys: Output) -> None:
    with served(TWO_LINES_7) as world:
        path = config(tmp_path, world)
        assert main(["provision", "--config", path, "--apply", "--yes"]) == 0
        text = Path(path).read_text("utf-8").replace('name = "ether1"', 'name = "fibre"')
        Path(path).write_text(text)
        _, shown = check(path, capsys)
        assert "note     ether1: routing table of its probes: nothing wants it any more" in shown
        assert main(["provision", "--config", path]) == 2
        assert "remove [/routing table find where comment=" in capsys.readouterr().out
        assert main(["provision", "--config", path, "--apply", "--yes"]) == 0
        assert main(["provision", "--config", path]) == 0


def test_a_restore_script_that_is_not_there_is_no_fault(tmp_path: Path, capsys: Output) -> None:
    with served(TWO_LINES_7) as world:
        path = config(tmp_path, world)
        arguments = ["provision", "--config", path, "--apply", "--yes", "--no-restore-script"]
        assert main(arguments) == 0
        _, text = check(path, capsys)
    assert "note     script that puts the router back when nobody renews the lease" in text
