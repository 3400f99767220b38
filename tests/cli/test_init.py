"""``wanwatch init``: a configuration from what was found, to be read before use."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli.routers import SEVERAL_REMAINDERS, THREE_LINES_6, TWO_LINES_7, served, write_router
from wanwatch.cli.exported import survey_file, survey_text
from wanwatch.cli.init_steering import Steering
from wanwatch.cli.init_toml import assignment, comment, is_writable
from wanwatch.cli.main import main
from wanwatch.config import load, load_text
from wanwatch.core.discovery.discover import discover
from wanwatch.core.model import HealthState
from wanwatch.core.planning import make_plan
from wanwatch.core.policy import dispositions
from wanwatch.routeros.text import router_text
from wanwatch.service.build import plan_options, specs

Output = pytest.CaptureFixture[str]

ROUTERS = sorted((Path(__file__).parents[1] / "e2e/routers").glob("*.rsc"))
NO_ROUTES = "".join(
    f"/ip firewall mangle\nadd action=mark-routing chain=prerouting new-routing-mark=t{number}"
    f" per-connection-classifier=src-address:2/{number}\n"
    for number in (0, 1)
)


def init(folder: Path, export: str, *options: str) -> int:
    return main(["init", "--export", write_router(folder, export), *options])


@pytest.mark.parametrize("router", ROUTERS, ids=lambda path: path.stem)
def test_what_it_writes_loads_and_plans_as_discovery_does(router: Path, tmp_path: Path) -> None:
    output = tmp_path / "wanwatch.toml"
    assert main(["init", "--export", str(router), "--output", str(output)]) == 0
    config = load(output)
    survey = survey_file(router)
    found = discover(survey)
    assert len(found.wans) > 1
    for dead in found.specs:
        health = {
            spec.name: HealthState.DOWN if spec is dead else HealthState.UP for spec in found.specs
        }
        options = plan_options(config)
        configured = make_plan(survey.snapshot, specs(config), dispositions(health), options)
        discovered = make_plan(survey.snapshot, found.specs, dispositions(health), options)
        assert configured.steps
        assert configured.steps == discovered.steps
        assert configured.flushes == discovered.flushes


def test_it_is_printed_unless_a_file_is_named(tmp_path: Path, capsys: Output) -> None:
    assert init(tmp_path, TWO_LINES_7) == 0
    config = load_text(capsys.readouterr().out, "printed")
    assert [wan.interface for wan in config.wans] == ["ether1", "ether2"]
    assert config.router is None


def test_an_existing_file_is_left_alone(tmp_path: Path, capsys: Output) -> None:
    output = tmp_path / "mine.toml"
    output.write_text("mine")
    assert init(tmp_path, TWO_LINES_7, "--output", str(output)) == 1
    assert output.read_text() == "mine"
    assert "is there already" in capsys.readouterr().err
    assert init(tmp_path, TWO_LINES_7, "--output", str(output), "--force") == 0
    assert load(output).wans


def test_a_file_that_cannot_be_written_is_one_sentence(tmp_path: Path, capsys: Output) -> None:
    assert init(tmp_path, TWO_LINES_7, "--output", str(tmp_path / "no/such/folder.toml")) == 1
    assert "cannot be written (No such file or directory)" in capsys.readouterr().err


def test_comments_say_what_was_found_of_each_line(tmp_path: Path, capsys: Output) -> None:
    init(tmp_path, TWO_LINES_7)
    text = " ".join(capsys.readouterr().out.replace("\n#", "\n").split())
    assert (
        "ether1: 50% of new connections. Hash values prerouting both-addresses:2/0. "
        "Gateway 203.0.113.1. Connection marks c1. Table wan1: ether1, then main. "
        "Default routes in wan1 (distance 1), main (distance 1). "
        "1 srcnat rule translates for it."
    ) in text


def test_errors_stand_at_the_top(tmp_path: Path, capsys: Output) -> None:
    init(tmp_path, SEVERAL_REMAINDERS)
    head = capsys.readouterr().out.partition("[[wan]]")[0]
    assert "# MEND THESE FIRST" in head
    assert "# 1. Error " in head


def test_an_interface_that_cannot_be_told_is_asked_for(tmp_path: Path, capsys: Output) -> None:
    assert init(tmp_path, NO_ROUTES) == 2
    out, err = capsys.readouterr()
    assert "# Which interface is this line behind?" in out
    assert '#interface = "..."' in out
    assert err.count("to be filled in: ") == 2
    answers = iter(("ether1", "ether2"))
    lines = [
        f'interface = "{next(answers)}"' if line.startswith("#interface") else line
        for line in out.splitlines()
    ]
    config = load_text("\n".join(lines), "answered")
    assert [wan.interface for wan in config.wans] == ["ether1", "ether2"]


def test_a_router_without_lines_asks_for_them(tmp_path: Path, capsys: Output) -> None:
    assert init(tmp_path, "/system identity\nset name=attic\n") == 2
    out, err = capsys.readouterr()
    assert "#[[wan]]" in out
    assert "to be filled in: the configuration: wan: missing" in err


def test_a_live_router_is_named_with_its_login_and_never_its_password(
    tmp_path: Path, capsys: Output
) -> None:
    password = tmp_path / "password"
    password.write_text("")
    with served(TWO_LINES_7) as router:
        options = ["--router", f"127.0.0.1:{router.port}", "--password-file", str(password)]
        assert main(["init", *options]) == 0
        config = load_text(capsys.readouterr().out, "printed")
        section = config.require_router()
        assert (section.address, section.port, section.user) == (
            "127.0.0.1",
            router.port,
            "admin",
        )
        assert section.password_file == str(password)
        assert section.inline_password is None


@pytest.mark.parametrize("options", [[], ["--router", "192.0.2.1", "--export", "x.rsc"]])
def test_the_router_is_named_once(options: list[str], capsys: Output) -> None:
    assert main(["init", *options]) == 1
    assert "one of the two" in capsys.readouterr().err


def test_names_that_a_configuration_cannot_hold_are_said(tmp_path: Path, capsys: Output) -> None:
    odd = TWO_LINES_7.replace("interface=ether1", 'interface="wan\\FF"')
    assert init(tmp_path, odd) == 2
    out = capsys.readouterr().out
    assert "has a name that a configuration cannot hold; rename it on the router" in out
    assert "#interface =" in out


def test_odd_names_and_comments_are_kept(tmp_path: Path, capsys: Output) -> None:
    odd = TWO_LINES_7.replace("interface=ether1", 'interface="Port 1: \\"\\D0\\9C\\" #1"')
    assert (
        init(tmp_path, odd.replace("bridge\n", 'bridge\n/system identity set name="a\\0Ab"\n', 1))
        == 0
    )
    config = load_text(capsys.readouterr().out, "printed")
    assert [wan.interface for wan in config.wans] == ['Port 1: "\u041c" #1', "ether2"]
    assert specs(config)[0].interface == router_text('Port 1: "\u041c" #1')


@pytest.mark.parametrize(
    ("export", "words"),
    [
        (TWO_LINES_7, ("/routing table add name=probe-ether1 fib", "routing-table=probe-ether1")),
        (THREE_LINES_6, ("type=blackhole distance=254 routing-mark=probe-ether1",)),
    ],
)
def test_the_probe_table_is_explained_in_the_routers_own_words(
    export: str, words: tuple[str, ...]
) -> None:
    survey = survey_text(export)
    text = "\n".join(Steering(survey, discover(survey)).explained())
    assert all(word in text for word in words)
    assert "src-address=192.168.88.201" in text


@given(st.text(alphabet=st.characters(max_codepoint=255), max_size=20))
def test_what_is_writable_reads_back_as_it_was(text: str) -> None:
    if is_writable(text):
        read = tomllib.loads(assignment("key", text) + "\n" + assignment("keys", [text]))
        assert router_text(read["key"]) == text
        assert [router_text(item) for item in read["keys"]] == [text]


@given(st.text(max_size=40))
def test_a_comment_is_one_line_that_says_nothing_to_toml(text: str) -> None:
    assert "\n" not in comment(text)
    assert tomllib.loads(comment(text)) == {}
