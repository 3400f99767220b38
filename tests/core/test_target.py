"""How targets are written and printed."""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wanwatch.core.dns_question import ACCEPTED, TYPES, DnsQuestion
from wanwatch.core.http_page import HttpPage
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
        ("dns:9.9.9.9", Target(TargetKind.DNS, "9.9.9.9", 53, DnsQuestion(".", "NS"))),
        ("dns:[2620:fe::fe]", Target(TargetKind.DNS, "2620:fe::fe")),
        ("dns:[2620:fe::fe]:5353", Target(TargetKind.DNS, "2620:fe::fe", 5353)),
        ("dns:9.9.9.9/.", Target(TargetKind.DNS, "9.9.9.9")),
        ("dns:9.9.9.9/./soa", Target(TargetKind.DNS, "9.9.9.9", 53, DnsQuestion(".", "SOA"))),
        (
            "dns:9.9.9.9:54/Example.COM.",
            Target(TargetKind.DNS, "9.9.9.9", 54, DnsQuestion("example.com", "A")),
        ),
        (
            "dns:9.9.9.9/example.com/aaaa",
            Target(TargetKind.DNS, "9.9.9.9", 53, DnsQuestion("example.com", "AAAA")),
        ),
        ("http://192.0.2.1", Target(TargetKind.HTTP, "192.0.2.1", 80, HttpPage())),
        ("HTTP://192.0.2.1:80/", Target(TargetKind.HTTP, "192.0.2.1", 80, HttpPage())),
        ("https://192.0.2.1/", Target(TargetKind.HTTP, "192.0.2.1", 443, HttpPage(tls=True))),
        (
            "https://[2001:DB8::7]:8443/health?full",
            Target(TargetKind.HTTP, "2001:db8::7", 8443, HttpPage(tls=True, path="/health?full")),
        ),
        (
            "https://One.One.One.One/ at 1.1.1.1",
            Target(TargetKind.HTTP, "1.1.1.1", 443, HttpPage(tls=True, host="one.one.one.one")),
        ),
        ("http://192.0.2.1/ at 192.0.2.1", Target(TargetKind.HTTP, "192.0.2.1")),
        (
            "http://192.0.2.1/ at 2001:db8::1",
            Target(TargetKind.HTTP, "2001:db8::1", 80, HttpPage(host="192.0.2.1")),
        ),
    ],
)
def test_a_target_is_read_as_operators_write_it(text: str, target: Target) -> None:
    assert Target.parse(text) == target


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "a target is empty: write an address such as 1.1.1.1"),
        ("https://dns.google", "'dns.google' is a name: .* \"https://dns.google at 192.0.2.1\""),
        ("https://dns.google/ at dns.google", "'dns.google' is a name: write the address instead"),
        ("https://dns.google/ at", "is no URL"),
        ("https://8.8.8.8/ at 8.8.8.8:443", "'8.8.8.8:443' is no IP address"),
        ("ftp://9.9.9.9/", "is neither http:// nor https://: write one of these"),
        ("https:9.9.9.9", "is not a whole URL: write https://9.9.9.9"),
        ("http://me:secret@9.9.9.9/", "a login in a URL is never sent: write the URL without it"),
        ("http://9.9.9.9/#top", "has a part after #"),
        ("http://9.9.9.9/a b", "is no URL"),
        ("http://9.9.9.9/{x}", "is no path of a URL"),
        ("http://9.9.9.9:x/", "'x' in 'http://9.9.9.9:x/' is no port"),
        ("http://9.9.9.9:65536/", "port 65536 is outside 1..65535"),
        ("http://9.9.9.9:/", "'' in 'http://9.9.9.9:/' is no port"),
        ("http:///path", "'' in 'http:///path' is no host"),
        ("http://[9.9.9.9/", "is no URL: write one such as"),
        ("http://-a-/ at 9.9.9.9", "'-a-' in .* is no host"),
        ("http://224.0.0.1/", "is no address of one host"),
        ("http://9.9.9.9/" + "a" * 1010, "a URL of 1025 characters: write at most 1024"),
        ("dns:dns.google", "'dns.google' is a name"),
        ("dns:2620:fe::fe", r"write an IPv6 address in brackets, as in dns:\[2620:fe::fe\]:53"),
        ("dns:9.9.9.9/example.com/", "lacks its type of record: write example.com or"),
        ("dns:9.9.9.9/example.com/B", "'B' is no type of record: write one of A, AAAA"),
        ("dns:9.9.9.9/b\xfccher.example", "is no DNS name: .* begins with xn--"),
        ("dns:9.9.9.9:0", "port 0 is outside 1..65535"),
        ("dns.google", "'dns.google' is a name: write the address instead"),
        ("localhost", "'localhost' is a name: .* .'getent ahosts localhost' shows it"),
        ("tcp:example.net:443", "'example.net' is a name"),
        ("localhost:80", "'localhost' is a name"),
        (
            "gopher:9.9.9.9:70",
            "'gopher' is no kind of target: it is one of icmp, tcp, udp, dns, http, https",
        ),
        ("tcp:9.9.9.9", r"lacks its port: write tcp:9\.9\.9\.9:PORT"),
        ("udp:[2001:db8::7]", r"lacks its port: write udp:\[2001:db8::7\]:PORT"),
        ("tcp:2620:fe::fe:853", "write an IPv6 address in brackets"),
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
ports = st.integers(min_value=1, max_value=65535)
names = st.from_regex(r"[a-z0-9_]{1,9}(\.[a-z0-9]{1,9}){0,3}", fullmatch=True)
named_hosts = names.filter(lambda name: not name.rpartition(".")[2].isdigit())
paths = st.from_regex(r"/[A-Za-z0-9._~:/?@!$&'()*+,;=%-]{0,20}", fullmatch=True)
targets = st.one_of(
    st.builds(Target, st.just(TargetKind.ICMP), hosts),
    st.builds(Target, st.sampled_from([TargetKind.TCP, TargetKind.UDP]), hosts, ports),
    st.builds(
        Target,
        st.just(TargetKind.DNS),
        hosts,
        ports | st.none(),
        st.builds(DnsQuestion, names | st.just("."), st.sampled_from(("", *TYPES))),
    ),
    st.builds(
        Target,
        st.just(TargetKind.HTTP),
        hosts,
        ports | st.none(),
        st.builds(HttpPage, st.booleans(), named_hosts | st.just(""), paths),
    ),
)


