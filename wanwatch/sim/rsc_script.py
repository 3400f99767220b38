"""Script commands in an export: variables that settings use, and blocks that are passed over.

Source: RouterOS manual, Scripting language, "Variables", "Loops and conditional statements".
"""

import re

from wanwatch.sim.rsc_braces import Braces
from wanwatch.sim.rsc_words import WordReader, WordsError

PLAIN_SCRIPT = "a script, not a setting"
DEPENDS = "a block that depends on what only a router knows when it runs"
UNKNOWN_VALUE = "a variable whose value only a router can work out"
BEGINNING = re.compile(
    r":[ \t]*[a-z]|(?:if|foreach|for|while|do|global|local|onerror)[ \t]+[\"a-z({$]"
)
_NAME = re.compile(r":?[ \t]*([a-z]+)")
_VARIABLE = re.compile(
    r""":?[ \t]*(global|local|set)[ \t]+(?:"([^"\n]*)"|([\w-]+))[ \t]*=?[ \t]*"""
)
_ASSIGNED = re.compile(r"""(?:set|global|local)[ \t]+"?([\w-]+)""")
_CONDITIONAL = frozenset({"if", "foreach", "for", "while"})
_PART = re.compile(r'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"|\\.|[{};\n()\[\]]')
_ELSE = re.compile(r"\s*else[ \t]*=[ \t]*(?=\{)")
_DO = re.compile(r":?[ \t]*do[ \t]*(?:command[ \t]*=)?[ \t]*(?=\{)")
_ON_ERROR_IN = re.compile(r":?[ \t]*onerror[ \t]+[\w\"-]+[ \t]+in[ \t]*=[ \t]*(?=\{)")
_WHILE = re.compile(r"[ \t\r\n]*while[ \t]*=")
_AFTERWARDS = re.compile(r"[ \t]*(?:on-error|do)[ \t]*=[ \t]*(?=\{)")


class Scripts:
    """What the script commands of one text amount to, for the settings between them."""

    def __init__(self, text: str, braces: Braces) -> None:
        self.variables: dict[str, str] = {}
        """The variables that have a literal value, as far as the text was read."""
        self._text = text
        self._braces = braces

    def body(self, at: int) -> int | None:
        """Where a ``:do {`` at ``at`` opens a body that runs once whatever happens, or None."""
        match = _DO.match(self._text, at) or _ON_ERROR_IN.match(self._text, at)
        if match is None:
            return None
        closing = self._braces.closing(match.end())
        if closing is None or _WHILE.match(self._text, closing + 1):
            return None
        return match.end()

    def after_body(self, at: int) -> int:
        """The end of what follows a body to be run when it fails; it is not read."""
        while match := _AFTERWARDS.match(self._text, at):
            closing = self._braces.closing(match.end())
            if closing is None:
                return match.end() + 1
            self._forget(at, closing)
            at = closing + 1
        return at

    def command(self, at: int) -> tuple[int, str]:
        """Take in the script command at ``at``: where it ends, and why it was passed over.

        The reason is empty for a variable whose value is known then.
        """
        if match := _VARIABLE.match(self._text, at):
            return self._variable(match)
        name = _NAME.match(self._text, at)
        is_conditional = name is not None and name[1] in _CONDITIONAL | {"do", "onerror"}
        end, is_closed = self._end(at)
        self._forget(at, end)
        if not is_closed:
            return end, "a brace that is never closed"
        return end, DEPENDS if is_conditional else PLAIN_SCRIPT

    def _variable(self, match: re.Match[str]) -> tuple[int, str]:
        name, at = match[2] or match[3] or "", match.end()
        if at >= len(self._text) or self._text[at] in "\n;}":
            return at, ""
        self.variables.pop(name, None)
        if self._text[at] in "[({":
            return self._end(at)[0], UNKNOWN_VALUE
        try:
            value, end = WordReader(self._text, self._braces, self.variables).value(at)
        except WordsError:
            return self._end(at)[0], UNKNOWN_VALUE
        if "$" in value or end == at or self._text[end : end + 1].strip(" \t\n;}#"):
            return self._end(at)[0], UNKNOWN_VALUE
        self.variables[name] = value
        return self._end(end)[0], ""

    def _end(self, at: int) -> tuple[int, bool]:
        """Where a script command ends, and whether its blocks do."""
        depth, text = 0, self._text
        while match := _PART.search(text, at):
            sign, at = match.group(), match.end()
            if sign == "{":
                closing = self._braces.closing(match.start())
                if closing is None:
                    end = text.find("\n", at)
                    return len(text) if end < 0 else end, False
                at = closing + 1
                otherwise = _ELSE.match(text, at)
                at = otherwise.end() if otherwise else at
            elif sign in "([":
                depth += 1
            elif sign in ")]":
                depth -= 1
            elif sign == "\n" or (depth <= 0 and sign in ";}"):
                return match.start(), True
        return len(text), True

    def _forget(self, start: int, end: int) -> None:
        """A variable that a passed over script may change has no known value from there on."""
        if self.variables:
            for match in _ASSIGNED.finditer(self._text, start, end):
                self.variables.pop(match[1], None)
