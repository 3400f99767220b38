"""What every ICMP engine has to keep to, in both styles of socket."""

import contextlib
import os
import socket
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from tests.probes.contract import ProberContract
from tests.probes.hosts import echo_request_ids
from wanwatch.core.target import Target
from wanwatch.probes.icmp_sockets import SocketStyle, icmp_capability
from wanwatch.probes.results import ProbeError, Reply
from wanwatch.probes.steering import Steering

LOOPBACK = Target.parse("127.0.0.1")
SILENT = Target.parse("198.51.100.1")
INTO_NOTHING = Steering(device="lo")
"""Bound to lo, an address that is not of this host is sent to lo, which drops it."""


def need(style: SocketStyle, family: socket.AddressFamily = socket.AF_INET) -> None:
    """Skip where such sockets may not be opened."""
    capability = icmp_capability(family, (style,))
    if capability.style is None:
        pytest.skip(capability.remedy)


class EchoContract(ProberContract):
    """The tests that all ICMP engines pass."""

    style: SocketStyle

    @pytest.fixture(autouse=True)
    def _allowed(self) -> None:
        need(self.style)

    @contextlib.asynccontextmanager
    async def answering(self) -> AsyncIterator[tuple[Target, Callable[[], list[int]]]]:
        if icmp_capability(styles=("raw",)).style is None:
            pytest.skip("loopback cannot be listened to for ids without raw sockets")
        # Its own: tests of other processes ping loopback too.
        asked = f"127.77.{os.getpid() // 250 % 250}.{1 + os.getpid() % 250}"
        with contextlib.ExitStack() as stack:
            ids = stack.enter_context(echo_request_ids(asked))

            def identities() -> list[int]:
                stack.close()
                return ids

            yield Target.parse(asked), identities

    @contextlib.contextmanager
    def silent(self) -> Iterator[tuple[Target, Steering]]:
        yield SILENT, INTO_NOTHING

    @pytest.mark.parametrize("address", ["127.0.0.9", "::1"])
    async def test_both_address_families_are_probed(self, address: str) -> None:
        target = Target.parse(address)
        need(self.style, socket.AF_INET6 if target.is_ipv6 else socket.AF_INET)
        async with self.opened(Steering(dscp=46)) as prober:
            result = await prober.probe(target, patience=5)
        if isinstance(result, ProbeError) and target.is_ipv6:
            pytest.skip(f"no IPv6 loopback: {result.detail}")
        assert isinstance(result, Reply), result
