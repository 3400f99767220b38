"""Whose fault an error of a socket is."""

import errno
import os
import socket
from collections.abc import Iterator

import pytest

from wanwatch.probes.faults import Notice, judge_late_error, local_error
from wanwatch.probes.results import ErrorReason, ProbeError, Timeout

TARGET = "192.0.2.1"


@pytest.fixture
def sock() -> Iterator[socket.socket]:
    """A socket whose own address is 127.0.0.1."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.bind(("127.0.0.1", 0))
        yield made


def _error(code: int) -> OSError:
    return OSError(code, os.strerror(code))


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (errno.EPERM, ErrorReason.NOT_PERMITTED),
        (errno.EACCES, ErrorReason.NOT_PERMITTED),
        (errno.ENETUNREACH, ErrorReason.NO_ROUTE),
        (errno.EADDRNOTAVAIL, ErrorReason.SOURCE_MISSING),
        (errno.ENETDOWN, ErrorReason.DEVICE_MISSING),
        (errno.ENOBUFS, ErrorReason.NO_RESOURCES),
        (errno.EMFILE, ErrorReason.NO_RESOURCES),
        (errno.EIO, ErrorReason.SOCKET),
    ],
)
def test_what_fails_before_the_packet_left_is_ours(code: int, reason: ErrorReason) -> None:
    error = local_error(_error(code), "send to 192.0.2.1")
    assert error.reason is reason
    assert error.detail.startswith(f"send to 192.0.2.1: {os.strerror(code)}")


def test_a_router_that_says_unreachable_is_a_loss(sock: socket.socket) -> None:
    notices = [Notice("203.0.113.9", b"")]
    verdict = judge_late_error(sock, TARGET, _error(errno.EHOSTUNREACH), notices)
    assert verdict == Timeout("203.0.113.9 says: no route to host")


def test_our_own_host_that_cannot_reach_its_next_hop_is_ours(sock: socket.socket) -> None:
    notices = [Notice("127.0.0.1", b"")]
    verdict = judge_late_error(sock, TARGET, _error(errno.EHOSTUNREACH), notices)
    assert isinstance(verdict, ProbeError)
    assert verdict.reason is ErrorReason.LAN_UNREACHABLE


def test_a_target_that_is_this_host_itself_may_refuse(sock: socket.socket) -> None:
    notices = [Notice("127.0.0.1", b"")]
    verdict = judge_late_error(sock, "127.0.0.1", _error(errno.ECONNREFUSED), notices)
    assert isinstance(verdict, Timeout)


def test_an_error_the_kernel_raised_itself_is_ours(sock: socket.socket) -> None:
    verdict = judge_late_error(sock, TARGET, _error(errno.EMSGSIZE), [Notice(None, b"")])
    assert isinstance(verdict, ProbeError)


def test_without_a_notice_only_what_a_network_can_cause_is_a_loss(sock: socket.socket) -> None:
    assert judge_late_error(sock, TARGET, _error(errno.EHOSTUNREACH), []) == Timeout(
        "no route to host"
    )
    verdict = judge_late_error(sock, TARGET, _error(errno.ENOBUFS), [])
    assert isinstance(verdict, ProbeError)
    assert verdict.reason is ErrorReason.NO_RESOURCES
