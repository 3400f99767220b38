"""What ``print`` shows, on RouterOS 6 and 7."""

import pytest

from wanwatch.core.snapshot import Version
from wanwatch.sim.commands import Commands
from wanwatch.sim.request import Request
from wanwatch.sim.store import Item

from .tiny_router import V6, V7, TinyRouter, ask, trap_of


def test_a_v7_route_shows_its_defaults_and_flags() -> None:
    router = TinyRouter(V7)
    router.put("/ip/route", gateway="203.0.113.1", routing_table="wan1")
    (row,) = ask(router, "/ip/route/print")
    assert next(iter(row)) == ".id"
    assert row["routing-table"] == "wan1"
    assert (row["distance"], row["scope"], row["target-scope"]) == ("1", "30", "10")
    assert (row["static"], row["dynamic"], row["disabled"]) == ("true", "false", "false")
    assert row["pref-src"] == ""
    assert "blackhole" not in row
    assert "routing-mark" not in row


def test_a_v6_route_shows_flags_only_when_true() -> None:
    router = TinyRouter(V6)
    router.put("/ip/route", gateway="203.0.113.1", routing_mark="wan1")
    router.facts["/ip/route"] = {"active": "false", "gateway-status": "203.0.113.1 unreachable"}
    (row,) = ask(router, "/ip/route/print")
    assert row["routing-mark"] == "wan1"
    assert row["static"] == "true"
    assert row["disabled"] == "false"
    assert not {"active", "dynamic", "inactive", "routing-table"} & row.keys()


def test_v7_says_nothing_to_a_query_for_routing_marks() -> None:
    router = TinyRouter(V7)
    router.put("/ip/route", gateway="203.0.113.1")
    assert ask(router, "/ip/route/print", "?routing-mark=wan1") == []


def test_v6_drops_what_follows_an_unknown_name_and_v7_does_not() -> None:
    for version, expected in ((V6, {"gateway"}), (V7, {"gateway", "distance"})):
        router = TinyRouter(version)
        router.put("/ip/route", gateway="203.0.113.1")
        (row,) = ask(router, "/ip/route/print", "=.proplist=gateway,unheard-of,distance")
        assert row.keys() == expected


def test_proplist_gives_the_id_first_and_only_when_asked() -> None:
    router = TinyRouter()
    router.put("/ip/route", gateway="203.0.113.1")
    (row,) = ask(router, "/ip/route/print", "=.proplist=gateway,.id")
    assert list(row) == [".id", "gateway"]
    (row,) = ask(router, "/ip/route/getall", ".proplist=gateway")
    assert list(row) == ["gateway"]


def test_count_only_counts_what_the_query_matches() -> None:
    router = TinyRouter()
    for distance in ("1", "2", "2"):
        router.put("/ip/route", gateway="203.0.113.1", distance=distance)
    assert ask(router, "/ip/route/print", "=count-only=", "?distance=2") == [{"ret": "2"}]


@pytest.mark.parametrize(
    ("version", "first"), [(Version(7, 17), "!done"), (Version(7, 18), "!empty")]
)
def test_an_empty_print_says_so_from_7_18_on(version: Version, first: str) -> None:
    router = TinyRouter(version)
    request = Request.parse(("/ip/route/print",))
    replies = list(Commands(router).run(request, lambda _: True))
    assert replies[0][0] == first
    assert replies[-1] == ("!done",)


def test_a_menu_of_settings_is_one_row_without_id() -> None:
    router = TinyRouter()
    assert ask(router, "/system/identity/print") == [{"name": "MikroTik"}]
    (resource,) = ask(router, "/system/resource/print")
    assert resource["version"] == "7.20.8 (stable)"


def test_what_the_world_computes_is_shown_on_top() -> None:
    router = TinyRouter()
    router.facts["/system/resource"] = {"uptime": "3d"}
    assert ask(router, "/system/resource/print", "=.proplist=uptime") == [{"uptime": "3d"}]


def test_rows_the_world_makes_up_are_dynamic() -> None:
    router = TinyRouter()
    router.made_up["/ip/route"] = [Item("*80000001", {"gateway": "ether1"}, dynamic=True)]
    (row,) = ask(router, "/ip/route/print", "?dynamic=yes")
    assert (row[".id"], row["static"]) == ("*80000001", "false")


def test_the_common_interface_menu_shows_every_kind() -> None:
    router = TinyRouter()
    router.put("/interface/bridge", name="lan")
    rows = ask(router, "/interface/print", "=.proplist=.id,name,type")
    assert [(row["name"], row["type"]) for row in rows] == [
        ("ether1", "ether"),
        ("ether2", "ether"),
        ("lan", "bridge"),
    ]
    assert len({row[".id"] for row in rows}) == 3


def test_passthrough_is_shown_for_marking_rules_only() -> None:
    router = TinyRouter()
    router.store.add("/ip/firewall/mangle", {"chain": "prerouting", "action": "accept"})
    router.store.add("/ip/firewall/mangle", {"chain": "prerouting", "action": "mark-routing"})
    rows = ask(router, "/ip/firewall/mangle/print")
    assert [row.get("passthrough") for row in rows] == [None, "true"]
    assert {row["packets"] for row in rows} == {"0"}


def test_passwords_and_inner_properties_are_never_shown() -> None:
    router = TinyRouter()
    router.store.add("/user", {"name": "admin", "password": "secret", ".set-by": "name"})
    (row,) = ask(router, "/user/print")
    assert "password" not in row
    assert ".set-by" not in row


@pytest.mark.parametrize(
    ("version", "command", "said"),
    [
        (V7, "/ip/nowhere/print", "no such command prefix"),
        (V7, "/ip/route/fly", "no such command"),
        (V7, "/ip/print", "no such command"),
        (V6, "/routing/table/print", "no such command prefix"),
        (V7, "/ip/route/rule/print", "no such command prefix"),
        (V7, "/ip/firewall/connection/add", "no such command"),
        (V7, "/system/resource/set", "no such command"),
    ],
)
def test_what_does_not_exist_is_refused(version: Version, command: str, said: str) -> None:
    assert trap_of(TinyRouter(version), command) == said


def test_an_unknown_option_of_print_is_refused() -> None:
    assert trap_of(TinyRouter(), "/ip/route/print", "=foo=1") == "unknown parameter foo"
