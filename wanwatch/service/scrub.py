"""Masking secrets in whatever is about to be logged, however deep they stand."""

import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

MASK = "***"
SHORTEST = 4
"""Characters. A shorter secret is masked only where it is the whole text: to mask every ``a`` would
make the log unreadable and tell what the secret is."""


class Scrubber:
    """Knows the secrets, and masks them in values."""

    def __init__(self) -> None:
        self._whole: set[str] = set()
        self._parts: tuple[str, ...] = ()

    def add(self, secret: str) -> None:
        """Mask this text from now on, also as Python and JSON write it inside of quotes."""
        if not secret:
            return
        self._whole.add(secret)
        if len(secret) < SHORTEST:
            return
        forms = {
            secret,
            repr(secret)[1:-1],
            repr(secret.encode(errors="surrogateescape"))[2:-1],
            json.dumps(secret)[1:-1],
        }
        # The longest first: a secret within another would leave the rest of it readable.
        self._parts = tuple(sorted(forms.union(self._parts), key=lambda form: (-len(form), form)))

    def clean(self, value: Any) -> Any:
        """Return the value with every secret masked; objects become their text."""
        if value is None or isinstance(value, bool | int | float):
            return MASK if str(value) in self._whole else value
        if isinstance(value, str):
            return self._text(str(value))
        if isinstance(value, Mapping):
            return {self._text(str(key)): self.clean(item) for key, item in value.items()}
        if isinstance(value, AbstractSet):
            return sorted((self.clean(item) for item in value), key=str)
        if isinstance(value, list | tuple):
            return [self.clean(item) for item in value]
        return self._text(str(value) if isinstance(value, BaseException) else repr(value))

    def _text(self, text: str) -> str:
        if text in self._whole:
            return MASK
        for secret in self._parts:
            text = text.replace(secret, MASK)
        return text
