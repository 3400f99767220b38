"""Texts of the router as TOML: strings that read back as they were, and comments that stay comments."""

import json
from collections.abc import Sequence

from wanwatch.routeros.text import display_text, router_text


def is_writable(text: str) -> bool:
    """True for a text of the router that a configuration can hold and that reads back as it was."""
    shown = display_text(text)
    return bool(shown.strip()) and shown.isprintable() and router_text(shown) == text


def assignment(key: str, value: str | Sequence[str]) -> str:
    """``key = "value"`` or ``key = ["value"]`` of the router's texts."""
    if isinstance(value, str):
        return f"{key} = {_string(value)}"
    return f"{key} = [{', '.join(_string(item) for item in value)}]"


def comment(text: str) -> str:
    """One line of comment; characters that TOML does not allow there become question marks."""
    return "# " + "".join(c if c.isprintable() else "?" for c in text)


def _string(text: str) -> str:
    return json.dumps(display_text(text), ensure_ascii=False)
