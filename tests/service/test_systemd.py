"""The conversation with systemd, played by a datagram socket."""

import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from wanwatch.service.systemd import Notifier


class Systemd:
    """Listens where NOTIFY_SOCKET points."""

    def __init__(self, address: str) -> None:
        self.notify_socket = address.replace("\0", "@", 1)
        self._sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._sock.bind(address)
        self._sock.settimeout(2)

    def heard(self) -> str:
        return self._sock.recv(4096).decode()

    def close(self) -> None:
        self._sock.close()


@pytest.fixture(params=["path", "abstract"])
def systemd(request: pytest.FixtureRequest) -> Iterator[Systemd]:
    with tempfile.TemporaryDirectory() as folder:
        is_path = request.param == "path"
        if not is_path and os.uname().sysname != "Linux":
            pytest.skip("abstract sockets are Linux's")
        address = f"{folder}/notify" if is_path else f"\0wanwatch-test-{folder}"
        systemd = Systemd(address)
        yield systemd
        systemd.close()


def test_every_word_is_as_systemd_reads_it(systemd: Systemd) -> None:
    notifier = Notifier.from_environ({"NOTIFY_SOCKET": systemd.notify_socket})
    assert notifier.ready()
    assert systemd.heard() == "READY=1"
    assert notifier.reloading(1234567)
    assert systemd.heard() == "RELOADING=1\nMONOTONIC_USEC=1234567"
    assert notifier.status("2 of 3 WANs up")
    assert systemd.heard() == "STATUS=2 of 3 WANs up"
    assert notifier.watchdog()
    assert systemd.heard() == "WATCHDOG=1"
    assert notifier.stopping()
    assert systemd.heard() == "STOPPING=1"


def test_a_status_cannot_smuggle_a_second_word(systemd: Systemd) -> None:
    notifier = Notifier(systemd.notify_socket)
    notifier.status("isp1 down\nWATCHDOG=trigger\r\nMAINPID=1")
    assert systemd.heard() == "STATUS=isp1 down WATCHDOG=trigger MAINPID=1"


def test_a_status_that_is_no_text_for_a_wire_is_still_sent(systemd: Systemd) -> None:
    Notifier(systemd.notify_socket).status("line \udcff")
    assert systemd.heard() == "STATUS=line ?"


def test_without_systemd_nothing_happens() -> None:
    notifier = Notifier.from_environ({})
    assert not notifier.ready()
    assert not notifier.watchdog()
    assert notifier.watchdog_interval is None


@pytest.mark.parametrize(
    "address",
    ["/absent/notify", "/" + "x" * 300, "/nul\0byte", "vsock:2:1234", "relative", "@"],
)
def test_an_address_where_nobody_listens_does_no_harm(address: str) -> None:
    notifier = Notifier.from_environ({"NOTIFY_SOCKET": address})
    assert not notifier.ready()


def test_a_supervisor_that_does_not_read_holds_us_only_for_a_moment(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        deaf = Systemd(f"{folder}/notify")
        notifier = Notifier(deaf.notify_socket)
        sent = 0
        while sent < 10_000 and notifier.watchdog():
            sent += 1
        assert 0 < sent < 10_000
        deaf.close()


def test_the_watchdog_is_fed_twice_as_often_as_it_bites() -> None:
    notifier = Notifier.from_environ({"NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "30000000"})
    assert notifier.watchdog_interval == 15.0


def test_a_watchdog_of_this_process_is_fed() -> None:
    environ = {"NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "1000000", "WATCHDOG_PID": "41"}
    assert Notifier.from_environ(environ, pid=41).watchdog_interval == 0.5


@pytest.mark.parametrize(
    "environ",
    [
        {"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"},
        {"WATCHDOG_USEC": "0"},
        {"WATCHDOG_USEC": "-5"},
        {"WATCHDOG_USEC": "soon"},
        {"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "me"},
        {"WATCHDOG_PID": "41"},
    ],
)
def test_a_watchdog_of_another_process_or_none_is_not_fed(environ: dict[str, str]) -> None:
    notifier = Notifier.from_environ({"NOTIFY_SOCKET": "/run/x", **environ}, pid=41)
    assert notifier.watchdog_interval is None


def test_a_watchdog_without_a_socket_is_not_fed() -> None:
    assert Notifier.from_environ({"WATCHDOG_USEC": "30000000"}).watchdog_interval is None
