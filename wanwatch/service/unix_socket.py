"""The unix socket's file: made with its permissions, never taken from a living daemon.

A daemon that was killed leaves its socket file behind, and nobody answers there: it is replaced.
Where somebody answers, or where the file is no socket at all, nothing is touched.
"""

import errno
import os
import socket
import stat
from pathlib import Path

MODE = 0o660
"""The owner and its group may ask."""


class SocketPathError(Exception):
    """The socket cannot be made there; its sentence names the path and the remedy."""


def bind(path: str) -> socket.socket:
    """Return a bound socket that does not listen yet; the caller closes it and removes the file.

    Raises SocketPathError when the path cannot be used.
    """
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _make_room(path)
        sock.bind(path)
        # Nobody can connect before the socket listens, so there is no moment with other permissions.
        Path(path).chmod(MODE)
        sock.settimeout(0)
    except OSError as error:
        sock.close()
        raise SocketPathError(_sentence(path, error)) from error
    except SocketPathError:
        sock.close()
        raise
    return sock


def identity(path: str) -> tuple[int, int] | None:
    """Return what tells this file from a later one of the same name, None when there is none."""
    try:
        found = os.stat(path, follow_symlinks=False)  # noqa: PTH116 - a text, as bind takes it
    except OSError:
        return None
    return found.st_dev, found.st_ino


def remove(path: str, made: tuple[int, int] | None) -> None:
    """Remove the file, when it is still the one that was made."""
    if made is not None and identity(path) == made:
        Path(path).unlink(missing_ok=True)


def _make_room(path: str) -> None:
    try:
        mode = Path(path).lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise SocketPathError(
            f"{path} is there and is no socket; it is left alone: "
            "remove it, or name another path with [status] socket"
        )
    if _is_answered(path):
        raise SocketPathError(
            f"{path} is answered by another daemon; "
            "stop that one, or name another path with [status] socket"
        )
    Path(path).unlink(missing_ok=True)


def _is_answered(path: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
        caller.settimeout(0)  # a local connection is made at once or not at all (unix(7))
        try:
            caller.connect(path)
        except (ConnectionRefusedError, FileNotFoundError):
            return False
        except BlockingIOError:
            return True  # it listens, and has more callers than it takes at the moment
    return True


def _sentence(path: str, error: OSError) -> str:
    folder = str(Path(path).parent)
    if error.errno == errno.ENOENT:
        return (
            f"{folder} does not exist, so that the socket {path} cannot be made; create it "
            "(RuntimeDirectory= in a systemd unit does), or name another path with [status] socket"
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            f"the socket {path} cannot be made: {os.strerror(error.errno)}; give {folder} to the "
            "user wanwatch runs as, or name another path with [status] socket"
        )
    return (
        f"the socket {path} cannot be made: {error.strerror or error}; "
        "name another path with [status] socket"
    )
