"""Which brace closes which, over a whole text; what stands in quotes and comments does not count."""

import re
from functools import cached_property

_TOKEN = re.compile(
    r'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"|\\.|(?:^|(?<=[\s;{}]))\#[^\n]*|[{}]', re.MULTILINE
)


class Braces:
    """The pairs of braces of a text, found in one pass when the first is asked for."""

    def __init__(self, text: str) -> None:
        self._text = text

    def closing(self, at: int) -> int | None:
        """Where the brace that opens at ``at`` is closed; None when it never is."""
        return self._pairs.get(at)

    @cached_property
    def _pairs(self) -> dict[int, int]:
        pairs: dict[int, int] = {}
        opened: list[int] = []
        for match in _TOKEN.finditer(self._text):
            sign = match.group()
            if sign == "{":
                opened.append(match.start())
            elif sign == "}" and opened:
                pairs[opened.pop()] = match.start()
        return pairs
