"""HTTPS probes: whose certificate counts, and what a failed handshake means."""

import contextlib
import datetime as dt
import hashlib
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.probes.contract import ProberContract
from tests.probes.hosts import crowded_host, open_files
from tests.probes.http_asking import upsets_of_cancelling
from tests.probes.http_hosts import (
    NAME,
    answer,
    authority,
    http_host,
    never,
    reset,
    saying,
    server_context,
    trusting,
)
from wanwatch.core.http_page import HttpPage
from wanwatch.core.target import Target, TargetKind
from wanwatch.probes.http import HttpProber
from wanwatch.probes.http_tls import context_for, knows_authorities
from wanwatch.probes.prober import Prober
from wanwatch.probes.results import ErrorReason, ProbeError, ProbeResult, Reply, Timeout
from wanwatch.probes.steering import Steering


class TestHttpsProber(ProberContract):
    def make(self, steering: Steering) -> Prober:
        return HttpProber(steering, context=trusting())

    @contextlib.asynccontextmanager
    async def answering(self) -> AsyncIterator[tuple[Target, Callable[[], list[int]]]]:
        async with http_host(tls=server_context(NAME), host=NAME) as (target, host):
            yield target, lambda: [port for _, port in host.peers]

    @contextlib.contextmanager
    def silent(self) -> Iterator[tuple[Target, Steering]]:
        with crowded_host() as (target, _):
            page = HttpPage(tls=True)
            yield Target(TargetKind.HTTP, target.address, target.port, page), Steering()


async def ask(
    *names: str,
    context: ssl.SSLContext | None = None,
    trusted: ssl.SSLContext | None = None,
    patience: float = 5.0,
    play: Any = None,
    **page: Any,
) -> ProbeResult:
    """Probe a server with a certificate for the names once."""
    server = context or server_context(*names)
    async with http_host(play, tls=server, **page) as (target, _):
        prober = HttpProber(Steering(), context=trusted or trusting())
        return await prober.probe(target, patience=patience)


async def test_a_certificate_for_the_name_is_accepted() -> None:
    assert isinstance(await ask(NAME, host=NAME), Reply)


async def test_a_certificate_for_the_address_is_accepted() -> None:
    assert isinstance(await ask("127.0.0.1"), Reply)


async def test_an_ipv6_address_is_verified_as_well() -> None:
    try:
        async with http_host(tls=server_context("::1"), address="::1") as (target, host):
            prober = HttpProber(Steering(source="::1", dscp=8), context=trusting())
            result = await prober.probe(target, patience=5)
    except OSError as error:
        pytest.skip(f"no IPv6 loopback: {error}")
    assert isinstance(result, Reply), result
    assert host.peers[0][0] == "::1"


async def test_the_server_is_told_the_name() -> None:
    told: list[str | None] = []
    context = server_context(NAME, "other.example")
    context.sni_callback = lambda _, name, __: told.append(name)
    await ask(context=context, host=NAME)
    assert told == [NAME]


async def test_a_certificate_for_another_name_is_a_loss() -> None:
    result = await ask("portal.example", host=NAME)
    assert isinstance(result, Timeout)
    assert result.detail.startswith("certificate: Hostname mismatch")


async def test_a_certificate_of_an_authority_that_is_not_trusted_is_a_loss() -> None:
    result = await ask(NAME, host=NAME, trusted=ssl.create_default_context())
    assert result == Timeout("certificate: unable to get local issuer certificate")


def dated(begins: dt.timedelta, ends: dt.timedelta) -> ssl.SSLContext:
    """A server's context with a certificate that is valid from and to, counted from now."""
    now = dt.datetime.now(dt.UTC)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued = authority().issue_cert(NAME, not_before=now + begins, not_after=now + ends)
    issued.configure_cert(context)
    return context


async def test_a_certificate_that_has_expired_is_a_loss() -> None:
    day = dt.timedelta(days=1)
    result = await ask(context=dated(-9 * day, -day), host=NAME)
    assert result == Timeout(
        "certificate: certificate has expired, or the clock of this host is ahead"
    )


async def test_a_certificate_that_is_not_valid_yet_says_that_our_clock_is_behind() -> None:
    day = dt.timedelta(days=1)
    result = await ask(context=dated(day, 9 * day), host=NAME)
    assert isinstance(result, ProbeError)
    assert result.reason is ErrorReason.CLOCK
    assert "set the clock" in result.detail


async def test_what_is_not_verified_is_accepted_from_anybody() -> None:
    result = await ask("portal.example", host=NAME, verify=False, trusted=trusting())
    assert isinstance(result, Reply)


def fingerprint(context: ssl.SSLContext) -> str:
    """The SHA-256 of the certificate that a server shows, by a handshake in memory."""
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    ours.check_hostname = False
    ours.verify_mode = ssl.CERT_NONE
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = ours.wrap_bio(to_client, to_server)
    server = context.wrap_bio(to_server, to_client, server_side=True)
    for side in (client, server, client, server):
        with contextlib.suppress(ssl.SSLWantReadError):
            side.do_handshake()
    return hashlib.sha256(client.getpeercert(binary_form=True) or b"").hexdigest()


async def test_the_pinned_certificate_alone_is_accepted() -> None:
    mine, other = server_context("pinned.example"), server_context("portal.example")
    pin = fingerprint(mine)
    assert isinstance(await ask(context=mine, fingerprint=pin), Reply)
    assert await ask(context=other, fingerprint=pin) == Timeout(
        f"certificate: not the pinned one but {fingerprint(other)}"
    )


