"""What the demo does not let pass: harm to healthy lines, and a router that is not as it was."""

import time
from pathlib import Path

import pytest

from tests.cli.demo_scene import change, document, wan
from wanwatch.cli.console import Failure
from wanwatch.cli.demo_daemon import DemoDaemon
from wanwatch.cli.demo_plain import PlainTeller
from wanwatch.cli.demo_record import CONNECTION
from wanwatch.cli.demo_status import read_status
from wanwatch.cli.demo_story import BRISK, Story
from wanwatch.cli.demo_world import DELAYS, DemoWorld

UP = read_status(document(wans=[wan(name) for name in DELAYS]))


class Ending:
    """A story that has come to its end, in a world whose clients have connected."""

    def __init__(self, folder: Path) -> None:
        self.world = DemoWorld()
        self.said: list[str] = []
        self.story = Story(self.world, DemoDaemon(folder), PlainTeller(self.said.append), BRISK)
        self.story._status = UP
        self.world._clients.step(time.monotonic() + 1.0)
        self.before = self.world.configuration()
        self.broken = self.story._broken()

    def remove_connection_of(self, line: str) -> None:
        """As a client of the API would."""
        entry = next(e for e in self.world.world.entries() if e.out_interface == line)
        self.world.record.sentence((f"{CONNECTION}/remove", f"=.id=*{entry.number:X}"))

    def compare(self) -> None:
        self.story._compare(self.before, self.broken)


@pytest.fixture
def ending(tmp_path: Path) -> Ending:
    return Ending(tmp_path)


def test_a_router_as_it_was_and_healthy_lines_unharmed_are_a_good_end(ending: Ending) -> None:
    ending.remove_connection_of("fibre")
    ending.compare()
    assert ending.said[0].startswith("The router is byte for byte as it was")
    assert ending.said[1].startswith("1 connections of fibre were removed")


def test_a_removed_connection_of_a_healthy_line_is_a_failure(ending: Ending) -> None:
    ending.remove_connection_of("cable")
    with pytest.raises(Failure, match=r"healthy lines were removed: \{'cable': 1\}"):
        ending.compare()


def test_a_comment_left_behind_is_a_failure_that_shows_the_line(ending: Ending) -> None:
    store = ending.world.world.store
    rule = store.items("/ip/firewall/mangle")[5]
    store.update("/ip/firewall/mangle", rule.id, {"comment": "left [wanwatch: x]"})
    with pytest.raises(Failure, match="not as it was") as failure:
        ending.compare()
    assert any(s.startswith("+") and "left [wanwatch: x]" in s for s in failure.value.sentences)


def test_a_connection_of_a_healthy_line_that_broke_is_a_failure(ending: Ending) -> None:
    ending.broken["lte"] -= 1
    with pytest.raises(Failure, match=r"healthy lines broke: .*'lte': 1"):
        ending.compare()


def test_a_healthy_line_that_was_taken_for_down_is_a_failure(ending: Ending) -> None:
    wrong = [change(100.0, "transition", wan="dsl", after="down")]
    ending.story._status = read_status(document(wans=[wan(name) for name in DELAYS], changes=wrong))
    with pytest.raises(Failure, match="dsl was taken for down"):
        ending.compare()


async def test_a_daemon_that_ended_is_a_failure_with_its_last_words(tmp_path: Path) -> None:
    daemon = DemoDaemon(tmp_path)
    (tmp_path / "wanwatch.log").write_text("first\nlast words\n", "utf-8")
    with pytest.raises(Failure, match="ended by itself") as failure:
        await daemon.status()
    assert failure.value.sentences[-1] == "  last words"
