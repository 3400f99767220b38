"""``wanwatch status``: over TCP and a unix socket, as a table and as JSON."""

import http.server
import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.service.sample_status import a_document, a_finding, a_router, a_target, a_wan
from wanwatch.cli.main import main
from wanwatch.service.status import LeaseStatus

Output = pytest.CaptureFixture[str]


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers ``/api/status`` with the server's body."""

    def do_GET(self) -> None:
        body: bytes = self.server.body if self.path == "/api/status" else b""  # type: ignore[attr-defined]
        self.send_response(200 if body else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self) -> str:
        return "somebody"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
        """Say nothing."""


@contextmanager
def serving(server: socketserver.BaseServer, body: bytes) -> Iterator[None]:
    server.body = body  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def daemon(document: dict[str, Any] | bytes) -> Iterator[str]:
    """A daemon's status server; its URL."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    with serving(server, body):
        yield f"http://127.0.0.1:{server.server_address[1]}"


def shown(document: dict[str, Any], capsys: Output) -> str:
    with daemon(document) as url:
        main(["status", "--url", url])
    return capsys.readouterr().out


def test_json_is_exactly_what_is_served(capsys: Output) -> None:
    body = json.dumps(a_document().as_json(), indent=1).encode()
    with daemon(body) as url:
        assert main(["status", "--url", url, "--json"]) == 0
    assert capsys.readouterr().out == body.decode() + "\n"


@pytest.mark.parametrize(
    ("states", "code"),
    [
        (("up", "up"), 0),
        (("up", "degraded"), 1),
        (("down", "up"), 1),
        (("up", "unknown"), 1),
        (("down", "down"), 2),
    ],
)
def test_the_exit_code_is_the_verdict_on_the_wans(states: tuple[str, ...], code: int) -> None:
    wans = tuple(a_wan(f"isp{n}", state=state) for n, state in enumerate(states))
    with daemon(a_document(wans=wans).as_json()) as url:
        assert main(["status", "--url", url]) == code


def test_the_table_names_each_wan_with_its_figures(capsys: Output) -> None:
    targets = (a_target(), a_target("192.0.2.9", state="down", last_rtt=None, discounted=True))
    wan = a_wan("fibre", since=1000.0, share=0.5, loss_ratio=0.25, targets=targets)
    text = shown(a_document(wans=(wan,)).as_json(), capsys)
    row = next(line for line in text.splitlines() if line.startswith("fibre"))
    assert row.split()[1:4] == ["up", "16m", "40s"]
    assert "██████░░░░░░ 50%" in row
    assert "25.0 %" in row
    assert "192.0.2.1=20 ms" in row
    assert "192.0.2.9=lost*" in row


def test_a_wish_a_blindness_and_a_hold_down_stand_beside_the_state(capsys: Output) -> None:
    wans = (
        a_wan("a", admin="drain"),
        a_wan("b", blind="no-samples"),
        a_wan("c", state="down", hold_down_remaining=12.3),
        a_wan("d", state="down", gone="interface-down"),
        a_wan("e", path="unproven", path_address="203.0.113.1", path_wan="d"),
    )
    text = shown(a_document(wans=wans).as_json(), capsys)
    assert "up (drain)" in text
    assert "up (not judged: no-samples)" in text
    assert "down (the router says: interface-down)" in text
    assert "down (held 12 s)" in text
    assert "(path unproven: probes leave by 203.0.113.1 of d)" in text


def test_what_keeps_wanwatch_from_working_is_said_first(capsys: Output) -> None:
    router = a_router(state="unreachable", error="no connection to 192.0.2.1:8728")
    document = a_document(frozen="settling", router=router, pending_steps=3, config_error="bad")
    text = shown(document.as_json(), capsys)
    assert "unreachable" in text.splitlines()[0]
    assert "Frozen (settling): nothing is changed on the router." in text
    assert "Router: no connection to 192.0.2.1:8728" in text
    assert "3 steps are not done yet." in text
    assert "The last reload was refused: bad" in text


def test_one_that_stands_by_says_for_whom(capsys: Output) -> None:
    lease = LeaseStatus(instance="second", held=False, holder="first", error="")
    text = shown(a_document(frozen="standby", lease=lease).as_json(), capsys)
    assert "Standby: first holds the lease and does what is to be done." in text
    assert "Frozen" not in text


def test_a_lease_that_cannot_be_taken_is_said_with_the_reason(capsys: Output) -> None:
    lease = LeaseStatus(instance="second", held=False, holder="", error="not enough permissions")
    text = shown(a_document(frozen="lease-not-held", lease=lease).as_json(), capsys)
    assert "The lease cannot be taken: not enough permissions" in text


def test_findings_are_sentences(capsys: Output) -> None:
    finding = a_finding("mangle-rule-invalid", "warning")
    text = shown(a_document(findings=(finding,)).as_json(), capsys)
    assert "warning: mangle rule *7 " in text


def test_the_last_changes_are_listed(capsys: Output) -> None:
    changes = [
        {"at": 1900.0, "kind": "failover", "wan": "a", "outcome": "verified", "steps": 3,
         "connections_removed": 7, "phases": {"apply": 0.012}},
        {"at": 1890.0, "kind": "transition", "wan": "a", "before": "up", "after": "down",
         "reason": "too-few-targets"},
    ]  # fmt: skip
    text = shown({**a_document().as_json(), "changes": changes}, capsys)
    assert "3 steps, 7 connections removed, verified, apply 12 ms" in text
    assert "up -> down (too-few-targets)" in text


def test_nothing_known_yet_is_a_dash(capsys: Output) -> None:
    wan = a_wan("new", state="unknown", since=None, share=None, loss_ratio=None, rtt=None,
                jitter=None, targets=())  # fmt: skip
    text = shown(a_document(wans=(wan,)).as_json(), capsys)
    row = next(line for line in text.splitlines() if line.startswith("new"))
    assert row.split() == ["new", "unknown", "-", "-", "-", "-", "-"]


def test_the_unix_socket_of_the_configuration_is_asked(tmp_path: Path, capsys: Output) -> None:
    path = tmp_path / "s"
    config = tmp_path / "wanwatch.toml"
    config.write_text(
        f'[[wan]]\nname = "a"\ninterface = "b"\n[status]\nsocket = "{path}"\nlisten = ""\n',
        encoding="utf-8",
    )
    server = socketserver.UnixStreamServer(str(path), Handler)
    with serving(server, json.dumps(a_document().as_json()).encode()):
        assert main(["status", "--config", str(config), "--json"]) == 0
        assert main(["status", "--socket", str(path), "--json"]) == 0
    assert '"exit_code": 0' in capsys.readouterr().out


def test_no_daemon_is_3_and_says_where_it_was_asked(tmp_path: Path, capsys: Output) -> None:
    missing = tmp_path / "none.sock"
    assert main(["status", "--socket", str(missing)]) == 3
    assert f"no daemon answers ({missing}: No such file or directory)" in capsys.readouterr().err


@pytest.mark.parametrize("body", [b"[]", b"<html>", b"{}"])
def test_what_is_not_wanwatch_is_3(body: bytes, capsys: Output) -> None:
    with daemon(body) as url:
        assert main(["status", "--url", url]) == 3
    assert "what answers is not wanwatch" in capsys.readouterr().err


def test_an_error_of_the_server_is_3(capsys: Output) -> None:
    with daemon(b"") as url:
        assert main(["status", "--url", url]) == 3
    assert "HTTP 404" in capsys.readouterr().err


@pytest.mark.parametrize(
    "options",
    [["--url", "ftp://x"], ["--url", "http://"], ["--url", "a", "--socket", "b"]],
)
def test_a_place_that_is_none_is_3(options: list[str], capsys: Output) -> None:
    assert main(["status", *options]) == 3
    assert capsys.readouterr().err.startswith("wanwatch: --url")


def test_a_configuration_that_was_named_has_to_be_there(tmp_path: Path, capsys: Output) -> None:
    assert main(["status", "--config", str(tmp_path / "none.toml")]) == 3
    assert "no such file" in capsys.readouterr().err


def test_watching_in_a_pipe_shows_anew_until_interrupted(
    capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = iter([None, None])

    def sleep(_seconds: float) -> None:
        if next(looks, KeyboardInterrupt) is KeyboardInterrupt:
            raise KeyboardInterrupt

    monkeypatch.setattr("wanwatch.cli.status_command.time.sleep", sleep)
    with daemon(a_document(wans=(a_wan(state="down"),)).as_json()) as url:
        assert main(["status", "--url", url, "--watch"]) == 2
    assert capsys.readouterr().out.count("shop, RouterOS 7.20.8: connected") == 3
