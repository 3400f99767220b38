"""What is set on a socket so that its packets leave by one WAN."""

import socket
from collections.abc import Iterator

import pytest

from tests.probes.hosts import open_files
from wanwatch.probes.results import ErrorReason, LocalFault
from wanwatch.probes.steering import Steering, is_port_taken, open_steered, steer


@pytest.fixture
def datagram() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        yield sock


def _open(steering: Steering, target: str = "127.0.0.1", port: int = 0) -> socket.socket:
    return open_steered(target, socket.SOCK_DGRAM, 0, steering, port=port)


def test_nothing_set_leaves_the_socket_to_the_host(datagram: socket.socket) -> None:
    steer(datagram, Steering())
    assert datagram.getsockname() == ("0.0.0.0", 0)  # noqa: S104 - unbound is what is asserted
    assert Steering().unset()
    assert not Steering(dscp=0).unset()


def test_the_source_is_bound_with_a_port_of_the_kernels_choice(datagram: socket.socket) -> None:
    steer(datagram, Steering(source="127.0.0.5"))
    address, port = datagram.getsockname()
    assert address == "127.0.0.5"
    assert port > 0


def test_the_code_point_takes_the_upper_six_bits(datagram: socket.socket) -> None:
    steer(datagram, Steering(dscp=46))
    assert datagram.getsockopt(socket.IPPROTO_IP, socket.IP_TOS) == 0xB8


def test_the_code_point_is_set_for_ipv6_too() -> None:
    try:
        sock = _open(Steering(dscp=46), "::1")
    except LocalFault as fault:
        pytest.skip(f"no IPv6: {fault.error.detail}")
    with sock:
        assert sock.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS) == 0xB8


def test_the_device_is_bound_or_its_capability_is_named(datagram: socket.socket) -> None:
    try:
        steer(datagram, Steering(device="lo"))
    except LocalFault as fault:
        assert fault.error.reason is ErrorReason.NOT_PERMITTED  # noqa: PT017 - either is right
        assert "CAP_NET_RAW" in fault.error.detail  # noqa: PT017 - as above
    else:
        bound = datagram.getsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, 16)
        assert bound.rstrip(b"\0") == b"lo"


@pytest.mark.parametrize("fwmark", [1, 0xFFFFFFFF])
def test_the_mark_is_set_or_its_capability_is_named(datagram: socket.socket, fwmark: int) -> None:
    try:
        steer(datagram, Steering(fwmark=fwmark))
    except LocalFault as fault:
        assert fault.error.reason is ErrorReason.NOT_PERMITTED  # noqa: PT017 - either is right
        assert "CAP_NET_ADMIN" in fault.error.detail  # noqa: PT017 - as above
    else:
        mark = datagram.getsockopt(socket.SOL_SOCKET, socket.SO_MARK)
        assert mark & 0xFFFFFFFF == fwmark


def test_a_socket_that_cannot_be_steered_is_closed() -> None:
    before = open_files()
    with pytest.raises(LocalFault) as caught:
        _open(Steering(source="198.51.100.77"))
    assert caught.value.error.reason is ErrorReason.SOURCE_MISSING
    assert not is_port_taken(caught.value)
    assert open_files() == before


def test_a_port_that_is_taken_is_told_from_other_faults(datagram: socket.socket) -> None:
    datagram.bind(("127.0.0.1", 0))
    with pytest.raises(LocalFault) as caught:
        _open(Steering(source="127.0.0.1"), port=datagram.getsockname()[1])
    assert is_port_taken(caught.value)
    assert caught.value.error.reason is ErrorReason.NO_RESOURCES


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"source": "wan1.example"}, "does not appear to be an IPv4 or IPv6 address"),
        ({"dscp": 64}, "dscp 64 is outside 0..63"),
        ({"fwmark": -1}, "fwmark -1 is outside"),
        ({"device": ""}, "device '' is not 1 to 15 bytes long"),
        ({"device": "sixteen-letters-"}, "is not 1 to 15 bytes long"),
    ],
)
def test_what_no_socket_takes_is_refused(values: dict[str, str | int], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Steering(**values)  # type: ignore[arg-type] # one wrong value at a time