@given(targets)
def test_a_printed_target_reads_back_as_itself(target: Target) -> None:
    assert Target.parse(str(target)) == target


@given(
    st.one_of(
        st.text(max_size=30),
        st.text("icmptcpudpdns:[].0123456789af%/", max_size=30),
        st.text("https:[].0123456789af%/? @", max_size=20).map("http://1.1.1.1".__add__),
        st.text("ex.amp-l_/ANS:0159", max_size=20).map("dns:1.1.1.1".__add__),
    )
)
def test_any_text_is_a_target_that_prints_and_reads_back_or_a_value_error(text: str) -> None:
    try:
        target = Target.parse(text)
    except ValueError:
        return
    assert Target.parse(str(target)) == target


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        (lambda: DnsQuestion("example.com", "MX", ("a",)), "of type MX cannot be compared: write"),
        (lambda: DnsQuestion("example.com", "A", ("::1",)), "'::1' is no value of A records: .*v4"),
        (lambda: DnsQuestion("example.com", "AAAA", ("x",)), "no value of AAAA records: .*v6"),
        (lambda: DnsQuestion("example.com", "TXT", ("\n",)), "is no value to wait for"),
        (lambda: DnsQuestion("example.com", "NS", ("-",)), "'-' is no value of NS records"),
        (lambda: DnsQuestion(accept=("SERVFAIL", "ODD")), "'ODD' is no response code: write some"),
        (lambda: DnsQuestion(accept=()), "nothing would count as an answer"),
        (
            lambda: DnsQuestion("a", "A", ("192.0.2.1",), ("NOERROR",)),
            "accept has no meaning beside expect",
        ),
        (lambda: HttpPage(path="x"), "'x' is no path of a URL"),
        (lambda: HttpPage(status=(100,)), "status 100 is no final one: write numbers from 200"),
        (lambda: HttpPage(body="a" * 1025), "body is 1025 characters long: write at most 1024"),
        (lambda: HttpPage(verify=False), "no meaning without TLS: write https://"),
        (lambda: HttpPage(fingerprint="00" * 32), "no meaning without TLS: write https://"),
        (lambda: HttpPage(tls=True, fingerprint="00"), "is no SHA-256: write its 64 hexadecimal"),
        (
            lambda: HttpPage(tls=True, verify=False, fingerprint="00" * 32),
            "verify = false has no meaning beside a fingerprint",
        ),
    ],
)
def test_what_can_never_be_answered_is_refused(
    request_: Callable[[], DnsQuestion | HttpPage], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        request_()


def test_one_spelling_is_kept_of_each_value_that_counts() -> None:
    question = DnsQuestion("Example.com", "aaaa", ("2001:DB8:0::1", "2001:db8::1"), ACCEPTED[::-1])
    assert question.expect == ("2001:db8::1",)
    assert question.accept == ACCEPTED
    page = HttpPage(tls=True, status=(204, 200, 204), fingerprint=":".join(["AB"] * 32))
    assert page.status == (200, 204)
    assert page.fingerprint == "ab" * 32
    assert page.counts(204)
    assert not page.counts(201)
    assert HttpPage().counts(201)
    assert not HttpPage().counts(301)


def test_what_only_says_which_answers_count_is_not_printed() -> None:
    plain = Target.parse("https://example.com/health at 192.0.2.1")
    strict = Target.of_page("https://example.com/health", "192.0.2.1", status=(200,), body="ok")
    assert strict != plain
    assert str(strict) == str(plain)


def test_a_kind_is_asked_only_for_what_it_knows() -> None:
    with pytest.raises(ValueError, match="dns targets cannot be asked for HttpPage"):
        Target(TargetKind.DNS, "9.9.9.9", 53, HttpPage())
    with pytest.raises(ValueError, match="icmp targets cannot be asked for DnsQuestion"):
        Target(TargetKind.ICMP, "9.9.9.9", None, DnsQuestion())
    with pytest.raises(ValueError, match="the host of a page is its name"):
        Target(TargetKind.HTTP, "9.9.9.9", 80, HttpPage(host="9.9.9.9"))
