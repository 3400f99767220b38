"""The question before a router is provisioned, or unprovisioned: what would change, and whether to."""

import sys
from collections.abc import Sequence

from wanwatch.cli.console import Failure, say
from wanwatch.cli.provision_script import command_of
from wanwatch.cli.provision_words import change_sentence
from wanwatch.core.provision.changes import Change
from wanwatch.routeros.dialect import Dialect


def confirmed(changes: Sequence[Change], dialect: Dialect | None = None, *, yes: bool) -> bool:
    """Show the changes, with their commands in a dialect, and ask; ``yes`` is the answer given.

    Raises Failure where nobody can be asked.
    """
    say(f"{len(changes)} {'change' if len(changes) == 1 else 'changes'}:")
    for number, change in enumerate(changes, 1):
        say(f"{number:3}. {change_sentence(change)}.")
        if dialect is not None:
            say(f"     {_short(command_of(change, dialect))}")
    if yes:
        return True
    if sys.stdin is None or not sys.stdin.isatty():
        raise Failure("nothing is done without being asked: give --yes, or run it on a terminal")
    return input("Do it? [y/N] ").strip().lower() in ("y", "yes")


def _short(command: str) -> str:
    """A command on one line; a script's source is not shown in full."""
    first, newline, _ = command.partition("\n")
    return f"{first} ..." if newline else first
