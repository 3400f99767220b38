"""Logging in, old and new; TLS in its three ways; and what an operator is told when it fails."""

import asyncio
import hashlib
import socket
import ssl
from pathlib import Path

import pytest

from tests.routeros.router_model import RouterModel, replying, sending, session_to
from wanwatch.core.model import Severity
from wanwatch.routeros.connect import Endpoint, challenge_response
from wanwatch.routeros.errors import (
    LoginRefused,
    RouterStalled,
    RouterUnreachable,
    TlsRefused,
)
from wanwatch.routeros.session import RouterSession, Timeouts
from wanwatch.routeros.text import display_text, router_text
from wanwatch.routeros.tls import TlsOptions, transport_finding

DATA = Path(__file__).parent / "data"
"""A self-signed certificate for router.test, its key, and Diffie-Hellman parameters."""
PRINT = "/system/identity/print"


def router_tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(DATA / "router.crt", DATA / "router.key")
    return context


def router_without_certificate() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_dh_params(str(DATA / "dh.pem"))
    context.set_ciphers("ADH:@SECLEVEL=0")
    return context


def own_fingerprint() -> str:
    certificate = ssl.PEM_cert_to_DER_cert((DATA / "router.crt").read_text())
    return hashlib.sha256(certificate).hexdigest()


@pytest.mark.parametrize("old_login", [False, True], ids=["6.43 and later", "before 6.43"])
async def test_both_logins_are_spoken(old_login: bool) -> None:  # noqa: FBT001 - a parameter of the case
    model = RouterModel(old_login=old_login)
    async with model.serving(), session_to(model) as session:
        assert (await session.command(PRINT))[0]["name"] == "edge"


@pytest.mark.parametrize("old_login", [False, True])
async def test_a_wrong_password_is_a_refused_login(old_login: bool) -> None:  # noqa: FBT001 - a parameter of the case
    model = RouterModel(old_login=old_login)
    async with model.serving(), session_to(model, password="wrong") as session:
        with pytest.raises(LoginRefused, match="does not accept user 'wanwatch'") as caught:
            await session.command(PRINT)
    assert "wrong" not in str(caught.value)
    assert not caught.value.retrying_helps


async def test_the_password_is_asked_for_when_it_is_needed() -> None:
    asked = []

    def password() -> str:
        asked.append(1)
        return "secret"

    model = RouterModel()
    async with model.serving():
        session = RouterSession("127.0.0.1", model.port, "wanwatch", password)
        assert asked == []
        await session.command(PRINT)
        await session.close()
    assert asked == [1]


async def test_a_password_that_cannot_be_read_is_said_before_anything_is_sent() -> None:
    def password() -> str:
        raise FileNotFoundError(2, "No such file", "/run/credentials/router")

    model = RouterModel()
    async with model.serving():
        session = RouterSession("127.0.0.1", model.port, "wanwatch", password)
        with pytest.raises(LoginRefused, match="/run/credentials/router"):
            await session.command(PRINT)
    assert model.connections == 0


async def test_a_password_beyond_ascii_goes_out_as_utf_8() -> None:
    model = RouterModel(password=router_text("пароль"), old_login=True)
    async with model.serving(), session_to(model, password="пароль") as session:
        await session.command(PRINT)
    assert session.is_connected is False


def test_the_challenge_is_answered_as_the_manual_says() -> None:
    answer = challenge_response("00" * 16, "")
    assert answer == "00" + hashlib.md5(b"\x00" * 17, usedforsecurity=False).hexdigest()


async def test_a_connection_closed_before_the_login_hints_at_the_address_filter() -> None:
    model = RouterModel(faults={"/login": sending(b"", then_close=True)})
    async with model.serving(), session_to(model) as session:
        with pytest.raises(LoginRefused, match=r"'/ip service'.*'address='"):
            await session.command(PRINT)


async def test_a_router_that_does_not_answer_the_login_has_stalled() -> None:
    model = RouterModel(faults={"/login": sending(b"")})
    async with model.serving(), session_to(model) as session:
        with pytest.raises(RouterStalled):
            await session.command(PRINT)


async def test_another_service_on_the_port_is_named_as_such() -> None:
    model = RouterModel(faults={"/login": replying(("HTTP/1.1 400",))})
    async with model.serving(), session_to(model) as session:
        with pytest.raises(LoginRefused, match="does not speak the RouterOS API"):
            await session.command(PRINT)


async def test_nobody_listening_is_unreachable() -> None:
    model = RouterModel()
    async with model.serving():
        pass
    session = session_to(model)
    with pytest.raises(RouterUnreachable, match=f"127.0.0.1:{model.port}"):
        await session.command(PRINT)
    assert session.last_error is not None
    assert session.last_error.reason == "unreachable"


async def test_a_name_that_cannot_be_one_is_unreachable() -> None:
    session = RouterSession("router..example", 8728, "u", "p")
    with pytest.raises(RouterUnreachable):
        await session.command(PRINT)


async def test_the_kernel_watches_over_an_idle_connection() -> None:
    model = RouterModel()
    async with model.serving(), session_to(model) as session:
        await session.command(PRINT)
        assert session._api is not None
        sock = session._api.protocol.transport.writer.get_extra_info("socket")
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1


