"""Reads the text of a RouterOS export, or of a script much like one, into commands.

Knows the console's form only: menus, verbs, ``name=value`` words, quotes, continuations, blocks.
What a command means is the loader's business. Anything that cannot be read is reported with its
line number and its reason, never raised. Source: RouterOS manual, Scripting language; exports of
RouterOS 6 and 7.
"""

import re
from dataclasses import dataclass, field

from wanwatch.sim.rsc_braces import Braces
from wanwatch.sim.rsc_lines import Lines, read_lines
from wanwatch.sim.rsc_menus import ROOT, VERBS, find_place, node_of
from wanwatch.sim.rsc_script import BEGINNING, Scripts
from wanwatch.sim.rsc_words import WordReader, Words, WordsError

_PROMPT = re.compile(
    r"\[[^\]@\n]{1,80}@[^\]\n]{1,80}\][ \t]{0,4}(?:<SAFE>)?[ \t]{0,4}(/[a-z0-9/ -]{0,80})?>[ \t]*"
)
_BETWEEN = re.compile(r"(?:[\s;]|\xc2\xa0|\xe2\x80\x8b|\xef\xbb\xbf)*")
_LONGEST_SHOWN = 200
_NEITHER = "neither a menu nor a command"


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
    words: tuple[str, ...] = ()
    """Bare words after the values: switches such as ``fib``, or what is no part of a command."""


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
    return _Parser(read_lines(text)).parse()


@dataclass(frozen=True, slots=True)
class _Block:
    """A block that is being read: the menu that holds again after it."""

    menu: tuple[str, ...] | None
    is_body: bool = False


class _Parser:
    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._text = lines.text
        braces = Braces(lines.text)
        self._scripts = Scripts(lines.text, braces)
        self._reader = WordReader(lines.text, braces, self._scripts.variables)
        self._menu: tuple[str, ...] | None = ()
        """Where the console stands; None under a menu that could not be read."""
        self._blocks: list[_Block] = []
        self._parsed = ParsedExport()

    def parse(self) -> ParsedExport:
        at = 0
        while at < len(self._text):
            match = _BETWEEN.match(self._text, at)
            at = match.end() if match else at
            if at < len(self._text):
                at = max(at + 1, self._statement(at))
        return self._parsed

    def _statement(self, at: int) -> int:
        """Take in what stands at ``at``; returns where to go on."""
        char = self._text[at]
        if char == "{":
            self._blocks.append(_Block(self._menu))
            return at + 1
        if char == "}":
            return self._close(at + 1)
        if char in "#[":
            return self._aside(at)
        if BEGINNING.match(self._text, at):
            return self._script(at)
        try:
            return self._command(at)
        except WordsError as error:
            end = self._lines.end(at)
            self._report(at, end, str(error))
            return end if error.end is None else max(end, error.end)

    def _aside(self, at: int) -> int:
        """A comment, the console's prompt, or something else in brackets."""
        prompt = _PROMPT.match(self._text, at)
        if prompt is not None:
            if prompt[1]:
                self._enter(prompt[1])
            return prompt.end()
        end = self._lines.end(at)
        if self._text[at] == "#":
            self._parsed.comments.append(self._text[at:end].rstrip())
        else:
            self._report(at, end, _NEITHER)
        return end

    def _close(self, at: int) -> int:
        if not self._blocks:
            return at
        block = self._blocks.pop()
        self._menu = block.menu
        return self._scripts.after_body(at) if block.is_body else at

    def _script(self, at: int) -> int:
        opened = self._scripts.body(at)
        if opened is not None:
            self._blocks.append(_Block(self._menu, is_body=True))
            return opened + 1
        end, reason = self._scripts.command(at)
        if reason:
            self._report(at, min(end, self._lines.end(at)), reason)
        return end

    def _command(self, at: int) -> int:
        is_absolute = self._text[at] == "/"
        try:
            words = self._reader.command(at)
        except WordsError:
            if is_absolute:
                self._lose_menu(at)
            raise
        has_values = bool(words.args or words.finds)
        place = self._place(words, has_values=has_values)
        if place is None:
            if is_absolute:
                self._lose_menu(at)
            raise WordsError(_NEITHER)
        menu, verb, rest = place
        if not verb:
            if has_values or words.after:
                raise WordsError("values without a command")
            return self._go(menu, words.end)
        if len(words.finds) > 1:
            raise WordsError("several selections in one command")
        self._parsed.commands.append(
            Command(
                self._lines.number(at),
                "/" + "/".join(menu),
                verb,
                tuple(words.args),
                words.finds[0] if words.finds else None,
                rest,
                tuple(words.after),
            )
        )
        if self._menu == ():
            self._menu = menu
        return words.end

    def _go(self, menu: tuple[str, ...], end: int) -> int:
        """The console stands in a menu from here on, or to the end of the block that follows."""
        if self._text.startswith("{", end):
            self._blocks.append(_Block(self._menu))
            end += 1
        self._menu = menu
        return end

    def _place(
        self, words: Words, *, has_values: bool
    ) -> tuple[tuple[str, ...], str, tuple[str, ...]] | None:
        """The menu a line is about, its command and what stands alone behind that."""
        if not words.plain:
            return ((), "", ()) if not has_values else None
        first, *others = words.plain
        if first.startswith("/"):
            start: tuple[str, ...] = ()
            plain = [*(part for part in first.split("/") if part), *others]
        elif self._menu is None:
            if first in VERBS:
                raise WordsError("a command under a menu that could not be read")
            return None
        else:
            start, plain = self._menu, list(words.plain)
            if first in VERBS and not start:
                raise WordsError("a command before any menu")
            if not self._may_begin(first, has_values=has_values):
                if "/" in first:
                    plain = [*(part for part in first.split("/") if part), *others]
                if not plain or plain[0] not in ROOT.children:
                    return None
                start = ()
        place = find_place(start, plain, has_values=has_values)
        if place is None or (not first.startswith("/") and not self._is_meant(place.parts, start)):
            return None
        return place.parts, place.verb, place.rest

    def _may_begin(self, word: str, *, has_values: bool) -> bool:
        """True for a word that a line without a slash may begin with in this menu."""
        node = node_of(self._menu or ())
        if word in VERBS or word == ".." or (node is not None and word in node.children):
            return True
        shortened = [verb for verb in VERBS if verb.startswith(word)]
        return bool(self._menu) and has_values and word.isalpha() and bool(shortened)

    @staticmethod
    def _is_meant(parts: tuple[str, ...], start: tuple[str, ...]) -> bool:
        """Without a slash only a menu of the table is one: other words are prose."""
        return parts == start or node_of(parts) is not None

    def _enter(self, path: str) -> None:
        """Stand in the menu that a console's prompt names."""
        plain = path.replace("/", " ").split()
        place = find_place((), plain, has_values=False)
        if place is not None and not place.verb:
            self._menu = place.parts

    def _lose_menu(self, at: int) -> None:
        """After a menu that cannot be read the rows belong nowhere, above all not to the last."""
        line = self._text[at : self._lines.end(at)]
        if not any(f" {verb} " in f"{line} " for verb in ("add", "set", "run", "remove", "print")):
            self._menu = None

    def _report(self, at: int, end: int, reason: str) -> None:
        text = self._text[at:end].strip()
        if len(text) > _LONGEST_SHOWN:
            text = f"{text[:_LONGEST_SHOWN]}..."
        self._parsed.unreadable.append(Unreadable(self._lines.number(at), text, reason))
