"""The probers of one WAN, put together."""

import pytest

from tests.probes.hosts import echo_host, listening_host
from wanwatch.core.target import Target, TargetKind
from wanwatch.probes.icmp import engines
from wanwatch.probes.icmp_sockets import icmp_capability
from wanwatch.probes.kinds import open_prober
from wanwatch.probes.results import ErrorReason, ProbeError, Reply
from wanwatch.probes.steering import Steering


@pytest.mark.parametrize("engine", ["auto", *engines])
async def test_one_prober_serves_targets_of_every_kind(engine: str) -> None:
    prober = open_prober(Steering(source="127.0.0.1"), icmp_engine=engine)
    async with echo_host() as (echoing, _), listening_host() as (listening, _):
        assert isinstance(await prober.probe(echoing, patience=5), Reply)
        assert isinstance(await prober.probe(listening, patience=5), Reply)
        result = await prober.probe(Target.parse("127.0.0.1"), patience=5)
    await prober.close()
    assert isinstance(result, Reply if icmp_capability().style else ProbeError), result


@pytest.mark.parametrize("kind", TargetKind)
async def test_closing_closes_every_kind(kind: TargetKind) -> None:
    prober = open_prober(Steering())
    await prober.close()
    target = Target(kind, "127.0.0.1", 7 if kind.has_port else None)
    result = await prober.probe(target, patience=5)
    assert result == ProbeError(ErrorReason.CLOSED)


def test_an_unknown_engine_is_refused_with_the_known_ones() -> None:
    with pytest.raises(
        ValueError, match="'fping' is no ICMP engine: it is one of auto, kernel, aioping"
    ):
        open_prober(Steering(), icmp_engine="fping")
