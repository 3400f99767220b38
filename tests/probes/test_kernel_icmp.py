"""ICMP echo probes by the kernel-timestamp engine, in both styles of socket where this may be."""

import asyncio
import socket
import struct
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.probes.echo_contract import INTO_NOTHING, LOOPBACK, SILENT, EchoContract, need
from tests.probes.hosts import open_files
from tests.probes.own_network import played
from wanwatch.core.target import Target
from wanwatch.probes.icmp import best_engine
from wanwatch.probes.icmp_sockets import IdCycle, SocketStyle, icmp_capability
from wanwatch.probes.kernel_icmp import KernelIcmpProber
from wanwatch.probes.kernel_icmp_options import has_kernel_timestamps
from wanwatch.probes.prober import Prober, StallProofProber
from wanwatch.probes.results import ErrorReason, ProbeError, ProbeResult, Reply, Timeout
from wanwatch.probes.steering import Steering

pytestmark = pytest.mark.skipif(not has_kernel_timestamps(), reason="this kernel stamps nothing")

STYLES: tuple[SocketStyle, ...] = ("raw", "datagram")
HOSTS = [Target.parse(f"127.0.0.{number}") for number in range(1, 101)]


@asynccontextmanager
async def opened(
    steering: Steering | None = None, *, style: SocketStyle = "raw", receive_buffer: int = 1 << 20
) -> AsyncIterator[KernelIcmpProber]:
    need(style)
    prober = KernelIcmpProber(steering or Steering(), style=style, receive_buffer=receive_buffer)
    try:
        yield prober
    finally:
        await prober.close()


class KernelContract(EchoContract):
    def make(self, steering: Steering) -> Prober:
        return KernelIcmpProber(steering, style=self.style)


class TestKernelByRawSockets(KernelContract):
    style = "raw"


class TestKernelByDatagramSockets(KernelContract):
    style = "datagram"


def test_the_engine_is_the_best_one_where_the_kernel_stamps_and_is_proof_against_stalls() -> None:
    assert best_engine() == "kernel"
    assert isinstance(KernelIcmpProber(Steering()), StallProofProber)


@pytest.mark.parametrize("style", STYLES)
async def test_a_blocked_loop_loses_nothing_and_leaves_the_times_true(style: SocketStyle) -> None:
    async with opened(style=style, receive_buffer=8 << 20) as prober:
        probes = [
            asyncio.create_task(prober.probe(host, patience=0.2))
            for _ in range(4)
            for host in HOSTS
        ]
        await asyncio.sleep(0)
        time.sleep(0.6)  # noqa: ASYNC251 - blocking the loop is what is tested
        results = await asyncio.gather(*probes)
    assert [result for result in results if not isinstance(result, Reply)] == []
    assert max(result.rtt for result in results if isinstance(result, Reply)) < 0.2


@pytest.mark.parametrize("style", STYLES)
async def test_what_has_arrived_is_told_before_the_loop_turns(style: SocketStyle) -> None:
    told: list[ProbeResult] = []
    async with opened(style=style) as prober:
        for host in HOSTS:
            prober.begin(host, patience=5, tell=told.append)
        deadline = time.monotonic() + 5
        while len(told) < len(HOSTS) and time.monotonic() < deadline:
            prober.catch_up()
    assert {type(result) for result in told} == {Reply}
    assert len(told) == len(HOSTS)


async def test_a_short_patience_is_kept_behind_a_long_one() -> None:
    loop = asyncio.get_running_loop()
    async with opened(INTO_NOTHING) as prober:
        long = asyncio.create_task(prober.probe(SILENT, patience=60))
        await asyncio.sleep(0)
        before = loop.time()
        assert await prober.probe(SILENT, patience=0.05) == Timeout()
        assert loop.time() - before < 30
        long.cancel()


async def test_what_is_cancelled_is_told_nothing() -> None:
    told: list[ProbeResult] = []
    async with opened() as prober:
        for host in HOSTS:
            prober.begin(host, patience=5, tell=told.append).cancel()
        await asyncio.sleep(0.05)
    assert told == []


async def test_a_full_receive_buffer_is_an_error_of_ours_and_no_loss() -> None:
    async with opened(receive_buffer=2048) as prober:
        probes = [asyncio.create_task(prober.probe(host, patience=0.2)) for host in HOSTS]
        results = await asyncio.gather(*probes)
    kinds = {type(result) for result in results}
    assert kinds == {Reply, ProbeError}
    errors = {result.reason for result in results if isinstance(result, ProbeError)}
    assert errors == {ErrorReason.NO_RESOURCES}


async def test_a_loss_after_an_overflow_is_a_loss_again() -> None:
    async with opened(INTO_NOTHING, receive_buffer=2048) as prober:
        flood = [asyncio.create_task(prober.probe(host, patience=0.1)) for host in HOSTS]
        results = await asyncio.gather(*flood)
        assert ProbeError in {type(result) for result in results}
        assert await prober.probe(SILENT, patience=0.05) == Timeout()


async def test_replies_to_the_pings_of_others_do_not_reach_us() -> None:
    async with opened() as ours, opened() as others:
        assert isinstance(await ours.probe(LOOPBACK, patience=5), Reply)
        silent = asyncio.create_task(ours.probe(SILENT, patience=5))
        await asyncio.sleep(0)
        for host in HOSTS:
            assert isinstance(await others.probe(host, patience=5), Reply)
        assert [sock.receive() for sock in ours._sockets] == [0]
        silent.cancel()


