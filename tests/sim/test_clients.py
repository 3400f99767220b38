"""What users feel: connections that open, hang, complete and break."""

import time

import pytest

from tests.sim.small_world import MANGLE, SmallRouter, balanced
from wanwatch.core.snapshot import Version
from wanwatch.sim.clients import DEFAULT_MANNERS, Clients, Manners
from wanwatch.sim.store import Store
from wanwatch.sim.world import World


def run(router: SmallRouter, clients: Clients, seconds: float) -> None:
    """Let time pass in small steps."""
    end = router.clock.now + seconds
    while router.clock.now < end:
        router.clock.now += 0.25
        clients.step(router.clock.now)


LASTING = Manners(hold=(60.0, 120.0))
IMPATIENT = Manners(give_up_after=10.0)


def people(router: SmallRouter, manners: Manners = DEFAULT_MANNERS) -> tuple[World, Clients]:
    world = router.world()
    return world, Clients(world, 20, 5, manners=manners)


def test_clients_spread_over_the_lines() -> None:
    router = balanced(lines=3)
    _, clients = people(router)
    run(router, clients, 4.0)
    counts = clients.counts()
    assert set(counts) - {"-"} == {"ether1", "ether2", "ether3"}
    assert all(counts[name].open > 15 for name in ("ether1", "ether2", "ether3"))
    assert sum(found.broken + found.hung for found in counts.values()) == 0


def test_clients_come_from_the_lan() -> None:
    router = balanced()
    world, clients = people(router)
    run(router, clients, 2.0)
    network = 192 << 24 | 168 << 16 | 88 << 8
    assert {entry.src & 0xFFFFFF00 for entry in world.entries()} == {network}
    assert {entry.in_interface for entry in world.entries()} == {"bridge"}


def test_connections_complete_and_others_follow() -> None:
    router = balanced()
    _, clients = people(router)
    run(router, clients, 90.0)
    counts = clients.counts()
    assert sum(found.completed for found in counts.values()) > 150
    assert sum(found.open for found in counts.values()) > 80
    assert sum(found.broken for found in counts.values()) == 0


def test_a_cut_line_makes_its_connections_hang_and_no_others() -> None:
    router = balanced()
    world, clients = people(router)
    run(router, clients, 4.0)
    open_before = clients.counts()["ether1"].open
    world.line("ether1").cut(beyond=True)
    run(router, clients, 4.0)
    counts = clients.counts()
    assert counts["ether1"].open == 0
    assert counts["ether1"].hung >= open_before - 5
    assert counts["ether2"].hung == 0


def test_clients_give_up_in_the_end() -> None:
    router = balanced()
    world, clients = people(router, IMPATIENT)
    run(router, clients, 4.0)
    world.line("ether1").cut(beyond=True)
    run(router, clients, 40.0)
    counts = clients.counts()
    assert counts["ether1"].broken > 30
    assert counts["ether2"].broken == 0


def test_a_mended_line_lets_hanging_connections_go_on() -> None:
    router = balanced()
    world, clients = people(router)
    run(router, clients, 4.0)
    world.line("ether1").cut(beyond=True)
    run(router, clients, 5.0)
    world.line("ether1").mend()
    run(router, clients, 20.0)
    counts = clients.counts()
    assert (counts["ether1"].hung, counts["ether1"].broken) == (0, 0)
    assert counts["ether1"].open > 20


def fail_over(world: World, *, flush: bool) -> None:
    for rule in list(world.store.items(MANGLE)):
        if rule.properties.get("new-connection-mark") == "ether1_conn":
            world.store.update(MANGLE, rule.id, {"new-connection-mark": "ether2_conn"})
    if flush:
        for entry in world.entries():
            if entry.mark == "ether1_conn":
                world.remove_connection(f"*{entry.number:X}")


@pytest.mark.parametrize("flush", [True, False])
def test_only_a_flush_frees_the_hanging_connections(*, flush: bool) -> None:
    router = balanced()
    world, clients = people(router, LASTING)
    run(router, clients, 4.0)
    world.line("ether1").cut(beyond=True)
    run(router, clients, 3.0)
    hanging = clients.counts()["ether1"].hung
    assert hanging > 30
    fail_over(world, flush=flush)
    run(router, clients, 8.0)
    counts = clients.counts()
    if flush:
        assert (counts["ether1"].hung, counts["ether2"].hung) == (0, 0)
        assert counts["ether2"].open == 100
    else:
        assert counts["ether1"].hung >= hanging - 5


def test_the_far_end_resets_a_connection_that_comes_from_elsewhere() -> None:
    router = balanced()
    world, clients = people(router, LASTING)
    run(router, clients, 4.0)
    was_open = clients.counts()["ether1"].open
    fail_over(world, flush=True)
    run(router, clients, 4.0)
    counts = clients.counts()
    assert counts["ether1"].broken == was_open
    assert {entry.tcp_state for entry in world.entries() if entry.protocol == "tcp"} == {
        "established",
        "close",
    }


def test_the_same_seed_gives_the_same_story() -> None:
    def story() -> dict[str, object]:
        router = balanced()
        world, clients = people(router)
        run(router, clients, 5.0)
        world.line("ether1").set(loss=0.3)
        run(router, clients, 20.0)
        return dict(clients.counts())

    assert story() == story()


def test_many_connections_are_made_quickly_and_live_long() -> None:
    router = balanced()
    world = router.world()
    clients = Clients(world, 0)
    began = time.perf_counter()
    assert clients.populate(5000) == 5000
    assert time.perf_counter() - began < 5.0
    router.clock.now = 3600.0
    assert len(world.entries()) == 5000
    marks = [entry.mark for entry in world.entries()]
    assert marks.count("ether1_conn") == pytest.approx(2500, rel=0.1)


def test_a_router_without_a_lan_has_no_clients() -> None:
    world = World(Store(), Version(7, 20), clock=lambda: 0.0, seed=1)
    with pytest.raises(ValueError, match="no running LAN"):
        Clients(world)


def test_clients_are_on_the_interface_that_the_rules_balance() -> None:
    router = balanced()
    router.row("/ip/address", address="172.20.0.1/16", interface="ether77")
    other = router.store.items("/ip/address")[0]
    router.store.move("/ip/address", other.id, None)
    world = router.world()
    assert [address.interface for address in world.state().addresses][-1] == "bridge"
    found = world.lan()
    assert found is not None
    assert found.interface == "bridge"


def test_no_client_has_an_address_of_the_router() -> None:
    router = balanced()
    for number in range(2, 250):
        router.row("/ip/address", address=f"192.168.88.{number}/24", interface="bridge")
    clients = Clients(router.world(), 10, 2)
    hosts = {flow.packet.src & 255 for flow in clients.flows}
    assert hosts <= {250, 251, 252, 253, 254}
    assert len(hosts) == 5
