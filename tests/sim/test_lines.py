"""Lines: cut, mended, lossy and slow, by method and by row."""

import pytest

from tests.sim.small_world import V6, V7, SmallRouter, balanced, packet, packet_over, put, rows
from wanwatch.sim.commands import Commands
from wanwatch.sim.lines import MENU
from wanwatch.sim.menus_sim import SIM
from wanwatch.sim.request import Request
from wanwatch.sim.world import World


def part_answered(world: World, interface: str, count: int = 400) -> float:
    asked = packet_over(world, interface, protocol="udp")
    return sum(world.ask(asked).delay is not None for _ in range(count)) / count


def test_every_uplink_has_a_line_and_the_lan_has_none() -> None:
    world = balanced(lines=3).world()
    assert world.uplinks() == ("ether1", "ether2", "ether3")
    with pytest.raises(KeyError):
        world.line("bridge")


def test_a_disabled_default_route_makes_an_uplink_too() -> None:
    router = SmallRouter(V7)
    router.route("203.0.113.1", disabled="true")
    assert router.world().uplinks() == ("ether1",)


def test_a_recursive_gateway_leads_to_the_uplink_below() -> None:
    router = SmallRouter(V7)
    router.route("198.51.100.1", dst_address="8.8.8.8/32", scope="10")
    router.route("8.8.8.8", target_scope="11")
    assert router.world().uplinks() == ("ether2",)


def test_an_uplink_that_appears_later_gets_its_line() -> None:
    router = SmallRouter(V7)
    router.route("203.0.113.1")
    world = router.world()
    router.route("ether2", distance="2")
    assert world.uplinks() == ("ether1", "ether2")
    assert [row["name"] for row in rows(world, MENU)] == ["ether1", "ether2"]


@pytest.mark.parametrize("version", [V6, V7])
@pytest.mark.parametrize("how", [{}, {"beyond": True}, {"interface_down": True}])
def test_a_cut_line_answers_nobody_and_a_mended_one_does(
    version: object, how: dict[str, bool]
) -> None:
    router = SmallRouter(V6 if version is V6 else V7)
    router.route("203.0.113.1")
    router.row("/ip/firewall/nat", chain="srcnat", action="masquerade", out_interface="ether1")
    world = router.world()
    world.line("ether1").cut(**how)
    assert world.ask(packet()).delay is None
    world.line("ether1").mend()
    assert world.ask(packet(1)).delay == 0.0


def test_a_cut_touches_no_other_line() -> None:
    world = balanced().world()
    world.line("ether1").cut()
    assert world.ask(packet_over(world, "ether2")).delay == 0.0


def test_a_lossy_line_loses_its_part() -> None:
    world = balanced().world()
    world.line("ether1").set(loss=0.3)
    assert part_answered(world, "ether1") == pytest.approx(0.7, abs=0.08)
    assert part_answered(world, "ether2") == 1.0


def test_the_same_seed_loses_the_same_packets() -> None:
    def pattern(seed: int) -> list[bool]:
        world = balanced().world(seed)
        world.line("ether1").set(loss=0.5)
        asked = packet_over(world, "ether1", protocol="udp")
        return [world.ask(asked).delay is None for _ in range(40)]

    assert pattern(4) == pattern(4)
    assert pattern(4) != pattern(5)


def test_a_slow_line_takes_its_time() -> None:
    world = balanced().world()
    world.line("ether1").set(delay=0.2, jitter=0.05)
    asked = packet_over(world, "ether1")
    delays = [world.ask(asked).delay or 0.0 for _ in range(100)]
    assert 0.15 <= min(delays) < 0.17
    assert 0.23 < max(delays) <= 0.25


def test_a_delay_is_never_negative() -> None:
    world = balanced().world()
    world.line("ether1").set(delay=0.01, jitter=1.0)
    asked = packet_over(world, "ether1")
    assert min(world.ask(asked).delay or 0.0 for _ in range(50)) >= 0.0


def test_setting_one_thing_leaves_the_others() -> None:
    line = balanced().world().line("ether1")
    line.set(loss=0.1, delay=0.2)
    line.set(jitter=0.03)
    assert (line.loss, line.delay, line.jitter) == (0.1, 0.2, 0.03)
    line.mend()
    assert (line.loss, line.delay, line.jitter, line.state) == (0.0, 0.0, 0.0, "ok")


def test_a_row_changed_by_hand_cuts_the_line() -> None:
    world = balanced().world()
    (row, _) = world.rows(MENU)
    world.store.update(MENU, row.id, {"state": "cut-beyond", "loss": "0.25", "delay": "150ms"})
    line = world.line("ether1")
    assert (line.state, line.loss, line.delay) == ("cut-beyond", 0.25, 0.15)


def test_a_row_that_makes_no_sense_changes_nothing() -> None:
    world = balanced().world()
    (row, _) = world.rows(MENU)
    world.store.update(MENU, row.id, {"state": "sawn", "loss": "much", "delay": "long"})
    line = world.line("ether1")
    assert (line.state, line.loss, line.delay) == ("ok", 0.0, 0.0)


def test_rows_tell_the_state_of_the_lines() -> None:
    world = balanced().world()
    world.line("ether2").cut(interface_down=True)
    shown = {row["name"]: (row["state"], row["running"]) for row in rows(world, MENU)}
    assert shown == {"ether1": ("ok", "true"), "ether2": ("down", "false")}


def test_a_line_is_never_forgotten_when_its_routes_go() -> None:
    router = SmallRouter(V7)
    route = router.route("203.0.113.1")
    world = router.world()
    world.store.remove("/ip/route", route.id)
    assert world.uplinks() == ("ether1",)


def test_the_menu_of_lines_can_be_served_by_the_api() -> None:
    world = balanced().world()
    commands = Commands(world)
    commands.menus = {**commands.menus, MENU: SIM[0]}
    words = (f"{MENU}/set", "=.id=ether1", "=state=cut", "=delay=200ms", "=loss=0.5")
    tuple(commands.run(Request.parse(words), lambda _policy: True))
    line = world.line("ether1")
    assert (line.state, line.delay, line.loss) == ("cut", 0.2, 0.5)


def test_ports_named_by_addresses_only_are_taken_to_exist() -> None:
    router = SmallRouter(V7)
    put(router.store, "/ip/address", address="192.0.2.2/29", interface="ether9")
    router.route("192.0.2.1")
    world = router.world()
    assert world.uplinks() == ("ether9",)
    assert world.store.find("/interface/ethernet", name="ether9") is not None
