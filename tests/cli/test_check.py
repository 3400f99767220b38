"""``wanwatch check``: the configuration alone, and against the router."""

from pathlib import Path

import pytest

from tests.cli.routers import SEVERAL_REMAINDERS, TWO_LINES_7, served, write_config
from wanwatch.cli.main import main

Output = pytest.CaptureFixture[str]


def test_a_good_configuration_shows_what_its_numbers_come_to(
    tmp_path: Path, capsys: Output
) -> None:
    path = write_config(tmp_path, 8728)
    assert main(["check", path]) == 0
    output = capsys.readouterr()
    assert output.out.startswith(f"{path}: OK\n")
    assert "one: down after a cut, at worst " in output.out
    assert "nothing steers its probes" in output.err


def test_the_option_names_the_file_too(tmp_path: Path, capsys: Output) -> None:
    assert main(["check", "--config", write_config(tmp_path, 8728)]) == 0
    assert "OK" in capsys.readouterr().out


def test_a_bad_configuration_is_1_with_its_sentence(tmp_path: Path, capsys: Output) -> None:
    path = write_config(tmp_path, 8728, extra="[health]\nfal = 3")
    assert main(["check", path]) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert 'health.fal: unknown key; did you mean "fall"?' in output.err


def test_a_password_that_cannot_be_read_is_found_before_the_start(
    tmp_path: Path, capsys: Output
) -> None:
    path = tmp_path / "wanwatch.toml"
    text = '[router]\naddress = "192.0.2.1"\npassword_env = "NOT_SET_HERE"\n'
    path.write_text(text + '[[wan]]\nname = "a"\ninterface = "b"\n', encoding="utf-8")
    assert main(["check", str(path)]) == 1
    assert "NOT_SET_HERE is not set" in capsys.readouterr().err


def test_live_shows_the_wans_as_they_stand(tmp_path: Path, capsys: Output) -> None:
    with served(TWO_LINES_7) as router:
        before = router.export()
        assert main(["check", write_config(tmp_path, router.port), "--live"]) == 0
        assert router.export() == before
    text = capsys.readouterr().out
    assert "RouterOS 7.20.8" in text
    row = next(line for line in text.splitlines() if line.startswith("one "))
    for word in ("ether1", "203.0.113.1", "wan1", "c1", "203.0.113.2", "2/0", "50%"):
        assert word in row
    assert "the API connection to 127.0.0.1 is not encrypted" in text


def test_live_is_1_when_the_router_has_an_error(tmp_path: Path, capsys: Output) -> None:
    with served(SEVERAL_REMAINDERS) as router:
        assert main(["check", write_config(tmp_path, router.port), "--live"]) == 1
    assert "which RouterOS does not accept" in capsys.readouterr().out


def test_live_says_when_there_is_no_pcc(tmp_path: Path, capsys: Output) -> None:
    export = "\n".join(line for line in TWO_LINES_7.splitlines() if "mark" not in line)
    with served(export.replace("/ip firewall mangle\n", "")) as router:
        main(["check", write_config(tmp_path, router.port), "--live"])
    assert "No PCC rule was found" in capsys.readouterr().out