async def test_a_ca_file_vouches_for_the_router() -> None:
    tls = TlsOptions.with_ca(str(DATA / "router.crt"), server_name="router.test")
    model = RouterModel()
    async with model.serving(router_tls()), session_to(model, tls=tls) as session:
        assert len(await session.command(PRINT)) == 1


async def test_a_certificate_for_another_name_is_refused() -> None:
    tls = TlsOptions.with_ca(str(DATA / "router.crt"))
    model = RouterModel()
    async with model.serving(router_tls()), session_to(model, tls=tls) as session:
        with pytest.raises(TlsRefused, match=r"127\.0\.0\.1"):
            await session.command(PRINT)
    assert model.heard == []


async def test_a_certificate_that_no_ca_vouches_for_is_refused(tmp_path: Path) -> None:
    default = ssl.get_default_verify_paths().cafile
    model = RouterModel()
    tls = TlsOptions.with_ca(default or "/nothing", server_name="router.test")
    async with model.serving(router_tls()), session_to(model, tls=tls) as session:
        with pytest.raises(TlsRefused):
            await session.command(PRINT)
    assert model.heard == []


async def test_a_pinned_certificate_is_accepted_whatever_its_name() -> None:
    model = RouterModel()
    tls = TlsOptions.pinned(own_fingerprint())
    async with model.serving(router_tls()), session_to(model, tls=tls) as session:
        assert len(await session.command(PRINT)) == 1


async def test_another_certificate_than_the_pinned_one_never_hears_the_password() -> None:
    model = RouterModel()
    tls = TlsOptions.pinned("00" * 32)
    async with model.serving(router_tls()), session_to(model, tls=tls) as session:
        with pytest.raises(TlsRefused, match=f"has the SHA-256 {own_fingerprint()}"):
            await session.command(PRINT)
    assert model.heard == []


def test_a_fingerprint_may_be_written_with_colons_and_must_be_whole() -> None:
    colons = ":".join(["AB"] * 32)
    assert TlsOptions.pinned(colons).fingerprint == "ab" * 32
    with pytest.raises(ValueError, match="64 hexadecimal digits"):
        TlsOptions.pinned("abcd")


async def test_a_router_without_a_certificate_is_spoken_to_anonymously() -> None:
    model = RouterModel()
    tls = TlsOptions.anonymous()
    async with (
        model.serving(router_without_certificate()),
        session_to(model, tls=tls) as session,
    ):
        assert len(await session.command(PRINT)) == 1


async def test_a_port_that_does_not_speak_tls_is_named_with_the_time_waited() -> None:
    gone = asyncio.Event()

    async def keep_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.transport.abort()
        gone.set()

    server = await asyncio.start_server(keep_silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    times = Timeouts(sentence=0.2)
    tls = TlsOptions.anonymous()
    session = RouterSession("127.0.0.1", port, "u", "p", tls=tls, timeouts=times)
    with pytest.raises(RouterUnreachable, match=r"no TLS session .* within 0\.2 s"):
        await session.command(PRINT)
    await gone.wait()
    server.close()


async def test_a_router_that_ends_the_handshake_has_refused_tls() -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    session = RouterSession("127.0.0.1", port, "u", "p", tls=TlsOptions.anonymous())
    with pytest.raises(TlsRefused):
        await session.command(PRINT)
    server.close()


async def test_a_router_without_a_common_cipher_has_refused_tls() -> None:
    model = RouterModel()
    tls = TlsOptions.anonymous()
    async with model.serving(router_tls()), session_to(model, tls=tls) as session:
        with pytest.raises(TlsRefused, match="TLS"):
            await session.command(PRINT)


async def test_a_login_refused_for_another_reason_says_it_in_the_routers_words() -> None:
    words = "failure: too many sessions"
    model = RouterModel(faults={"/login": replying(("!trap", f"=message={words}"), ("!done",))})
    async with model.serving(), session_to(model) as session:
        with pytest.raises(LoginRefused, match=f"refused the login: {words}"):
            await session.command(PRINT)


async def test_a_ca_file_that_is_missing_is_named() -> None:
    tls = TlsOptions.with_ca("/nowhere/ca.pem")
    session = RouterSession("127.0.0.1", 1, "u", "p", tls=tls)
    with pytest.raises(TlsRefused, match=r"/nowhere/ca\.pem"):
        await session.command(PRINT)


def test_an_unproven_router_is_said_loudly() -> None:
    finding = transport_finding(TlsOptions.anonymous(), "192.0.2.1")
    assert finding is not None
    assert (finding.code, finding.severity) == ("router-tls-anonymous", Severity.WARNING)
    assert transport_finding(TlsOptions.pinned("00" * 32), "192.0.2.1") is None
    plain = transport_finding(None, "192.0.2.1")
    assert plain is not None
    assert plain.code == "router-plain-api"


def test_an_endpoint_does_not_show_its_password() -> None:
    assert "hunter2" not in repr(Endpoint("192.0.2.1", 8728, "u", "hunter2"))


@pytest.mark.parametrize("text", ["Мегафон", "café", "plain", "→"])
def test_what_a_person_writes_can_be_shown_again(text: str) -> None:
    assert display_text(router_text(text)) == text


def test_bytes_that_are_no_utf_8_are_shown_as_they_are() -> None:
    assert display_text("\xcb\xe8") == "\xcb\xe8"
