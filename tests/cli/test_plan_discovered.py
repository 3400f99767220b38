"""``wanwatch plan`` without a configuration: from an export, and at a router."""

import json
import socket
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.cli.routers import THREE_LINES_6, TWO_LINES_7, served, write_config, write_router
from wanwatch.cli import plan_options
from wanwatch.cli.main import main
from wanwatch.sim.login import User

Output = pytest.CaptureFixture[str]

ONE_LINE = """# by RouterOS 7.20.8
/ip address
add address=192.168.88.1/24 interface=bridge
add address=203.0.113.2/29 interface=ether1
/ip firewall nat
add action=masquerade chain=srcnat out-interface=ether1
/ip route
add dst-address=0.0.0.0/0 gateway=203.0.113.1
"""
SHARED_GATEWAY = """# by RouterOS 6.49
/ip address
add address=192.168.88.1/24 interface=bridge
add address=10.0.0.2/24 interface=ether1
add address=10.0.0.2/24 interface=ether2
/ip firewall mangle
add action=mark-routing chain=prerouting in-interface=bridge new-routing-mark=one \\
    per-connection-classifier=src-address:2/0
add action=mark-routing chain=prerouting in-interface=bridge new-routing-mark=two \\
    per-connection-classifier=src-address:2/1
/ip firewall nat
add action=masquerade chain=srcnat out-interface=ether1
add action=masquerade chain=srcnat out-interface=ether2
/ip route
add gateway=10.0.0.1%ether1 routing-mark=one
add gateway=10.0.0.1%ether2 routing-mark=two
add distance=1 gateway=10.0.0.1%ether1
add distance=2 gateway=10.0.0.1%ether2
"""
WITH_DHCP = """# by RouterOS 6.49
/interface bridge
add name=bridge
/ip address
add address=192.168.88.1/24 interface=bridge
/ip dhcp-client
add disabled=no interface=ether1
add disabled=no interface=ether2
/ip firewall mangle
add action=mark-connection chain=prerouting in-interface=ether1 new-connection-mark=c1
add action=mark-connection chain=prerouting in-interface=ether2 new-connection-mark=c2
add action=mark-connection chain=prerouting connection-mark=no-mark in-interface=bridge \\
    new-connection-mark=c1 per-connection-classifier=both-addresses:2/0
add action=mark-connection chain=prerouting connection-mark=no-mark in-interface=bridge \\
    new-connection-mark=c2 per-connection-classifier=both-addresses:2/1
add action=mark-routing chain=prerouting connection-mark=c1 in-interface=bridge new-routing-mark=one
add action=mark-routing chain=prerouting connection-mark=c2 in-interface=bridge new-routing-mark=two
/ip firewall nat
add action=masquerade chain=srcnat out-interface=ether1
add action=masquerade chain=srcnat out-interface=ether2
/ip route
add distance=1 gateway=192.0.2.2 routing-mark=two
add distance=1 gateway=192.0.2.1 routing-mark=one
"""


def plan(folder: Path, export: str, *options: str) -> int:
    return main(["plan", "--export", write_router(folder, export), *options])


def commands(output: Output) -> list[str]:
    return [line for line in output.readouterr().out.splitlines() if line.startswith("/")]


def at(port: int, *options: str) -> Sequence[str]:
    return ["plan", "--router", f"127.0.0.1:{port}", *options]


def test_an_export_needs_no_configuration(tmp_path: Path, capsys: Output) -> None:
    assert plan(tmp_path, TWO_LINES_7, "--down", "ether1") == 2
    text = capsys.readouterr().out
    assert text.startswith("3 steps:\n")
    assert "goes to ether2." in text
    assert "then the connections of ether1 are removed: translated to 203.0.113.2" in text


def test_the_steps_are_those_of_a_configuration_of_the_same_wans(
    tmp_path: Path, capsys: Output
) -> None:
    config = write_config(tmp_path, None, 3)
    export = write_router(tmp_path, THREE_LINES_6)
    options = ["plan", "--export", export, "--rsc", "--down"]
    assert main([*options, "ether2"]) == 2
    found = capsys.readouterr().out
    assert main([*options, "two", "--config", config]) == 2
    configured = capsys.readouterr().out
    for number, name in enumerate(("one", "two", "three"), 1):
        configured = configured.replace(f"wan={name} ", f"wan=ether{number} ")
    assert found == configured


