"""Whether a process of this host still lives is looked up, and in doubt it does."""

import os
from pathlib import Path

import pytest

from wanwatch.core.lease import Holder
from wanwatch.service.instance import Instances

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc")


def host(
    folder: Path, *, boot: str = "1a2b3c4d-0000", space: str = "pid:[4026531836]"
) -> Instances:
    """A host with processes of its own: this one, since the tick 500."""
    (folder / "sys/kernel/random").mkdir(parents=True)
    (folder / "sys/kernel/random/boot_id").write_text(f"{boot}\n")
    (folder / "self/ns").mkdir(parents=True)
    (folder / "self/ns/pid").symlink_to(space)
    runs(folder, os.getpid(), 500)
    return Instances(folder)


def runs(folder: Path, pid: int, since: int, state: str = "S") -> None:
    """Let a process with a spiteful name run."""
    (folder / str(pid)).mkdir(exist_ok=True)
    middle = " ".join(["0"] * 18)
    (folder / str(pid) / "stat").write_text(f"{pid} (a b) c) {state} {middle} {since} 0 0\n")


def other(me: Holder, pid: int) -> Holder:
    """A holder like this one, of another process."""
    place, _, started, rest = me.token.split(":")
    return Holder(me.name, f"{place}:{pid}:{started}:{rest}")


def test_two_of_one_process_are_two() -> None:
    first, second = Instances().me(None), Instances().me("watch-1")
    assert first.token != second.token
    assert second.name == "watch-1"
    assert first.name


def test_this_very_process_lives() -> None:
    assert not Instances().is_dead(Instances().me(None))


def test_a_process_that_ended_is_dead_and_so_is_one_whose_number_was_given_anew(
    tmp_path: Path,
) -> None:
    here = host(tmp_path)
    me = here.me("a")
    assert not here.is_dead(me)
    assert here.is_dead(other(me, 99))
    runs(tmp_path, 99, 500)
    assert not here.is_dead(other(me, 99))
    runs(tmp_path, 99, 501)
    assert here.is_dead(other(me, 99))
    runs(tmp_path, 99, 500, state="Z")
    assert here.is_dead(other(me, 99))


@pytest.mark.parametrize("elsewhere", [{"boot": "9f9f9f9f-0000"}, {"space": "pid:[4026532999]"}])
def test_of_another_host_or_container_nothing_is_known(
    elsewhere: dict[str, str], tmp_path: Path
) -> None:
    stranger = other(host(tmp_path / "there", **elsewhere).me("b"), 99)
    assert not host(tmp_path / "here").is_dead(stranger)


@pytest.mark.parametrize("token", ["", "x", "a:b:c:d", "::1:2", ":99::", "-:99:500:x"])
def test_a_token_of_nobody_is_nobody_dead(token: str, tmp_path: Path) -> None:
    assert not host(tmp_path).is_dead(Holder("a", token))


def test_without_proc_nothing_is_known(tmp_path: Path) -> None:
    here = Instances(tmp_path / "none")
    assert not here.is_dead(other(here.me("a"), 99))
