"""ICMP echo probes by the aioping engine, in both styles of socket where this process may."""

import pytest

from tests.probes.echo_contract import LOOPBACK, EchoContract
from wanwatch.probes.icmp import AiopingProber, best_engine, describe_engine, engines
from wanwatch.probes.icmp_sockets import FreshIds, SocketStyle, icmp_capability
from wanwatch.probes.prober import Prober
from wanwatch.probes.results import ErrorReason, ProbeError, Reply
from wanwatch.probes.steering import Steering


class AiopingContract(EchoContract):
    def make(self, steering: Steering) -> Prober:
        return AiopingProber(steering, style=self.style)


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


@pytest.mark.parametrize("name", engines)
async def test_an_engine_by_name_takes_whatever_style_is_allowed(name: str) -> None:
    prober = engines[name](Steering())
    result = await prober.probe(LOOPBACK, patience=5)
    await prober.close()
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