def test_rows_of_an_export_are_addressed_by_what_they_are(tmp_path: Path, capsys: Output) -> None:
    assert plan(tmp_path, TWO_LINES_7, "--down", "ether2", "--rsc") == 2
    lines = commands(capsys)
    assert len(lines) == 4
    assert all("[find where " in line for line in lines)


@pytest.mark.parametrize("word", ["ether1", "203.0.113.1", "wan1", "c1"])
def test_a_wan_may_be_named_by_what_only_it_has(tmp_path: Path, capsys: Output, word: str) -> None:
    assert plan(tmp_path, TWO_LINES_7, "--down", word, "--json") == 2
    assert json.loads(capsys.readouterr().out)["down"] == ["ether1"]


def test_a_word_is_compared_as_the_router_keeps_it(tmp_path: Path, capsys: Output) -> None:
    export = TWO_LINES_7.replace("=wan1", '="\\D0\\9B1"')
    assert plan(tmp_path, export, "--down", "Л1", "--json") == 2
    assert json.loads(capsys.readouterr().out)["down"] == ["ether1"]
    assert plan(tmp_path, export, "--down", "Л11") == 1
    assert 'did you mean "Л1"?' in capsys.readouterr().err


def test_two_words_for_one_wan_are_one_wan(tmp_path: Path, capsys: Output) -> None:
    assert plan(tmp_path, TWO_LINES_7, "--down", "c1", "--down", "wan1", "--json") == 2
    assert json.loads(capsys.readouterr().out)["down"] == ["ether1"]


def test_a_word_that_several_wans_have_is_refused(tmp_path: Path, capsys: Output) -> None:
    assert plan(tmp_path, SHARED_GATEWAY, "--down", "10.0.0.1") == 1
    assert capsys.readouterr().err == (
        "wanwatch: --down 10.0.0.1: gateway of several WANs; give one of the names ether1, ether2\n"
    )
    assert plan(tmp_path, SHARED_GATEWAY, "--down", "two") == 2


def test_an_unknown_word_is_answered_with_the_names_and_the_nearest(
    tmp_path: Path, capsys: Output
) -> None:
    assert plan(tmp_path, TWO_LINES_7, "--down", "Ether-1") == 1
    assert capsys.readouterr().err == (
        'wanwatch: --down Ether-1: no such WAN; known are ether1, ether2; did you mean "ether1"?\n'
    )
    assert plan(tmp_path, TWO_LINES_7, "--down", "203.0.113.11") == 1
    assert 'did you mean "203.0.113.1"?' in capsys.readouterr().err


def test_all_wans_down_changes_nothing(tmp_path: Path, capsys: Output) -> None:
    assert plan(tmp_path, TWO_LINES_7, "--down", "ether1", "--down", "ether2") == 0
    assert capsys.readouterr().out.startswith("All WANs are down: nothing is changed")


def test_a_gateway_that_a_dhcp_server_names_is_not_made_up(tmp_path: Path, capsys: Output) -> None:
    """The routes stand in another order than the clients: only the marks tell which is whose."""
    assert plan(tmp_path, WITH_DHCP, "--down", "ether1", "--json") == 2
    document = json.loads(capsys.readouterr().out)
    changed = [step["rsc"] for step in document["steps"] if step["menu"] == "/ip/route"]
    assert len(changed) == 1
    assert "192.0.2.1" in changed[0]
    kept = [finding["code"] for finding in document["findings"]]
    assert "dynamic-default-route" in kept
    assert len(kept) == len({json.dumps(finding) for finding in document["findings"]})


def test_a_configuration_plans_the_same_where_the_export_lacks_what_dhcp_gave(
    tmp_path: Path, capsys: Output
) -> None:
    export = write_router(tmp_path, WITH_DHCP)
    options = ["plan", "--export", export, "--rsc", "--down"]
    assert main([*options, "ether1"]) == 2
    found = commands(capsys)
    assert main([*options, "one", "--config", write_config(tmp_path, None)]) == 2
    configured = [line.replace("wan=one ", "wan=ether1 ") for line in commands(capsys)]
    assert found == configured


