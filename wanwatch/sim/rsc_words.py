"""The words of one console command: bare words, ``name=value`` pairs, ``[ find ... ]`` selections.

Source: RouterOS manual, Scripting language, "Command line" and "Command line structure".
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from wanwatch.sim.rsc_braces import Braces
from wanwatch.sim.rsc_values import unescape

Pairs = tuple[tuple[str, str], ...]

_PLAIN_PAIR = re.compile(
    r"""[ \t]*([a-z][a-z0-9-]*)=(?:"([^"\\\n$]*)"|([^\s;"\[\](){}\\$=\x80-\uffff]+))(?=\s|;\s|;?\Z)"""
)
_BLANKS = re.compile(r"(?:[ \t\r\f\v]|\xc2\xa0|\xe2\x80\x8b|\xef\xbb\xbf)*")
_NAME = re.compile(r"(?![!-]*-)!?[^\s;\"\[\](){}=#$!~<>\\,:?]+(?==)")
_ENDS_COMMAND = re.compile(
    r";[ \t]*(?:$|[\n;:/}\#]|(?:add|set|remove|enable|disable|move|unset|print)\b)", re.MULTILINE
)
_WORD = re.compile(r"""(?:[^\s;"\[\]={}\xa0]|(?<!\xc2)\xa0)+""")
_BARE = re.compile(r"""(?:[^\s;"\[{}\xa0]|(?<!\xc2)\xa0|\{[^\s{};"]*\}|\{(?![^\s{};"]*\}))+""")
_QUOTED = re.compile(r'"([^"\\\n]*+(?:\\.[^"\\\n]*+)*+)"')
_LONG_QUOTED = re.compile(r'"([^"\\]*+(?:\\.[^"\\]*+)*+)(?:"|\Z)', re.DOTALL)
_CURLY = r"(?:\xe2\x80[\x98-\x9f]|\xef\xbf\xbd|[\u2018-\u201f])"
_CURLED = re.compile(
    rf"""(?:{_CURLY}([^\n]{{0,250}}?)(?:{_CURLY}|")|[\x91-\x94]([^\n]{{0,250}}?)[\x91-\x94])"""
    r"(?=[\s;}]|\Z)"
)
_CURLED_SHUT = re.compile(rf'"([^"\n]{{0,250}}?)(?:{_CURLY}|[\x92\x94])(?=[\s;}}]|\Z)')
_INSIDE = re.compile(r'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"|[\[\]()\n]|\\.')
_FIELD = re.compile(r"[a-z0-9.-]+")
_SELECTION = "a selection that only a router can evaluate"
_CLOSES = {"[": "]", "(": ")"}
_SCRIPTS = frozenset(
    {
        *("source", "on-event", "script", "up-script", "down-script", "test-script", "on-up"),
        *("on-down", "on-login", "on-logout", "lease-script", "on-alarm", "on-master", "on-backup"),
        *("on-fail", "event"),
    }
)


class WordsError(Exception):
    """The command cannot be read; the text says why."""

    def __init__(self, reason: str, end: int | None = None) -> None:
        super().__init__(reason)
        self.end = end
        """Where reading may go on; None for the end of the line."""


@dataclass(slots=True)
class Words:
    """A command taken apart, each kind in its order."""

    plain: list[str] = field(default_factory=list)
    """Bare words before the first pair or selection: menu, command, rows."""
    args: list[tuple[str, str]] = field(default_factory=list)
    finds: list[Pairs] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    """Bare words that follow: switches such as ``fib``, or prose."""
    end: int = 0
    """Where the command ends in the text: at a ``;``, a brace, a line's end."""


class WordReader:
    """Reads the words of commands out of one text."""

    def __init__(self, text: str, braces: Braces, variables: Mapping[str, str]) -> None:
        self._text = text
        self._braces = braces
        self._variables = variables
        self.is_inner = False
        """True within a selection, which holds no other."""

    def command(self, at: int) -> Words:
        """The words from ``at`` to the command's end; raises WordsError."""
        words, text = Words(), self._text
        while True:
            while pair := _PLAIN_PAIR.match(text, at):
                words.args.append((pair[1], pair[2] if pair[3] is None else pair[3]))
                at = pair.end()
            at = self.skip(at)
            char = text[at : at + 1]
            if char in ("", "\n", "{", "}"):
                words.end = at
                return words
            if char == ";":
                words.end = at + 1
                return words
            at = self._word(words, at, char)

    def skip(self, at: int) -> int:
        """Past blanks, and past a comment to the end of its line."""
        match = _BLANKS.match(self._text, at)
        at = match.end() if match else at
        if self._text.startswith("#", at):
            end = self._text.find("\n", at)
            return len(self._text) if end < 0 else end
        return at

    def _word(self, words: Words, at: int, char: str) -> int:
        bare = words.after if words.args or words.finds else words.plain
        if char == "[" and self.is_inner:
            raise WordsError(_SELECTION)
        if char == "[":
            inside, end = self._enclosed(at)
            words.finds.append(self._selection(inside))
            return end
        if char == '"':
            text, end = self._quoted(at, "")
            bare.append(text)
            return end
        if name := _NAME.match(self._text, at):
            value, end = self.value(name.end() + 1, name.group())
            words.args.append((name.group(), value))
            return end
        if match := _WORD.match(self._text, at):
            end, text = match.end(), match.group()
            if self._text.startswith("=", end):
                value, end = self.value(end + 1, "")
                words.after.append(f"{text}={value}")
            elif text[0] == "!" and len(text) > 1:
                words.args.append((text, ""))
            else:
                bare.append(text)
            return end
        words.after.append(char)
        return at + 1

    def value(self, at: int, name: str = "") -> tuple[str, int]:
        """A value and where it ends; pieces that touch are one value. Raises WordsError."""
        text = self._text
        after = self.skip(at)
        if after > at and self._is_value(after):
            at = after
        if text.startswith("{", at):
            closing = self._braces.closing(at)
            if closing is None and name in _SCRIPTS:
                raise WordsError("a script whose brace is never closed", len(text))
            if closing is None:
                raise WordsError("a brace that is never closed")
            return text[at + 1 : closing], closing + 1
        if curled := _CURLED.match(text, at):
            return curled[1] if curled[2] is None else curled[2], curled.end()
        pieces: list[str] = []
        while found := self._piece(at, name, is_first=not pieces):
            piece, at = found
            pieces.append(piece)
        return "".join(pieces), at

    def _piece(self, at: int, name: str, *, is_first: bool) -> tuple[str, int] | None:
        """The next piece of a value and where it ends; None where the value does."""
        text, char = self._text, self._text[at : at + 1]
        if char == '"':
            return self._quoted(at, name)
        if char == "[":
            end = self._enclosed(at)[1]
            return text[at:end], end
        if char == "(" and is_first:
            with suppress(WordsError):
                end = self._enclosed(at)[1]
                return text[at:end], end
        if match := _BARE.match(text, at):
            return unescape(match.group(), self._variables), match.end()
        is_text = char == ";" and text[at + 1 : at + 2] > " " and not _ENDS_COMMAND.match(text, at)
        return (char, at + 1) if is_text else None

    def _is_value(self, at: int) -> bool:
        """True for what stands apart from its ``=`` and is still its value."""
        text = self._text
        if text[at : at + 1] in ("", "\n", ";", "{", "}", "["):
            return False
        return not _NAME.match(text, at)

    def _quoted(self, at: int, name: str) -> tuple[str, int]:
        if match := _QUOTED.match(self._text, at):
            return unescape(match[1], self._variables), match.end()
        if match := _CURLED_SHUT.match(self._text, at):
            return match[1], match.end()
        if name in _SCRIPTS and (match := _LONG_QUOTED.match(self._text, at)):
            if match.end() == len(self._text) and self._text[-1] != '"':
                raise WordsError("a script whose quote is never closed", match.end())
            if not match[1].endswith("="):
                return unescape(match[1], self._variables), match.end()
        raise WordsError("a quote that is never closed")

    def _enclosed(self, at: int) -> tuple[str, int]:
        """What stands in a bracket or parenthesis, and the place after it."""
        start, opening = at + 1, self._text[at]
        depth = 0
        for match in _INSIDE.finditer(self._text, at):
            sign = match.group()
            if sign == "\n":
                break
            if sign == opening:
                depth += 1
            elif sign == _CLOSES[opening]:
                depth -= 1
                if not depth:
                    return self._text[start : match.start()], match.end()
        raise WordsError("a bracket that is never closed")

    def _selection(self, inside: str) -> Pairs:
        """What ``find`` asks for: equalities only, perhaps with the menu's path before it."""
        reader = WordReader(inside, Braces(inside), self._variables)
        reader.is_inner = True
        words = reader.command(0)
        while words.plain and words.plain[0] != "find":
            if not (words.plain[0].startswith("/") or words.plain[0].isalpha()):
                break
            del words.plain[0]
        bare = [*words.plain[1:], *words.after]
        is_find = words.end == len(inside) and words.plain[:1] == ["find"]
        if not is_find or not all(_FIELD.fullmatch(name) for name, _ in words.args):
            raise WordsError(_SELECTION)
        if any(word not in ("where", "and", "&&") for word in bare):
            raise WordsError("a selection by more than equal values")
        return tuple(words.args)


def read_words(line: str, variables: Mapping[str, str] | None = None) -> Words:
    """Take one line apart; raises WordsError on an unclosed quote or bracket."""
    return WordReader(line, Braces(line), variables or {}).command(0)
