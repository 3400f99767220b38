"""When the paths are read: at start, after changes, soon while in doubt, else every few minutes."""

import itertools
from dataclasses import replace

import pytest

from wanwatch.core.model import WanSpec
from wanwatch.core.path_proof import PathState, ProbeEntry
from wanwatch.core.snapshot import Address, MangleRule, Snapshot, Version
from wanwatch.core.target import Target
from wanwatch.probes.steering import Steering
from wanwatch.routeros.errors import CommandRefused
from wanwatch.routeros.probe_entries import ProbeQuestion
from wanwatch.service.path_watch import EVERY, SOON, SOON_AT_MOST, PathWatch, no_paths
from wanwatch.service.probe_paths import SteeredWan, probe_path, question

SPECS = (WanSpec("a", "ether1"), WanSpec("b", "ether2"))
SNAPSHOT = Snapshot(
    Version(7, 20),
    addresses=(Address("198.51.100.1/24", "ether1"), Address("203.0.113.1/24", "ether2")),
)
OWN = {"a": "198.51.100.1", "b": "203.0.113.1"}
SOURCES = {"a": "10.0.0.1", "b": "10.0.0.2"}


def steered(name: str, *targets: str, steering: Steering | None = None) -> SteeredWan:
    """A WAN whose probes leave from its alias."""
    chosen = steering or Steering(source=SOURCES[name])
    return SteeredWan(name, chosen, tuple(map(Target.parse, targets or ["9.9.9.9"])))


class Desk:
    """A path watch, its clock, and the translations that the router shows next."""

    def __init__(self) -> None:
        self.now = 100.0
        self.shown = dict(OWN)
        self.refusal: CommandRefused | None = None
        self.readings = 0
        self._keys = itertools.count()
        wans = [steered("a"), steered("b")]
        self.watch = PathWatch(wans, SPECS, entries=self.entries, clock=lambda: self.now)
        self.watch.observed(SNAPSHOT)

    async def entries(self, asked: ProbeQuestion) -> list[ProbeEntry]:
        self.readings += 1
        if self.refusal is not None:
            raise self.refusal
        assert asked.sources == set(SOURCES.values())
        return [
            ProbeEntry(str(next(self._keys)), SOURCES[wan], "9.9.9.9", address)
            for wan, address in self.shown.items()
        ]

    def states(self) -> dict[str, PathState]:
        return {wan: self.watch.proof(wan).state for wan in OWN}


async def test_the_first_reading_is_due_at_once_and_the_next_one_minutes_later() -> None:
    desk = Desk()
    assert desk.watch.left == 0
    assert not await desk.watch.read(SNAPSHOT)
    assert set(desk.states().values()) == {PathState.PROVEN}
    assert (desk.watch.left, desk.watch.comes_before_steps()) == (EVERY, False)


async def test_a_doubt_is_settled_soon() -> None:
    desk = Desk()
    desk.shown["a"] = OWN["b"]
    assert await desk.watch.read(SNAPSHOT)
    assert (set(desk.watch.held_back), desk.watch.left) == ({"a"}, SOON)
    desk.now += SOON
    assert not await desk.watch.read(SNAPSHOT)
    assert desk.states() == {"a": PathState.UNPROVEN, "b": PathState.PROVEN}


async def test_what_does_not_settle_is_asked_for_less_and_less_often() -> None:
    desk = Desk()
    desk.shown.clear()
    gaps = []
    for _ in range(8):
        await desk.watch.read(SNAPSHOT)
        gaps.append(desk.watch.left)
        desk.now += desk.watch.left
    assert gaps == [1, 2, 4, 8, 16, 32, SOON_AT_MOST, SOON_AT_MOST]
    assert desk.watch.comes_before_steps()


async def test_rows_that_lead_probes_make_a_reading_due_and_wanwatchs_own_do_not() -> None:
    desk = Desk()
    await desk.watch.read(SNAPSHOT)
    steering = MangleRule("*1", {"chain": "prerouting", "new-routing-mark": "p"})
    own = replace(steering, comment="[wanwatch: wan=a added=yes]")
    sharing = MangleRule("*2", {"per-connection-classifier": "src-address:2/0"})
    desk.watch.observed(replace(SNAPSHOT, mangle=(own, sharing)))
    assert desk.watch.left == EVERY
    desk.watch.observed(replace(SNAPSHOT, mangle=(steering,)))
    assert (desk.watch.left, desk.watch.comes_before_steps()) == (0, True)


async def test_an_address_that_changed_makes_a_reading_due() -> None:
    desk = Desk()
    await desk.watch.read(SNAPSHOT)
    moved = (Address("198.51.100.9/24", "ether1"), SNAPSHOT.addresses[1])
    desk.watch.observed(replace(SNAPSHOT, addresses=moved))
    assert desk.watch.left == 0


async def test_after_a_change_of_its_own_the_paths_are_read() -> None:
    desk = Desk()
    await desk.watch.read(SNAPSHOT)
    desk.watch.changed()
    assert desk.watch.left == 0


async def test_before_a_line_is_taken_back_the_paths_are_read() -> None:
    desk = Desk()
    await desk.watch.read(SNAPSHOT)
    assert not desk.watch.comes_before_steps()
    assert desk.watch.comes_before_steps(is_return=True)
    assert not no_paths(lambda: 0.0).comes_before_steps(is_return=True)


async def test_a_router_that_refuses_to_tell_takes_nothing_back() -> None:
    desk = Desk()
    await desk.watch.read(SNAPSHOT)
    desk.refusal = CommandRefused("not enough permissions")
    assert not await desk.watch.read(SNAPSHOT)
    assert set(desk.states().values()) == {PathState.PROVEN}


def test_where_nobody_is_watched_nothing_is_ever_due() -> None:
    watch = no_paths(lambda: 0.0)
    watch.observed(SNAPSHOT)
    assert (watch.left, watch.comes_before_steps(), watch.held_back) == (
        float("inf"),
        False,
        frozenset(),
    )


def test_far_ends_are_asked_for_only_where_no_probe_is_without_a_port() -> None:
    mixed = steered("a", "1.1.1.1", "tcp:9.9.9.9:853")
    ported = steered("b", "tcp:1.1.1.1:443", "dns:8.8.8.8", "tcp:9.9.9.9:853")
    asked = question([mixed, ported], [probe_path(mixed), probe_path(ported)])
    assert asked.sources == {"10.0.0.1", "10.0.0.2"}
    assert asked.far_ends == {"9.9.9.9:853", "1.1.1.1:443"}


@pytest.mark.parametrize("dscp", [0, 41])
def test_without_a_source_it_is_the_one_that_the_host_would_choose(dscp: int) -> None:
    wan = steered("a", "udp:127.0.0.1:7", steering=Steering(dscp=dscp))
    assert probe_path(wan).source == "127.0.0.1"


def test_a_path_that_this_host_cannot_send_on_has_no_source() -> None:
    wan = steered("a", steering=Steering(device="no-such-device"))
    path = probe_path(wan)
    assert (path.source, question([wan], [path]).sources) == ("", frozenset())
