"""The words of one console line: bare words, ``name=value`` pairs, ``[ find ... ]`` selections."""

import re
from dataclasses import dataclass

Pairs = tuple[tuple[str, str], ...]

_NAME = re.compile(r"!?[A-Za-z.][A-Za-z0-9_.-]*")
_SPACES = re.compile(r"[ \t\r\n]*")
_BARE = re.compile(r"(?:[^ \t\r\n;\"\[\]=]|;(?=[^ \t\r\n]))+")
_VALUE = re.compile(r"(?:[^ \t\r\n;\"\[]|;(?=[^ \t\r\n}]))*")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_ESCAPED = re.compile(r"\\(?:([0-9A-F]{2})|(.))", re.DOTALL)
_SINGLE = {"n": "\n", "r": "\r", "t": "\t", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "_": " "}


class WordsError(Exception):
    """The line cannot be read; the text says why."""


@dataclass(frozen=True, slots=True)
class Words:
    """A line taken apart, each kind in its order."""

    plain: tuple[str, ...]
    args: Pairs
    finds: tuple[Pairs, ...]


def read_words(line: str) -> Words:
    """Take a line apart; raises WordsError on an unclosed quote or bracket."""
    plain: list[str] = []
    args: list[tuple[str, str]] = []
    finds: list[Pairs] = []
    at = 0
    while (at := _skip(line, at)) < len(line):
        char = line[at]
        if char == "#":
            break
        if char in "{};":
            at += 1
        elif char == "[":
            inside, at = _bracket(line, at)
            finds.append(_selection(inside))
        elif char == '"':
            text, at = _quoted(line, at)
            plain.append(text)
        elif (pair := _NAME.match(line, at)) and line.startswith("=", pair.end()):
            value, at = _value(line, pair.end() + 1)
            args.append((pair.group(), value))
        elif bare := _BARE.match(line, at):
            at = _bare(bare, plain, args)
        else:
            raise WordsError(f"unexpected {char!r}")
    return Words(tuple(plain), tuple(args), tuple(finds))


def unescape(text: str) -> str:
    r"""The text that a quoted constant stands for: ``\"``, ``\\``, ``\$``, ``\D0`` and the like."""

    def character(match: re.Match[str]) -> str:
        if match[1]:
            return chr(int(match[1], 16))
        return _SINGLE.get(match[2], match[2])

    return _ESCAPED.sub(character, text)


def _bare(match: re.Match[str], plain: list[str], args: list[tuple[str, str]]) -> int:
    """A word by itself; ``!name`` is a property to take away."""
    text = match.group().rstrip(";")
    if match.string.startswith("=", match.end()):
        raise WordsError(f"{text} is not the name of a property")
    if text.startswith("!") and _NAME.fullmatch(text):
        args.append((text, ""))
    elif text:
        plain.append(text)
    return match.end()


def _skip(line: str, at: int) -> int:
    match = _SPACES.match(line, at)
    return match.end() if match else at


def _value(line: str, at: int) -> tuple[str, int]:
    """A value: quoted, bracketed, braced or bare; pieces that touch are one value."""
    quoted_after_space = _skip(line, at)
    if quoted_after_space > at and line.startswith('"', quoted_after_space):
        at = quoted_after_space
    if line.startswith("{", at):
        return _braced(line, at)
    pieces: list[str] = []
    while at < len(line):
        if line[at] == '"':
            text, at = _quoted(line, at)
        elif line[at] == "[":
            inside, at = _bracket(line, at)
            text = f"[{inside}]"
        else:
            match = _VALUE.match(line, at)
            if match is None or match.end() == at:
                break
            text, at = unescape(match.group()), match.end()
        pieces.append(text)
    return "".join(pieces), at


def _quoted(line: str, at: int) -> tuple[str, int]:
    match = _QUOTED.match(line, at)
    if match is None:
        raise WordsError("a quote that is never closed")
    return unescape(match.group()[1:-1]), match.end()


def _bracket(line: str, at: int) -> tuple[str, int]:
    return _enclosed(line, at, "[", "]", "a bracket that is never closed")


def _braced(line: str, at: int) -> tuple[str, int]:
    return _enclosed(line, at, "{", "}", "a brace that is never closed")


def _enclosed(line: str, at: int, opening: str, closing: str, reason: str) -> tuple[str, int]:
    depth, start = 0, at + 1
    while at < len(line):
        if line[at] == '"':
            at = _quoted(line, at)[1]
            continue
        if line[at] == opening:
            depth += 1
        elif line[at] == closing:
            depth -= 1
            if depth == 0:
                return line[start:at], at + 1
        at += 1
    raise WordsError(reason)


def _selection(inside: str) -> Pairs:
    """What ``find`` asks for: equalities only."""
    words = read_words(inside)
    if not words.plain or words.plain[0] != "find":
        raise WordsError("an expression that only a router can evaluate")
    if words.finds or any(word not in ("find", "where", "and") for word in words.plain):
        raise WordsError("a selection by more than equal values")
    return words.args
