"""TCP connect probes."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from tests.probes.contract import ProberContract
from tests.probes.hosts import crowded_host, deserted_port, listening_host
from wanwatch.core.target import Target, TargetKind
from wanwatch.probes.prober import KindProber, Prober
from wanwatch.probes.results import ErrorReason, ProbeError, Reply, Timeout
from wanwatch.probes.steering import Steering
from wanwatch.probes.tcp import TcpConnectProber


class TestTcpConnectProber(ProberContract):
    def make(self, steering: Steering) -> Prober:
        return TcpConnectProber(steering)

    @contextlib.asynccontextmanager
    async def answering(self) -> AsyncIterator[tuple[Target, Callable[[], list[int]]]]:
        async with listening_host() as (target, peers):
            yield target, lambda: [port for _, port in peers]

    @contextlib.contextmanager
    def silent(self) -> Iterator[tuple[Target, Steering]]:
        with crowded_host() as (target, _):
            yield target, Steering()


async def test_a_reset_is_an_answer_of_the_host() -> None:
    with deserted_port(TargetKind.TCP) as target:
        result = await TcpConnectProber(Steering()).probe(target, patience=5)
    assert isinstance(result, Reply)


async def test_a_reset_is_a_loss_where_the_service_itself_has_to_answer() -> None:
    with deserted_port(TargetKind.TCP) as target:
        prober = TcpConnectProber(Steering(), refused_is_reply=False)
        assert await prober.probe(target, patience=5) == Timeout("connection refused")


async def test_an_answer_to_a_repeated_syn_only_is_a_loss() -> None:
    with crowded_host() as (target, empty):
        prober = TcpConnectProber(Steering())
        probing = asyncio.create_task(prober.probe(target, patience=10))
        await asyncio.sleep(0.1)
        empty()
        # The kernel sends its SYN again a second after the first, and that one is accepted.
        assert await probing == Timeout("answered a repeated SYN only")


async def test_a_kind_nobody_probes_is_an_error_of_ours() -> None:
    prober = KindProber({TargetKind.TCP: TcpConnectProber(Steering())})
    result = await prober.probe(Target.parse("udp:127.0.0.1:7"), patience=5)
    assert result == ProbeError(ErrorReason.UNSUPPORTED, "no prober for udp targets")
    with deserted_port(TargetKind.TCP) as target:
        assert isinstance(await prober.probe(target, patience=5), Reply)
        await prober.close()
        closed = await prober.probe(target, patience=5)
    assert closed == ProbeError(ErrorReason.CLOSED)


async def test_ipv6_is_probed_as_well() -> None:
    try:
        async with listening_host(address="::1") as (target, _):
            result = await TcpConnectProber(Steering(dscp=8)).probe(target, patience=5)
    except OSError as error:
        pytest.skip(f"no IPv6 loopback: {error}")
    assert isinstance(result, Reply), result
