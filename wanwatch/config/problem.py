"""What is wrong with a configuration: the error, and how a model says what is wrong.

A field's check raises ``wrong(sentence)``. A section whose keys contradict each other collects
``Problem`` values and raises them all at once by ``refuse``, each at the key to be changed.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from pydantic_core import PydanticCustomError

WRONG = "wanwatch_wrong"
"""The error type of one finished sentence."""
CONTRADICTION = "wanwatch_contradiction"
"""The error type that carries several problems in its context."""
_LONGEST_VALUE = 60

Key = tuple[str | int, ...]
"""A path to a key below the model that refuses it; an index counts from 0."""


class ConfigError(Exception):
    """A configuration cannot be used. ``problems`` holds every sentence, sorted."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, slots=True)
class Problem:
    """One sentence about one key."""

    key: Key
    sentence: str


def wrong(sentence: str) -> PydanticCustomError:
    """Return the error for a value whose sentence needs no more context than its key."""
    return PydanticCustomError(WRONG, "{sentence}", {"sentence": sentence})


def refuse(problems: Sequence[Problem]) -> None:
    """Raise the problems, when there are any, from inside a model's validator."""
    if problems:
        raise PydanticCustomError(
            CONTRADICTION, "keys contradict each other", {"problems": tuple(problems)}
        )


def toml_value(value: object) -> str:
    """Return a value as it is written in TOML, shortened when it is long."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, date | time):
        return str(value)
    if isinstance(value, tuple | list):
        text = "[" + ", ".join(toml_value(item) for item in value) + "]"
    elif isinstance(value, str | bool | int):
        text = json.dumps(value, ensure_ascii=False)
        if not text.isprintable():
            text = json.dumps(value)
        text = text.replace("\x7f", "\\u007f")
    else:
        text = str(value)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 3] + "..."
