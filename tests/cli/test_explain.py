"""``wanwatch status --explain``: what is printed of a daemon's explanation."""

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from wanwatch.cli.explain_words import need_words, outlook_sentence
from wanwatch.cli.main import main
from wanwatch.core.health.outlook import NeedCode

Output = pytest.CaptureFixture[str]


def a_target(name: str = "192.0.2.1", **changes: Any) -> dict[str, Any]:
    target = {
        "target": name,
        "state": "down",
        "losses_in_row": 6,
        "answers_in_row": 0,
        "timeout": 0.2,
        "last_rtt": 0.02,
        "judged": 30,
        "lost": 6,
        "pending": 1,
        "loss_ratio": 0.2,
        "rtt": 0.02,
        "jitter": None,
        "strip": "++~o+xxxxxx?",
        "discounted": None,
        "why_lost": "",
    }
    return {**target, **changes}


def a_document(**changes: Any) -> dict[str, Any]:
    """A WAN that went down ten seconds ago."""
    limits = {"fall": 3, "rise": 5, "quorum": 1, "confirm": 1.0, "window": 36.0}
    limits |= {"minimum_samples": 20}
    document = {
        "version": "1",
        "now": 2000.0,
        "wan": "isp1",
        "state": "down",
        "since": 1990.0,
        "reason": "targets-fail",
        "admin": "auto",
        "disposition": "out",
        "frozen": "",
        "blind": None,
        "gone": None,
        "needs_router": False,
        "suspected": False,
        "silent_for": 4.0,
        "everything_fails": False,
        "quorum": {"needed": 1, "counted": 1, "fine": 0, "failing": 1},
        "figures": {"loss_ratio": None, "rtt": None, "jitter": None},
        "thresholds": [
            {"figure": "loss", "value": 0.125, "enter": 0.2, "leave": 0.05},
            {"figure": "rtt", "value": None, "enter": None, "leave": None},
        ],
        "waiting": {
            "hold_down": 20.0,
            "damped_for": 0.0,
            "penalty": 1.0,
            "suppress": 1.5,
            "reuse": 0.75,
            "until": 2020.0,
        },
        "good_since": None,
        "targets": [a_target()],
        "outlook": [
            {
                "to": "up",
                "needs": [
                    {"code": "answers", "targets": ["192.0.2.1"], "count": 5, "of": 1},
                    {"code": "hold-down", "seconds": 20.0},
                ],
            }
        ],
        "limits": limits,
        "transitions": [
            {
                "at": 1990.0,
                "before": "up",
                "after": "down",
                "reason": "targets-fail",
                "detect": 1.5,
                "evidence": {
                    "figures": {"loss_ratio": 0.1, "rtt": 0.02, "jitter": None},
                    "targets": [a_target(strip="++++xxx?", losses_in_row=3)],
                    "limits": limits,
                },
            }
        ],
        "exit_code": 2,
    }
    return {**document, **changes}


