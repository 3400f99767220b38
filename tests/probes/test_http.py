"""HTTP probes without TLS, against small servers that answer in every way they should not."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from urllib.parse import unquote

import pytest

from tests.probes.contract import ProberContract
from tests.probes.hosts import crowded_host, deserted_port
from tests.probes.http_asking import PORTAL, ask
from tests.probes.http_hosts import NAME, Play, answer, http_host, never, reset, saying
from wanwatch.core.http_page import HttpPage
from wanwatch.core.target import Target, TargetKind
from wanwatch.probes.http import HttpProber
from wanwatch.probes.prober import Prober
from wanwatch.probes.results import ErrorReason, ProbeError, Reply, Timeout
from wanwatch.probes.steering import Steering


class TestHttpProber(ProberContract):
    def make(self, steering: Steering) -> Prober:
        return HttpProber(steering)

    @contextlib.asynccontextmanager
    async def answering(self) -> AsyncIterator[tuple[Target, Callable[[], list[int]]]]:
        async with http_host() as (target, host):
            yield target, lambda: [port for _, port in host.peers]

    @contextlib.contextmanager
    def silent(self) -> Iterator[tuple[Target, Steering]]:
        with crowded_host() as (target, _):
            yield Target(TargetKind.HTTP, target.address, target.port), Steering()


async def test_the_page_is_asked_for_by_its_host_and_path() -> None:
    async with http_host(host=NAME, path="/health?full=1") as (target, host):
        assert isinstance(await HttpProber(Steering()).probe(target, patience=5), Reply)
    (head,) = host.heads
    first, *headers = head.rstrip().split("\r\n")
    assert first == "GET /health?full=1 HTTP/1.1"
    assert f"Host: {NAME}:{target.port}" in headers
    assert headers.count("Connection: close") == 1
    assert "Accept-Encoding: identity" in headers


@pytest.mark.parametrize(
    "path",
    ["/?", "/a//b", "/%7Efoo/%20", "/a;b=c?d=e&f=%26", "/(x)/'y'/*!$@:,", "/[v]?[w]", "/a?b?c/d"],
)
async def test_a_path_is_sent_as_one_that_means_the_same(path: str) -> None:
    async with http_host(path=path) as (target, host):
        assert isinstance(await HttpProber(Steering()).probe(target, patience=5), Reply)
    asked = host.heads[0].split()[1]
    assert unquote(asked).rstrip("?") == unquote(path).rstrip("?")


@pytest.mark.parametrize("name", ["a_b.example", "_x", "1-2", "xn--bcher-kva.example", "a" * 63])
async def test_a_host_is_sent_as_it_is_written(name: str) -> None:
    async with http_host(host=name) as (target, host):
        assert isinstance(await HttpProber(Steering()).probe(target, patience=5), Reply)
    assert f"Host: {name}:{target.port}\r\n" in host.heads[0]


async def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    assert isinstance(await ask(), Reply)


async def test_a_late_answer_within_the_patience_is_a_reply_with_its_true_rtt() -> None:
    result = await ask(delay=0.15)
    assert isinstance(result, Reply)
    assert 0.15 <= result.rtt < 2


async def test_the_rtt_ends_with_the_head_where_the_body_does_not_matter() -> None:
    slow = saying(answer(body=b"x" * 10)[:-10], b"x" * 10, pause=3)
    result = await ask(slow)
    assert isinstance(result, Reply)
    assert result.rtt < 2


@pytest.mark.parametrize(
    ("status", "wanted", "result"),
    [
        ("204 No Content", (), None),
        ("204 No Content", (204,), None),
        ("200 OK", (204,), "status 200"),
        ("503 Service Unavailable", (), "status 503"),
        ("404 Not Found", (), "status 404"),
        ("404 Not Found", (200, 404), None),
        (
            "511 Network Authentication Required",
            (),
            "captive portal: status 511, a login is needed",
        ),
    ],
)
async def test_the_status_has_to_be_one_that_counts(
    status: str, wanted: tuple[int, ...], result: str | None
) -> None:
    found = await ask(saying(answer(status)), status=wanted)
    assert isinstance(found, Reply) if result is None else found == Timeout(result)


@pytest.mark.parametrize("wanted", [(), (302,)])
async def test_a_redirect_to_another_host_is_a_captive_portals(wanted: tuple[int, ...]) -> None:
    portal = Timeout("captive portal: redirected to login.portal.example")
    assert await ask(saying(PORTAL), host=NAME, status=wanted) == portal
    assert await ask(saying(PORTAL), status=wanted) == portal


async def test_a_redirect_on_the_same_host_is_a_status_as_any_other() -> None:
    moved = saying(answer("301 Moved", Location="/login"))
    async with http_host(moved, host=NAME) as (target, _):
        result = await HttpProber(Steering()).probe(target, patience=5)
    assert result == Timeout(f"status 301, to http://{NAME}:{target.port}/login")
    assert isinstance(await ask(moved, host=NAME, status=(301,)), Reply)
    to_tls = saying(answer("301 Moved", Location=f"https://{NAME}/"))
    assert await ask(to_tls, host=NAME) == Timeout(f"status 301, to https://{NAME}/")


@pytest.mark.parametrize("location", ["http://[", "", "\x00", "//", "http://" + "a" * 5000])
async def test_an_odd_redirect_upsets_nobody(location: str) -> None:
    result = await ask(saying(answer("302 Found", Location=location)))
    assert isinstance(result, Timeout)
    assert 0 < len(result.detail) < 200
    assert result.detail.isprintable()


async def test_nothing_is_followed() -> None:
    async with http_host() as (other, elsewhere):
        await ask(saying(answer("302 Found", Location=other.url)))
    assert elsewhere.peers == []


@pytest.mark.parametrize(
    ("body", "result"),
    [
        (b"all is ok", None),
        (b"please log in", 'body without "is ok"'),
        (b"", 'body without "is ok"'),
        (b"x" * 60_000 + b"is ok", None),
        (b"x" * 70_000 + b"is ok", 'body without "is ok"'),
    ],
)
async def test_the_text_has_to_be_in_the_beginning_of_the_body(
    body: bytes, result: str | None
) -> None:
    found = await ask(saying(answer(body=body)), body="is ok")
    assert isinstance(found, Reply) if result is None else found == Timeout(result)


async def test_the_text_may_come_in_pieces_and_in_any_language() -> None:
    whole = answer(body="… läuft …".encode())
    assert isinstance(await ask(saying(*(bytes([b]) for b in whole)), body="läuft"), Reply)
    chunked = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nis\r\n3\r\n ok\r\n0\r\n\r\n"
    )
    assert isinstance(await ask(saying(chunked), body="is ok"), Reply)
    until_the_end = b"HTTP/1.0 200 OK\r\n\r\nall is ok"
    assert isinstance(await ask(saying(until_the_end), body="is ok"), Reply)


async def test_no_more_of_an_endless_body_is_read_than_is_looked_at() -> None:
    sent = 0

    async def endless(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x" * 4096)
            sent += 4096
            await writer.drain()

    assert await ask(endless, body="is ok") == Timeout('body without "is ok"')
    assert sent < 16_000_000  # what the kernel buffers on loopback, not what was read


@pytest.mark.parametrize(
    ("play", "sentence"),
    [
        (saying(b"SSH-2.0-OpenSSH_9.2p1\r\n"), "no HTTP: "),
        (saying(b"\x16\x03\x01" * 200), "no HTTP: "),
        (saying(b"HTTP/1.1 abc OK\r\n\r\n"), "no HTTP: "),
        (saying(b"HTTP/1.1 200 OK\r\nno colon here\r\n\r\n"), "no HTTP: "),
        (saying(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 20_000), "no HTTP: "),
        (saying(), "hung up before the answer"),
        (saying(b"HTTP/1.1 200 O"), "hung up before the answer"),
        (reset, "the connection was reset"),
    ],
)
async def test_what_is_no_answer_is_a_loss_with_its_reason(play: Play, sentence: str) -> None:
    result = await ask(play)
    assert isinstance(result, Timeout)
    assert result.detail.startswith(sentence), result
    assert result.detail.isprintable()


async def test_half_a_body_is_a_loss_where_the_body_matters() -> None:
    half = saying(answer(body=b"all is ok")[:-5])
    assert isinstance(await ask(half), Reply)
    assert await ask(half, body="is ok") == Timeout("hung up before the end of the body")
    broken = saying(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n")
    result = await ask(broken, body="is ok")
    assert isinstance(result, Timeout)
    assert result.detail


async def test_a_server_that_accepts_and_says_nothing_is_told_from_one_that_is_not_there() -> None:
    assert await ask(never, patience=0.4) == Timeout(
        "connected, but the answer did not come in time"
    )
    slow = saying(answer(body=b"all is ok")[:-5], b"is ok", pause=5)
    assert await ask(slow, patience=0.4, body="is ok") == Timeout(
        "connected, but the end of the body did not come in time"
    )


async def test_a_refused_connection_is_a_loss_with_its_reason() -> None:
    with deserted_port(TargetKind.TCP) as refusing:
        target = Target(TargetKind.HTTP, refusing.address, refusing.port)
        result = await HttpProber(Steering()).probe(target, patience=5)
    assert result == Timeout("connection refused")


async def test_a_target_of_another_kind_is_an_error_of_ours() -> None:
    result = await HttpProber(Steering()).probe(Target.parse("tcp:127.0.0.1:7"), patience=5)
    assert isinstance(result, ProbeError)
    assert result.reason is ErrorReason.UNSUPPORTED


async def test_ipv6_is_probed_as_well() -> None:
    try:
        async with http_host(address="::1", path="/v6") as (target, host):
            result = await HttpProber(Steering(source="::1", dscp=8)).probe(target, patience=5)
    except OSError as error:
        pytest.skip(f"no IPv6 loopback: {error}")
    assert isinstance(result, Reply), result
    assert host.peers[0][0] == "::1"
    assert f"Host: [::1]:{target.port}" in host.heads[0]


async def test_a_source_address_of_our_own_is_what_the_server_sees() -> None:
    async with http_host() as (target, host):
        await HttpProber(Steering(source="127.0.0.5")).probe(target, patience=5)
    assert host.peers[0][0] == "127.0.0.5"


async def test_the_page_of_a_target_says_how_it_was_asked() -> None:
    async with http_host(host=NAME) as (target, _):
        assert isinstance(target.request, HttpPage)
        assert str(target) == f"http://{NAME}:{target.port} at 127.0.0.1"
