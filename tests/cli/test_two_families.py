"""A router that balances IPv4 and IPv6: planned from its export, failed over and restored."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.routers import ServedWorld, served, write_config, write_router
from wanwatch.cli.main import main

Output = pytest.CaptureFixture[str]
EXPORT = Path(__file__).with_name("two_families.rsc").read_text(encoding="ascii")
CONNECTIONS = "/ipv6/firewall/connection"
MOVED = [
    ("/ip/firewall/mangle", "*1"),
    ("/ipv6/firewall/mangle", "*1"),
    ("/ipv6/firewall/mangle", "*2"),
    ("/ip/route", "*1"),
    ("/ipv6/route", "*3"),
    ("/ipv6/route", "*5"),
    ("/ip/route", "*3"),
    ("/ipv6/route", "*1"),
]
"""What of line one is changed: rules, then its routes in tables, then those in main."""


def planned(folder: Path, capsys: Output, export: str = EXPORT) -> Any:
    config = write_config(folder, None)
    arguments = ["--config", config, "--export", write_router(folder, export)]
    main(["plan", *arguments, "--down", "one", "--json"])
    return json.loads(capsys.readouterr().out)


def connect(router: ServedWorld) -> None:
    """IPv6 connections over both lines, translated and not, and one of no line."""
    for address, mark in (
        ("2001:db8:a::7", "c1-v6"),
        ("2001:db8:a::8", ""),
        ("fd00:88::9", "c1-v6"),
        ("2001:db8:2::2", "c2-v6"),
        ("2001:db8:2::2", "c1-v6"),
        ("fd00:88::9", ""),
    ):
        row = {"protocol": "tcp", "reply-dst-address": address, "reply-dst-port": "443"}
        row |= {"connection-mark": mark} if mark else {}
        router.world.store.add(CONNECTIONS, row, dynamic=True)


def left(router: ServedWorld) -> list[str]:
    return router.call(lambda: [item.id for item in router.world.store.items(CONNECTIONS)])


def test_the_plan_of_an_export_has_each_familys_steps_in_its_menus(
    tmp_path: Path, capsys: Output
) -> None:
    document = planned(tmp_path, capsys)
    assert [(step["menu"], step["id"]) for step in document["steps"]] == MOVED
    assert document["findings"] == []
    rule = document["steps"][1]
    assert rule["attributes"] == {
        "new-connection-mark": "c2-v6",
        "comment": "IPv6, first line [wanwatch: wan=one new-connection-mark=c1-v6]",
    }
    assert rule["reason"].startswith("IPv6: WAN one takes no new connections")
    assert rule["rsc"].startswith(
        '/ipv6 firewall mangle set [find where comment="IPv6, first line"] '
    )
    assert document["steps"][4]["rsc"].startswith("/ipv6 route set [find where ")
    ipv6 = document["flush"][1]
    assert ipv6["menu"] == CONNECTIONS
    assert ipv6["addresses"] == ["2001:db8:1::2", "2001:db8:a::/64"]
    assert ipv6["connection_marks"] == ["c1-v6"]
    assert ipv6["rsc"].startswith("/ipv6 firewall connection remove [find where ")


def test_an_export_with_ipv6_switched_off_is_planned_for_ipv4_alone(
    tmp_path: Path, capsys: Output
) -> None:
    document = planned(tmp_path, capsys, f"{EXPORT}/ipv6 settings\nset disable-ipv6=yes\n")
    assert [(step["menu"], step["id"]) for step in document["steps"]] == [
        (menu, item) for menu, item in MOVED if menu.startswith("/ip/")
    ]


def test_text_says_which_connections_are_ipv6s(tmp_path: Path, capsys: Output) -> None:
    config = write_config(tmp_path, None)
    router = write_router(tmp_path, EXPORT)
    assert main(["plan", "--config", config, "--export", router, "--down", "one"]) == 2
    assert "then the IPv6 connections of one are removed: translated" in capsys.readouterr().out


def test_a_failover_of_both_families_is_done_proven_and_restored(
    tmp_path: Path, capsys: Output
) -> None:
    with served(EXPORT) as router:
        before = router.export()
        router.call(lambda: connect(router))
        config = write_config(tmp_path, router.port)
        assert main(["plan", "-c", config, "--down", "one", "--apply", "--json"]) == 0
        applied = json.loads(capsys.readouterr().out)["applied"]
        assert (applied["steps_done"], applied["verified"]) == (len(MOVED), True)
        assert applied["connections_removed"] == {"one": 3}
        assert left(router) == ["*4", "*5", "*6"]
        assert main(["plan", "-c", config, "--down", "one"]) == 0
        assert main(["restore", "--router", f"127.0.0.1:{router.port}"]) == 0
        assert router.export() == before


def test_a_failback_waits_for_the_routes_of_both_families(tmp_path: Path) -> None:
    with served(EXPORT) as router:
        before = router.export()
        config = write_config(tmp_path, router.port)
        assert main(["plan", "-c", config, "--down", "one", "--apply"]) == 0
        assert router.export() != before
        assert main(["plan", "-c", config, "--apply"]) == 0
        assert router.export() == before


def test_ids_that_changed_by_a_reboot_do_not_matter(tmp_path: Path) -> None:
    with served(EXPORT) as router:
        before = router.export()
        config = write_config(tmp_path, router.port)
        assert main(["plan", "-c", config, "--down", "two", "--apply"]) == 0
        router.call(router.world.reboot)
        assert main(["restore", "--router", f"127.0.0.1:{router.port}"]) == 0
        assert router.export() == before
