"""What a client of the API sees of the world beside routes and connections."""

import pytest

from tests.sim.small_world import V6, V7, SmallRouter, balanced, packet, put, rows
from wanwatch.core.snapshot import Version
from wanwatch.sim.commands import Commands
from wanwatch.sim.edit import RENEWED
from wanwatch.sim.request import Request
from wanwatch.sim.store import Item
from wanwatch.sim.traps import Trap
from wanwatch.sim.world import World

LIST = "/ip/firewall/address-list"


def lease(router: SmallRouter, timeout: str = "30s") -> Item:
    return router.store.add(
        LIST, {"list": "lease", "address": "192.0.2.9", "timeout": timeout}, dynamic=True
    )


def names(world: World) -> list[str]:
    return [row["address"] for row in rows(world, LIST)]


def test_a_dynamic_entry_counts_down_and_expires() -> None:
    router = balanced()
    world = router.world()
    lease(router)
    assert rows(world, LIST)[0]["timeout"] == "30s"
    router.clock.now = 12.0
    assert rows(world, LIST)[0]["timeout"] == "18s"
    router.clock.now = 30.0
    assert names(world) == []
    assert world.store.items(LIST) == []


def test_setting_the_timeout_starts_it_anew() -> None:
    router = balanced()
    world = router.world()
    item = lease(router)
    router.clock.now = 25.0
    world.store.update(LIST, item.id, {"timeout": "30s", RENEWED: "1"})
    router.clock.now = 50.0
    assert rows(world, LIST)[0]["timeout"] == "5s"


def test_other_changes_leave_the_timeout_running() -> None:
    router = balanced()
    world = router.world()
    item = lease(router)
    router.clock.now = 25.0
    world.store.update(LIST, item.id, {"comment": "owner=me"})
    assert rows(world, LIST)[0]["timeout"] == "5s"


def test_a_static_entry_stays() -> None:
    router = balanced()
    put(router.store, LIST, list="staff", address="10.0.0.1")
    world = router.world()
    router.clock.now = 1e6
    assert names(world) == ["10.0.0.1"]
    assert "timeout" not in rows(world, LIST)[0]


@pytest.mark.parametrize(
    ("version", "date"), [(V6, "jan/01/2026 00:01:40"), (V7, "2026-01-01 00:01:40")]
)
def test_an_entry_tells_when_it_was_made(version: Version, date: str) -> None:
    router = balanced(version)
    router.clock.now = 100.0
    world = router.world()
    lease(router)
    assert rows(world, LIST)[0]["creation-time"] == date


def test_an_expired_entry_matches_no_more() -> None:
    router = SmallRouter()
    router.route("203.0.113.1")
    router.mangle("mark-connection", new_connection_mark="hit", dst_address_list="lease")
    router.store.add(LIST, {"list": "lease", "address": "1.1.1.1", "timeout": "10s"}, dynamic=True)
    world = router.world()
    assert world.trace(packet()).connection_mark == "hit"
    router.clock.now = 10.0
    world.tick()
    assert world.trace(packet()).connection_mark == ""


def test_a_lease_is_taken_by_one_and_free_again_when_it_expired() -> None:
    router = balanced()
    world = router.world()
    words = (f"{LIST}/add", "=list=lease", "=address=192.0.2.9", "=timeout=30s")

    def take() -> str:
        try:
            tuple(Commands(world).run(Request.parse(words), lambda _policy: True))
        except Trap as trap:
            return trap.message
        return "taken"

    assert take() == "taken"
    assert "already have such entry" in take()
    router.clock.now = 31.0
    assert take() == "taken"


def test_interfaces_run_until_their_line_is_unplugged() -> None:
    world = balanced().world()
    world.line("ether1").cut(interface_down=True)
    running = {row["name"]: row["running"] for row in rows(world, "/interface/ethernet")}
    assert running == {"ether1": "false", "ether2": "true"}
    assert rows(world, "/interface/bridge")[0]["running"] == "true"


def test_a_disabled_interface_does_not_run() -> None:
    router = balanced()
    put(router.store, "/interface/ethernet", name="ether9", disabled="true")
    running = {row["name"]: row["running"] for row in rows(router.world(), "/interface/ethernet")}
    assert running["ether9"] == "false"


def test_addresses_name_their_interface_or_are_invalid() -> None:
    router = SmallRouter()
    world = router.world()
    bad = put(router.store, "/ip/address", address="10.0.0.1/24", interface="*7")
    found = {row["address"]: row for row in rows(world, "/ip/address")}
    assert found["203.0.113.2/30"]["actual-interface"] == "ether1"
    assert found["203.0.113.2/30"]["invalid"] == "false"
    assert world.computed("/ip/address", bad)["invalid"] == "true"


def test_the_resource_tells_version_and_uptime() -> None:
    router = balanced(V6)
    router.clock.now = 5.0
    world = router.world()
    router.clock.now = 5.0 + 3661.0
    resource = world.computed("/system/resource", Item("*0"))
    assert (resource["version"], resource["uptime"]) == ("6.49 (stable)", "1h1m1s")


def test_v7_shows_the_table_main() -> None:
    router = balanced()
    assert "main" in [row["name"] for row in rows(router.world(), "/routing/table")]


def test_the_world_can_be_printed_by_the_commands_of_the_api() -> None:
    world = balanced().world()
    world.ask(packet())
    for path in ("/ip/route", "/ip/firewall/mangle", "/ip/firewall/connection", "/interface"):
        request = Request.parse((f"{path}/print",))
        replies = list(Commands(world).run(request, lambda _policy: True))
        assert len(replies) > 1
        assert replies[-1] == ("!done",)


def test_a_query_by_mark_finds_the_connections_of_a_line() -> None:
    world = balanced().world()
    for number in range(40):
        world.ask(packet(number))
    wanted = sum(entry.mark == "ether1_conn" for entry in world.entries())
    words = ("/ip/firewall/connection/print", "=count-only=", "?connection-mark=ether1_conn")
    (reply,) = Commands(world).run(Request.parse(words), lambda _policy: True)
    assert reply == ("!done", f"=ret={wanted}")
    assert 5 < wanted < 35