def test_prose_between_the_lines_does_not_hide_the_plan(tmp_path: Path, capsys: Output) -> None:
    prose = "".join(f"{word} says the neighbour\n" for word in "abcdefgh")
    assert plan(tmp_path, TWO_LINES_7 + prose, "--down", "ether1") == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 6
    assert "router.rsc: 3 more lines are passed over; inspect --json lists them all" in error


def test_one_line_is_nothing_to_plan_for(tmp_path: Path, capsys: Output) -> None:
    assert plan(tmp_path, ONE_LINE, "--down", "ether1") == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert "only one WAN was found (ether1), so there is nothing to plan" in output.err


def test_no_line_is_nothing_to_plan_for(tmp_path: Path, capsys: Output) -> None:
    assert plan(tmp_path, "/ip address\nadd address=192.168.88.1/24 interface=bridge\n") == 1
    assert "no WAN was found, so there is nothing to plan" in capsys.readouterr().err


def test_a_default_configuration_does_not_speak_for_an_export(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.setattr(plan_options, "DEFAULT_CONFIG", Path(write_config(tmp_path, None)))
    assert plan(tmp_path, TWO_LINES_7, "--down", "one") == 1
    assert "known are ether1, ether2" in capsys.readouterr().err
    assert main(["plan", "--down", "one"]) == 1
    assert "router: missing; write [router]" in capsys.readouterr().err


def test_an_export_and_a_router_are_two(tmp_path: Path, capsys: Output) -> None:
    assert plan(tmp_path, TWO_LINES_7, "--router", "192.0.2.1") == 1
    assert capsys.readouterr().err == (
        "wanwatch: --export and --router are two routers; give one of them\n"
    )
    assert plan(tmp_path, TWO_LINES_7, "--user", "boss") == 1
    assert "--user goes with --router HOST" in capsys.readouterr().err


def test_a_router_needs_no_configuration(capsys: Output) -> None:
    with served(TWO_LINES_7) as router:
        before = router.export()
        assert main(at(router.port, "--down", "ether1", "--rsc")) == 2
        assert router.export() == before
    lines = commands(capsys)
    assert lines[0].startswith("/ip firewall mangle set *1 new-connection-mark=c2 ")


@pytest.mark.parametrize("export", [TWO_LINES_7, THREE_LINES_6, SHARED_GATEWAY])
def test_what_is_applied_is_found_again_and_taken_back(capsys: Output, export: str) -> None:
    with served(export) as router:
        before = router.export()
        assert main(at(router.port, "--down", "ether1", "--apply")) == 0
        assert "the router is as planned." in capsys.readouterr().out
        assert "[wanwatch: wan=ether1" in router.export()
        assert main(at(router.port, "--down", "ether1")) == 0
        assert main(at(router.port)) == 2
        assert main(at(router.port, "--apply")) == 0
        assert router.export() == before
        assert main(at(router.port, "--down", "ether2", "--apply")) == 0
        assert main(["restore", "--router", f"127.0.0.1:{router.port}"]) == 0
        assert router.export() == before


def test_a_configuration_can_be_tried_at_another_router(tmp_path: Path, capsys: Output) -> None:
    config = write_config(tmp_path, 1)
    with served(TWO_LINES_7) as router:
        assert main(at(router.port, "--config", config, "--down", "one", "--json")) == 2
    document = json.loads(capsys.readouterr().out)
    assert document["down"] == ["one"]
    assert len(document["steps"]) == 3


def test_the_login_comes_from_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    secret = tmp_path / "password"
    secret.write_text("geheim\n", encoding="utf-8")
    monkeypatch.setenv("ROUTER_PASSWORD", "geheim")
    with served(TWO_LINES_7, User("boss", "geheim")) as router:
        login = at(router.port, "--user", "boss")
        assert main([*login, "--password-file", str(secret)]) == 0
        assert main([*login, "--password-env", "ROUTER_PASSWORD"]) == 0
        assert main(login) == 1
        assert main(at(router.port)) == 1
    error = capsys.readouterr().err
    assert "does not accept user 'boss'" in error
    assert "does not accept user 'admin'" in error
    assert error.count("\n") == 2


def test_a_router_that_is_not_there_is_one_sentence(capsys: Output) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert main(at(taken.getsockname()[1])) == 1
    error = capsys.readouterr().err
    assert error.startswith("wanwatch: no connection to 127.0.0.1:")
    assert error.count("\n") == 1
