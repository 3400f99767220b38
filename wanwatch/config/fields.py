"""The kinds of value that several sections share, each with its range and its refusal.

Each kind is a marker for ``Annotated``. Its text is what the reference page shows as the range.
"""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from wanwatch.config.problem import toml_value, wrong


class Section(BaseModel):
    """What all sections have in common: no unknown key, no guessing at types, no change."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )


@dataclass(frozen=True, slots=True)
class Between:
    """A number between two others, both included."""

    least: float
    most: float

    def __str__(self) -> str:
        return f"{self.least} to {self.most}"

    def check(self, value: float) -> float:
        """Return the number. Raises the error that names the range."""
        if not self.least <= value <= self.most:
            raise wrong(f"{toml_value(value)} is out of range; write a number from {self}")
        return value

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Let the number's own schema read it first."""
        return core_schema.no_info_after_validator_function(self.check, handler(source))


@dataclass(frozen=True, slots=True)
class Text:
    """A text that a check accepts; the check returns the text to keep, or raises ``wrong``."""

    check: Callable[[str], str]
    form: str

    def __str__(self) -> str:
        return self.form

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Let the text's own schema read it first."""
        return core_schema.no_info_after_validator_function(self.check, handler(source))


@dataclass(frozen=True, slots=True)
class Listed:
    """A list without repetitions, kept as a tuple; a lone text is not taken for a list."""

    may_be_empty: bool = True

    def __str__(self) -> str:
        return "a list" if self.may_be_empty else "a list, not empty"

    def check(self, value: object) -> object:
        """Return a tuple. Raises the error that shows the list's form."""
        if isinstance(value, str):
            raise wrong(
                f"{toml_value(value)} is not a list; write it in brackets, as [{toml_value(value)}]"
            )
        if not isinstance(value, list | tuple):
            raise wrong(f'{toml_value(value)} is not a list; write texts in brackets, as ["..."]')
        if not value and not self.may_be_empty:
            raise wrong("[] is empty; name at least one, or leave the key out for the default")
        return tuple(value)

    def check_once(self, value: tuple[object, ...]) -> tuple[object, ...]:
        """Return the tuple. Raises the error that names the entry that stands there twice."""
        for entry in value:
            if value.count(entry) > 1:
                raise wrong(f"{toml_value(str(entry))} stands in the list twice; remove one")
        return value

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Turn the list into a tuple, check each entry, then look for repetitions."""
        inner = core_schema.no_info_after_validator_function(self.check_once, handler(source))
        return core_schema.no_info_before_validator_function(self.check, inner)


def _any_text(value: str) -> str:
    if not value.strip():
        raise wrong(f"{toml_value(value)} is empty; write a text")
    if not value.isprintable():
        raise wrong(f"{toml_value(value)} holds a control character; remove it")
    return value


def _absolute_path(value: str) -> str:
    if not value.startswith("/") or "\0" in value:
        raise wrong(
            f'{toml_value(value)} is not an absolute path; write it from the root, as "/etc/..."'
        )
    return value


def _ip_address(value: str) -> str:
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        raise wrong(
            f'{toml_value(value)} is not an IP address; write one without a prefix, as "192.0.2.1"'
        ) from None
    if address.is_multicast or address.is_unspecified:
        raise wrong(f"{toml_value(value)} is no host's address; write the address of one host")
    return str(address)


_LABEL = re.compile(r"[A-Za-z0-9_.-]{1,32}", re.ASCII)


def _label(value: str) -> str:
    if _LABEL.fullmatch(value) is None:
        raise wrong(
            f"{toml_value(value)} cannot be a metric's label and part of a comment; "
            "write 1 to 32 letters, digits, dots, dashes or underscores"
        )
    return value


ANY_TEXT = Text(_any_text, "a text")
ABSOLUTE_PATH = Text(_absolute_path, "an absolute path")
IP_ADDRESS = Text(_ip_address, "an IPv4 or IPv6 address")
LABEL = Text(_label, "1 to 32 of A-Z a-z 0-9 _ . -")
