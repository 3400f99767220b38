"""Durations: ``"500ms"``, ``"10s"``, ``"5m"``, ``"1h"`` in TOML, float seconds in code.

A bare number is refused: nobody who reads ``timeout = 5`` knows whether it means milliseconds.
"""

import re
from dataclasses import dataclass

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from wanwatch.config.problem import toml_value, wrong

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_FORM = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)(ms|s|m|h)", re.ASCII)


def parse_duration(text: str) -> float:
    """Return the seconds of a text such as ``"1.5s"``. Raises ValueError for any other form."""
    match = _FORM.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a duration")
    return float(match[1]) * _UNITS[match[2]]


def format_duration(seconds: float) -> str:
    """Return the shortest text that ``parse_duration`` reads as these seconds, to the millisecond.

    Hours and minutes are used when they come out whole.
    """
    milliseconds = round(seconds * 1000)
    if milliseconds % 1000:
        return f"{milliseconds}ms" if milliseconds < 1000 else f"{milliseconds / 1000:.12g}s"
    whole = milliseconds // 1000
    if whole and whole % 3600 == 0:
        return f"{whole // 3600}h"
    if whole >= 120 and whole % 60 == 0:
        return f"{whole // 60}m"
    return f"{whole}s"


@dataclass(frozen=True, slots=True)
class Span:
    """Marks a field as a duration between two others, both included; both are given as texts."""

    least: str
    most: str

    def __str__(self) -> str:
        return f"{self.least} to {self.most}"

    def read(self, value: object) -> float:
        """Return the seconds. Raises the error whose sentence shows the right form."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            raise wrong(f'{toml_value(value)} has no unit; write "{self._suggestion(value)}"')
        if not isinstance(value, str) or _FORM.fullmatch(value) is None:
            raise wrong(
                f"{toml_value(value)} is not a duration; "
                'write a number and its unit in quotes, as in "500ms", "10s", "5m" or "1h"'
            )
        seconds = parse_duration(value)
        if seconds < parse_duration(self.least):
            raise wrong(f'{toml_value(value)} is too short; write "{self.least}" or more')
        if seconds > parse_duration(self.most):
            raise wrong(f'{toml_value(value)} is too long; write "{self.most}" or less')
        return seconds

    def _suggestion(self, value: float) -> str:
        least, most = parse_duration(self.least), parse_duration(self.most)
        for seconds in (value, value / 1000):
            if least <= seconds <= most:
                return format_duration(seconds)
        return self.least

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Read the text first, then let the float's own schema have it."""
        return core_schema.no_info_before_validator_function(self.read, handler(source))


@dataclass(frozen=True, slots=True)
class SpanOrOff(Span):
    """Marks a duration that `"off"` switches off; it is 0 then."""

    def __str__(self) -> str:
        return f'{self.least} to {self.most}, or "off"'

    def read(self, value: object) -> float:
        """Return the seconds, 0 for off. Raises the error whose sentence shows the right form."""
        return 0.0 if value == "off" else Span.read(self, value)
