"""RouterOS's spans of time as seconds: ``1w2d3h``, ``4m52s``, ``9ms445us``, or a bare number."""

import re

_UNITS = {"w": 604800.0, "d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6}
_PART = re.compile(r"(\d+)(w|d|h|ms|us|m|s)")


def seconds_of(text: str) -> float:
    """The seconds of a span; 0 for a text that is none, such as ``never``."""
    if text.isdecimal():
        return float(text)
    parts = _PART.findall(text)
    if "".join(number + unit for number, unit in parts) != text:
        return 0.0
    return sum(int(number) * _UNITS[unit] for number, unit in parts)
