"""What a line that was found is called: a name that a configuration and a command line take."""

import re
from collections.abc import Iterable

_NOT_IN_NAMES = re.compile(r"-*[^A-Za-z0-9_.-]+[^A-Za-z0-9_.]*", re.ASCII)
_LONGEST = 32


def name_of(preferred: Iterable[str], taken: Iterable[str]) -> str:
    """The first of these that makes a name nobody has; its number tells it apart where none does."""
    used = set(taken)
    names = [name for text in preferred if (name := _plain(text))]
    for name in names:
        if name not in used:
            return name
    stem = names[0] if names else "wan"
    number = 2 if names else 1
    while f"{stem[: _LONGEST - 4]}-{number}" in used:
        number += 1
    return f"{stem[: _LONGEST - 4]}-{number}"


def _plain(text: str) -> str:
    return _NOT_IN_NAMES.sub("-", text).strip("-.")[:_LONGEST].strip("-.")
