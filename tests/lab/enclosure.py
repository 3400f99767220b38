"""A place for network namespaces that leaves nothing behind, for root and for anybody else.

Every run of the laboratory is a process tree in mount, network and process namespaces of its own,
with a private ``/run``. When the first process of the tree ends, the kernel ends all others and takes
the namespaces with them; and it ends when whoever started it is gone, however that came. Without root
the tree begins with a user namespace, in which it is root (user_namespaces(7)).
"""

import ctypes
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

INSIDE = "WANWATCH_LAB"
"""The environment variable that is set within: a descriptor that ends when the outside does."""

PACKAGES = {
    "ip": "iproute2",
    "nft": "nftables",
    "conntrack": "conntrack",
    "unshare": "util-linux",
    "nsenter": "util-linux",
}
"""Command -> the Debian package that brings it."""

FOLDERS = ("/run/netns", "/run/lab")
"""Where names of namespaces stand, and where the processes of a run keep their files."""
_PREPARE = f"""
mount -t tmpfs -o mode=755 lab /run && mkdir {" ".join(FOLDERS)} && ip link set lo up && exec "$@"
"""
# Linux UAPI: linux/sched.h CLONE_NEWNS; linux/mount.h MS_REC and MS_PRIVATE.
_NEW_MOUNTS = 0x00020000
_PRIVATE = 0x4000 | 0x40000
_TRY = """
ip netns add a && nsenter --net=/run/netns/a sh -c '
  echo 1 >/proc/sys/net/ipv4/ip_forward &&
  ip link add port0 type veth peer name port1 && ip link add bridge0 type bridge &&
  nft add table inet x && nft add chain inet x c "{ type nat hook postrouting priority 100; }" &&
  nft add rule inet x c ct mark set jhash ip saddr mod 2 &&
  nft add rule inet x c numgen random mod 100 \\< 30 accept &&
  nft add table netdev x && nft add chain netdev x c "{ type filter hook egress device port0 priority 0; }" &&
  conntrack -C >/dev/null'
"""


def set_apart() -> None:
    """Give this process, one of several in an enclosure, a ``/run`` of its own.

    Their namespaces may then have the same names. Raises OSError.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    for failed in (
        libc.unshare(_NEW_MOUNTS),
        libc.mount(b"none", b"/", None, _PRIVATE, None),
        libc.mount(b"lab", b"/run", b"tmpfs", 0, b"mode=755"),
    ):
        if failed:
            raise OSError(ctypes.get_errno(), "no mounts of one's own")
    for folder in FOLDERS:
        Path(folder).mkdir()


def is_inside() -> bool:
    """Return whether this process is in an enclosure."""
    return INSIDE in os.environ


def environment() -> Mapping[str, str]:
    """Return this process's environment with the system's own folders of commands in the path."""
    path = os.environ.get("PATH", "/usr/bin:/bin")
    return {**os.environ, "PATH": f"{path}:/usr/local/sbin:/usr/sbin:/sbin"}


def wrapped(command: Sequence[str]) -> list[str]:
    """Return the command that runs another one in an enclosure."""
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    spaces = ["--net", "--mount", "--pid", "--fork", "--kill-child"]
    return ["unshare", *user, *spaces, "sh", "-c", _PREPARE, "sh", *command]


def missing() -> str:
    """Return why there can be no laboratory here, empty when there can."""
    path = environment()["PATH"]
    absent = [name for name in PACKAGES if shutil.which(name, path=path) is None]
    if absent:
        packages = sorted({PACKAGES[name] for name in absent})
        return f"{', '.join(absent)} not found: apt-get install {' '.join(packages)}"
    try:
        tried = subprocess.run(  # noqa: S603 - words of this file
            wrapped(["sh", "-c", _TRY]),
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
            env=environment(),
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"no network namespaces: {error}"
    said = tried.stderr.strip().splitlines()
    return (
        "" if tried.returncode == 0 else f"no network namespaces: {said[0] if said else 'failed'}"
    )


def enclosed_python(*arguments: str) -> int:
    """Run this interpreter in an enclosure, and return its exit code.

    Ctrl-C is for what runs within. It has to call ``end_with_outside`` first.
    """
    reading, writing = os.pipe()
    with subprocess.Popen(  # noqa: S603 - the laboratory's own
        wrapped([sys.executable, *arguments]),
        env={**environment(), INSIDE: str(reading)},
        pass_fds=(reading,),
    ) as child:
        os.close(reading)
        try:
            return _wait(child)
        finally:
            os.close(writing)


def _wait(child: "subprocess.Popen[bytes]") -> int:
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue


def end_with_outside() -> None:
    """End this process, and so the whole enclosure, as soon as the one that made it is gone."""
    text = os.environ.get(INSIDE, "")
    if text:
        threading.Thread(target=_end_at_eof, args=(int(text),), daemon=True).start()


def _end_at_eof(descriptor: int) -> None:
    os.read(descriptor, 1)
    os._exit(1)
