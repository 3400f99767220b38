"""Enters a network namespace before anything else is opened, and says what is missing for it.

A namespace is named as ``ip netns`` does (a file in /run/netns), by a path such as
/proc/PID/ns/net, or ``.`` for the one that the process is in. setns(2) moves the calling thread
alone, so it is called before there is a second one.
"""

import ctypes
import os
from pathlib import Path

from wanwatch.sim.netns.errors import NamespaceError

_CLONE_NEWNET = 0x40000000
_NAMED = Path("/run/netns")
_OWN = Path("/proc/self/ns/net")
_FIRST_PROCESS = Path("/proc/1/ns/net")
_FIRST_NUMBER = 0xEFFFFFF9
"""Of the machine's own network namespace since Linux 6.18 (include/uapi/linux/nsfs.h)."""
_CAP_NET_ADMIN = 12
HERE = "."


def enter_namespace(name: str) -> None:
    """Move this process into a network namespace; raises NamespaceError.

    The namespace of the machine's first process is refused: its addresses, routes and rules would
    be replaced by the router's.
    """
    if name != HERE:
        _set_namespace(name, name if "/" in name else str(_NAMED / name))
    if not _has_net_admin():
        raise NamespaceError(
            f"--netns {name}: CAP_NET_ADMIN is missing in this namespace; run as root, or inside "
            "'unshare --user --map-root-user --net'"
        )
    if _is_the_machines_own():
        raise NamespaceError(
            f"--netns {name}: that is the network of this machine itself, whose addresses, routes "
            "and rules would be replaced; make a namespace with 'ip netns add NAME'"
        )


def _set_namespace(name: str, path: str) -> None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        known = ", ".join(sorted(entry.name for entry in _NAMED.glob("*"))) or "none"
        raise NamespaceError(
            f"--netns {name}: there is no {path} (namespaces there: {known}); make it with "
            f"'ip netns add {Path(path).name}'"
        ) from None
    except OSError as error:
        raise NamespaceError(f"--netns {name}: {path}: {error.strerror}; run as root") from error
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.setns(descriptor, _CLONE_NEWNET) != 0:
            reason = os.strerror(ctypes.get_errno())
            raise NamespaceError(
                f"--netns {name}: {path} cannot be entered: {reason}; it takes root "
                "(CAP_SYS_ADMIN) and a network namespace"
            )
    finally:
        os.close(descriptor)


def _has_net_admin() -> bool:
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    effective = next(
        (line.split()[1] for line in status.splitlines() if line.startswith("CapEff:")), "0"
    )
    return bool(int(effective, 16) >> _CAP_NET_ADMIN & 1)


def _is_the_machines_own() -> bool:
    own = _OWN.stat().st_ino
    if own == _FIRST_NUMBER:
        return True
    try:
        return _FIRST_PROCESS.stat().st_ino == own
    except OSError:
        return False  # not to be told here; a way out of its own betrays it when it is taken over
