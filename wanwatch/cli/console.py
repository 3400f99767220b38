"""Where results and messages go: results to standard output, everything else to standard error.

``Failure`` ends a command with one sentence; ``main`` prints it and returns its code.
"""

import json
import os
import sys
from typing import Any

from rich.console import Console

EXIT_OK = 0
EXIT_ERROR = 1
EXIT_PENDING = 2
EXIT_NO_DAEMON = 3
EXIT_USAGE = 64
"""Usage errors (sysexits.h, EX_USAGE), since 2 means that steps are pending."""
EXIT_INTERRUPTED = 130

_PIPED_WIDTH = 120


class Failure(Exception):  # noqa: N818 - it ends a command, the sentence says why
    """A command cannot do its work. ``sentences`` say why; ``code`` is the exit code."""

    def __init__(self, *sentences: str, code: int = EXIT_ERROR) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences
        self.code = code


def out() -> Console:
    """The console for results, made anew so that it writes to the present standard output."""
    width = None if sys.stdout.isatty() or os.environ.get("COLUMNS") else _PIPED_WIDTH
    return Console(highlight=False, soft_wrap=True, width=width)


def say(text: str = "") -> None:
    """Print a result as it is: no markup, no wrapping."""
    print(text)


def note(text: str) -> None:
    """Print a message that is no result."""
    print(text, file=sys.stderr)


def say_json(document: Any) -> None:
    """Print a JSON document."""
    print(json.dumps(document, indent=2, ensure_ascii=False))
