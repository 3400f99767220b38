"""``wanwatch status``: what the daemon sees and does, as a table, as JSON, or watched.

With ``--explain`` it is why one WAN is in its state.

The exit code is the daemon's own verdict on its WANs (0, 1 or 2), or 3 when none answers.
"""

import json
import sys
import time
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from rich.console import RenderableType
from rich.live import Live

from wanwatch.cli.console import EXIT_NO_DAEMON, Failure, out
from wanwatch.cli.explain_text import explain_view
from wanwatch.cli.status_source import Asked, Place, fetch, fetch_explanation, places
from wanwatch.cli.status_table import status_view

__all__ = ["Asked", "run_status"]

_EVERY = 1.0
"""Seconds between two looks with --watch."""


def run_status(asked: Asked, *, as_json: bool, watch: bool, explain: str | None = None) -> int:
    """Show the status, or why one WAN is in its state; raises Failure when no daemon answers."""
    if as_json and watch:
        raise Failure("--json prints one document; leave out --watch", code=EXIT_NO_DAEMON)
    page = _Page(places(asked), explain)
    if watch:
        return _watch(page)
    body = page.fetch()
    document = page.read(body)
    if as_json:
        sys.stdout.write(body.decode("utf-8").rstrip("\n") + "\n")
    else:
        out().print(page.view(document))
    return _exit_code(document)


@dataclass(frozen=True, slots=True)
class _Page:
    """What is asked for: the status, or one WAN."""

    where: list[Place]
    wan: str | None

    def fetch(self) -> bytes:
        """Ask the daemon; raises Failure."""
        if self.wan is None:
            return fetch(self.where)
        return fetch_explanation(self.where, self.wan)

    def read(self, body: bytes) -> dict[str, Any]:
        """Understand what was answered; raises Failure where it is something else."""
        try:
            document = json.loads(body)
        except ValueError:
            document = None
        key = "wans" if self.wan is None else "outlook"
        if not isinstance(document, dict) or key not in document:
            raise Failure("what answers is not wanwatch", code=EXIT_NO_DAEMON)
        return document

    def view(self, document: dict[str, Any]) -> RenderableType:
        """Show it to people."""
        return status_view(document) if self.wan is None else explain_view(document)


def _watch(page: _Page) -> int:
    """Show anew until Ctrl-C; a daemon that goes away is said and waited for."""
    code = EXIT_NO_DAEMON
    console = out()
    try:
        is_live = console.is_terminal
        with Live(console=console, screen=True) if is_live else nullcontext() as live:
            while True:
                view, code = _look(page)
                if live is None:
                    console.print(view)
                    sys.stdout.flush()
                else:
                    live.update(view, refresh=True)
                time.sleep(_EVERY)
    except KeyboardInterrupt:
        return code


def _look(page: _Page) -> tuple[RenderableType, int]:
    try:
        document = page.read(page.fetch())
    except Failure as failure:
        return str(failure), failure.code
    return page.view(document), _exit_code(document)


def _exit_code(document: dict[str, Any]) -> int:
    code = document.get("exit_code")
    return code if isinstance(code, int) else EXIT_NO_DAEMON
