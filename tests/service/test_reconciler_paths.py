"""The paths of the probes beside the steps: read before a line comes back, not before a failover."""

import itertools

from tests.service.rig import DOWN, UP, Rig, rig
from wanwatch.core.model import Disposition, WanSpec
from wanwatch.core.path_proof import PathState, ProbeEntry
from wanwatch.core.target import Target
from wanwatch.probes.steering import Steering
from wanwatch.routeros.probe_entries import ProbeQuestion
from wanwatch.service.path_watch import PathWatch
from wanwatch.service.probe_paths import SteeredWan

OWN = {"one": "198.18.0.2", "two": "198.18.1.2"}
SOURCES = {"one": "10.0.0.1", "two": "10.0.0.2"}
READ = "the paths were read"


class Probes:
    """What the router shows of the probes, fresh entries every time; readings go among the writes."""

    def __init__(self, one: Rig) -> None:
        self.shown = dict(OWN)
        self._rig = one
        self._keys = itertools.count()
        one.reconciler.paths = PathWatch(
            [
                SteeredWan(wan, Steering(source=source), (Target.parse("9.9.9.9"),))
                for wan, source in SOURCES.items()
            ],
            [WanSpec(uplink.name, uplink.interface) for uplink in one.home.uplinks],
            entries=self._entries,
            clock=one.hands.monotonic,
        )

    async def _entries(self, asked: ProbeQuestion) -> list[ProbeEntry]:
        assert asked.sources == set(SOURCES.values())
        self._rig.written.append(READ)
        return [
            ProbeEntry(str(next(self._keys)), SOURCES[wan], "9.9.9.9", address)
            for wan, address in self.shown.items()
        ]


async def failed_over(one: Rig) -> Probes:
    """Line one is down and out, and its path was proven by what went before."""
    probes = Probes(one)
    await one.passes()
    one.judged(one=DOWN)
    await one.passes(2)
    assert one.reconciler.paths.proof("one").state is PathState.PROVEN
    one.written.clear()
    return probes


async def test_a_failover_does_not_wait_for_the_paths() -> None:
    async with rig() as one:
        Probes(one)
        await one.passes()
        one.written.clear()
        one.judged(one=DOWN)
        await one.passes()
        assert one.written[0] != READ
        assert one.written[-1] == READ


async def test_a_line_whose_probes_another_one_answered_is_not_taken_back() -> None:
    async with rig() as one:
        probes = await failed_over(one)
        probes.shown["one"] = OWN["two"]
        one.judged(one=UP)
        await one.passes(3, after=1.0)
        assert set(one.written) == {READ}
        assert one.reconciler.paths.proof("one").state is PathState.UNPROVEN
        assert one.reconciler.dispositions["one"] is Disposition.KEEP


async def test_a_line_that_its_own_probes_show_alive_is_taken_back_in_the_same_pass() -> None:
    async with rig() as one:
        await failed_over(one)
        one.judged(one=UP)
        await one.passes()
        assert one.written[0] == READ
        assert [change.outcome for change in one.changes("failback")] == ["verified"]


async def test_a_line_that_leaves_no_entry_is_not_kept_out_for_ever() -> None:
    async with rig() as one:
        probes = await failed_over(one)
        probes.shown.clear()
        one.judged(one=UP)
        await one.passes()
        assert not one.is_touched()
