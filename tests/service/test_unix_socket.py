"""The socket's file: whose it is, who may use it, and what is left alone."""

import os
import socket
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from wanwatch.service import unix_socket
from wanwatch.service.unix_socket import SocketPathError


@pytest.fixture
def path() -> Iterator[Path]:
    """A path that is short enough for a unix socket."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "w.sock"


def test_the_socket_is_for_its_owner_and_group_from_the_first_moment(path: Path) -> None:
    with unix_socket.bind(str(path)):
        found = path.stat().st_mode
        assert stat.S_ISSOCK(found)
        assert stat.S_IMODE(found) == 0o660


def test_nobody_is_answered_before_the_socket_listens(path: Path) -> None:
    with (
        unix_socket.bind(str(path)),
        socket.socket(socket.AF_UNIX) as caller,
        pytest.raises(ConnectionRefusedError),
    ):
        caller.connect(str(path))


def test_what_a_killed_daemon_left_is_replaced(path: Path) -> None:
    unix_socket.bind(str(path)).close()
    left = unix_socket.identity(str(path))
    with unix_socket.bind(str(path)) as sock:
        sock.listen()
        assert unix_socket.identity(str(path)) is not None
        assert left is not None


@pytest.mark.parametrize("callers", [0, 3], ids=["idle", "more callers than it takes"])
def test_a_socket_that_somebody_answers_is_left_alone(path: Path, callers: int) -> None:
    with socket.socket(socket.AF_UNIX) as living:
        living.bind(str(path))
        living.listen(1)
        waiting = [socket.socket(socket.AF_UNIX) for _ in range(callers)]
        for caller in waiting:
            caller.settimeout(0)
            caller.connect_ex(str(path))
        before = unix_socket.identity(str(path))
        with pytest.raises(SocketPathError, match="is answered by another daemon"):
            unix_socket.bind(str(path))
        assert unix_socket.identity(str(path)) == before
        for caller in waiting:
            caller.close()


@pytest.mark.parametrize("kind", ["file", "folder", "link"])
def test_what_is_no_socket_is_left_alone(path: Path, kind: str) -> None:
    if kind == "file":
        path.write_text("precious")
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to("/dev/null")
    with pytest.raises(SocketPathError, match="is no socket; it is left alone"):
        unix_socket.bind(str(path))
    assert path.exists()


def test_a_missing_folder_is_named_with_the_remedy(path: Path) -> None:
    with pytest.raises(SocketPathError, match=r"does not exist.*RuntimeDirectory="):
        unix_socket.bind(str(path.parent / "absent" / "w.sock"))


def test_a_folder_of_somebody_else_is_named_with_the_remedy(path: Path) -> None:
    if os.geteuid() == 0:
        where, cause = "/proc/1/w.sock", "cannot be made"
    else:
        path.parent.chmod(0o500)
        where, cause = str(path), "Permission denied"
    with pytest.raises(SocketPathError, match=cause):
        unix_socket.bind(where)


def test_a_path_that_is_too_long_is_said(path: Path) -> None:
    with pytest.raises(SocketPathError, match="too long"):
        unix_socket.bind(str(path) + "x" * 120)


def test_only_the_file_that_was_made_is_removed(path: Path) -> None:
    with unix_socket.bind(str(path)):
        made = unix_socket.identity(str(path))
    keeper = path.with_name("kept")
    path.rename(keeper)  # keeps the inode in use, so that the new file has another
    with unix_socket.bind(str(path)):
        unix_socket.remove(str(path), made)
        assert path.exists()
        unix_socket.remove(str(path), unix_socket.identity(str(path)))
        assert not path.exists()
        unix_socket.remove(str(path), made)
        unix_socket.remove(str(path), None)
