"""``wanwatch inspect``: a router's WANs, its hash space, its tables and what is wrong."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.routers import (
    SEVERAL_REMAINDERS,
    THREE_LINES_6,
    TWO_LINES_7,
    write_router,
)
from wanwatch.cli.main import main

Output = pytest.CaptureFixture[str]

QUIET = """# 2026-01-10 10:00:00 by RouterOS 7.20.8
/ip address
add address=203.0.113.2/30 interface=ether1 network=203.0.113.0
/ip firewall nat
add action=masquerade chain=srcnat out-interface=ether1
/ip route
add dst-address=0.0.0.0/0 gateway=203.0.113.1
"""


def inspect(folder: Path, export: str, *options: str) -> int:
    return main(["inspect", "--export", write_router(folder, export), *options])


def document(folder: Path, export: str, capsys: Output) -> dict[str, Any]:
    inspect(folder, export, "--json")
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    return result


def test_the_wans_stand_in_a_table_with_their_share(tmp_path: Path, capsys: Output) -> None:
    inspect(tmp_path, TWO_LINES_7)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Router, RouterOS 7.20.8, as exported"
    assert lines[3].split() == [
        *("A", "ether1", "203.0.113.1", "203.0.113.2", "wan1", "c1"),
        *("██████░░░░░░", "50%"),
    ]


def test_the_hash_space_is_a_bar_with_its_group(tmp_path: Path, capsys: Output) -> None:
    inspect(tmp_path, THREE_LINES_6.replace("src-address:3/2", "src-address:5/2"))
    words = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "prerouting src-address:3 AB· A 33%, B 33%, · 2: no rule" in words
    assert "prerouting src-address:5 ··C·· C 20%, · 0-1, 3-4: no rule" in words
    assert words.count("mark-routing of in-interface=bridge") == 2


def test_ipv6_has_a_bar_of_its_own(tmp_path: Path, capsys: Output) -> None:
    ipv6 = """/ipv6 address
add address=2001:db8:1::2/64 interface=ether1
add address=2001:db8:2::2/64 interface=ether2
/ipv6 route
add dst-address=::/0 gateway=2001:db8:1::1 routing-table=wan1
add dst-address=::/0 gateway=2001:db8:2::1 routing-table=wan2
/ipv6 firewall mangle
add action=mark-routing chain=prerouting in-interface=bridge new-routing-mark=wan2 \\
    per-connection-classifier=src-address:2/0
add action=mark-routing chain=prerouting in-interface=bridge new-routing-mark=wan1 \\
    per-connection-classifier=src-address:2/1
