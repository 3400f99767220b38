"""ICMP echo probes by the aioping engine, in both styles of socket where this process may."""

import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from tests.probes.contract import ProberContract
from tests.probes.hosts import echo_request_ids
from wanwatch.core.target import Target
from wanwatch.probes.icmp import AiopingProber, best_engine, describe_engine, engines
from wanwatch.probes.icmp_sockets import FreshIds, SocketStyle, icmp_capability
from wanwatch.probes.prober import Prober
from wanwatch.probes.results import ErrorReason, ProbeError, Reply
from wanwatch.probes.steering import Steering

LOOPBACK = Target.parse("127.0.0.1")


def _need(family: socket.AddressFamily, style: SocketStyle) -> None:
    capability = icmp_capability(family, (style,))
    if capability.style is None:
        pytest.skip(capability.remedy)


class AiopingContract(ProberContract):
    style: SocketStyle

    @pytest.fixture(autouse=True)
    def _allowed(self) -> None:
        _need(socket.AF_INET, self.style)

    def make(self, steering: Steering) -> Prober:
        return AiopingProber(steering, style=self.style)

    @contextlib.asynccontextmanager
    async def answering(self) -> AsyncIterator[tuple[Target, Callable[[], list[int]]]]:
        if icmp_capability(styles=("raw",)).style is None:
            pytest.skip("loopback cannot be listened to for ids without raw sockets")
        with contextlib.ExitStack() as stack:
            ids = stack.enter_context(echo_request_ids())

            def identities() -> list[int]:
                stack.close()
                return ids

            yield LOOPBACK, identities

    @contextlib.contextmanager
    def silent(self) -> Iterator[tuple[Target, Steering]]:
        # Bound to lo, an address that is not of this host is sent to lo, which drops it.
        yield Target.parse("198.51.100.1"), Steering(device="lo")

    @pytest.mark.parametrize("address", ["127.0.0.9", "::1"])
    async def test_both_address_families_are_probed(self, address: str) -> None:
        target = Target.parse(address)
        _need(socket.AF_INET6 if target.is_ipv6 else socket.AF_INET, self.style)
        result = await self.make(Steering(dscp=46)).probe(target, patience=5)
        if isinstance(result, ProbeError) and target.is_ipv6:
            pytest.skip(f"no IPv6 loopback: {result.detail}")
        assert isinstance(result, Reply), result


class TestAiopingByRawSockets(AiopingContract):
    style = "raw"


class TestAiopingByDatagramSockets(AiopingContract):
    style = "datagram"


@pytest.mark.parametrize("style", ["raw", "datagram"])
async def test_a_probe_may_what_the_capability_says(style: SocketStyle) -> None:
    capability = icmp_capability(styles=(style,))
    result = await AiopingProber(Steering(), style=style).probe(LOOPBACK, patience=5)
    if capability.style is None:
        assert result == ProbeError(ErrorReason.NOT_PERMITTED, capability.remedy)
        assert "CAP_NET_RAW" in capability.remedy
        assert "ping_group_range" in capability.remedy
    else:
        assert isinstance(result, Reply), result


async def test_the_engine_by_name_takes_whatever_style_is_allowed() -> None:
    result = await engines["aioping"](Steering()).probe(LOOPBACK, patience=5)
    assert isinstance(result, ProbeError if icmp_capability().style is None else Reply), result


def test_an_id_does_not_come_again_soon() -> None:
    ids = FreshIds()
    taken = [ids.take() for _ in range(9000)]
    assert all(1 <= id_ <= 65535 for id_ in taken)
    for start in range(0, 8000, 500):
        assert len(set(taken[start : start + 1000])) == 1000


@pytest.mark.parametrize("name", ["auto", *engines])
def test_the_engine_is_told_with_the_sockets_it_may_open(name: str) -> None:
    told = describe_engine(name)
    assert told.startswith(f"{best_engine() if name == 'auto' else name} engine, ")
    style = icmp_capability().style
    assert (f"{style} sockets" if style else "CAP_NET_RAW") in told