class Handler(http.server.BaseHTTPRequestHandler):
    """Explains one WAN, and knows no other."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        document: dict[str, Any] = self.server.document  # type: ignore[attr-defined]
        known = parts.path == "/api/explain"
        found = known and parse_qs(parts.query) == {"wan": [document["wan"]]}
        body = document if found else {"error": "no-such-wan", "wans": [document["wan"]]}
        text = json.dumps(body).encode() if known else b"404: Not Found"
        self.send_response(200 if found else 404)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
        """Say nothing."""


@contextmanager
def daemon(document: dict[str, Any]) -> Iterator[str]:
    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    server.document = document  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def shown(document: dict[str, Any], capsys: Output) -> str:
    with daemon(document) as url:
        code = main(["status", "--url", url, "--explain", document["wan"]])
    assert code == document["exit_code"]
    return capsys.readouterr().out


def test_a_line_that_is_down_shows_what_decided_and_what_it_waits_for(capsys: Output) -> None:
    text = shown(a_document(), capsys)
    assert "isp1 is down since " in text
    assert "10 s: too few targets answered" in text
    assert "Of 1 targets that count 0 are up and 1 down; quorum 1, 1 more have to be up" in text
    assert "  192.0.2.1  ++~o+xxxxxx?" in text
    assert "Held 20 s more, until " in text
    assert "Damping: penalty 1.00, held from 1.5 on" in text
    assert "up after: 5 more answers in a row of 192.0.2.1, and 20 s more of hold-down" in text
    assert "up -> down: too few targets answered, 1.5 s after the last answer" in text
    assert "192.0.2.1  ++++xxx?  3 lost" in text


def test_each_threshold_stands_beside_its_value(capsys: Output) -> None:
    rows = [line.split() for line in shown(a_document(), capsys).splitlines()]
    assert ["loss", "12.5", "%", "20", "%", "5", "%"] in rows
    assert ["rtt", "not", "known", "off", "off"] in rows


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"blind": {"reason": "probe-errors", "since": 1.0, "error": "no-route: add one"}},
            "cannot be sent or heard because of this host (no-route: add one)",
        ),
        ({"gone": "interface-down"}, "the router says that its interface does not run"),
        (
            {"path": {"state": "unproven", "address": "203.0.113.1", "wan": "isp2", "cause": ""}},
            "Nothing is done about it: its probes leave by 203.0.113.1 of isp2.",
        ),
        (
            {"path": {"state": "suspected", "address": "192.0.2.77", "wan": "", "cause": ""}},
            "its probes were seen to leave by 192.0.2.77.",
        ),
        (
            {"path": {"state": "unprovable", "cause": "not-translated"}},
            "cannot be proven: the line is used without NAT",
        ),
        ({"needs_router": True}, "all lines are silent, and the router has not answered since"),
        ({"everything_fails": True}, "perhaps it is us"),
        ({"frozen": "lan-lost"}, "Frozen (lan-lost): nothing is changed on the router."),
        ({"admin": "drain"}, "The operator's wish is drain."),
        ({"suspected": True}, "nothing heard of what was sent over 4 s; down from 1 s on"),
    ],
)
def test_what_stands_in_the_way_is_said(
    changes: dict[str, Any], sentence: str, capsys: Output
) -> None:
    assert sentence in shown(a_document(**changes), capsys)
    assert sentence not in shown(a_document(), capsys)


def test_a_target_at_fault_is_named_with_the_reason(capsys: Output) -> None:
    fault = {"since": 1.0, "failing_through": ["isp1", "isp2"], "alive": ["isp2"]}
    text = shown(a_document(targets=[a_target(discounted=fault)]), capsys)
    assert (
        "192.0.2.1 does not count: it fails through isp1, isp2, and other targets show isp2 alive"
        in text
    )
    assert "at fault" in text


def test_why_a_target_gave_no_answer_is_said_where_it_is_known(capsys: Output) -> None:
    targets = [a_target("dns:192.0.2.1", why_lost="answered SERVFAIL"), a_target("192.0.2.2")]
    text = shown(a_document(targets=targets), capsys)
    assert "dns:192.0.2.1 gave no answer that counts: answered SERVFAIL" in text
    assert text.count("gave no answer") == 1


def test_a_name_is_sent_as_it_is(capsys: Output) -> None:
    text = shown(a_document(wan="isp 1&x=ü", state="up", exit_code=0), capsys)
    assert "isp 1&x=ü is up" in text


def test_json_is_exactly_what_is_served(capsys: Output) -> None:
    with daemon(a_document()) as url:
        assert main(["status", "--url", url, "--explain", "isp1", "--json"]) == 2
    assert json.loads(capsys.readouterr().out) == a_document()


def test_a_wan_that_is_not_there_is_no_verdict(capsys: Output) -> None:
    with daemon(a_document()) as url:
        assert main(["status", "--url", url, "--explain", "isp9"]) == 3
    output = capsys.readouterr()
    assert output.out == ""
    assert "the daemon has no WAN 'isp9'; it has isp1" in output.err


@pytest.mark.parametrize("code", NeedCode)
def test_every_need_has_its_words(code: NeedCode) -> None:
    words = need_words({"code": code.value, "targets": ["a", "b"], "count": 2, "of": 1})
    assert words != code.value
    assert "{" not in words


def test_a_state_that_nothing_stands_against_comes_with_the_next_verdict() -> None:
    assert outlook_sentence({"to": "up", "needs": []}) == "up after: the next verdict"
