"""The logical lines of an export: continuations joined, each with the number it begins at.

Source: RouterOS manual, Scripting language, "Line structure": a backslash at the end of a line
continues it, a comment ends with its line.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

_MARK = re.compile(r'\\[ \t]*(?:\r\n|\r|\n)[ \t]*|\\.|"|\r\n|\r|\n')
_COMMENT = re.compile(r"[ \t]*#[^\r\n]*")
_PROPERTY = re.compile(r"!?[a-z][a-z0-9-]*=")
_COMMANDS = frozenset({"add", "set"})
_BYTE_ORDER_MARKS = ("\xef\xbb\xbf", "\ufeff")
_WIDE = {"\xff\xfe": "utf-16-le", "\xfe\xff": "utf-16-be"}


@dataclass(frozen=True, slots=True)
class Lines:
    """A text of logical lines, one after the other, and where each of them came from."""

    text: str
    starts: tuple[int, ...]
    numbers: tuple[int, ...]

    def number(self, at: int) -> int:
        """The number of the line that the character at ``at`` belongs to, counted from 1."""
        return self.numbers[bisect_right(self.starts, at) - 1]

    def end(self, at: int) -> int:
        """Where the logical line around ``at`` ends."""
        found = self.text.find("\n", at)
        return len(self.text) if found < 0 else found


def read_lines(text: str) -> Lines:
    """Join the continuations of a whole export; the text is one character a byte."""
    starts: list[int] = []
    numbers: list[int] = []
    pieces: list[str] = []
    at = 0
    for number, line in logical_lines(text):
        starts.append(at)
        numbers.append(number)
        pieces.append(line)
        at += len(line) + 1
    return Lines("\n".join(pieces), tuple(starts), tuple(numbers))


def logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines with continuations joined, each with the number of its first line.

    RouterOS breaks long lines anywhere, in quoted text too, with a backslash, and indents the
    rest; backslash, line end and indentation all vanish.
    """
    text = _plain_text(text)
    number, first, start = 1, 1, 0
    pieces: list[str] = []
    is_quoted = False
    at = _after_comment(text, 0)
    while match := _MARK.search(text, at):
        at, found = match.end(), match.group()
        if found == '"':
            is_quoted = not is_quoted
        elif found[0] in "\r\n":
            pieces.append(text[start : match.start()])
            yield first, "".join(pieces)
            number += 1
            pieces, first, start, is_quoted = [], number, at, False
            at = _after_comment(text, at)
        elif found[-1] in "\r\n \t" and ("\n" in found or "\r" in found):
            piece = text[start : match.start()]
            pieces.append(piece)
            if not is_quoted and _is_whole(piece) and _PROPERTY.match(text, at):
                pieces.append(" ")
            start = at
            number += 1
    pieces.append(text[start:])
    yield first, "".join(pieces)


def _plain_text(text: str) -> str:
    """The text without marks of byte order; one in two bytes a character becomes UTF-8."""
    if encoding := _WIDE.get(text[:2]):
        raw = text[2:].encode("latin-1", "replace")
        text = raw.decode(encoding, "replace").encode("utf-8", "replace").decode("latin-1")
    for mark in _BYTE_ORDER_MARKS:
        text = text.removeprefix(mark)
    return text


def _after_comment(text: str, at: int) -> int:
    """The end of the comment that begins a line; a backslash does not continue it."""
    match = _COMMENT.match(text, at)
    return match.end() if match else at


def _is_whole(piece: str) -> bool:
    """True when the piece ends in a word that needs nothing more: ``chain=output``, ``add``."""
    word = piece[max(piece.rfind(" "), piece.rfind("\t")) + 1 :]
    name, equals, value = word.partition("=")
    return bool(equals and value) or name in _COMMANDS
