"""Network namespaces with names: made, entered and removed.

Within an enclosure (``enclosure.py``), where ``/run/netns`` is private. A namespace is entered with
nsenter(1), since ``ip netns exec`` mounts sysfs anew, which a user namespace may not do.
"""

import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import IO, Self

from tests.lab.enclosure import environment

FOLDER = "/run/netns"
_PATIENCE = 20.0
"""Seconds until a command that changes a namespace counts as hung."""


class LabError(Exception):
    """The laboratory cannot do what it was asked for; the sentence says why."""


def _run(command: Sequence[str], given: str = "") -> str:
    done = subprocess.run(  # noqa: S603 - words of the laboratory
        command,
        input=given,
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=False,
        env=environment(),
    )
    if done.returncode:
        first = (done.stderr.strip() or done.stdout.strip()).splitlines()[:3]
        raise LabError(f"{' '.join(command)}: {' / '.join(first)}")
    return done.stdout


class Namespace:
    """One network namespace."""

    def __init__(self, name: str) -> None:
        self.name = name

    def entering(self, command: Sequence[str]) -> list[str]:
        """Return the command that runs another one in here."""
        return ["nsenter", f"--net={FOLDER}/{self.name}", *command]

    def run(self, *command: str, given: str = "") -> str:
        """Run a command in here and return what it printed; raises LabError when it fails."""
        return _run(self.entering(command), given)

    def configure(self, *lines: str) -> None:
        """Change devices, addresses and routes by lines as ip(8) takes them; raises LabError."""
        self.run("ip", "-batch", "-", given="\n".join(lines) + "\n")

    def nft(self, text: str) -> None:
        """Have nftables take a text, all of it or nothing; raises LabError."""
        self.run("nft", "-f", "-", given=text)

    def set(self, **settings: object) -> None:
        """Set sysctls below ``net``, a dot written as ``__``; raises LabError."""
        lines = (
            f"echo {value} >/proc/sys/net/{name.replace('__', '/')}"
            for name, value in settings.items()
        )
        self.run("sh", "-ec", "\n".join(lines))

    def start(
        self,
        command: Sequence[str],
        *,
        stdin: int | IO[bytes] | None = subprocess.DEVNULL,
        stdout: int | IO[bytes] | None = None,
        stderr: int | IO[bytes] | None = None,
        env: Mapping[str, str] | None = None,
    ) -> "subprocess.Popen[bytes]":
        """Start a process in here."""
        return subprocess.Popen(  # noqa: S603 - the laboratory's own
            self.entering(command),
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            env={**environment(), **(env or {})},
        )


class Namespaces:
    """The namespaces of one network; a context manager that removes them."""

    def __init__(self) -> None:
        self._names: list[str] = []

    def add(self, name: str) -> Namespace:
        """Make a namespace with its loopback up; raises LabError."""
        _run(["ip", "netns", "add", name])
        self._names.append(name)
        made = Namespace(name)
        made.configure("link set lo up")
        return made

    def connect(self, one: Namespace, device: str, other: Namespace, its_device: str) -> None:
        """Lay a cable between two namespaces, both ends up; raises LabError."""
        # Made within one of them, so that names that the enclosure uses do not matter.
        one.configure(f"link add {device} type veth peer name {its_device} netns {other.name}")
        one.configure(f"link set {device} up")
        other.configure(f"link set {its_device} up")

    def close(self) -> None:
        """Remove all; what has processes in it lives until they end."""
        while self._names:
            with suppress(LabError):
                _run(["ip", "netns", "delete", self._names.pop()])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