async def test_a_redirect_by_the_proven_host_is_no_captive_portals() -> None:
    elsewhere = saying(answer("302 Found", Location="https://www.elsewhere.example/"))
    result = await ask(NAME, host=NAME, play=elsewhere)
    assert result == Timeout("status 302, to https://www.elsewhere.example/")
    assert isinstance(await ask(NAME, host=NAME, play=elsewhere, status=(302,)), Reply)
    result = await ask(NAME, host=NAME, play=elsewhere, status=(302,), verify=False)
    assert result == Timeout("captive portal: redirected to www.elsewhere.example")


async def test_a_server_without_tls_is_a_loss_with_its_reason() -> None:
    for play in (saying(answer("400 Bad Request")), saying(b"junk" * 100)):
        async with http_host(play, wait_for_request=False) as (plain, _):
            target = Target(TargetKind.HTTP, plain.address, plain.port, HttpPage(tls=True))
            result = await HttpProber(Steering(), context=trusting()).probe(target, patience=5)
        assert isinstance(result, Timeout)
        assert result.detail.startswith("TLS: "), result


@pytest.mark.parametrize(
    ("play", "sentence"),
    [
        (never, "connected, but the end of the TLS handshake did not come in time"),
        (saying(), "the connection was reset"),
        (reset, "the connection was reset"),
    ],
)
async def test_a_handshake_that_breaks_off_is_a_loss_with_its_reason(
    play: Any, sentence: str
) -> None:
    async with http_host(play, wait_for_request=False) as (plain, _):
        target = Target(TargetKind.HTTP, plain.address, plain.port, HttpPage(tls=True))
        prober = HttpProber(Steering(), context=trusting())
        patience = 0.4 if play is never else 5
        assert await prober.probe(target, patience=patience) == Timeout(sentence)


@pytest.mark.parametrize("seconds", [0.0, 0.002, 0.01, 0.03])
async def test_cancelling_an_exchange_closes_its_connection(seconds: float) -> None:
    prober = HttpProber(Steering(), context=trusting())
    upsets = await upsets_of_cancelling(prober, seconds, tls=server_context(NAME), host=NAME)
    assert [upset for upset in upsets if "Prober" in str(upset)] == []


@contextlib.contextmanager
def stubborn_host(context: ssl.SSLContext, connections: int, *, answers: bool) -> Iterator[Target]:
    """A server that answers or not and then neither hangs up nor hears that we do, until the end."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))

        def serve() -> None:
            for _ in range(connections):
                kept = stack.enter_context(server.accept()[0])
                with contextlib.suppress(OSError):
                    tls = stack.enter_context(context.wrap_socket(kept.dup(), server_side=True))
                    tls.recv(4096)
                    if answers:
                        tls.sendall(answer(body=b"all is ok"))

        thread = threading.Thread(target=serve)
        thread.start()
        address, port = server.getsockname()
        yield Target(TargetKind.HTTP, address, port, HttpPage(tls=True, host=NAME))
        thread.join()


async def test_a_server_that_wants_our_certificate_is_a_loss_with_its_reason() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority().issue_cert(NAME).configure_cert(context)
    context.verify_mode = ssl.CERT_REQUIRED
    with stubborn_host(context, 1, answers=True) as target:
        result = await HttpProber(Steering(), context=trusting()).probe(target, patience=5)
    assert isinstance(result, Timeout)
    assert result.detail.startswith("TLS: ")
    assert "certificate required" in result.detail


@pytest.mark.parametrize("answers", [True, False])
async def test_a_connection_by_tls_is_closed_when_its_probe_is_over(*, answers: bool) -> None:
    with stubborn_host(server_context(NAME), 6, answers=answers) as target:
        prober = HttpProber(Steering(), context=trusting())
        await prober.probe(target, patience=5 if answers else 0.4)
        before = open_files()
        for _ in range(5):
            result = await prober.probe(target, patience=5 if answers else 0.2)
            assert isinstance(result, Reply if answers else Timeout)
        assert open_files() - before == 5 * 2, "the server's ends are open, and none of ours"


def test_the_contexts_are_made_once() -> None:
    if not knows_authorities(ssl.create_default_context(), "/etc/ssl/certs"):
        pytest.skip("this host trusts no certificate authority")
    verified, unverified = context_for(verifies=True), context_for(verifies=False)
    assert context_for(verifies=True) is verified
    assert verified.verify_mode is ssl.CERT_REQUIRED
    assert verified.check_hostname
    assert context_for(verifies=False) is unverified
    assert unverified.verify_mode is ssl.CERT_NONE


@pytest.mark.parametrize(
    ("page", "needs"),
    [
        (HttpPage(), False),
        (HttpPage(tls=True), True),
        (HttpPage(tls=True, verify=False), False),
        (HttpPage(tls=True, fingerprint="ab" * 32), False),
    ],
)
def test_an_authority_is_needed_where_nothing_else_is_said(page: HttpPage, *, needs: bool) -> None:
    assert page.needs_authority is needs


def test_a_host_without_authorities_is_noticed(tmp_path: Path) -> None:
    empty = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    assert not knows_authorities(empty, None)
    assert not knows_authorities(empty, str(tmp_path))
    (tmp_path / "0a1b2c3d.0").touch()
    assert knows_authorities(empty, str(tmp_path))
    assert knows_authorities(trusting(), None)
