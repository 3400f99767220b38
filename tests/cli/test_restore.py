"""``wanwatch restore``: the router as it was, from its address alone."""

import json
from pathlib import Path

import pytest

from tests.cli.routers import THREE_LINES_6, TWO_LINES_7, ServedWorld, served, write_config
from wanwatch.cli.main import main
from wanwatch.sim.login import User

Output = pytest.CaptureFixture[str]


def fail_over(folder: Path, router: ServedWorld, wans: int) -> None:
    config = write_config(folder, router.port, wans)
    assert main(["plan", "-c", config, "--down", "one", "--apply"]) == 0


@pytest.mark.parametrize(("export", "wans"), [(TWO_LINES_7, 2), (THREE_LINES_6, 3)])
def test_the_configuration_comes_back_byte_for_byte(
    tmp_path: Path, capsys: Output, export: str, wans: int
) -> None:
    with served(export) as router:
        before = router.export()
        fail_over(tmp_path, router, wans)
        assert router.export() != before
        assert main(["restore", "--router", f"127.0.0.1:{router.port}"]) == 0
        assert router.export() == before
    assert "given back as it was before wanwatch changed it for one" in capsys.readouterr().out


def test_the_configuration_file_serves_as_well(tmp_path: Path) -> None:
    with served(TWO_LINES_7) as router:
        before = router.export()
        fail_over(tmp_path, router, 2)
        assert main(["restore", "--config", write_config(tmp_path, router.port)]) == 0
        assert router.export() == before


def test_ids_that_changed_by_a_reboot_do_not_matter(tmp_path: Path) -> None:
    with served(THREE_LINES_6) as router:
        before = router.export()
        fail_over(tmp_path, router, 3)
        router.call(router.world.reboot)
        assert main(["restore", "--router", f"127.0.0.1:{router.port}"]) == 0
        assert router.export() == before


def test_a_router_without_tags_is_left_alone(capsys: Output) -> None:
    with served(TWO_LINES_7) as router:
        before = router.export()
        assert main(["restore", "--router", f"127.0.0.1:{router.port}"]) == 0
        assert router.export() == before
    assert capsys.readouterr().out.startswith("Nothing to restore")


def test_a_dry_run_shows_and_changes_nothing(tmp_path: Path, capsys: Output) -> None:
    with served(TWO_LINES_7) as router:
        fail_over(tmp_path, router, 2)
        before = router.export()
        capsys.readouterr()
        address = f"127.0.0.1:{router.port}"
        assert main(["restore", "--router", address, "--dry-run", "--json"]) == 2
        assert router.export() == before
    steps = json.loads(capsys.readouterr().out)["steps"]
    assert len(steps) == 3
    assert {step["reason_code"] for step in steps} == {"restored"}


def test_json_says_what_was_done(tmp_path: Path, capsys: Output) -> None:
    with served(TWO_LINES_7) as router:
        fail_over(tmp_path, router, 2)
        capsys.readouterr()
        assert main(["restore", "--router", f"127.0.0.1:{router.port}", "--json"]) == 0
    applied = json.loads(capsys.readouterr().out)["applied"]
    assert (applied["verified"], applied["steps_done"]) == (True, 3)


def test_the_password_comes_from_a_file_or_a_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    secret = tmp_path / "password"
    secret.write_text("geheim\n", encoding="utf-8")
    monkeypatch.setenv("ROUTER_PASSWORD", "geheim")
    with served(TWO_LINES_7, User("boss", "geheim")) as router:
        login = ["restore", "--router", f"127.0.0.1:{router.port}", "--user", "boss"]
        assert main([*login, "--password-file", str(secret)]) == 0
        assert main([*login, "--password-env", "ROUTER_PASSWORD"]) == 0
        assert main(login) == 1
        assert main([*login, "--password-env", "NOT_SET"]) == 1
    error = capsys.readouterr().err
    assert "the environment variable NOT_SET is not set" in error
    assert "geheim" not in error


@pytest.mark.parametrize("options", [[], ["--config", "a.toml", "--router", "192.0.2.1"]])
def test_the_router_is_named_once(capsys: Output, options: list[str]) -> None:
    assert main(["restore", *options]) == 1
    assert "name the router, by --config FILE or by --router" in capsys.readouterr().err


def test_a_fingerprint_that_is_none_is_refused(capsys: Output) -> None:
    assert main(["restore", "--router", "192.0.2.1", "--tls-fingerprint", "abc"]) == 1
    assert "a SHA-256 fingerprint has 64 hexadecimal digits" in capsys.readouterr().err
