"""How events are logged: JSON lines for machines, a console for people, never a secret.

An event is a dotted name with key-values (``wan.transition wan=isp1 to=down``), on standard error.
Libraries that log the standard library's way are heard from WARNING on, as ``library.logged``, so
that the output stays one event a line; below that they are quiet, since librouteros logs every
word of a login at DEBUG.
"""

import logging
import os
import sys
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from wanwatch.service.scrub import Scrubber

_QUIET = ("aiohttp", "aioping", "asyncio", "librouteros")
_scrubber = Scrubber()


def forget(secret: str) -> None:
    """Mask this text in every event from now on, wherever it stands; empty texts are ignored."""
    _scrubber.add(secret)


def configure(
    level: str = "info",
    format: str = "auto",  # noqa: A002 - the word of the configuration
    stream: TextIO | None = None,
) -> None:
    """Set up logging for the process; a second call replaces the first.

    ``level`` is debug, info, warning or error; ``format`` is json, console, or auto, which is
    console on a terminal; ``stream`` is standard error unless given. Raises ValueError for others.
    """
    stream = sys.stderr if stream is None else stream
    if format not in ("auto", "json", "console"):
        raise ValueError(f"the log format {format!r} is none of auto, json, console")
    number = logging.getLevelNamesMapping().get(level.upper())
    if number is None:
        raise ValueError(f"the log level {level!r} is none of debug, info, warning, error")
    is_console = stream.isatty() if format == "auto" else format == "console"
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            # To text before the scrubber: a renderer that formats tracebacks shows local variables.
            structlog.processors.format_exc_info,
            _scrub,
            *(_console(stream) if is_console else (structlog.processors.JSONRenderer(),)),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    _hear_libraries()


class LibraryHandler(logging.Handler):
    """Turns a standard library's log record into an event."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log the record; it goes through the same scrubber and renderer."""
        try:
            event = {"logger": record.name, "message": record.getMessage()}
            if record.exc_info:
                event["exc_info"] = record.exc_info  # type: ignore[assignment] # not a text
            structlog.get_logger().log(record.levelno, "library.logged", **event)
        except (TypeError, ValueError):  # a library's message that does not fit its arguments
            self.handleError(record)


def _hear_libraries() -> None:
    root = logging.getLogger()
    for handler in [h for h in root.handlers if isinstance(h, LibraryHandler)]:
        root.removeHandler(handler)
    root.addHandler(LibraryHandler(logging.WARNING))
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _scrub(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    return {key: _scrubber.clean(value) for key, value in event.items()}


def _console(stream: TextIO) -> tuple[Processor, ...]:
    has_colors = stream.isatty() and not os.environ.get("NO_COLOR")
    renderer = structlog.dev.ConsoleRenderer(
        colors=has_colors, exception_formatter=structlog.dev.plain_traceback
    )
    return (_show_controls, renderer)


def _show_controls(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Escape what is not printable: a name from the router must not steer the terminal."""
    return {
        key: _visible(value) if isinstance(value, str) else value for key, value in event.items()
    }


def _visible(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or char in "\n\t" else ascii(char)[1:-1] for char in text
    )
