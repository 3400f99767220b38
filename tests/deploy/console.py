"""A model of the RouterOS console's language, as far as the restore script needs it.

Runs a script against the rows of the simulated router. What it does not know it refuses, so that a
script can be tested in it only while it keeps to these few words. Source: RouterOS manual,
"Scripting"; what a real console makes of the script is not shown by this.
"""

import re
from collections.abc import Callable, Iterator

from tests.deploy.console_menus import VERBS, Broken, Menus, Value, shown
from wanwatch.sim.world import World

__all__ = ["Broken", "Console"]

_ESCAPE = re.compile(r'\\([0-9A-F]{2}|["\\$?n]|\n *)')
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_BARE = re.compile(r"[^\s;\]\)\}]+")


class Console:
    """One router's console."""

    def __init__(self, world: World) -> None:
        self.menus = Menus(world)
        self.log: list[str] = []

    def run(self, source: str) -> None:
        """Run a script; raises Broken."""
        _Block(self, source, [{}]).run()


class _Block:
    """A text that is being read, and the variables it sees, the innermost last."""

    def __init__(self, console: Console, text: str, scopes: list[dict[str, Value]]) -> None:
        self._console = console
        self._text = text
        self._at = 0
        self._scopes = scopes

    def run(self) -> None:
        """Every statement of the text."""
        while self._skip("\n; "):
            if self._text[self._at] == "#":
                self._at = (self._text + "\n").index("\n", self._at)
            else:
                self._statement()

    def value(self) -> Value:
        """The value that stands here."""
        self._skip(" ")
        first = self.take()
        if first == '"':
            return self._string()
        if first == "$":
            return self._variable(self.word())
        if first == "(":
            return self._expression(")")
        if first == "[":
            found = self._command()
            self.expect("]")
            return found
        match = _BARE.match(self._text, self._at - 1)
        if match is None:
            raise Broken(f"no value: {self._rest()}")
        self._at = match.end()
        word = match.group()
        return {"true": True, "false": False}.get(word, int(word) if word.isdigit() else word)

    def word(self) -> str:
        """A name."""
        self._skip(" ")
        match = _NAME.match(self._text, self._at)
        if match is None:
            raise Broken(f"no name: {self._rest()}")
        self._at = match.end()
        return match.group()

    def at(self, pattern: re.Pattern[str]) -> bool:
        """True when this comes next."""
        self._skip(" ")
        return pattern.match(self._text, self._at) is not None

    def take(self) -> str:
        """The next character."""
        self._at += 1
        return self._text[self._at - 1]

    def expect(self, text: str) -> None:
        """Go over what has to come here."""
        self._skip(" ")
        if not self._text.startswith(text, self._at):
            raise Broken(f"{text} is missing: {self._rest()}")
        self._at += len(text)

    def _statement(self) -> None:
        if self._text.startswith(":do {", self._at):
            self._at += len(":do ")
            tried = self._braces()
            self.expect("on-error=")
            otherwise = self._braces()
            try:
                self._inner(tried)
            except Broken:
                self._inner(otherwise)
            return
        self._command()

    def _command(self) -> Value:
        if self.take() == "/":
            words = [self.word()]
            while self.at(_NAME) and words[-1] not in VERBS:
                words.append(self.word())
            return self._menu("/" + "/".join(words[:-1]), words[-1])
        name = self.word()
        known: dict[str, Callable[[], Value]] = {
            "local": self._local,
            "set": self._set,
            "if": self._if,
            "while": self._while,
            "foreach": self._foreach,
            "log": self._log,
            "len": lambda: len(self.value() or ""),
            "typeof": lambda: _type(self.value()),
            "toarray": lambda: shown(self.value()).split(","),
            "find": lambda: _find(self.value(), self.value()),
            "pick": self._pick,
        }
        if name not in known:
            raise Broken(f"unknown command :{name}")
        return known[name]()

    def _menu(self, path: str, verb: str) -> Value:
        menus = self._console.menus
        if verb == "find":
            self.expect("where")
            return menus.find(path, [*self._conditions()])
        row = None if verb == "add" else self.value()
        if verb == "get":
            return menus.get(path, row, self.word())
        words = {} if verb == "add" else {".id": row}
        while self.at(_NAME):
            name = self.word()
            words[name] = ""
            if self._text.startswith("=", self._at):
                self._at += 1
                words[name] = self.value()
        menus.change(path, verb, words)
        return None

    def _conditions(self) -> Iterator[tuple[str, str, Value]]:
        while self.at(_NAME):
            yield self.word(), self.take(), self.value()

    def _local(self) -> None:
        name = self.word()
        self._scopes[-1][name] = self.value()

    def _set(self) -> None:
        name = self.word()
        value = self.value()
        for scope in reversed(self._scopes):
            if name in scope:
                scope[name] = value
                return
        raise Broken(f"{name} is not declared")

    def _if(self) -> None:
        holds = self.value()
        self.expect("do=")
        body = self._braces()
        if not isinstance(holds, bool):
            raise Broken(f"{holds!r} is neither true nor false")
        otherwise = ""
        if self._text.startswith(" else=", self._at):
            self.expect("else=")
            otherwise = self._braces()
        self._inner(body if holds else otherwise)

    def _while(self) -> None:
        start = self._at
        while True:
            self._at = start
            holds = self.value()
            self.expect("do=")
            body = self._braces()
            if not holds:
                return
            self._inner(body)

    def _foreach(self) -> None:
        name = self.word()
        self.expect("in=")
        values = self.value()
        self.expect("do=")
        body = self._braces()
        for value in values if isinstance(values, list) else [values]:
            self._inner(body, {name: value})

    def _pick(self) -> Value:
        """Part of a text, or one of a list."""
        whole, start = self.value(), self.value()
        if isinstance(whole, list):
            return whole[start]
        return shown(whole)[start : self.value()]

    def _log(self) -> None:
        self.word()
        self._console.log.append(shown(self.value()))

    def _variable(self, name: str) -> Value:
        for scope in reversed(self._scopes):
            if name in scope:
                return scope[name]
        raise Broken(f"${name} is not declared")

    def _inner(self, text: str, variables: dict[str, Value] | None = None) -> None:
        _Block(self._console, text, [*self._scopes, variables or {}]).run()

    def _expression(self, end: str) -> Value:
        """Operands and operators up to a bracket; ``*`` binds closer, else from left to right."""
        left = self.value()
        while True:
            self._skip(" ")
            if self._text.startswith(end, self._at):
                self._at += len(end)
                return left
            operator = next(o for o in _OPERATORS if self._text.startswith(o, self._at))
            self._at += len(operator)
            left = _OPERATORS[operator](left, self.value())

    def _string(self) -> str:
        start = self._at
        while (char := self.take()) != '"':
            if char == "\\":
                self._at += 1
        return _ESCAPE.sub(_unescaped, self._text[start : self._at - 1])

    def _braces(self) -> str:
        """What stands in braces, those within included, quoted ones aside."""
        self.expect("{")
        start, depth = self._at, 1
        while depth:
            char = self.take()
            if char == '"':
                self._string()
            depth += {"{": 1, "}": -1}.get(char, 0)
        return self._text[start : self._at - 1]

    def _skip(self, chars: str) -> bool:
        while self._at < len(self._text) and self._text[self._at] in chars:
            self._at += 1
        return self._at < len(self._text)

    def _rest(self) -> str:
        return repr(self._text[self._at : self._at + 40])


_OPERATORS: dict[str, Callable[[Value, Value], Value]] = {
    "!=": lambda a, b: a != b,
    "and": lambda a, b: a and b,
    "=": lambda a, b: a == b,
    ">": lambda a, b: a > b,
    ".": lambda a, b: shown(a) + shown(b),
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
}


def _unescaped(match: re.Match[str]) -> str:
    found = match.group(1)
    if found[0] == "\n":
        return ""
    if found == "n":
        return "\n"
    return chr(int(found, 16)) if len(found) > 1 else found


def _type(value: Value) -> str:
    if value is None:
        return "nil"
    return {bool: "bool", int: "num", list: "array"}.get(type(value), "str")


def _find(text: Value, wanted: Value) -> int | None:
    place = shown(text).find(shown(wanted))
    return None if place < 0 else place
