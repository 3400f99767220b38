r"""What the console's quoted and bare texts stand for, and how a text is written for it.

Source: RouterOS manual, Scripting language, "Constant Escape Sequences" and "Variables".
"""

import re
from collections.abc import Mapping

_ESCAPED = re.compile(r"\\(?:([0-9A-F]{2})|(.))|\$([A-Za-z0-9_]+)", re.DOTALL)
_SINGLE = {"n": "\n", "r": "\r", "t": "\t", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "_": " "}
_PLAIN = re.compile(r"[a-zA-Z0-9\-_./:,!@%*+&|^~]+")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "$": "\\$", "?": "\\?", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ONE_BYTE = 0xFF


def unescape(text: str, variables: Mapping[str, str]) -> str:
    r"""The text that a constant stands for: ``\"``, ``\\``, ``\$``, ``\D0``, ``$known`` and so on.

    A variable that is not known stays as it is written.
    """
    if "\\" not in text and "$" not in text:
        return text

    def character(match: re.Match[str]) -> str:
        if match[1]:
            return chr(int(match[1], 16))
        if match[3]:
            return variables.get(match[3], match.group())
        return _SINGLE.get(match[2], match[2])

    return _ESCAPED.sub(character, text)


def quote(text: str) -> str:
    """A value as the console wants it: bare where it can be, else quoted and escaped."""
    if _PLAIN.fullmatch(text):
        return text
    return f'"{"".join(map(_escaped, text))}"'


def quote_word(text: str) -> str:
    """A word that stands alone as the console wants it; ``!word`` takes a property away."""
    return f'"{text}"' if text.startswith("!") and _PLAIN.fullmatch(text) else quote(text)


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    return char if " " <= char <= "~" or ord(char) > _ONE_BYTE else f"\\{ord(char):02X}"
