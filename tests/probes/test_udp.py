"""UDP echo probes."""

import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from tests.probes.contract import ProberContract
from tests.probes.hosts import deserted_port, echo_host
from wanwatch.core.target import Target, TargetKind
from wanwatch.probes.prober import Prober
from wanwatch.probes.results import Reply, Timeout
from wanwatch.probes.steering import Steering
from wanwatch.probes.udp import UdpEchoProber


class TestUdpEchoProber(ProberContract):
    def make(self, steering: Steering) -> Prober:
        return UdpEchoProber(steering)

    @contextlib.asynccontextmanager
    async def answering(self) -> AsyncIterator[tuple[Target, Callable[[], list[int]]]]:
        async with echo_host() as (target, host):
            yield target, lambda: [port for _, port in host.peers]

    @contextlib.contextmanager
    def silent(self) -> Iterator[tuple[Target, Steering]]:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
            deaf.bind(("127.0.0.1", 0))
            yield Target(TargetKind.UDP, *deaf.getsockname()), Steering()


async def test_a_late_answer_within_the_patience_is_a_reply_with_its_true_rtt() -> None:
    async with echo_host(delay=0.15) as (target, _):
        result = await UdpEchoProber(Steering()).probe(target, patience=5)
    assert isinstance(result, Reply)
    assert 0.15 <= result.rtt < 2


async def test_an_answer_without_our_token_is_no_answer() -> None:
    async with echo_host() as (target, host):
        host.garble = True
        assert await UdpEchoProber(Steering()).probe(target, patience=0.1) == Timeout()
        assert len(host.peers) == 1


async def test_port_unreachable_is_a_loss_that_is_not_waited_for() -> None:
    with deserted_port(TargetKind.UDP) as target:
        result = await UdpEchoProber(Steering()).probe(target, patience=60)
    assert result == Timeout("127.0.0.1 says: connection refused")


async def test_ipv6_is_probed_as_well() -> None:
    try:
        async with echo_host(address="::1") as (target, _):
            result = await UdpEchoProber(Steering(source="::1", dscp=46)).probe(target, patience=5)
    except OSError as error:
        pytest.skip(f"no IPv6 loopback: {error}")
    assert isinstance(result, Reply), result
