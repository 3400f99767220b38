"""What ``wanwatch sim --netns`` refuses, and with which remedy."""

import os
from pathlib import Path

import pytest

from wanwatch.cli.main import main

EXPORT = Path(__file__).parents[2] / "wanwatch" / "cli" / "demo_router.rsc"


def refusal(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    assert main(["sim", "--load", str(EXPORT), *options]) == 1
    return capsys.readouterr().err


def test_simulated_clients_and_hosts_have_no_place_among_real_ones(
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = refusal(capsys, "--netns", "nowhere", "--clients", "3")
    assert said.startswith("wanwatch: --clients: with --netns the clients are real")
    said = refusal(capsys, "--netns", "nowhere", "--echo", "127.1.1.1:7007")
    assert said.startswith("wanwatch: --echo: with --netns the hosts behind the lines are real")


def test_a_namespace_that_is_not_there_is_named_with_the_command_that_makes_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = refusal(capsys, "--netns", "wanwatch-no-such")
    assert "--netns wanwatch-no-such: there is no /run/netns/wanwatch-no-such" in said
    assert "'ip netns add wanwatch-no-such'" in said


def test_a_file_that_is_no_namespace_cannot_be_entered(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    plain = tmp_path / "plain"
    plain.write_text("")
    said = refusal(capsys, "--netns", str(plain))
    assert f"--netns {plain}: {plain} cannot be entered" in said
    assert "takes root" in said


@pytest.mark.skipif(os.geteuid() == 0, reason="root may change the network")
def test_without_the_right_to_change_the_network_it_says_how_to_get_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = refusal(capsys, "--netns", ".")
    assert "CAP_NET_ADMIN is missing" in said
    assert "unshare --user --map-root-user --net" in said


def test_a_latency_that_is_no_time_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert "--latency soon: is no time; write it as 5ms" in refusal(capsys, "--latency", "soon")
