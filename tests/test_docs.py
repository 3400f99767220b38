"""What the README and the shipped files say is so."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from wanwatch import __version__
from wanwatch.cli.findings.reference import render
from wanwatch.cli.main import app, main
from wanwatch.config import load, load_text
from wanwatch.core.target import TargetKind

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def shell(page: Path) -> str:
    return "\n".join(re.findall(r"```sh\n(.*?)```", page.read_text("utf-8"), re.DOTALL))


def test_the_first_configuration_is_valid_and_under_15_lines() -> None:
    (text,) = blocks("toml")
    config = load_text(text, "README.md")
    config.require_router()
    config.require_steering()
    assert len([line for line in text.splitlines() if line.strip()]) < 15
    assert [wan.name for wan in config.wans] == ["isp1", "isp2"]


def test_every_command_that_the_readme_gives_exists(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--help"])
    commands = capsys.readouterr().out.partition("Commands:")[2]
    offered = set(re.findall(r"^  ([a-z]+) ", commands, re.MULTILINE))
    assert "plan" in offered
    named = set(re.findall(r"\bwanwatch ([a-z]+)\b(?=[ `])", "\n".join(blocks("sh"))))
    named |= set(re.findall(r"^\| `wanwatch ([a-z]+)` \|", README, re.MULTILINE))
    assert named <= offered
    assert offered <= named


def test_every_make_target_that_the_readme_gives_exists() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"^make ([a-z]+)", "\n".join(blocks("sh")), re.MULTILINE):
        assert f"\n{target}:" in makefile


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_options_that_a_page_gives_to_a_command_exist(page: Path) -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined] # a group, as app has commands
    for line in re.findall(
        r"^(?:ip netns exec \w+ )?\S*\bwanwatch ([a-z].*)$", shell(page), re.MULTILINE
    ):
        name, *words = line.partition("#")[0].split()
        offered = {option for param in commands[name].params for option in param.opts}
        assert {word for word in words if word.startswith("-")} <= offered | {"--help"}, line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_modules_and_files_that_a_page_runs_are_there(page: Path) -> None:
    text = page.read_text("utf-8")
    for module in re.findall(r"python -m ((?:wanwatch|tests)[\w.]*\w)", text):
        found = ROOT / module.replace(".", "/")
        assert found.with_suffix(".py").exists() or (found / "__main__.py").exists(), module
    for name in re.findall(r" ((?:wanwatch|deploy|tests)/[\w./-]+)", shell(page)):
        assert (ROOT / name).exists(), name


def test_the_readme_leads_to_every_page() -> None:
    for page in (ROOT / "docs").glob("*.md"):
        assert f"(docs/{page.name})" in README


def test_every_option_stands_on_the_page_of_commands() -> None:
    text = (ROOT / "docs/commands.md").read_text("utf-8")
    commands = get_command(app).commands  # type: ignore[attr-defined] # as above
    for name, command in commands.items():
        for param in command.params:
            options = [option for option in param.opts if option.startswith("--")]
            assert not options or options[0] in text, f"{name} {options[0]}"


def test_the_router_to_try_has_nothing_wrong_and_the_readme_s_lines(
    capsys: pytest.CaptureFixture[str],
) -> None:
    export = str(ROOT / "deploy/try/router.rsc")
    assert main(["inspect", "--export", export]) == 0
    assert main(["plan", "--export", export, "--down", "ether1", "--rsc"]) == 2
    sources = re.findall(r"--router 127.*--sources (\S+) --no-login", README)
    assert main(["provision", "--export", export, "--sources", *sources, "--no-login"]) == 2
    assert "LEFT OUT" not in capsys.readouterr().out


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text("utf-8")):
        assert (page.parent / link).exists(), link


def test_the_readme_shows_what_inspect_says(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    assert main(["inspect", "--export", str(ROOT / "deploy/try/miswired.rsc")]) == 2
    shown = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    (block,) = blocks("text")
    assert block.splitlines() == shown


def test_the_page_of_findings_is_current() -> None:
    assert (ROOT / "docs/findings.md").read_text("utf-8") == render(), (
        "python -m wanwatch.cli.findings > docs/findings.md"
    )


def test_files_and_folders_that_the_readme_names_are_there() -> None:
    for name in re.findall(r"`((?:wanwatch|deploy|docs|grafana|tests)/[\w./-]+)`", README):
        assert (ROOT / name).exists(), name


def test_the_configuration_to_try_by_hand_steers_each_wan_over_the_demos_router() -> None:
    config = load(ROOT / "deploy/try/wanwatch.toml")
    config.require_steering()
    rules = (ROOT / "wanwatch/cli/demo_router.rsc").read_text("latin-1")
    for wan in config.wans:
        assert f"new-routing-mark=probe-{wan.interface}" in rules
        assert f"src-address={wan.source}" in rules
        assert all(t.kind is TargetKind.UDP for t in config.probing(wan).targets)
    hosts = {t.address for wan in config.wans for t in config.probing(wan).targets}
    assert all(f"--echo {host}:7007" in README for host in hosts)


def test_the_version_stands_in_one_place(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["version"]) == 0
    assert __version__ in capsys.readouterr().out
    assert "version =" not in (ROOT / "pyproject.toml").read_text().partition("[tool")[0]
