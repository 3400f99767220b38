"""Names that nftables takes for chains, sets and counters, made of whatever RouterOS calls things."""

import hashlib
import re

_LONGEST = 40
_PLAIN = re.compile(r"[A-Za-z0-9_-]+")


def identifier(text: str) -> str:
    """The text itself where nftables takes it, else a readable one that no other text has."""
    if len(text) <= _LONGEST and _PLAIN.fullmatch(text):
        return text
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]
    return f"{re.sub(r'[^A-Za-z0-9_-]+', '-', text)[:_LONGEST]}.{digest}"
