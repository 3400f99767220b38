"""A reboot: what lived in RAM is gone, the hash is seeded anew, ids change."""

from tests.sim.small_world import (
    CONNECTION,
    MANGLE,
    ROUTE,
    SmallRouter,
    balanced,
    packet,
    put,
    rows,
)
from wanwatch.sim.store import Item
from wanwatch.sim.world import World

LIST = "/ip/firewall/address-list"


def lines_used(world: World, count: int = 200) -> list[str]:
    return [world.trace(packet(number)).out_interface for number in range(count)]


def test_connections_are_gone_after_a_reboot() -> None:
    world = balanced().world()
    world.ask(packet())
    world.reboot()
    assert rows(world, CONNECTION) == []


def test_dynamic_list_entries_are_gone_and_static_ones_stay() -> None:
    router = balanced()
    put(router.store, LIST, list="staff", address="10.0.0.1")
    router.store.add(LIST, {"list": "lease", "address": "10.0.0.2", "timeout": "1h"}, dynamic=True)
    world = router.world()
    world.reboot()
    assert [row["address"] for row in rows(world, LIST)] == ["10.0.0.1"]


def test_connections_fall_into_other_buckets_after_a_reboot() -> None:
    world = balanced().world()
    before = lines_used(world)
    assert lines_used(world) == before
    world.reboot()
    changed = sum(one != other for one, other in zip(before, lines_used(world), strict=True))
    assert 60 < changed < 140


def test_rows_have_new_ids_and_the_same_order() -> None:
    router = balanced()
    world = router.world()
    before = [(item.id, dict(item.properties)) for item in world.store.items(MANGLE)]
    world.reboot()
    after = [(item.id, dict(item.properties)) for item in world.store.items(MANGLE)]
    assert [row for _, row in before] == [row for _, row in after]
    assert {name for name, _ in before}.isdisjoint(name for name, _ in after)


def test_routes_are_still_computed_by_their_new_ids() -> None:
    world = balanced().world()
    world.reboot()
    active = [row.get("active") for row in rows(world, ROUTE)]
    assert active.count("true") == len(active) - 1


def test_dynamic_routes_have_new_ids_too() -> None:
    world = balanced().world()

    def dynamic() -> set[str]:
        return {item.id for item in world.rows(ROUTE) if item.dynamic}

    before = dynamic()
    world.reboot()
    assert before.isdisjoint(dynamic())


def test_the_uptime_starts_at_zero() -> None:
    router = balanced()
    world = router.world()
    router.clock.now = 500.0
    world.reboot()
    router.clock.now = 503.0
    assert world.computed("/system/resource", Item("*0"))["uptime"] == "3s"


def test_who_listens_is_told() -> None:
    world = balanced().world()
    told: list[int] = []
    world.on_reboot(lambda: told.append(1))
    world.reboot()
    world.reboot()
    assert told == [1, 1]


def test_lines_stay_cut_through_a_reboot() -> None:
    world = balanced().world()
    world.line("ether1").cut(beyond=True)
    world.reboot()
    assert world.line("ether1").state == "cut-beyond"


def test_worlds_of_one_seed_are_alike_and_of_two_are_not() -> None:
    one, same, other = (balanced().world(seed) for seed in (8, 8, 9))
    assert lines_used(one) == lines_used(same)
    assert lines_used(one) != lines_used(other)


def test_a_world_without_anything_still_answers() -> None:
    router = SmallRouter(lines=0)
    world = router.world()
    assert world.uplinks() == ()
    assert world.ask(packet()).delay is None
