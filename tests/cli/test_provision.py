"""``wanwatch provision``: shown, done, done twice, undone, on routers of both versions."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.routers import THREE_LINES_6, TWO_LINES_7, ServedWorld, served, write_router
from wanwatch.cli.main import main
from wanwatch.sim.login import User

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


@pytest.mark.parametrize(("answer", "does_it"), [("y", "yes"), ("", "")])
def test_on_a_terminal_it_asks_and_only_a_yes_does_it(
    answer: str, does_it: str, tmp_path: Path
) -> None:
    with served(TWO_LINES_7) as world:
        before = world.export()
        config = config_for(tmp_path, world, "v7")
        ours, theirs = pty.openpty()
        command = [sys.executable, "-m", "wanwatch", "provision", "--config", config, "--apply"]
        with subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE) as process:  # noqa: S603 - our own command
            os.write(ours, f"{answer}\n".encode())
            out, _ = process.communicate(timeout=30)
        os.close(ours)
        os.close(theirs)
        assert b"Do it? [y/N]" in out
        assert process.returncode == (0 if does_it else 2)
        assert (world.export() != before) is bool(does_it)


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


def test_an_export_s_script_has_everything_that_is_wanted(tmp_path: Path, capsys: Output) -> None:
    for name in ("v7", "v6"):
        export = write_router(tmp_path, export_of(name))
        assert main(["provision", "--export", export, "--host", "192.168.88.200"]) == 2
        shown = capsys.readouterr().out
        for words in (
            *("blackhole", "passthrough=no", "place-before=", "policy=read,write,api"),
            *("/user add name=wanwatch", "/ip service set api-ssl address=192.168.88.200/32"),
            *("/certificate sign wanwatch-api", "/system script set", "ip address replace"),
        ):
            assert words in shown
        assert ("/routing table add" in shown) == (name == "v7")
        assert (" routing-mark=wanwatch-ether1" in shown) == (name == "v6")


class TestLogin:
    """The login that wanwatch is to have, made by an administrator."""

    def config(self, folder: Path, world: ServedWorld, extra: str = "") -> str:
        path = config_of(folder, world.port, ("ether1", "ether2"), "192.168.88.", "wanwatch")
        text = Path(path).read_text("utf-8")
        Path(path).write_text(text.replace('user = "wanwatch"', f'user = "wanwatch"\n{extra}'))
        return path

    def admin(self, world: ServedWorld) -> list[str]:
        return ["--router", f"127.0.0.1:{world.port}", "--user", "admin"]

    def test_it_gets_the_password_of_the_configuration_and_none_is_ever_shown(
        self, tmp_path: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("NEW_PASSWORD", "pony-and-staple")
        with served(TWO_LINES_7) as world:
            before = world.export()
            config = self.config(tmp_path, world, 'password_env = "NEW_PASSWORD"')
            arguments = ["provision", "--config", config, *self.admin(world)]
            assert main([*arguments, "--apply", "--yes"]) == 0
            user = world.world.store.find("/user", name="wanwatch")
            assert user is not None
            assert user.properties["password"] == "pony-and-staple"
            assert user.properties["address"] == "127.0.0.1/32"
            output = capsys.readouterr()
            assert "pony" not in output.out + output.err
            assert "api-ssl for wanwatch's host: missing" in output.out
            main(arguments)
            output = capsys.readouterr()
            assert "pony" not in output.out + output.err
            assert main([*arguments, "--remove", "--yes"]) == 0
            assert world.export() == before

    def test_a_file_names_it_where_there_is_no_configuration(self, tmp_path: Path) -> None:
        password = tmp_path / "new"
        password.write_text("pony\n")
        with served(TWO_LINES_7) as world:
            arguments = ["provision", *self.admin(world), "--apply", "--yes"]
            arguments += ["--sources", "192.168.88.201,192.168.88.202"]
            arguments += ["--new-password-file", str(password), "--host", "192.168.88.200"]
            assert main(arguments) == 0
            user = world.world.store.find("/user", name="wanwatch")
            assert user is not None
            assert user.properties["password"] == "pony"
            assert user.properties["address"] == "192.168.88.200/32"

    def test_without_a_password_it_is_left_out_and_that_is_no_success(
        self, tmp_path: Path, capsys: Output
    ) -> None:
        with served(TWO_LINES_7) as world:
            config = self.config(tmp_path, world)
            arguments = ["provision", "--config", config, *self.admin(world), "--apply", "--yes"]
            assert main(arguments) == 1
            assert "--new-password-file" in capsys.readouterr().err
            assert world.world.store.find("/user", name="wanwatch") is None
            assert main([*arguments, "--no-login"]) == 0

    def test_the_group_of_a_login_that_was_left_out_is_taken_away_too(self, tmp_path: Path) -> None:
        with served(TWO_LINES_7) as world:
            arguments = ["provision", "--config", self.config(tmp_path, world), *self.admin(world)]
            main([*arguments, "--apply", "--yes"])
            assert world.world.store.find("/user/group", name="wanwatch") is not None
            assert main([*arguments, "--remove", "--yes"]) == 0
            assert world.world.store.find("/user/group", name="wanwatch") is None

    def test_a_group_that_somebody_else_is_in_stays(self, tmp_path: Path) -> None:
        with served(TWO_LINES_7) as world:
            arguments = ["provision", "--config", self.config(tmp_path, world), *self.admin(world)]
            main([*arguments, "--apply", "--yes"])
            theirs = {"name": "monitor", "group": "wanwatch"}
            world.call(lambda: world.world.store.add("/user", theirs))
            assert main([*arguments, "--remove", "--yes"]) == 0
            assert world.world.store.find("/user/group", name="wanwatch") is not None

    def test_a_login_that_may_not_make_users_is_told_what_was_refused(
        self, tmp_path: Path, capsys: Output
    ) -> None:
        weak = User("weak", "", frozenset({"read", "write", "api"}))
        password = tmp_path / "new"
        password.write_text("pony\n")
        with served(TWO_LINES_7, weak) as world:
            arguments = ["provision", "--router", f"127.0.0.1:{world.port}", "--user", "weak"]
            arguments += ["--sources", "192.168.88.201,192.168.88.202", "--apply", "--yes"]
            assert main([*arguments, "--new-password-file", str(password)]) == 1
            error = capsys.readouterr().err
            assert "refused: group with the policies that wanwatch needs" in error
            assert "not enough permissions" in error


def test_while_a_daemon_holds_the_lease_its_rows_are_not_taken_away(
    tmp_path: Path, capsys: Output
) -> None:
    with served(TWO_LINES_7) as world:
        config = config_for(tmp_path, world, "v7")
        assert main(["provision", "--config", config, "--apply", "--yes"]) == 0
        provisioned = world.export()
        lease = {"list": "wanwatch-lease", "address": "192.0.2.1", "timeout": "30s"}
        menu = "/ip/firewall/address-list"
        world.call(lambda: world.world.store.add(menu, lease, dynamic=True))
        assert main(["provision", "--config", config, "--remove", "--yes"]) == 1
        assert "stop it first" in capsys.readouterr().err
        assert world.export() == provisioned


def test_while_a_failover_is_in_force_nothing_is_taken_away(tmp_path: Path, capsys: Output) -> None:
    with served(TWO_LINES_7) as world:
        config = config_for(tmp_path, world, "v7")
        assert main(["provision", "--config", config, "--apply", "--yes"]) == 0
        assert main(["plan", "--config", config, "--down", "ether1", "--apply"]) == 0
        assert main(["provision", "--config", config, "--remove", "--yes"]) == 1
        assert "'wanwatch restore' first" in capsys.readouterr().err
        assert main(["restore", "--config", config]) == 0
        assert main(["provision", "--config", config, "--remove", "--yes"]) == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--apply", "--remove", "--router", "192.0.2.1"], "two directions"),
        (["--export", "x.rsc", "--apply"], "an --export cannot be changed"),
        (["--export", "x.rsc", "--router", "192.0.2.1"], "two routers"),
        ([], "name the router"),
        (["--router", "192.0.2.1", "--sources", "first"], "'first' is no address"),
        (["--router", "192.0.2.1", "--sources", "10.0.0.1,10.0.0.1"], "stands there twice"),
    ],
)
def test_what_contradicts_is_refused_before_anything_is_asked(
    arguments: list[str], sentence: str, capsys: Output
) -> None:
    assert main(["provision", *arguments]) == 1
    assert sentence in capsys.readouterr().err


def test_sources_that_do_not_fit_the_lines_are_refused(tmp_path: Path, capsys: Output) -> None:
    export = write_router(tmp_path, TWO_LINES_7)
    assert main(["provision", "--export", export, "--sources", "192.168.88.201"]) == 1
    assert "1 addresses for 2 WANs (ether1, ether2)" in capsys.readouterr().err


def test_the_host_s_commands_name_every_source(tmp_path: Path, capsys: Output) -> None:
    export = write_router(tmp_path, TWO_LINES_7)
    sources = "192.168.88.201,2001:db8::201"
    main(["provision", "--export", export, "--sources", sources])
    shown = capsys.readouterr().out.partition("wanwatch's host")[2]
    assert 'ip address replace 192.168.88.201/32 dev "$dev"' in shown
    assert 'ip address replace 2001:db8::201/128 dev "$dev" preferred_lft 0' in shown
    assert "Address=192.168.88.201/32" in shown
    assert "AmbientCapabilities=CAP_NET_RAW" in shown