"""
    inspect(tmp_path, TWO_LINES_7 + ipv6)
    text = capsys.readouterr().out.partition("Hash space of IPv6\n")[2]
    assert text.split()[:3] == ["prerouting", "src-address:2", "BA"]
    (group,) = document(tmp_path, TWO_LINES_7 + ipv6, capsys)["ipv6_groups"]
    assert group["owners"] == {"0": "ether2", "1": "ether1"}


def test_tables_say_who_takes_over_from_whom(tmp_path: Path, capsys: Output) -> None:
    second = "add distance=2 dst-address=0.0.0.0/0 gateway=198.51.100.1 routing-table=wan1\n"
    inspect(tmp_path, TWO_LINES_7 + second)
    text = capsys.readouterr().out
    assert "  main  ether1, then ether2\n" in text
    assert "  wan1  ether1, then ether2, then main\n" in text
    assert "  wan2  ether2, then main\n" in text


def test_a_table_that_is_no_wans_says_why(tmp_path: Path, capsys: Output) -> None:
    inspect(tmp_path, TWO_LINES_7.replace("name=wan2\n", "name=wan2\nadd fib name=spare\n"))
    assert "  spare  no WAN's: has no default route that is enabled\n" in capsys.readouterr().out


def test_a_table_that_ends_in_a_blackhole_does_not_go_on_to_main(
    tmp_path: Path, capsys: Output
) -> None:
    end = "add blackhole distance=254 dst-address=0.0.0.0/0 routing-table=wan1\n"
    inspect(tmp_path, TWO_LINES_7 + end)
    assert "  wan1  ether1, then nowhere (blackhole)\n" in capsys.readouterr().out


def test_lines_of_one_distance_are_used_together(tmp_path: Path, capsys: Output) -> None:
    inspect(tmp_path, THREE_LINES_6)
    assert "  main      ether1, ether2 and ether3 together\n" in capsys.readouterr().out


def test_of_rows_of_one_distance_routeros_6_takes_one(tmp_path: Path, capsys: Output) -> None:
    ecmp = "add distance=1 gateway=203.0.113.1,203.0.113.5,203.0.113.9\n"
    rows = "".join(f"add distance=1 gateway=203.0.113.{host}\n" for host in (1, 5))
    inspect(tmp_path, THREE_LINES_6.replace(ecmp, rows))
    assert "  main      ether1 or ether2\n" in capsys.readouterr().out
    inspect(tmp_path, TWO_LINES_7.replace("add distance=2", "add distance=1"))
    assert "  main  ether1 and ether2 together\n" in capsys.readouterr().out


def test_json_has_the_promised_keys(tmp_path: Path, capsys: Output) -> None:
    found = document(tmp_path, TWO_LINES_7, capsys)
    assert found["routeros"] == "7.20.8"
    assert found["routeros_guessed"] is False
    wan = found["wans"][0]
    promised = {
        *("name", "interfaces", "gateways", "addresses", "routing_tables", "routing_marks"),
        *("connection_marks", "share", "buckets", "routes"),
    }
    assert promised <= set(wan)
    assert (wan["name"], wan["share"]) == ("ether1", 0.5)
    assert wan["buckets"] == [
        {
            "chain": "prerouting",
            "fields": "both-addresses",
            "denominator": 2,
            "remainder": 0,
            "rule": "*1",
        }
    ]
    assert [route["table"] for route in wan["routes"]] == ["wan1", "main"]
    assert {"id", "table", "gateway", "distance", "dynamic", "disabled"} <= set(wan["routes"][0])
    (group,) = found["groups"]
    assert (group["chain"], group["fields"], group["denominator"]) == (
        "prerouting",
        "both-addresses",
        2,
    )
    assert group["style"] == "mark-connection"
    assert group["matchers"] == {"connection-mark": "no-mark", "in-interface": "bridge"}
    assert group["shares"] == {"ether1": 0.5, "ether2": 0.5}
    assert (group["unowned"], group["unowned_count"]) == ([], 0)
    for finding in found["findings"]:
        assert {"code", "severity", "message", "where", "fix"} <= set(finding)


def test_findings_come_gravest_first_and_once(tmp_path: Path, capsys: Output) -> None:
    found = document(tmp_path, SEVERAL_REMAINDERS, capsys)["findings"]
    order = ["error", "warning", "info"]
    severities = [order.index(finding["severity"]) for finding in found]
    assert severities
    assert severities == sorted(severities)
    assert len({json.dumps(finding) for finding in found}) == len(found)


def test_text_counts_what_json_lists(tmp_path: Path, capsys: Output) -> None:
    found = document(tmp_path, SEVERAL_REMAINDERS, capsys)["findings"]
    inspect(tmp_path, SEVERAL_REMAINDERS)
    text = capsys.readouterr().out
    count = f"{len(found)} finding" + ("s" if len(found) > 1 else "")
    assert f", {count}: " in text.splitlines()[-1]
    for finding in found:
        assert f"  {finding['code']}\n" in text


def test_the_exit_code_says_whether_something_is_wrong(tmp_path: Path, capsys: Output) -> None:
    assert inspect(tmp_path, SEVERAL_REMAINDERS) == 2
    capsys.readouterr()
    for text in (TWO_LINES_7, THREE_LINES_6, QUIET):
        code = inspect(tmp_path, text, "--json")
        severities = {f["severity"] for f in json.loads(capsys.readouterr().out)["findings"]}
        assert code == (2 if severities - {"info"} else 0)


def test_a_version_that_no_header_names_is_said_to_be_a_guess(
    tmp_path: Path, capsys: Output
) -> None:
    headless = TWO_LINES_7.partition("\n")[2]
    assert document(tmp_path, headless, capsys)["routeros_guessed"] is True
    inspect(tmp_path, headless)
    assert "(a guess by its words" in capsys.readouterr().out.splitlines()[0]


def test_without_pcc_it_says_what_wanwatch_can_do(tmp_path: Path, capsys: Output) -> None:
    inspect(tmp_path, QUIET)
    text = capsys.readouterr().out
    assert "No PCC rule is enabled: nothing is shared out by hash." in text
    assert "but it\n  has no buckets to move" in text


def test_rules_that_cannot_be_used_are_not_said_to_be_absent(
    tmp_path: Path, capsys: Output
) -> None:
    inspect(tmp_path, TWO_LINES_7.replace("both-addresses:2/", "both-addresses-2/"))
    text = capsys.readouterr().out
    assert "although 2 PCC rules are enabled: none of them can be used" in text


def test_a_rule_that_forbids_planning_is_said_to(tmp_path: Path, capsys: Output) -> None:
    inspect(tmp_path, SEVERAL_REMAINDERS)
    assert "Nothing can be planned on this router until" in capsys.readouterr().out
    assert document(tmp_path, SEVERAL_REMAINDERS, capsys)["planning_blocked"] is True
    assert document(tmp_path, TWO_LINES_7, capsys)["planning_blocked"] is False


def test_an_empty_router_is_inspected_too(tmp_path: Path, capsys: Output) -> None:
    assert inspect(tmp_path, "/system identity\nset name=attic\n") in (0, 2)
    text = capsys.readouterr().out
    assert text.startswith("attic, RouterOS ")
    assert "No WAN was found" in text


def test_text_of_the_router_is_shown_as_people_read_it(tmp_path: Path, capsys: Output) -> None:
    cyrillic = TWO_LINES_7.replace("new-connection-mark=c1", 'new-connection-mark="\\D0\\9C"')
    inspect(tmp_path, cyrillic.replace("connection-mark=c1 ", 'connection-mark="\\D0\\9C" '))
    assert "\u041c" in capsys.readouterr().out


def test_a_narrow_terminal_gets_shares_as_numbers_alone(
    tmp_path: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    inspect(tmp_path, TWO_LINES_7)
    text = capsys.readouterr().out
    assert "█" not in text
    assert "c1               50%" in text


def test_an_interface_is_shown_where_the_wan_is_not_called_like_it(
    tmp_path: Path, capsys: Output
) -> None:
    inspect(tmp_path, TWO_LINES_7)
    assert "interface  " not in capsys.readouterr().out
    inspect(tmp_path, TWO_LINES_7.replace("interface=ether1", 'interface="Port 1"'))
    lines = capsys.readouterr().out.splitlines()
    assert "Port-1  Port 1     203.0.113.1" in lines[3]


def test_a_pipe_gets_no_colours_and_sane_lines(tmp_path: Path, capsys: Output) -> None:
    inspect(tmp_path, SEVERAL_REMAINDERS)
    text = capsys.readouterr().out
    assert "\x1b" not in text
    prose = [line for line in text.splitlines() if not line.lstrip().startswith("/")]
    assert max(map(len, prose)) <= 200


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--router", "192.0.2.1", "--export", "x.rsc"],
        ["--router", "192.0.2.1", "--config", "x.toml"],
    ],
)
def test_the_router_is_named_once(options: list[str], capsys: Output) -> None:
    assert main(["inspect", *options]) == 1
    assert "one of them" in capsys.readouterr().err


def test_an_export_that_is_not_there_is_one_sentence(tmp_path: Path, capsys: Output) -> None:
    assert main(["inspect", "--export", str(tmp_path / "none.rsc")]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "none.rsc: cannot be read" in error
