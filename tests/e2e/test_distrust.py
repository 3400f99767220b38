"""What keeps us from seeing, end to end: void samples, a frozen state with its reason, metrics."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.house import FAST, House, Watched, house, is_back, is_out, is_quiet, wan
from tests.service.jumping import jumping_loop
from tests.service.living import live
from wanwatch.config import load
from wanwatch.service.clock import Clock
from wanwatch.service.daemon import Daemon
from wanwatch.service.status import StatusDocument
from wanwatch.service.systemd import Notifier


@dataclass
class Clocks:
    """The system's clocks, which can be moved."""

    slept: float = 0.0
    set_forward: float = 0.0

    def clock(self) -> Clock:
        """As the daemon takes them."""
        return Clock(
            asyncio.get_running_loop().time,
            lambda: time.time() + self.slept + self.set_forward,
            lambda: time.monotonic() + self.slept,
        )


def value(watched: Watched, name: str, **labels: str) -> float:
    """A metric as Prometheus would read it now."""
    parts = watched.daemon.parts
    assert parts is not None
    metrics = watched.daemon._metrics
    metrics.update(parts.documents.make())
    return metrics.registry.get_sample_value(f"wanwatch_{name}", labels) or 0.0


def void(watched: Watched) -> float:
    """How many samples were void."""
    parts = watched.daemon.parts
    assert parts is not None
    return sum(
        value(watched, "probes_total", wan=each.name, target=target.target, result="void")
        for each in parts.documents.make().wans
        for target in each.targets
    )


def has_no_loss(document: StatusDocument) -> bool:
    """No line was found lost."""
    return not [change for change in document.changes if change.after == "down"]


async def disturbed(
    folder: Path, kind: str, disturb: Callable[[Clocks], None], lasts: float
) -> None:
    """Have something happen to our host, and see it through."""
    clocks = Clocks()
    async with house("v7-two-interleaved", folder).open() as home:
        path = home.config(FAST)
        daemon = Daemon(load(path), path, Notifier.from_environ(), clock=clocks.clock())
        watched = Watched(daemon, asyncio.create_task(daemon.run()))
        await watched.until(is_quiet)
        before = home.export()
        counted, void_before = value(watched, "disturbances_total", kind=kind), void(watched)
        await watched.until(under_way(watched))
        disturb(clocks)
        document = await watched.until(lambda d: d.frozen == kind, within=2)
        assert {one.disposition for one in document.wans} <= {"carry", "keep"}
        assert value(watched, "frozen", reason=kind) == 1
        assert value(watched, "disturbances_total", kind=kind) > counted
        assert void(watched) > void_before
        document = await watched.until(is_quiet, within=lasts)
        assert value(watched, "frozen", reason=kind) == 0
        assert has_no_loss(document)
        assert home.export() == before
        daemon.stop()
        await watched.task


def under_way(watched: Watched) -> Callable[[StatusDocument], bool]:
    """A probe has left, and has not come back."""

    def holds(_: StatusDocument) -> bool:
        parts = watched.daemon.parts
        assert parts is not None
        return any(
            target.figures.pending
            for each in parts.watcher.report().wans
            for target in each.targets
        )

    return holds


async def test_a_stalled_loop_is_said_counted_and_no_loss(tmp_path: Path) -> None:
    await disturbed(tmp_path, "stall", lambda _: time.sleep(1.5), lasts=6)


async def test_a_host_that_slept_says_so_and_waits(tmp_path: Path) -> None:
    def sleep(clocks: Clocks) -> None:
        clocks.slept += 2.5

    await disturbed(tmp_path, "suspend", sleep, lasts=15)


async def test_a_clock_that_was_set_is_said_and_waited_for(tmp_path: Path) -> None:
    def set_back(clocks: Clocks) -> None:
        clocks.set_forward -= 2.0

    await disturbed(tmp_path, "clock-jump", set_back, lasts=6)


async def test_probes_that_cannot_leave_this_host_freeze_it_with_the_reason(
    tmp_path: Path,
) -> None:
    async with house("v7-two-interleaved", tmp_path).open() as home:
        path = home.config(FAST)
        text = path.read_text()
        for number in (10, 11):
            text = text.replace(f'source = "127.0.{number}.1"', f'source = "192.0.2.{number}"')
        path.write_text(text)
        async with home.watched_from(path) as watched:
            document = await watched.until(
                lambda d: (
                    d.frozen == "probe-errors" and all("source-missing" in w.blind for w in d.wans)
                ),
                within=12,
            )
            assert value(watched, "frozen", reason="probe-errors") == 1
            assert value(watched, "wan_blind", wan="one") == 1
            assert value(watched, "probe_errors_total", wan="one", reason="source-missing") > 5
            assert {one.state for one in document.wans} == {"unknown"}


async def test_missing_permission_freezes_it_and_says_permission(tmp_path: Path) -> None:
    async with house("v7-two-interleaved", tmp_path).open() as home:
        path = home.config(FAST)
        targets = path.read_text().partition("targets = [")[2].partition("]")[0]
        # The kernel lets no socket connect to a broadcast address that did not ask for the right.
        path.write_text(path.read_text().replace(targets, '"udp:127.255.255.255:9"'))
        async with home.watched_from(path) as watched:
            await watched.until(
                lambda d: (
                    d.frozen == "not-permitted" and all("not-permitted" in w.blind for w in d.wans)
                ),
                within=12,
            )
            assert value(watched, "frozen", reason="not-permitted") == 1
            assert value(watched, "probe_errors_total", wan="two", reason="not-permitted") > 5


def test_stalls_again_and_again_move_no_line(tmp_path: Path) -> None:
    async def story(home: House, watched: Watched) -> None:
        await watched.until(is_quiet)
        before = home.export()
        for seconds in (0.5, 1.0, 2.0) * 3:
            jumping_loop().now += seconds
            await asyncio.sleep(3.3)
        document = await watched.until(is_quiet)
        assert has_no_loss(document)
        assert value(watched, "disturbances_total", kind="stall") >= 9
        assert home.export() == before
        home.world.line("ether1").cut(beyond=True)
        await watched.until(is_out("one"))
        home.world.line("ether1").mend()
        await watched.until(is_back)

    live(tmp_path, story)


@pytest.mark.parametrize("span", [0.4, 2.5])
async def test_a_cut_that_is_found_beside_a_stall_is_acted_on_afterwards(
    span: float, tmp_path: Path
) -> None:
    async with house("v7-two-interleaved", tmp_path).open() as home, home.watched() as watched:
        await watched.until(is_quiet)
        home.world.line("ether2").cut(beyond=True)
        await asyncio.sleep(0.1)
        time.sleep(span)  # noqa: ASYNC251 - the stall itself
        document = await watched.until(is_out("two"), within=8)
        assert wan(document, "one").state == "up"