async def test_one_raw_socket_serves_all_probes_of_a_family() -> None:
    before = open_files()
    async with opened() as prober:
        for host in HOSTS:
            assert isinstance(await prober.probe(host, patience=5), Reply)
        assert open_files() == before + 1
        silent = [asyncio.create_task(prober.probe(SILENT, patience=5)) for _ in HOSTS]
        await asyncio.sleep(0.01)
        assert open_files() == before + 1
        for task in silent:
            task.cancel()
    assert open_files() == before


async def test_a_datagram_socket_serves_one_round_of_probes() -> None:
    before = open_files()
    async with opened(style="datagram") as prober:
        for _ in range(5):
            for host in HOSTS:
                assert isinstance(await prober.probe(host, patience=5), Reply)
            assert open_files() == before + 1


async def test_the_buffer_that_replies_wait_in_is_raised() -> None:
    async with opened(receive_buffer=1 << 18) as prober:
        await prober.probe(LOOPBACK, patience=5)
        (sock,) = prober._sockets
        assert sock._sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) >= 1 << 18


async def test_probes_that_come_often_are_read_together() -> None:
    async with opened() as prober:
        for _ in range(20):
            probes = [prober.probe(host, patience=5) for host in HOSTS]
            assert {type(result) for result in await asyncio.gather(*probes)} == {Reply}
        (sock,) = prober._sockets
        assert sock._poll is not None
        await asyncio.sleep(0.1)
        assert sock._poll is None
        assert isinstance(await prober.probe(LOOPBACK, patience=5), Reply)


async def test_without_permission_the_remedy_is_told() -> None:
    if icmp_capability(styles=("datagram",)).style is not None:
        pytest.skip("datagram sockets are allowed here")
    prober = KernelIcmpProber(Steering(), style="datagram")
    result = await prober.probe(LOOPBACK, patience=5)
    assert isinstance(result, ProbeError)
    assert result.reason is ErrorReason.NOT_PERMITTED
    assert "ping_group_range" in result.detail


def test_ids_come_by_turns() -> None:
    ids = IdCycle()
    taken = [ids.take() for _ in range(65535)]
    assert sorted(taken) == list(range(1, 65536))
    assert [ids.take() for _ in range(3)] == taken[:3]


@pytest.fixture(scope="module")
def vanished() -> dict[str, list[str]]:
    """What is said while things come and go, each scene in a namespace of its own."""
    told: dict[str, list[str]] = played("tests.probes.vanishing", patience=60)
    return told


@pytest.mark.privileged
def test_an_address_that_goes_is_an_error_of_ours_until_it_is_back(
    vanished: dict[str, list[str]],
) -> None:
    missing = ErrorReason.SOURCE_MISSING.value
    assert vanished["address"] == ["reply", missing, missing, "reply", "reply"]
    assert vanished["ipv6_address"] == ["reply", missing, "reply"]


@pytest.mark.privileged
def test_a_device_that_goes_is_an_error_of_ours_and_another_of_its_name_is_taken(
    vanished: dict[str, list[str]],
) -> None:
    missing, down = ErrorReason.DEVICE_MISSING.value, ErrorReason.NO_ROUTE.value
    assert vanished["device"] == [missing, *["timeout", down, missing] * 2]


@pytest.mark.privileged
def test_a_next_hop_that_is_silent_is_an_error_of_ours_for_its_own_probe_only(
    vanished: dict[str, list[str]],
) -> None:
    assert vanished["neighbour"] == [ErrorReason.LAN_UNREACHABLE.value, "reply"]


def _unreachable(request: bytes) -> bytes:
    """A router's "host unreachable" (RFC 792) about a packet, which it quotes from its header on."""
    message = bytearray(struct.pack("!BBHI", 3, 1, 0, 0) + request[:28])
    struct.pack_into("!H", message, 2, 0xFFFF - int.from_bytes(message, "big") % 0xFFFF)
    return bytes(message)


@pytest.mark.parametrize(
    ("sender", "verdict"),
    [
        ("127.0.0.2", Timeout("127.0.0.2 says: no route to host")),
        ("127.0.0.1", ErrorReason.LAN_UNREACHABLE),
    ],
)
async def test_a_router_that_says_unreachable_is_heard_for_the_probe_it_means(
    sender: str, verdict: Timeout | ErrorReason
) -> None:
    need("raw")
    steering = Steering(source="127.0.0.1", device="lo")
    with (
        socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800)) as sniffer,
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as router,
    ):
        sniffer.bind(("lo", 0x0800))
        sniffer.settimeout(5)
        router.bind((sender, 0))
        async with opened(steering) as prober:
            unreachable = asyncio.create_task(prober.probe(SILENT, patience=10))
            unheard = asyncio.create_task(prober.probe(SILENT, patience=0.3))
            await asyncio.sleep(0)
            request = sniffer.recv(2048)
            while socket.inet_ntoa(request[16:20]) != SILENT.address:
                request = sniffer.recv(2048)
            router.sendto(_unreachable(request), ("127.0.0.1", 0))
            # The error waits in the socket: it is not this probe's.
            assert isinstance(await prober.probe(HOSTS[4], patience=5), Reply)
            result = await unreachable
            assert await unheard == Timeout()
    assert (result.reason if isinstance(result, ProbeError) else result) == verdict
