"""The bytes of the kernel-timestamp engine's packets, and what it makes of a reply's time."""

import asyncio
import socket
import struct

import pytest

from wanwatch.probes.kernel_icmp_echo import Echo, Peer, judge_arrival
from wanwatch.probes.kernel_icmp_packet import echo_request, quoted_key, read_reply
from wanwatch.probes.results import ErrorReason, ProbeError, Reply, Timeout

V4, V6 = socket.AF_INET, socket.AF_INET6
IP_HEADER = bytes([0x46]) + bytes(23)
"""24 bytes long: it has an option."""


def _sum(packet: bytes) -> int:
    """The ones' complement sum as RFC 1071 tells it."""
    total: int = sum(struct.unpack(f"!{len(packet) // 2}H", packet))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


@pytest.mark.parametrize("family", [V4, V6])
@pytest.mark.parametrize(
    ("key", "mark", "token"),
    [(0x00010000, 0, 0), (0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF), (0x12345678, 0xDEADBEEF, 7)],
)
def test_the_checksum_of_a_request_is_right(
    family: socket.AddressFamily, key: int, mark: int, token: int
) -> None:
    packet = echo_request(family, key, mark, token)
    assert len(packet) == 64
    assert _sum(packet) == 0xFFFF
    assert quoted_key(packet[:8]) == key


@pytest.mark.parametrize("family", [V4, V6])
def test_a_reply_brings_back_what_was_sent(family: socket.AddressFamily) -> None:
    request = echo_request(family, 0x12345678, 5, 7)
    kind = bytes([0 if family == V4 else 129])
    assert read_reply(kind + request[1:], family, ip_header=False) == (0x12345678, 5, 7)
    assert read_reply(IP_HEADER + kind + request[1:], family, ip_header=True) is not None
    assert read_reply(request, family, ip_header=False) is None


@pytest.mark.parametrize("data", [b"", b"\x45", IP_HEADER, IP_HEADER + bytes(15)])
def test_what_is_cut_short_is_no_reply(data: bytes) -> None:
    assert read_reply(data, V4, ip_header=True) is None
    assert quoted_key(data[:4]) is None


def _echo() -> Echo:
    echo = Echo(lambda _: None)
    echo.peer = Peer("2001:DB8::1")
    echo.sent_at, echo.deadline = 100.0, 101.0
    return echo


def test_an_answer_in_time_counts_however_late_it_is_read() -> None:
    assert judge_arrival(_echo(), 100.25, 107.0, lambda: 107.0) == Reply(0.25)


def test_an_answer_after_the_patience_is_none_however_early_it_is_read() -> None:
    assert judge_arrival(_echo(), 101.5, 101.6, lambda: 101.6) == Timeout()


def test_an_answer_that_came_while_others_were_read_is_believed() -> None:
    assert judge_arrival(_echo(), 100.25, 100.2, lambda: 100.3) == Reply(0.25)


@pytest.mark.parametrize("received_at", [99.9, 100.9])
def test_an_impossible_time_is_replaced_by_that_of_reading(received_at: float) -> None:
    assert judge_arrival(_echo(), received_at, 100.5, lambda: 100.5) == Reply(0.5)


def test_an_impossible_time_that_is_read_too_late_is_an_error_of_ours() -> None:
    result = judge_arrival(_echo(), 99.9, 107.0, lambda: 107.0)
    assert isinstance(result, ProbeError)
    assert result.reason is ErrorReason.SOCKET
    assert "clock" in result.detail


def test_an_address_is_known_in_the_words_of_the_socket() -> None:
    assert _echo().peer.text == "2001:db8::1"


async def test_a_result_is_told_once() -> None:
    told: list[object] = []
    echo = Echo(told.append)
    echo.finish(Timeout())
    echo.finish(Reply(1.0))
    await asyncio.sleep(0)
    assert told == [Timeout()]
