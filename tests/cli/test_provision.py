"""``wanwatch provision``: shown, done, done twice, undone, on routers of both versions."""

from pathlib import Path

import pytest

from tests.cli.routers import THREE_LINES_6, TWO_LINES_7, ServedWorld, served, write_router
from wanwatch.cli.main import main

Output = pytest.CaptureFixture[str]
E2E = Path(__file__).parents[1] / "e2e" / "routers"

HOMES = {
    "v7": (TWO_LINES_7, ("ether1", "ether2"), "192.168.88."),
    "v6": (THREE_LINES_6, ("ether1", "ether2", "ether3"), "192.168.88."),
    "v6-two-pppoe": ("", ("dsl", "fibre"), "10.20.0."),
    "v6-direct-marks-ecmp": ("", ("ether1", "ether2"), "10.30.0."),
    "v7-four-equal": ("", ("ether1", "ether2", "ether3", "ether4"), "10.40.0."),
    "v7-two-interleaved": ("", ("ether1", "ether2"), "10.50.0."),
}


def export_of(name: str) -> str:
    text = HOMES[name][0]
    return text or (E2E / f"{name}.rsc").read_text("latin-1")


def config_of(
    folder: Path, port: int, interfaces: tuple[str, ...], lan: str, user: str = "admin"
) -> str:
    """A configuration with a source for each WAN; its path."""
    lines = ["[router]", 'address = "127.0.0.1"', f"port = {port}", f'user = "{user}"']
    for number, interface in enumerate(interfaces, 201):
        lines += ["[[wan]]", f'name = "{interface}"', f'interface = "{interface}"']
        lines += [f'source = "{lan}{number}"']
    path = folder / "wanwatch.toml"
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return str(path)


def config_for(folder: Path, world: ServedWorld, name: str) -> str:
    return config_of(folder, world.port, HOMES[name][1], HOMES[name][2])


@pytest.mark.parametrize("name", HOMES)
def test_applied_once_it_stands_and_a_second_time_changes_nothing(
    name: str, tmp_path: Path, capsys: Output
) -> None:
    with served(export_of(name)) as world:
        config = config_for(tmp_path, world, name)
        assert main(["provision", "--config", config]) == 2
        assert main(["provision", "--config", config, "--apply", "--yes"]) == 0
        after = world.export()
        capsys.readouterr()
        assert main(["provision", "--config", config, "--apply", "--yes"]) == 0
        assert "change" not in capsys.readouterr().out
        assert world.export() == after
        assert main(["provision", "--config", config]) == 0


@pytest.mark.parametrize("name", HOMES)
def test_removed_the_router_is_as_it_was_to_the_byte(name: str, tmp_path: Path) -> None:
    with served(export_of(name)) as world:
        before = world.export()
        config = config_for(tmp_path, world, name)
        assert main(["provision", "--config", config, "--apply", "--yes"]) == 0
        assert world.export() != before
        assert main(["provision", "--config", config, "--remove", "--yes"]) == 0
        assert world.export() == before


def test_nothing_is_done_unasked_where_nobody_can_be_asked(tmp_path: Path, capsys: Output) -> None:
    with served(TWO_LINES_7) as world:
        before = world.export()
        config = config_for(tmp_path, world, "v7")
        assert main(["provision", "--config", config, "--apply"]) == 1
        assert "--yes" in capsys.readouterr().err
        assert world.export() == before


def test_a_proposal_is_shown_and_never_applied(tmp_path: Path, capsys: Output) -> None:
    export = write_router(tmp_path, TWO_LINES_7)
    assert main(["provision", "--export", export]) == 2
    shown = capsys.readouterr().out
    assert "src-address=192.168.88.201" in shown
    assert "proposal" in shown
    with served(TWO_LINES_7) as world:
        before = world.export()
        arguments = ["provision", "--router", f"127.0.0.1:{world.port}", "--apply", "--yes"]
        assert main(arguments) == 1
        assert world.export() == before
