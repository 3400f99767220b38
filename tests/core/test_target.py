"""How targets are written and printed."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wanwatch.core.target import Target, TargetKind


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("1.1.1.1", Target(TargetKind.ICMP, "1.1.1.1")),
        (" 1.1.1.1 ", Target(TargetKind.ICMP, "1.1.1.1")),
        ("icmp:1.1.1.1", Target(TargetKind.ICMP, "1.1.1.1")),
        ("2620:fe::fe", Target(TargetKind.ICMP, "2620:fe::fe")),
        ("fe:0:0::9", Target(TargetKind.ICMP, "fe::9")),
        ("icmp:2620:fe::fe", Target(TargetKind.ICMP, "2620:fe::fe")),
        ("icmp:[2620:fe::fe]", Target(TargetKind.ICMP, "2620:fe::fe")),
        ("tcp:9.9.9.9:853", Target(TargetKind.TCP, "9.9.9.9", 853)),
        ("tcp:[2620:FE:0::fe]:853", Target(TargetKind.TCP, "2620:fe::fe", 853)),
        ("udp:192.0.2.1:7", Target(TargetKind.UDP, "192.0.2.1", 7)),
        ("udp:127.0.0.1:65535", Target(TargetKind.UDP, "127.0.0.1", 65535)),
    ],
)
def test_a_target_is_read_as_operators_write_it(text: str, target: Target) -> None:
    assert Target.parse(text) == target


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "a target is empty: write an address such as 1.1.1.1"),
        ("https://dns.google", "is a URL: write an address"),
        ("dns.google", "'dns.google' is a name: write the address instead"),
        ("localhost", "'localhost' is a name: .* .'getent ahosts localhost' shows it"),
        ("tcp:example.net:443", "'example.net' is a name"),
        ("localhost:80", "'localhost' is a name"),
        ("gopher:9.9.9.9:70", "'gopher' is no kind of target: it is one of icmp, tcp, udp"),
        ("tcp:9.9.9.9", r"lacks its port: write tcp:9\.9\.9\.9:PORT"),
        ("udp:[2001:db8::7]", r"lacks its port: write udp:\[2001:db8::7\]:PORT"),
        ("tcp:2620:fe::fe:853", "put an IPv6 address into brackets"),
        ("9.9.9.9:53", "has a port but no kind that has one: write tcp:9.9.9.9:53"),
        ("icmp:9.9.9.9:53", "has a port but no kind that has one"),
        ("icmp:[2620:fe::fe]:53", "which ICMP does not know"),
        ("tcp:9.9.9.9:https", "'https' in '9.9.9.9:https' is no port"),
        ("tcp:9.9.9.9:0", "port 0 is outside 1..65535"),
        ("tcp:9.9.9.9:65536", "port 65536 is outside 1..65535"),
        ("1.1.1", "'1.1.1' is no IP address"),
        ("1.1.1.1/32", "'1.1.1.1/32' is no IP address"),
        ("1.1.1.01", "'1.1.1.01' is no IP address"),
        ("224.0.0.1", "is no address of one host"),
        ("0.0.0.0", "is no address of one host"),  # noqa: S104 - nothing is bound to it
        ("255.255.255.255", "is no address of one host"),
        ("ff02::1", "is no address of one host"),
        ("fe80::1%eth0", "reaches one link only"),
        ("fe80::1", "reaches one link only"),
    ],
)
def test_what_cannot_be_probed_is_refused_with_a_remedy(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Target.parse(text)


def test_a_port_is_checked_however_a_target_is_made() -> None:
    with pytest.raises(ValueError, match="lacks its port"):
        Target(TargetKind.TCP, "9.9.9.9")


def _is_a_host(address: IPv4Address | IPv6Address) -> bool:
    return not (
        address.is_multicast
        or address.is_unspecified
        or (address.version == 6 and address.is_link_local)
        or str(address) == "255.255.255.255"
    )


hosts = st.ip_addresses().filter(_is_a_host).map(str)
targets = st.one_of(
    st.builds(Target, st.just(TargetKind.ICMP), hosts),
    st.builds(
        Target,
        st.sampled_from([TargetKind.TCP, TargetKind.UDP]),
        hosts,
        st.integers(min_value=1, max_value=65535),
    ),
)


@given(targets)
def test_a_printed_target_reads_back_as_itself(target: Target) -> None:
    assert Target.parse(str(target)) == target


@given(st.one_of(st.text(max_size=30), st.text("icmptcpudp:[].0123456789af%/", max_size=30)))
def test_any_text_is_a_target_that_prints_and_reads_back_or_a_value_error(text: str) -> None:
    try:
        target = Target.parse(text)
    except ValueError:
        return
    assert Target.parse(str(target)) == target
