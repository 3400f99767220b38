"""What stands in the log, and what never does."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import structlog

from wanwatch.config.secret import Secret
from wanwatch.service import log as logs

SECRET = 'hunter2 "quoted" \\ é'
logs.forget(SECRET)


class Terminal(io.StringIO):
    """A stream that a person reads."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _log_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, levels = list(root.handlers), {n: logging.getLogger(n).level for n in ("aiohttp",)}
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def fail_to_log_in() -> None:
    passwords: dict[str, str] = {}
    try:
        passwords[SECRET]
    except KeyError as error:
        raise RuntimeError(f"login with {SECRET} failed") from error


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_line_of_json_with_its_level_and_utc_time() -> None:
    stream = io.StringIO()
    logs.configure(stream=stream)
    structlog.get_logger().info("wan.transition", wan="isp1", to="down", text="two\nlines")
    (event,) = lines(stream)
    at = datetime.fromisoformat(event.pop("timestamp"))
    assert at.tzinfo == UTC
    assert abs((datetime.now(UTC) - at).total_seconds()) < 60
    assert event == {
        "event": "wan.transition",
        "level": "info",
        "wan": "isp1",
        "to": "down",
        "text": "two\nlines",
    }


def test_a_person_at_a_terminal_gets_no_json() -> None:
    stream = Terminal()
    logs.configure(stream=stream)
    structlog.get_logger().info("daemon.started", version="1.2.3")
    assert "daemon.started" in stream.getvalue()
    assert "{" not in stream.getvalue()
    assert "\x1b[" in stream.getvalue()


def test_a_terminal_that_asks_for_no_colours_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Terminal()
    logs.configure(stream=stream)
    structlog.get_logger().info("daemon.started")
    assert "\x1b" not in stream.getvalue()


def test_the_format_that_was_asked_for_wins_over_the_stream() -> None:
    plain, terminal = io.StringIO(), Terminal()
    logs.configure(format="console", stream=plain)
    structlog.get_logger().info("daemon.started")
    logs.configure(format="json", stream=terminal)
    structlog.get_logger().info("daemon.started")
    assert "{" not in plain.getvalue()
    assert lines(terminal)[0]["event"] == "daemon.started"


def test_what_is_less_important_than_the_level_is_left_out() -> None:
    stream = io.StringIO()
    logs.configure("warning", stream=stream)
    log = structlog.get_logger()
    log.debug("a.thing")
    log.info("b.thing")
    log.warning("c.thing")
    log.error("d.thing")
    assert [event["event"] for event in lines(stream)] == ["c.thing", "d.thing"]


def test_a_logger_that_was_bound_before_follows_a_new_set_up() -> None:
    log = structlog.get_logger()
    first, second = io.StringIO(), io.StringIO()
    logs.configure(stream=first)
    log.info("first.thing")
    logs.configure("error", stream=second)
    log.info("second.thing")
    assert len(lines(first)) == 1
    assert not second.getvalue()


@pytest.mark.parametrize(("level", "form"), [("loud", "auto"), ("info", "xml")])
def test_an_unknown_word_is_refused(level: str, form: str) -> None:
    with pytest.raises(ValueError, match="is none of"):
        logs.configure(level, form)


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_secret_is_masked_wherever_it_stands(form: str) -> None:
    stream = io.StringIO()
    logs.configure(format=form, stream=stream)
    structlog.get_logger().info(
        "router.login",
        whole=SECRET,
        within=f"password={SECRET};",
        nested={"words": ["/login", ("=password=" + SECRET,)], SECRET: {SECRET}},
        sent=("=password=" + SECRET).encode(),
        error=ValueError(f"not {SECRET}"),
        shown=repr(["=password=" + SECRET]),
    )
    text = stream.getvalue()
    assert "hunter2" not in text
    assert text.count("***") >= 7


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_secret_in_an_exception_and_its_cause_is_masked(form: str) -> None:
    stream = io.StringIO()
    logs.configure(format=form, stream=stream)
    try:
        fail_to_log_in()
    except RuntimeError:
        structlog.get_logger().exception("router.failed")
    text = stream.getvalue()
    assert "hunter2" not in text
    assert "login with *** failed" in text
    assert "KeyError: '***'" in text
    assert "Traceback" in text


def test_a_secret_value_shows_its_own_mask() -> None:
    stream = io.StringIO()
    logs.configure(stream=stream)
    structlog.get_logger().info("config.loaded", password=Secret("not registered"))
    assert lines(stream)[0]["password"] == "Secret(***)"


def test_a_terminal_is_not_steered_by_what_the_router_says() -> None:
    stream = io.StringIO()
    logs.configure(format="console", stream=stream)
    structlog.get_logger().info("router.finding", where="\x1b[2Jgone\x07")
    assert "\x1b" not in stream.getvalue()
    assert "\\x1b[2Jgone\\x07" in stream.getvalue()


def test_a_librarys_warning_is_an_event_like_any_other() -> None:
    stream = io.StringIO()
    logs.configure(stream=stream)
    logging.getLogger("aiohttp.server").warning("odd %s", "request " + SECRET)
    (event,) = lines(stream)
    assert event["event"] == "library.logged"
    assert event["logger"] == "aiohttp.server"
    assert event["message"] == "odd request ***"
    assert event["level"] == "warning"


def test_a_librarys_exception_brings_its_traceback() -> None:
    stream = io.StringIO()
    logs.configure(stream=stream)
    try:
        fail_to_log_in()
    except RuntimeError:
        logging.getLogger("asyncio").exception("Task exception was never retrieved")
    assert "RuntimeError: login with ***" in lines(stream)[0]["exception"]


def test_libraries_are_quiet_below_a_warning_even_while_we_debug() -> None:
    stream = io.StringIO()
    logs.configure("debug", stream=stream)
    for name in ("librouteros", "aiohttp.access", "aiohttp.web", "asyncio"):
        logging.getLogger(name).debug("=password=x")
        logging.getLogger(name).info("GET /metrics")
    assert not stream.getvalue()


def test_setting_up_twice_says_things_once_and_leaves_other_handlers_alone() -> None:
    root = logging.getLogger()
    others = list(root.handlers)
    stream = io.StringIO()
    logs.configure(stream=stream)
    logs.configure(stream=stream)
    logging.getLogger("asyncio").warning("slow")
    assert len(lines(stream)) == 1
    assert [handler for handler in root.handlers if handler in others] == others
