"""``wanwatch status``: what the daemon sees and does, as a table, as JSON, or watched.

The exit code is the daemon's own verdict on its WANs (0, 1 or 2), or 3 when none answers.
"""

import json
import sys
import time
from contextlib import nullcontext
from typing import Any

from rich.console import RenderableType
from rich.live import Live

from wanwatch.cli.console import EXIT_NO_DAEMON, Failure, out
from wanwatch.cli.status_source import Asked, Place, fetch, places
from wanwatch.cli.status_table import status_view

__all__ = ["Asked", "run_status"]

_EVERY = 1.0
"""Seconds between two looks with --watch."""


def run_status(asked: Asked, *, as_json: bool, watch: bool) -> int:
    """Show the status; raises Failure when no daemon answers."""
    if as_json and watch:
        raise Failure("--json prints one document; leave out --watch", code=EXIT_NO_DAEMON)
    where = places(asked)
    if watch:
        return _watch(where)
    body = fetch(where)
    document = _read(body)
    if as_json:
        sys.stdout.write(body.decode("utf-8").rstrip("\n") + "\n")
    else:
        out().print(status_view(document))
    return _exit_code(document)


def _watch(where: list[Place]) -> int:
    """Show anew until Ctrl-C; a daemon that goes away is said and waited for."""
    code = EXIT_NO_DAEMON
    console = out()
    try:
        is_live = console.is_terminal
        with Live(console=console, screen=True) if is_live else nullcontext() as live:
            while True:
                view, code = _look(where)
                if live is None:
                    console.print(view)
                    sys.stdout.flush()
                else:
                    live.update(view, refresh=True)
                time.sleep(_EVERY)
    except KeyboardInterrupt:
        return code


def _look(where: list[Place]) -> tuple[RenderableType, int]:
    try:
        document = _read(fetch(where))
    except Failure as failure:
        return str(failure), failure.code
    return status_view(document), _exit_code(document)


def _read(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except ValueError:
        document = None
    if not isinstance(document, dict) or "wans" not in document:
        raise Failure("what answers is not wanwatch", code=EXIT_NO_DAEMON)
    return document


def _exit_code(document: dict[str, Any]) -> int:
    code = document.get("exit_code")
    return code if isinstance(code, int) else EXIT_NO_DAEMON
