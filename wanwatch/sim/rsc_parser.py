"""Reads the text of a RouterOS export, or of a script much like one, into commands.

Knows the console's form only: menus, verbs, ``name=value`` words, quotes, continuations. What a
command means is the loader's business. Anything that cannot be read is reported with its line
number and its reason, never raised. Source: RouterOS manual, Scripting, "Line structure" and
"Constant Escape Sequences"; exports of RouterOS 6 and 7.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from wanwatch.sim.rsc_words import Words, WordsError, read_words

VERBS = frozenset({"add", "set", "remove", "unset", "enable", "disable", "move", "print", "export"})
_SCRIPT_LINES = 1000
_PATH_WORD = re.compile(r"[a-z0-9][a-z0-9-]*")
_PROMPT = re.compile(r"^\[[^\]\n]*@[^\]\n]*\]\s*(?:[/\w -]*)>\s*")
_ESCAPE = re.compile(r"\\[ \t]*\r?\n[ \t]*|\\.|[\r\n]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Command:
    """One command of an export: ``/ip/route`` ``set`` ``[ find comment=x ]`` ``distance=2``."""

    line: int
    path: str
    verb: str
    args: tuple[tuple[str, str], ...] = ()
    find: tuple[tuple[str, str], ...] | None = None
    """What ``[ find ... ]`` asks for; None without one, empty for all rows."""
    targets: tuple[str, ...] = ()
    """Row numbers or names that stand alone: ``set 0``, ``set telnet``."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line that is no command, and why."""

    line: int
    text: str
    reason: str


@dataclass(slots=True)
class ParsedExport:
    """The commands in their order, what could not be read, and the comment lines."""

    commands: list[Command] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)


def parse_export(text: str) -> ParsedExport:
    """Read a whole export; never raises, whatever the text."""
    parsed = ParsedExport()
    path = ""
    script_ends = 0
    lines = [(number, _PROMPT.sub("", line.strip())) for number, line in logical_lines(text)]
    for index, (number, stripped) in enumerate(lines):
        if stripped.startswith("#"):
            parsed.comments.append(stripped)
            continue
        if index >= script_ends and stripped.startswith(":"):
            script_ends = _end_of_script(lines, index)
        if index < script_ends:
            parsed.unreadable.append(Unreadable(number, stripped, "a script, not a setting"))
            continue
        if not stripped.strip("{}; \t"):
            continue
        try:
            words = read_words(stripped)
            path, command = _command(number, path, words)
        except WordsError as error:
            parsed.unreadable.append(Unreadable(number, stripped, str(error)))
            continue
        if command is not None:
            parsed.commands.append(command)
    return parsed


def _end_of_script(lines: list[tuple[int, str]], start: int) -> int:
    """The index after a script's last line; braces that are never closed end on their line."""
    depth = 0
    for index in range(start, min(start + _SCRIPT_LINES, len(lines))):
        depth += lines[index][1].count("{") - lines[index][1].count("}")
        if depth <= 0:
            return index + 1
    return start + 1


def logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines with continuations joined, each with the number of its first line.

    RouterOS breaks long lines anywhere, in quoted text too, with a backslash, and indents the
    rest; backslash, line end and indentation all vanish.
    """
    text = text.lstrip("\ufeff").removeprefix("\xef\xbb\xbf")
    number, first, start = 1, 1, 0
    pieces: list[str] = []
    for match in _ESCAPE.finditer(text):
        found = match.group()
        if found in ("\n", "\r"):
            pieces.append(text[start : match.start()])
            yield first, "".join(pieces)
            if found == "\n":
                number += 1
            pieces, first = [], number
            start = match.end()
        elif "\n" in found:
            pieces.append(text[start : match.start()])
            start = match.end()
            number += 1
    pieces.append(text[start:])
    yield first, "".join(pieces)


def _command(number: int, path: str, words: Words) -> tuple[str, Command | None]:
    """The menu after a line, and the command on it where there is one.

    A menu and a command on one line leave the console where it was.
    """
    plain = list(words.plain)
    base = _menu(path, plain)
    new_path = "/" + "/".join(base)
    if not plain:
        if words.args or words.finds:
            raise WordsError("values without a command")
        return new_path, None
    verb, *targets = plain
    if verb not in VERBS:
        raise WordsError("neither a menu nor a command")
    if len(words.finds) > 1:
        raise WordsError("several selections in one command")
    find = words.finds[0] if words.finds else None
    command = Command(number, new_path, verb, words.args, find, tuple(targets))
    stays = words.plain[0].startswith("/") and path
    return (path if stays else new_path), command


def _menu(path: str, plain: list[str]) -> list[str]:
    """The parts of the menu a line is about; takes them off the words."""
    if plain and plain[0].startswith("/"):
        base = [part for part in plain.pop(0).split("/") if part]
    elif plain and plain[0] in VERBS and path:
        base = path.strip("/").split("/")
    elif plain and plain[0] in VERBS:
        raise WordsError("a command before any menu")
    else:
        raise WordsError("neither a menu nor a command")
    while plain and plain[0] not in VERBS and _PATH_WORD.fullmatch(plain[0]):
        base.append(plain.pop(0))
    if not all(_PATH_WORD.fullmatch(part) for part in base):
        raise WordsError("not a menu")
    if base and base[-1] in VERBS:
        plain.insert(0, base.pop())
    return base
